"""The allow-listed columns become a Batch; everything else ends here."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Batch, Flag, Removals
from tocsin.gate.read import Reading
from tocsin.gate.voices import LIVE_TAGS


class Passed(NamedTuple):
    """What came through the gate, and which input rows it was (positions, for `eval` only)."""

    batch: Batch
    removals: Removals
    rows: NDArray[np.int64]
    now_ms: int


class Kept(NamedTuple):
    """What is known of n texts that are read, beside what they say; in order of arrival."""

    row: NDArray[np.int64]
    """Row of the decoded columns."""
    at_ms: NDArray[np.int64]
    voice: NDArray[np.uint64]
    """(n, 2)."""
    post: NDArray[np.uint64]
    window: NDArray[np.int64]


class RemovalRows:
    """Removals in the making; keeps order against the admitted rows."""

    def __init__(self) -> None:
        self._before: list[int] = []
        self._time_ms: list[int] = []
        self._post: list[NDArray[np.uint64]] = []
        self._voice: list[NDArray[np.uint64]] = []

    def add(
        self, before: int, at_ms: int, post: NDArray[np.uint64], voice: NDArray[np.uint64]
    ) -> None:
        """One removal ahead of the given row of the texts that are read; tags, newest first."""
        self._before.append(before)
        self._time_ms.append(at_ms)
        self._post.append(post)
        self._voice.append(voice)

    def finish(self, kept: NDArray[np.bool_]) -> Removals:
        """Columns, with `before` counted in admitted rows instead of read ones."""
        rank = np.concatenate([[0], np.cumsum(kept)])
        return Removals(
            rank[np.array(self._before, np.int64)],
            np.array(self._time_ms, np.int64),
            np.array(self._post, np.uint64).reshape(-1, LIVE_TAGS),
            np.array(self._voice, np.uint64).reshape(-1, LIVE_TAGS),
        )


def csr_rows(
    at: NDArray[np.int64], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of the kept rows of a CSR column, and the positions of their values."""
    sizes = np.diff(at)
    new_at = np.concatenate([[0], np.cumsum(sizes[keep])]).astype(np.int64)
    positions = np.flatnonzero(np.repeat(keep, sizes))
    return new_at, positions


def reading_of(reading: Reading, keep: NDArray[np.bool_]) -> Reading:
    """What the kept ones of the texts say; the same as if they alone had been read."""
    if keep.all():
        return reading
    place_at, places = csr_rows(reading.place_at, keep)
    fact_at, facts = csr_rows(reading.fact_at, keep)
    term_at, terms = csr_rows(reading.term_at, keep)
    return Reading(
        reading.hazard[keep], reading.verdict[keep], reading.sense[keep], reading.flags[keep],
        reading.lang[keep], reading.sketch[keep], fact_at, reading.fact_kind[facts],
        reading.fact_value[facts], term_at, reading.term[terms], place_at, reading.place[places],
        reading.named[keep] if len(reading.named) == len(keep) else reading.named,
        reading.is_bare[keep],
    )  # fmt: skip


def admit(
    kept: Kept, reposts: NDArray[np.bool_], reading: Reading, family: int
) -> tuple[Batch, NDArray[np.bool_]]:
    """The Batch of the texts whose verdict is 0, and which those are."""
    keep = reading.verdict == 0
    place_at, places = csr_rows(reading.place_at, keep)
    fact_at, facts = csr_rows(reading.fact_at, keep)
    term_at, terms = csr_rows(reading.term_at, keep)
    marks = np.where(reposts[keep], int(Flag.REPOST), 0).astype(np.uint16)
    batch = Batch(
        time_ms=kept.at_ms[keep],
        hazard=reading.hazard[keep].astype(np.uint16),
        sense=reading.sense[keep],
        flags=reading.flags[keep] | marks,
        lang=reading.lang[keep],
        family=np.full(len(marks), family, np.uint8),
        voice=kept.voice[keep],
        post=kept.post[keep],
        sketch=reading.sketch[keep],
        place_at=place_at,
        place=reading.place[places],
        fact_at=fact_at,
        fact_kind=reading.fact_kind[facts],
        fact_value=reading.fact_value[facts],
        term_at=term_at,
        term=reading.term[terms],
        voice_window=kept.window[keep],
    )
    return batch, keep
