"""What a frame costs while many events are live."""

from functools import partial

import numpy as np

from tocsin.batch import TERM_SLOTS
from tocsin.clock import MINUTE_MS
from tocsin.detect.state import EVENTS
from tocsin.engine.warm_detect import invented_batch, removals_of
from tocsin.eval.bench.line import Line, timed
from tocsin.eval.bench.load import RECORD_PER_S, START_MS, make_load
from tocsin.eval.bench.tape import Tape
from tocsin.sources.columns import block_of
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards

COUNTS = (0, 100, 250, EVENTS - 12)
"""Events that are founded beforehand. No more than `EVENTS` are known at once, whatever comes."""
_VOICES = 16
_COUNTRIES = 120
_MINUTES = 5
_BEFORE_MS = 3_600_000


def measure_live_events(
    frames: int, rounds: int, seed: int, counts: tuple[int, ...] = COUNTS
) -> dict[str, dict[str, float]]:
    """Microseconds of CPU for a frame of the usual load, by the events live as it begins.

    Each point is the best of some rounds. The load comes at the rate of the record second, so that
    what is done each minute, whatever comes, is told apart: `tick_ms` is the CPU of such a minute.
    """
    shown = at_rate(make_load(frames, seed=seed).frames, RECORD_PER_S)
    found = {}
    for count in counts:
        costs, ticks, live = [], [], 0
        for _ in range(rounds):
            line = Line()
            live = found_events(line, count, seed)
            _until(line, START_MS)
            costs.append(timed(shown, partial(line.take, shown)).cpu_s)
            ticks.append(timed(shown, partial(_minutes, line)).cpu_s)
        found[str(live)] = {
            "cpu_us": round(1e6 * min(costs) / frames, 3),
            "tick_ms": round(1e3 * min(ticks) / _MINUTES, 3),
        }
    return found


def at_rate(frames: list[bytes], per_s: int) -> list[bytes]:
    """The same frames, as posts that come so many a second from the start of the load on."""
    block = block_of(frames)
    tape = Tape(block.buffer.tobytes(), block.start)
    tape.stamp(0, len(tape), START_MS * 1_000, 1e6 / per_s, 0)
    data = tape.data.tobytes()
    return [data[a:b] for a, b in zip(block.start.tolist(), block.end.tolist(), strict=True)]


def _minutes(line: Line) -> None:
    """Some minutes pass in which nothing comes."""
    for _ in range(_MINUTES):
        _until(line, line.pipeline.now_ms + MINUTE_MS)


def _until(line: Line, at_ms: int) -> None:
    passed = line.gate.pass_time(at_ms)
    line.pipeline.step(passed.batch, passed.removals, [], passed.now_ms)


def found_events(line: Line, count: int, seed: int) -> int:
    """Let a line know so many live events; returns how many it does report."""
    gazetteer = Gazetteer.load()
    hazards = [n for n, hazard in enumerate(load_hazards()) if hazard.sudden]
    largest: dict[str, int] = {}
    for place in np.argsort(gazetteer.population)[::-1].tolist():
        largest.setdefault(gazetteer.place(place).country or "", place)
        if len(largest) == _COUNTRIES:
            break
    spots = [(hazard, place) for place in largest.values() for hazard in hazards]
    dice = np.random.Generator(np.random.PCG64(seed))
    # Some are taken for a part of one of their kin nearby, so more are tried than are wanted.
    for number, (hazard, place) in enumerate(spots):
        if len(line.pipeline.reported) >= count:
            break
        at_ms = START_MS - _BEFORE_MS + 1_000 * number
        batch = invented_batch(_VOICES, hazard, place, 1_000 * (number + 1), at_ms)
        words = dice.integers(0, TERM_SLOTS, 8)
        batch = batch._replace(term=words[dice.integers(0, 8, len(batch.term))].astype(np.uint32))
        line.pipeline.step(batch, removals_of(batch, [], False, batch), [], int(batch.time_ms[-1]))
    return len(line.pipeline.reported)
