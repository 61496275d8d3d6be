"""An hour of stream time at a high rate, as fast as it goes: what memory does meanwhile."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable

import msgspec

from tocsin.engine.coverage import Ear
from tocsin.engine.frugal import give_back
from tocsin.engine.warm import warm
from tocsin.eval.bench.aside import load_aside
from tocsin.eval.bench.line import CHUNK, Line
from tocsin.eval.bench.load import START_MS
from tocsin.eval.bench.memory import resident_mb
from tocsin.eval.bench.tape import Tape
from tocsin.sources.columns import Block, block_of
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.tongues import LANGUAGES

FRAMES = 20_000
Tell = Callable[[str], None]


class Hour(msgspec.Struct):
    """What a stretch of stream time left in memory."""

    per_s: int
    """Posts a second of stream time that are stood for."""
    minutes: int
    frames: int
    """Frames that were worked on: those that name a hazard, and deletions of them."""
    events: int
    wall_s: float
    begin_mb: float
    peak_mb: float
    each_minute_mb: list[float]


def run_hour(minutes: int, per_s: int, seed: int, tell: Tell) -> Hour:
    """As `play_hour`, in a process of its own, so that nothing but the line is measured."""
    orders = [str(minutes), str(per_s), str(seed)]
    with subprocess.Popen(
        [sys.executable, "-m", __name__, *orders], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        line = ""
        for line in child.stdout:
            if not line.startswith("{"):
                tell(line.rstrip())
    return msgspec.json.decode(line, type=Hour)


def play_hour(minutes: int, per_s: int, seed: int, tell: Tell) -> Hour:
    """Play a load again and again as new posts of new voices, at `per_s` of stream time.

    What names no hazard leaves nothing behind the sieve but a count, so most of the time only the
    rest is played; once a minute the whole, so that what decoding needs is held as well.
    """
    warm()
    aside = load_aside(FRAMES, 0.03, seed)
    whole, named = _Reel(aside.frames), _Reel(aside.named)
    del aside
    gazetteer = Gazetteer.load()
    line, ear = Line(), Ear(LANGUAGES, LANGUAGES[1:], gazetteer.iso)
    gc.collect()
    give_back()
    begin_mb = peak_mb = resident_mb()
    begun_s, told, frames = time.perf_counter(), [begin_mb], 0
    turn_us = 1_000_000 * FRAMES / per_s
    turns = int(minutes * 60_000_000 / turn_us)
    for turn in range(turns):
        is_last = (turn + 1) * minutes // turns > len(told) - 1
        reel = whole if is_last else named
        frames += reel.play(line, ear, START_MS * 1_000 + int(turn * turn_us), turn_us, turn)
        if is_last:
            told.append(resident_mb())
            tell(f"minute {len(told) - 1}: {told[-1]} MB")
            peak_mb = max(peak_mb, told[-1])
    wall_s = round(time.perf_counter() - begun_s, 1)
    return Hour(per_s, minutes, frames, line.events, wall_s, begin_mb, peak_mb, told)


class _Reel:
    """Frames that are played again and again, a chunk at a time."""

    def __init__(self, frames: list[bytes]) -> None:
        chunks = [block_of(frames[at : at + CHUNK]) for at in range(0, len(frames), CHUNK)]
        self._tapes = [Tape(each.buffer.tobytes(), each.start) for each in chunks]
        self._blocks = [
            Block(tape.data, each.start, each.end)
            for tape, each in zip(self._tapes, chunks, strict=True)
        ]
        self._count = len(frames)

    def play(self, line: Line, ear: Ear, first_us: int, span_us: float, turn: int) -> int:
        """Once, as new posts of `span_us` of stream time; how many frames that were."""
        for part, (tape, block) in enumerate(zip(self._tapes, self._blocks, strict=True)):
            at_us = first_us + int(span_us * part * CHUNK / self._count)
            tape.stamp(0, len(tape), at_us, span_us / self._count, turn)
            sifted = line.gate.sift(block, decode_jetstream, scan_jetstream)
            passed = line.gate.take(sifted, 0, line.tally)
            ear.hear(passed.batch, passed.removals, passed.now_ms)
            step = line.pipeline.step(passed.batch, passed.removals, [], passed.now_ms)
            line.events += len(step.events)
        return self._count


def _print(told: str) -> None:
    print(told, flush=True)


if __name__ == "__main__":
    found = play_hour(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), _print)
    _print(msgspec.json.encode(found).decode())
