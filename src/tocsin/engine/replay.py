"""Runs a recording at full speed on stream time; the same input gives the same bytes."""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.detect.parts import WHOLE, Parts
from tocsin.detect.weigh import Watcher
from tocsin.engine.ahead import sifted_ahead
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate
from tocsin.gate.decode import Decode, Scan
from tocsin.metrics import Tally
from tocsin.model import Bulletin, Event
from tocsin.pipeline import Pipeline, Step
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import Vocabulary, load_vocabulary

DRAIN_MS = 96 * HOUR_MS
"""After the last frame time runs on this far, so that every event comes to its end."""
Progress = Callable[[int, int], None]
"""Called with (frames so far, stream time in ms)."""


class ReplayResult(NamedTuple):
    """What a recording gave."""

    events: list[Event]
    assignments: list[str | None] | None
    """Event id per input row, under which it finally stands; None when not observed."""
    arrival: list[str | None] | None
    """Per input row the first event it joined, reported or not, never revised."""
    reported_rows: dict[str, NDArray[np.int64]]
    """Input rows of each event when it was first reported."""
    joined: NDArray[np.int64]
    """(j, 2): input row and number of the event it joined, in order; empty when not observed."""
    tally: Tally
    first_ms: int
    last_ms: int
    seconds: float

    @property
    def received(self) -> int:
        """Frames read."""
        return self.tally.received


class _Observer:
    """Keeps positions of admitted reports and the events they joined; for recordings only."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.int64]] = []
        self._joined: list[NDArray[np.int64]] = []
        self._merged: dict[int, int] = {}
        self._reported: list[tuple[int, int]] = []
        self._ids: dict[int, str] = {}

    def note(self, rows: NDArray[np.int64], step: Step) -> None:
        """Take one step's positions."""
        self._rows.append(rows)
        self._joined.append(step.found.joined)
        self._merged.update(dict(step.found.merged))
        self._reported += step.found.reported
        self._ids.update(step.ids)

    def final(self, received: int, reported: dict[int, str]) -> list[str | None]:
        """Event id per input row after all mergers; withdrawn and unreported ones are None."""
        out: list[str | None] = [None] * received
        for row, number in self.joins():
            while number in self._merged:
                number = self._merged[number]
            out[row] = reported.get(number)
        return out

    def arrival(self, received: int) -> list[str | None]:
        """The first event number each row joined."""
        out: list[str | None] = [None] * received
        for row, number in self.joins():
            if out[row] is None:
                out[row] = str(number)
        return out

    def when_reported(self) -> dict[str, NDArray[np.int64]]:
        """Rows of every event when it was first reported, merged and withdrawn ones too."""
        joins = self.joins()
        out: dict[str, NDArray[np.int64]] = {}
        for number, count in self._reported:
            mine = {row for row, joined in joins[:count] if self._within(joined, number)}
            out[self._ids[number]] = np.array(sorted(mine), np.int64)
        return out

    def _within(self, joined: int, number: int) -> bool:
        while joined != number and joined in self._merged:
            joined = self._merged[joined]
        return joined == number

    def joins(self) -> list[tuple[int, int]]:
        """(input row, number of the event it joined), in order."""
        rows = np.concatenate([*self._rows, np.zeros(0, np.int64)])
        joined = np.concatenate([*self._joined, np.zeros((0, 2), np.int64)])
        return list(zip(rows[joined[:, 0]].tolist(), joined[:, 1].tolist(), strict=True))


def replay(
    frames: Iterable[list[bytes]],
    view: Decode,
    *,
    bulletins: Iterable[Bulletin] = (),
    seed: int = 0,
    observe: bool = False,
    family: str = "posts",
    progress: Progress | None = None,
    watcher: Watcher | None = None,
    scan: Scan | None = None,
    threads: int = 0,
    parts: Parts = WHOLE,
    vocabulary: Vocabulary | None = None,
    drain_ms: int = DRAIN_MS,
) -> ReplayResult:
    """Events of a recording, in order; `view` decodes one frame, `scan` many at once.
    `threads` decode ahead; the result is the same. At the end `drain_ms` of stream time pass.

    With `observe` each input row is told the event it finally stands under (contract: none);
    `watcher` sees every weighing of a burst; other `parts` and `vocabulary` are for measuring.
    """
    began = time.perf_counter()
    keys = seeded_keys(seed)
    vocabulary, gazetteer = vocabulary or load_vocabulary(), Gazetteer.load()
    gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
    line = Pipeline(gazetteer, (family,), keys.identity, vocabulary.contract, 0, watcher, parts)
    tally, observer = Tally(), _Observer()
    events: list[Event] = []
    waiting = list(bulletins)
    first_ms = now_ms = 0
    for sifted in sifted_ahead(gate, frames, view, scan, threads):
        passed = gate.take(sifted, 0, tally)
        step = line.step(parts.seen(passed.batch), passed.removals, waiting, passed.now_ms)
        waiting = []
        events += step.events
        now_ms = passed.now_ms
        first_ms = first_ms or now_ms
        if observe:
            observer.note(passed.rows, step)
        if progress is not None:
            progress(tally.received, now_ms)
    if now_ms:
        empty = gate.pass_time(now_ms)
        last = line.step(empty.batch, empty.removals, waiting, now_ms + drain_ms)
        events += last.events
        if observe:
            observer.note(empty.rows, last)
    seconds = time.perf_counter() - began
    return ReplayResult(
        events=events,
        assignments=observer.final(tally.received, line.reported) if observe else None,
        arrival=observer.arrival(tally.received) if observe else None,
        reported_rows=observer.when_reported() if observe else {},
        joined=np.array(observer.joins() if observe else [], np.int64).reshape(-1, 2),
        tally=tally,
        first_ms=first_ms,
        last_ms=now_ms,
        seconds=seconds,
    )
