"""The line over a load: as a whole, and stage by stage, in wall and CPU time."""

import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tocsin.engine.ahead import sifted_ahead
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate, Sifted
from tocsin.metrics import Tally
from tocsin.pipeline import Pipeline
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

CHUNK = 4_096
"""Frames the line is given at a time."""


class Rate(NamedTuple):
    """How long a number of frames took."""

    frames: int
    size_bytes: int
    wall_s: float
    cpu_s: float
    user_s: float = 0.0
    """Of `cpu_s`, what the process itself computed; the rest is the system's."""

    @property
    def per_wall_s(self) -> float:
        """Frames a second of wall time."""
        return self.frames / self.wall_s

    @property
    def per_cpu_s(self) -> float:
        """Frames a second of CPU time, over all threads."""
        return self.frames / self.cpu_s

    def as_dict(self) -> dict[str, float]:
        """Rates in whole frames, bytes in megabytes, time in microseconds a frame."""
        return {
            "frames": self.frames,
            "per_wall_s": round(self.per_wall_s),
            "per_cpu_s": round(self.per_cpu_s),
            "mb_per_cpu_s": round(self.size_bytes / self.cpu_s / 1e6, 1),
            "cpu_us": round(1e6 * self.cpu_s / self.frames, 3),
        }


def timed(frames: list[bytes], work: Callable[[], Any]) -> Rate:
    """Wall and CPU seconds (this process, every thread) of one piece of work over the frames."""
    wall_s, cpu_s, user_s = time.perf_counter(), time.process_time(), os.times().user
    work()
    return Rate(
        len(frames),
        sum(map(len, frames)),
        max(time.perf_counter() - wall_s, 1e-9),
        max(time.process_time() - cpu_s, 1e-9),
        max(os.times().user - user_s, 1e-9),
    )


def median(rates: list[Rate]) -> Rate:
    """The middle run by CPU time."""
    return sorted(rates, key=lambda rate: rate.cpu_s)[len(rates) // 2]


class Line:
    """A gate and a pipeline of their own, fresh for each run."""

    def __init__(self) -> None:
        keys = seeded_keys(0)
        vocabulary, gazetteer = load_vocabulary(), Gazetteer.load()
        self.gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
        self.pipeline = Pipeline(gazetteer, ("posts",), keys.identity, vocabulary.contract)
        self.tally = Tally()
        self.events = 0

    def take(self, frames: list[bytes], threads: int = 0) -> None:
        """All frames, in chunks; `threads` decode, sieve and read beside this one."""
        chunks = (frames[at : at + CHUNK] for at in range(0, len(frames), CHUNK))
        for sifted in sifted_ahead(self.gate, chunks, decode_jetstream, scan_jetstream, threads):
            self.decide(sifted)

    def decide(self, sifted: Sifted) -> None:
        """The steps that are done in order: read, tag, admit, detect."""
        passed = self.gate.take(sifted, 0, self.tally)
        step = self.pipeline.step(passed.batch, passed.removals, [], passed.now_ms)
        self.events += len(step.events)
