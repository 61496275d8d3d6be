"""Runs every part of the bench on one load, so that the figures may be compared."""

import os
import platform
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import numpy as np

from tocsin.compiled import is_compiled
from tocsin.eval.bench.curves import measure_curves
from tocsin.eval.bench.limits import measure_limits
from tocsin.eval.bench.line import CHUNK, Line, Rate, median, timed
from tocsin.eval.bench.load import RECORD_PER_S, Load, make_load
from tocsin.eval.bench.naive import NaiveLoop
from tocsin.eval.bench.peers import run_peers
from tocsin.gate import Passed, Sifted
from tocsin.sources.columns import Block, block_of
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream

SHARES = {"usual": 0.03, "hazard": 0.2}
OFFERED_PER_S = (20_000, 50_000, 100_000, RECORD_PER_S)
BESIDE = (0, 1)
"""Threads beside the one that decides, which sifts as well: one thread, and two."""
_TICK_S = 0.02
Tell = Callable[[str], None]
TOLERANCE = 0.33
"""Part of the committed ratio to the plain loop that must be reached again: a short run starts
cold, a busy machine and another processor move it, a slower line moves it further."""


class Size(msgspec.Struct, frozen=True):
    """How much is run."""

    frames: int
    naive_frames: int
    rounds: int
    latency_s: float
    curve_frames: int


FULL = Size(frames=100_000, naive_frames=4_000, rounds=7, latency_s=1.0, curve_frames=20_000)
SMALL = Size(frames=16_384, naive_frames=1_000, rounds=5, latency_s=0.05, curve_frames=2_000)


class Card(msgspec.Struct):
    """Everything measured, as it is written to JSON."""

    machine: dict[str, Any]
    load: dict[str, Any]
    line: dict[str, dict[str, float]]
    stages: dict[str, dict[str, float]]
    naive: dict[str, dict[str, float]]
    ratio: dict[str, float]
    latency: dict[str, dict[str, float]]
    memory: dict[str, float]
    curves: dict[str, dict[str, dict[str, float]]] = {}
    """What terms, languages and watches cost; see `curves.Curves`."""
    limits: dict[str, float] = {}
    peers: dict[str, dict[str, float]] = {}
    """Other systems on the usual load, where they were asked for."""


def run_bench(size: Size, seed: int, tell: Tell, peers: bool = False) -> Card:
    """Measure everything; takes minutes at full size. `peers`: those that are installed as well."""
    loads = {}
    for name, share in SHARES.items():
        tell(f"writing {size.frames} frames ({name}), and as many to come before")
        loads[name] = make_load(2 * size.frames, share, seed)
    tell("compiling, where that was not done before")
    for load in loads.values():
        for threads in BESIDE:
            Line().take(load.frames[: 2 * CHUNK], threads)
    runs = {
        (name, threads): _rounds(name, load, threads, size.rounds, tell)
        for name, load in loads.items()
        for threads in BESIDE
    }
    line = {
        f"{name}, {threads + 1} thread{'s' if threads else ''}": median(rates).as_dict()
        | _by_wall(rates)
        for (name, threads), rates in runs.items()
    }
    tell("stage by stage")
    stages = {name: _stages(load, size.rounds) for name, load in loads.items()}
    tell("the plain loop")
    plain = {name: _plain(load, size) for name, load in loads.items()}
    ratio = {name: _times(runs[name, 0], plain[name]) for name in loads}
    tell("latency at fixed rates")
    latency = {str(rate): _latency(loads["usual"], rate, size.latency_s) for rate in OFFERED_PER_S}
    frames = _halves(loads["usual"])[1]
    # Before the curves and peers, whose own tables would count.
    memory: dict[str, float] = {
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    }
    tell("what terms, languages and watches cost")
    curves = measure_curves(size.curve_frames, size.rounds, seed)
    limits = measure_limits(frames[: size.naive_frames], size.rounds)
    if peers:
        tell("peers")
    return Card(
        machine=_machine(),
        load={name: _described(load) for name, load in loads.items()},
        line=line,
        stages={f"{name}: {stage}": rate for name in loads for stage, rate in stages[name].items()},
        naive={name: median(rates).as_dict() for name, rates in plain.items()},
        ratio=ratio,
        latency=latency,
        memory=memory,
        curves=curves._asdict(),
        limits=limits,
        peers=run_peers(frames) if peers else {},
    )


def fallen(card: Card, before: Card) -> list[str]:
    """Loads on which the line fell behind an older card, as ratios to the plain loop."""
    return [
        f"{name}: {card.ratio[name]} times the plain loop; {before.ratio[name]} were measured "
        f"before, and {TOLERANCE * before.ratio[name]:.1f} are owed"
        for name in before.ratio
        if card.ratio.get(name, 0.0) < TOLERANCE * before.ratio[name]
    ]


def _times(line: list[Rate], plain: list[Rate]) -> float:
    """How many times the plain loop the line is, by what the process itself computed.

    The system's share is left to the rates: it is memory touched first, which the loop hardly
    has, and on a machine that has just started it moved the ratio by a factor of three.
    """
    loop_s, line_s = (
        sum(rate.user_s for rate in rates) / sum(rate.frames for rate in rates)
        for rates in (plain, line)
    )
    return round(loop_s / line_s, 1)


def _rounds(name: str, load: Load, threads: int, rounds: int, tell: Tell) -> list[Rate]:
    tell(f"the line, {name}, {threads} beside")
    before, frames = _halves(load)
    found = []
    for _ in range(rounds):
        line = Line()
        line.take(before, threads)
        found.append(timed(frames, partial(line.take, frames, threads)))
    return found


def _by_wall(rates: list[Rate]) -> dict[str, float]:
    """The middle round by the clock, which is another one than that by CPU, and the best."""
    walls = sorted(rate.per_wall_s for rate in rates)
    return {"per_wall_s": round(walls[len(walls) // 2]), "best_per_wall_s": round(walls[-1])}


def _halves(load: Load) -> tuple[list[bytes], list[bytes]]:
    """What a line has taken before it is measured, and what it is measured on.

    A line that runs has filled its tables and touched their memory; one just made pays for the
    first touch of each page, which on a machine that has just started cost twice the work.
    """
    middle = len(load.frames) // 2
    return load.frames[:middle], load.frames[middle:]


def _plain(load: Load, size: Size) -> list[Rate]:
    frames = load.frames[: size.naive_frames]
    loops = (NaiveLoop() for _ in range(min(size.rounds, 3)))
    return [timed(frames, partial(loop.run, frames)) for loop in loops]


def _stages(load: Load, rounds: int) -> dict[str, dict[str, float]]:
    """Each step by itself over the same chunks."""
    found: dict[str, list[Rate]] = {}
    for _ in range(rounds):
        for name, rate in _once(load).items():
            found.setdefault(name, []).append(rate)
    return {name: median(rates).as_dict() for name, rates in found.items()}


def _once(load: Load) -> dict[str, Rate]:
    before, frames = _halves(load)
    chunks = [frames[at : at + CHUNK] for at in range(0, len(frames), CHUNK)]
    line = Line()
    line.take(before)
    blocks: list[Block] = []
    sifted: list[Sifted] = []
    passed: list[Passed] = []

    def sift() -> None:
        sifted.extend(line.gate.sift(b, decode_jetstream, scan_jetstream) for b in blocks)

    def detect() -> None:
        for one in passed:
            line.pipeline.step(one.batch, one.removals, [], one.now_ms)

    return {
        "lay end to end": timed(frames, lambda: blocks.extend(map(block_of, chunks))),
        "decode": timed(frames, lambda: [scan_jetstream(b, decode_jetstream) for b in blocks]),
        "decode and sieve": timed(frames, sift),
        "read, tag, admit": timed(
            frames, lambda: passed.extend(line.gate.take(one, 0, line.tally) for one in sifted)
        ),
        "detect and tell": timed(frames, detect),
    }


def _latency(load: Load, per_s: int, seconds: float) -> dict[str, float]:
    """Milliseconds from the arrival of a frame to its decision, at a fixed offered rate.

    Frames arrive evenly; every 20 ms what has arrived is taken. A line that is too slow falls
    behind, and its latency grows for as long as the run lasts.
    """
    line = Line()
    step = max(1, int(per_s * _TICK_S))
    frames = load.frames[: int(per_s * seconds)]
    waits: list[float] = []
    begun = time.perf_counter()
    for at in range(0, len(frames), step):
        due = begun + (at + step) / per_s
        time.sleep(max(0.0, due - time.perf_counter()))
        line.take(frames[at : at + step])
        done = time.perf_counter()
        waits += [done - (begun + (at + i) / per_s) for i in range(0, step, 16)]
    ms = 1_000 * np.array(waits)
    half, most, worst = (round(float(np.percentile(ms, share)), 1) for share in (50, 99, 100))
    return {"p50_ms": half, "p99_ms": most, "max_ms": worst, "frames": len(frames)}


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
        "compiled": is_compiled(),
        "others_running": round(os.getloadavg()[0], 1),
    }


def _described(load: Load) -> dict[str, Any]:
    return {
        "frames": len(load.frames),
        "posts": load.posts,
        "hazards": load.hazards,
        "mean_bytes": round(load.size_bytes / len(load.frames)),
        "languages": load.languages,
    }
