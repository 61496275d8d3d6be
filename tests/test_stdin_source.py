"""Posts over standard input: as they come, to the end, bad lines counted."""

import json
import os
import subprocess
import sys
import threading

import pytest

from tocsin.clock import HeldClock
from tocsin.config_file import parse
from tocsin.engine.assemble import build_sources
from tocsin.errors import ConfigError, SourceEnded, SourceLost
from tocsin.metrics import Reason
from tocsin.sources.stdin import FRAMES_PER_READ, StdinSource

NOW_MS = 1_767_268_800_000


def line(number, **more):
    said = {"created_at": NOW_MS + number, "author": f"a{number}", "text": f"post {number}",
            "id": str(number), **more}  # fmt: skip
    return json.dumps(said).encode() + b"\n"


@pytest.fixture
def pipe(monkeypatch):
    """A program that writes, and a source that reads it."""
    out, into = os.pipe()
    with os.fdopen(out) as stream, os.fdopen(into, "wb", 0) as writer:
        monkeypatch.setattr(sys, "stdin", stream)
        source = StdinSource({"deletions": True}, HeldClock(NOW_MS))
        source.open(None)
        yield writer, source
        source.close()


def test_lines_come_as_they_are_written_and_half_ones_wait(pipe):
    writer, source = pipe
    assert source.read(0.0) == ([], None)
    writer.write(line(1) + line(2)[:20])
    assert source.read(5.0) == ([line(1).strip()], None)
    assert source.read(0.0) == ([], None)
    writer.write(line(2)[20:] + b"\n\n")
    assert source.read(5.0) == ([line(2).strip()], None)


def test_the_end_of_the_input_is_the_end_and_takes_the_last_line_along(pipe):
    writer, source = pipe
    writer.write(line(1) + line(2).strip())
    writer.close()
    frames = []
    with pytest.raises(SourceEnded):
        while True:
            frames += source.read(5.0)[0]
    assert frames == [line(1).strip(), line(2).strip()]


def test_a_read_is_bounded_and_nothing_is_lost(pipe):
    writer, source = pipe
    whole = b"".join(b"%d\n" % n for n in range(10_000))

    def program():
        writer.write(whole)
        writer.close()

    thread = threading.Thread(target=program)
    thread.start()
    frames, most = [], 0
    with pytest.raises(SourceEnded):
        while True:
            came = source.read(5.0)[0]
            frames, most = frames + came, max(most, len(came))
    thread.join()
    assert most <= FRAMES_PER_READ
    assert frames == [b"%d" % n for n in range(10_000)]


def test_bad_lines_are_counted_and_cost_themselves(pipe):
    writer, source = pipe
    writer.write(line(1) + b"not json\n" + line(2, created_at="soon") + line(3, text="")
                 + line(4, op="delete") + line(5))  # fmt: skip
    seen = [source.decode(frame) for frame in source.read(5.0)[0]]
    said = [each if isinstance(each, Reason) else each.op for each in seen]
    assert said == ["create", Reason.BAD_FRAME, Reason.BAD_TIME, Reason.NO_TEXT, "delete", "create"]


@pytest.mark.parametrize("table", [{}, {"deletions": False}])
def test_without_deletions_it_does_not_start(table):
    with pytest.raises(ConfigError, match="deletions"):
        StdinSource(StdinSource.spec.checked("sources.x", table), HeldClock(NOW_MS))


def test_there_is_one_standard_input():
    one = '[sources.{0}]\ntype = "stdin"\ndeletions = true\n'
    assert set(build_sources(parse(one.format("a")), HeldClock(NOW_MS))) == {"a"}
    with pytest.raises(ConfigError, match="two of type stdin"):
        build_sources(parse(one.format("a") + one.format("b")), HeldClock(NOW_MS))


def test_a_closed_standard_input_is_lost_not_fatal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    source = StdinSource({"deletions": True}, HeldClock(NOW_MS))
    with pytest.raises(SourceLost, match="behind a pipe"):
        source.open(None)


def test_a_reader_that_left_ends_the_run_quietly(tmp_path):
    """As in `program | tocsin run --json | head -1`: the last one goes, and nothing is torn."""
    config = tmp_path / "tocsin.toml"
    config.write_text(
        f'[web]\nport = 0\n[store]\npath = "{tmp_path}/kept.db"\n[keys]\npath = "{tmp_path}"\n'
        '[engine]\nstep_s = 0.05\n[sources.own]\ntype = "stdin"\ndeletions = true\n'
    )
    rows = [
        {"created_at": NOW_MS + n * 1_000, "author": f"v{n}", "id": str(n),
         "text": f"Strong earthquake felt in Lima just now, {word} fell"}
        for n, word in enumerate(
            ("cups", "lamps", "books", "plates", "tiles", "bricks", "bottles", "pictures",
             "shelves", "chimneys", "statues", "branches"))
    ]  # fmt: skip
    program = subprocess.Popen(
        [sys.executable, "-c", "from tocsin.cli import main; main()", "run",
         "--config", str(config), "--json",
         "--seconds", "120"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdin and program.stdout and program.stderr
    program.stdout.close()
    program.stdin.write(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    program.stdin.close()
    said = program.stderr.read()
    program.stderr.close()
    # Nobody reads on, which is no error of ours: no word about it, and no state half-written.
    assert program.wait(300) in (0, 1)
    assert b"Traceback" not in said and b"tocsin:" not in said
