"""The live parts of the bench: posts that are new each time, runs that lose nothing, one table."""

import json

import pytest
from typer.testing import CliRunner

from tocsin.cli.app import app
from tocsin.eval.bench.aside import load_aside
from tocsin.eval.bench.hour import Hour, run_hour
from tocsin.eval.bench.live import Run, run_live
from tocsin.eval.bench.live_events import at_rate, measure_live_events
from tocsin.eval.bench.load import START_MS, make_load
from tocsin.eval.bench.receive import Way
from tocsin.eval.bench.tape import Tape
from tocsin.sources import Post
from tocsin.sources.columns import Block, block_of, listed
from tocsin.sources.frames import decode_jetstream

LOAD = make_load(400, share=0.2, seed=3).frames


def played(turn, first_us=START_MS * 1_000):
    block = block_of(LOAD)
    tape = Tape(block.buffer.tobytes(), block.start)
    assert len(tape) == len(LOAD)
    tape.stamp(0, len(tape), first_us, 1_000.0, turn)
    return [decode_jetstream(frame) for frame in listed(Block(tape.data, block.start, block.end))]


def test_each_turn_of_a_tape_is_new_posts_of_new_authors_at_new_times():
    once = [decode_jetstream(frame) for frame in LOAD]
    turns = [played(turn, START_MS * 1_000 + turn * 10_000_000) for turn in (1, 2, 700)]
    for turn, posts in zip((1, 2, 700), turns, strict=True):
        for row, (post, was) in enumerate(zip(posts, once, strict=True)):
            if not isinstance(was, Post):
                assert post == was
                continue
            assert (post.text, post.op, post.lang) == (was.text, was.op, was.lang)
            assert post.at_ms == START_MS + turn * 10_000 + row
    ids = [
        {post.id for post in posts if isinstance(post, Post) and post.op == "create"}
        for posts in (once, *turns)
    ]
    assert len(set.union(*ids)) == sum(map(len, ids)) == 4 * len(ids[0]) > 400
    authors = [{post.author for post in posts if isinstance(post, Post)} for posts in turns]
    assert not authors[0] & authors[1] and len(authors[0]) == len(authors[1])


def test_deletions_of_a_turn_are_of_posts_of_that_turn():
    posts = played(5)
    made = {post.id for post in posts if isinstance(post, Post) and post.op == "create"}
    gone = {post.id for post in posts if isinstance(post, Post) and post.op == "delete"}
    assert made & gone


def test_a_live_run_loses_nothing_and_waits_are_told():
    run = run_live(3_000, 5.0, 3, sheds=False)
    assert run.balanced and run.removals_lost == 0 and run.shed_share == 0.0
    assert run.received_per_s > 0 and 0.0 < run.p50_ms <= run.p99_ms <= run.max_ms
    assert run.rss_peak_mb >= run.rss_begin_mb > 50.0


def test_an_hour_is_told_minute_by_minute():
    told = []
    found = run_hour(2, 4_000, 3, told.append)
    assert len(found.each_minute_mb) == 3 and len(told) == 2
    assert found.peak_mb >= found.begin_mb > 50.0
    assert found.frames > 0 and found.per_s == 4_000


def test_more_live_events_are_told_with_what_they_cost():
    found = measure_live_events(300, 1, 3, (0, 5))
    assert list(found) == ["0", "5"]
    assert all(point["cpu_us"] > 0 and point["tick_ms"] > 0 for point in found.values())


def test_frames_at_a_rate_are_the_same_posts_at_other_times():
    before, after = LOAD[:50], at_rate(LOAD[:50], 1_000)
    was, now = ([decode_jetstream(frame) for frame in each] for each in (before, after))
    posts = [(old, new) for old, new in zip(was, now, strict=True) if isinstance(old, Post)]
    assert posts and all(old.text == new.text for old, new in posts)
    times = {row: p.at_ms - START_MS for row, p in enumerate(now) if isinstance(p, Post)}
    assert times and all(at == row for row, at in times.items())


def test_a_load_is_the_same_wherever_it_is_written():
    aside = load_aside(400, 0.2, 3)
    assert aside.frames == LOAD
    assert sum(aside.removes) > 5 and 40 < len(aside.named) < len(LOAD)
    assert set(aside.named) <= set(LOAD)


RUN = Run(0, 50_000, 9_000, 0.8, 0, True, 100.0, 900.0, 950.0, 2.5, 400.0, 450.0, 440.0,
          {"statistics": 4.0})  # fmt: skip
PARTS = {
    "--receive": ("run_receive", {"in bulk": Way(1_000, 50_000.0, 0.2, 40.0)}, "50,000"),
    "--live": ("run_fixed", {"20,000 a second": RUN}, "80.0%"),
    "--overload": ("run_overload", {"overload": RUN}, "statistics from 4.0 s on"),
    "--events": ("measure_live_events", {"500": {"cpu_us": 3.9, "tick_ms": 24.0}}, "24.0"),
    "--hour": ("run_hour", Hour(9, 60, 5, 7, 2.0, 400.0, 450.0, [400.0, 440.0]), "450 MB at most"),
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_runs_alone_and_is_shown(part, monkeypatch):
    name, found, said = PARTS[part]
    monkeypatch.setattr(f"tocsin.cli.bench_parts.{name}", lambda *asked: found)
    shown = CliRunner().invoke(app, ["bench", part, "--small"])
    assert shown.exit_code == 0 and said in shown.stdout
    as_json = CliRunner().invoke(app, ["bench", part, "--json"])
    assert json.loads(as_json.stdout)
