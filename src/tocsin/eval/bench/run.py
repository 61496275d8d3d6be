"""Runs every part of the bench on one load, so that the figures may be compared."""

import os
import platform
import resource
import time
from collections.abc import Callable
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


FULL = Size(frames=50_000, naive_frames=4_000, rounds=5, latency_s=1.0, curve_frames=20_000)
SMALL = Size(frames=4_096, naive_frames=1_000, rounds=3, latency_s=0.05, curve_frames=2_000)


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
        tell(f"writing {size.frames} frames ({name})")
        loads[name] = make_load(size.frames, share, seed)
    tell("compiling, where that was not done before")
    for threads in (0, 2):
        Line().take(loads["usual"].frames[: 2 * CHUNK], threads)
    line: dict[str, dict[str, float]] = {}
    for name, load in loads.items():
        for threads in (0, 2):
            tell(f"the line, {name}, {threads} threads beside")
            rates = [_whole(load, threads) for _ in range(size.rounds)]
            line[f"{name}, {threads or 1} thread{'s' if threads else ''}"] = median(
                rates
            ).as_dict() | {"best_per_wall_s": _best(rates)}
    tell("stage by stage")
    stages = {name: _stages(load, size.rounds) for name, load in loads.items()}
    tell("the plain loop")
    naive = {
        name: timed(load.frames[: size.naive_frames], _naive(load, size)).as_dict()
        for name, load in loads.items()
    }
    ratio = {
        name: round(line[f"{name}, 1 thread"]["per_cpu_s"] / naive[name]["per_cpu_s"], 1)
        for name in loads
    }
    tell("latency at fixed rates")
    latency = {str(rate): _latency(loads["usual"], rate, size.latency_s) for rate in OFFERED_PER_S}
    frames = loads["usual"].frames
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
        naive=naive,
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


def _best(rates: list[Rate]) -> float:
    return round(max(rate.per_wall_s for rate in rates))


def _whole(load: Load, threads: int) -> Rate:
    line = Line()
    return timed(load.frames, lambda: line.take(load.frames, threads))


def _naive(load: Load, size: Size) -> Callable[[], Any]:
    loop = NaiveLoop()
    return lambda: loop.run(load.frames[: size.naive_frames])


def _stages(load: Load, rounds: int) -> dict[str, dict[str, float]]:
    """Each step by itself over the same chunks."""
    found: dict[str, list[Rate]] = {}
    for _ in range(rounds):
        for name, rate in _once(load).items():
            found.setdefault(name, []).append(rate)
    return {name: median(rates).as_dict() for name, rates in found.items()}


def _once(load: Load) -> dict[str, Rate]:
    frames = load.frames
    chunks = [frames[at : at + CHUNK] for at in range(0, len(frames), CHUNK)]
    line = Line()
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
