"""Kernels run as plain Python until they are compiled, and the exchange changes no result."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from streams import START_MS, burst, chatter, chunked, deletion, frames, merged, played, written
from tocsin import plain
from tocsin.cli import run as run_command
from tocsin.clock import HOUR_MS, MINUTE_MS, HeldClock
from tocsin.compiled import is_compiled, is_kept
from tocsin.config_file import parse
from tocsin.engine import replay, warm
from tocsin.errors import ConfigError
from tocsin.eval.bench.load import make_load
from tocsin.sources import scan_kernel
from tocsin.sources.columns import block_of
from tocsin.sources.frames import decode_jetstream, decode_replay
from tocsin.sources.scan import scan_jetstream


@pytest.fixture
def plainly():
    plain.run_plain()
    yield
    plain.run_compiled()


def kernels():
    """Every kernel as some module of the package holds it."""
    compiled = {id(each.compiled) for each in plain._both}
    modules = [m for name, m in sys.modules.items() if name.partition(".")[0] == "tocsin"]
    values = [value for module in modules for value in vars(module).values()]
    return [v for v in values if isinstance(v, plain.Plain) or id(v) in compiled]


def test_no_module_keeps_a_compiled_kernel_while_all_run_plain(plainly):
    held = kernels()
    assert len(held) > 250
    assert all(isinstance(each, plain.Plain) for each in held)
    assert not is_compiled()


def test_all_modules_have_their_compiled_kernels_back(plainly):
    plain.run_compiled()
    assert len(kernels()) > 250
    assert not any(isinstance(each, plain.Plain) for each in kernels())
    assert is_compiled()


def test_what_is_kept_is_told_of_either(plainly):
    assert is_kept(scan_kernel.scan) == is_kept(scan_kernel.scan.compiled) is not None


def test_one_who_holds_a_plain_kernel_is_led_to_the_compiled_one(plainly):
    held = plain.exchangeable(lambda: "plain", lambda: "compiled")
    assert held() == "plain"
    plain.run_compiled()
    assert held() == "compiled"
    assert plain.exchangeable(lambda: "plain", str)() == ""


def test_the_exchange_waits_for_the_kernel_that_runs(plainly):
    begun, go_on, told = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        go_on.wait(30.0)
        told.append("plain")

    held = plain.exchangeable(slow, lambda: told.append("compiled"))
    runs = threading.Thread(target=held)
    runs.start()
    begun.wait(30.0)

    def exchange():
        plain.run_compiled()
        told.append("exchanged")

    waits = threading.Thread(target=exchange)
    waits.start()
    assert plain.is_plain()
    go_on.set()
    runs.join(30.0)
    waits.join(30.0)
    assert told == ["plain", "exchanged"]


def exchanging(lines):
    """Chunks that come plain at first, then compiled, then plain again."""
    for number, chunk in enumerate(chunked(lines, 32)):
        if number % 3 == 1:
            plain.run_plain()
        elif number % 3 == 2:
            plain.run_compiled()
        yield chunk


def test_an_exchange_in_the_middle_of_a_stream_changes_no_byte(plainly):
    at_ms = START_MS + HOUR_MS
    talk = chatter(0.5, at_ms - 30 * MINUTE_MS, per_minute=6)
    rows = merged(talk, burst(at_ms, 12, step_ms=2_000), [deletion(at_ms + 60_000, "w-2")])
    plain.run_compiled()
    whole = written(played(rows))
    assert b'"reported"' in whole
    assert written(replay(exchanging(frames(rows)), decode_replay)) == whole


def strings(columns):
    """What each frame's columns of bytes hold, wherever it lies."""
    blob = columns.blob.tobytes()
    return [[blob[a:b] for a, b in row.reshape(-1, 2).tolist()] for row in columns.spans]


def test_columns_are_the_same_without_the_scanner(plainly):
    block = block_of(make_load(300, 0.2, 5).frames)
    slow = scan_jetstream(block, decode_jetstream)
    plain.run_compiled()
    quick = scan_jetstream(block, decode_jetstream)
    for name in ("refused", "op", "at_ms", "lang", "repost"):
        assert np.array_equal(getattr(slow, name), getattr(quick, name)), name
    assert strings(slow) == strings(quick)


@pytest.fixture
def children(monkeypatch):
    """Two processes in place of the compilers, that end when their input does."""
    made = [
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in range(2)
    ]
    monkeypatch.setattr(warm, "_compiling", lambda *told: made)
    yield made
    for child in made:
        child.kill()
        child.communicate()


def test_a_first_start_runs_plain_until_both_compilers_are_done(children):
    done = threading.Event()
    warming = warm.Warming(done.set)
    warming.start()
    assert not is_compiled() and not done.is_set()
    for child in children:
        child.stdin.write(b"\n")
        child.stdin.close()
    warming.join()
    assert is_compiled() and done.is_set()


def test_an_end_in_the_middle_ends_the_compilers_and_says_nothing(children):
    told = []
    warming = warm.Warming(lambda: told.append("done"))
    warming.start()
    warming.stop()
    assert all(child.poll() is not None for child in children)
    assert is_compiled() and not told


def test_a_start_that_fails_before_the_compilers_leaves_nothing_plain(monkeypatch, tmp_path):
    monkeypatch.setattr(run_command, "is_cold", lambda: True)
    wrong = parse('[sources.a]\ntype = "no such thing"\n')
    with pytest.raises(ConfigError):
        run_command.Live(wrong, tmp_path, HeldClock(), run_command.json_lines())
    assert is_compiled()


def test_only_what_can_be_kept_and_is_not_yet_is_cold(monkeypatch):
    for kept, cold in ((False, True), (True, False), (None, False)):
        monkeypatch.setattr(warm, "is_kept", lambda _, kept=kept: kept)
        assert warm.is_cold() is cold
    monkeypatch.setattr(warm, "is_compiled", lambda: False)
    assert not warm.is_cold()
