"""Runs a recording at full speed on stream time; the same input gives the same bytes."""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Removals
from tocsin.clock import HOUR_MS
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate
from tocsin.gate.admit import RemovalRows, admit
from tocsin.gate.decode import Decode
from tocsin.metrics import Tally
from tocsin.model import Bulletin, Event
from tocsin.pipeline import Pipeline, Step
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

DRAIN_MS = 96 * HOUR_MS
"""After the last frame time runs on this far, so that every event comes to its end."""
Progress = Callable[[int, int], None]
"""Called with (frames so far, stream time in ms)."""


class ReplayResult(NamedTuple):
    """What a recording gave."""

    events: list[Event]
    assignments: list[str | None] | None
    """Event id per input row, under which it finally stands; None when not observed."""
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

    def note(self, rows: NDArray[np.int64], step: Step) -> None:
        self._rows.append(rows)
        self._joined.append(step.joined)
        self._merged.update(dict(step.merged))

    def final(self, received: int, reported: dict[int, str]) -> list[str | None]:
        """Event id per input row after all mergers; withdrawn and unreported ones are None."""
        out: list[str | None] = [None] * received
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, np.int64)
        for joined in self._joined:
            for ordinal, number in joined.tolist():
                while number in self._merged:
                    number = self._merged[number]
                out[int(rows[ordinal])] = reported.get(number)
        return out


def replay(
    frames: Iterable[list[bytes]],
    view: Decode,
    *,
    bulletins: Iterable[Bulletin] = (),
    seed: int = 0,
    observe: bool = False,
    family: str = "posts",
    progress: Progress | None = None,
) -> ReplayResult:
    """Events of a recording, in order; `view` decodes one frame.

    With `observe` each input row is told the event it finally stands under (contract: none).
    """
    began = time.perf_counter()
    keys = seeded_keys(seed)
    vocabulary, gazetteer = load_vocabulary(), Gazetteer.load()
    gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
    line = Pipeline(gazetteer, (family,), keys.identity, vocabulary.contract)
    tally, observer = Tally(), _Observer()
    events: list[Event] = []
    waiting = list(bulletins)
    first_ms = now_ms = 0
    reported: dict[int, str] = {}
    for chunk in frames:
        passed = gate.enter(chunk, view, 0, tally)
        step = line.step(passed.batch, passed.removals, waiting, passed.now_ms)
        waiting = []
        events += step.events
        now_ms = passed.now_ms
        first_ms = first_ms or now_ms
        if observe:
            observer.note(passed.rows, step)
        if progress is not None:
            progress(tally.received, now_ms)
    if now_ms:
        empty = gate.enter([], view, 0, Tally())
        last = line.step(empty.batch, empty.removals, waiting, now_ms + DRAIN_MS)
        events += last.events
        if observe:
            observer.note(empty.rows, last)
    reported = line.reported
    rows = observer.final(tally.received, reported) if observe else None
    return ReplayResult(events, rows, tally, first_ms, now_ms, time.perf_counter() - began)


_ = (Removals, RemovalRows, admit)
