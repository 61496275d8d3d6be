"""The whole engine on a live connection: at a fixed rate, and with more than it can take."""

import gc
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.clock import SystemClock
from tocsin.engine.frugal import give_back
from tocsin.engine.inbox import Chunk
from tocsin.engine.keys import seeded_keys
from tocsin.engine.listeners import Listeners
from tocsin.engine.live import Engine
from tocsin.engine.overload import Ladder
from tocsin.engine.warm import warm
from tocsin.eval.bench.aside import load_aside
from tocsin.eval.bench.memory import resident_mb
from tocsin.eval.bench.run import OFFERED_PER_S
from tocsin.eval.bench.sender import as_messages, sending
from tocsin.metrics import Reason
from tocsin.sources.columns import Block
from tocsin.sources.jetstream import JetstreamSource
from tocsin.store import Store

SENDER_PER_S = 300_000
"""What one process sends, stamping included, with something to spare."""
FRAMES = 20_000
"""Different frames; played again and again as new posts."""
_SAMPLE = 64
_FIRST_S = 2.0
"""Left out of the waits: until the first posts are there."""
Tell = Callable[[str], None]


class Run(msgspec.Struct):
    """What a live run came to; waits are from when a post is due to its decision."""

    offered_per_s: int
    """0 for as many as are taken."""
    received_per_s: int
    decided_per_s: int
    shed_share: float
    removals_lost: int
    balanced: bool
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_us: float
    """Of this process, a frame received."""
    rss_begin_mb: float
    rss_peak_mb: float
    rss_end_mb: float
    steps: dict[str, float]
    """After how many seconds each step of shedding began."""


class _Watched(Engine):
    """An engine that notes, after each step, how long its posts waited."""

    def watch(self, sheds: bool) -> None:
        self.waits_ms: list[float] = []
        self.climbed: dict[str, float] = {}
        self.peak_mb = self.begin_mb = resident_mb()
        self._looked_s = self._begun_s = time.time()
        if not sheds:
            self._entry.ladder = _Flat(0.0)

    def _step(self, chunks: Sequence[Chunk]) -> None:
        super()._step(chunks)
        now_s = time.time()
        for name in self.shedding:
            self.climbed.setdefault(name, round(now_s - self._begun_s, 1))
        if now_s - self._looked_s > 0.25:
            self._looked_s, self.peak_mb = now_s, max(self.peak_mb, resident_mb())
        if now_s - self._begun_s < _FIRST_S:
            return
        for chunk in chunks:
            if isinstance(chunk.frames, Block):
                for row in range(0, len(chunk.frames.start), _SAMPLE):
                    due_us = _due_us(chunk.frames.frame(row))
                    self.waits_ms.append(1e3 * now_s - due_us / 1e3)


class _Flat(Ladder):
    """Nothing is ever shed: the sources have to wait."""

    def note(self, fill: float, lag_ms: int | None, now_s: float) -> None:
        pass


def _due_us(frame: bytes) -> int:
    at = frame.index(b'"time_us":') + 10
    return int(frame[at : at + 16])


def run_live(per_s: int, seconds: float, seed: int, sheds: bool = True) -> Run:
    """So many posts a second (0: as fast as they are taken) for some seconds."""
    messages, removed = _load(seed)
    with tempfile.TemporaryDirectory() as folder, sending(messages, per_s) as url:
        del messages
        give_back()
        table = {"url": url, "wire": "v1"}
        clock = SystemClock()
        source = JetstreamSource(JetstreamSource.spec.checked("bench", table), clock)
        engine = _Watched(
            {"bench": source}, [], {}, Store.open(Path(folder) / "bench.db"), seeded_keys(seed),
            clock, Listeners(_ignore, _ignore), 0.2,
        )  # fmt: skip
        engine.watch(sheds)
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        thread = threading.Thread(target=engine.run)
        thread.start()
        threading.Event().wait(seconds)
        engine.stop()
        thread.join()
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    tally = engine.intakes[0].tally
    turns, rest = divmod(tally.received, FRAMES)
    owed = turns * int(removed[-1]) + int(removed[rest])
    shed = tally.refused[Reason.SHED]
    waits = np.array(engine.waits_ms or [0.0])
    half, most, worst = (round(float(np.percentile(waits, share)), 1) for share in (50, 99, 100))
    return Run(
        offered_per_s=per_s,
        received_per_s=round(tally.received / wall_s),
        decided_per_s=round((tally.received - shed) / wall_s),
        shed_share=round(shed / max(tally.received, 1), 4),
        removals_lost=owed - tally.refused[Reason.REMOVAL],
        balanced=tally.balanced,
        p50_ms=half, p99_ms=most, max_ms=worst,
        cpu_us=round(1e6 * cpu_s / max(tally.received, 1), 3),
        rss_begin_mb=engine.begin_mb, rss_peak_mb=engine.peak_mb, rss_end_mb=resident_mb(),
        steps=engine.climbed,
    )  # fmt: skip


def run_fixed(seconds: float, seed: int, tell: Tell) -> dict[str, Run]:
    """Each offered rate for some seconds; nothing is shed, so a line too slow falls behind."""
    tell("compiling, where that was not done before")
    warm()
    found = {}
    for per_s in OFFERED_PER_S:
        tell(f"{per_s:,} a second")
        found[f"{per_s:,} a second"] = run_live(per_s, seconds, seed, sheds=False)
        gc.collect()
    return found


def run_overload(seconds: float, seed: int, tell: Tell) -> dict[str, Run]:
    """What it can take without shedding, then twice as much, or what a server can send."""
    tell("compiling, where that was not done before")
    warm()
    tell("as fast as it goes, nothing shed")
    whole = run_live(0, seconds / 3, seed, sheds=False)
    # An engine knows its own parts and they know it, so it goes only when asked.
    gc.collect()
    # At a rate of its own: a server that sends as fast as it is read is never read too slowly.
    per_s = min(2 * whole.received_per_s, SENDER_PER_S)
    tell(f"{per_s:,} a second, with shedding")
    return {"nothing shed": whole, "overload": run_live(per_s, seconds, seed)}


def _load(seed: int) -> tuple[bytes, NDArray[np.int64]]:
    """The load as it goes over the wire, and how many removals are in its first n frames."""
    aside = load_aside(FRAMES, 0.03, seed)
    return as_messages(aside.frames), np.cumsum([0, *aside.removes])


def _ignore(_: Any) -> None:
    """Nobody listens."""
