"""The boundary: text and voices come in, columns go out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.gate.admit import Passed, RemovalRows, admit, reading_of
from tocsin.gate.decode import Decode, Scan, decode
from tocsin.gate.gather import gathered, language_ids
from tocsin.gate.read import REASON_OF_VERDICT, Reading, read
from tocsin.gate.sieve import Sieve
from tocsin.gate.sort_out import SEEN_MAX, SEEN_MS, Busy, Sorter
from tocsin.gate.timeline import Timeline
from tocsin.gate.voices import VoiceKeys
from tocsin.metrics import Reason, Tally
from tocsin.sources.columns import REASONS, Columns, Frames
from tocsin.sources.operations import CREATE, EDIT
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import Vocabulary

__all__ = ["AHEAD_MS", "SEEN_MAX", "SEEN_MS", "Gate", "Passed", "Sifted"]

AHEAD_MS = 120_000
"""Furthest a live post may be stamped ahead of its receipt."""


class Sifted(NamedTuple):
    """Frames that were decoded and sieved, and not yet counted or remembered anywhere."""

    columns: Columns
    named: NDArray[np.bool_]
    reading: Reading | None = None
    """What every text that names a hazard says, where that was read ahead."""


class Gate:
    """Decode, sieve, read, voices, admit: five steps and no way around them."""

    def __init__(
        self, vocabulary: Vocabulary, gazetteer: Gazetteer, keys: VoiceKeys, term_key: int
    ) -> None:
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer
        self._sieve = Sieve(vocabulary)
        self._sorter = Sorter(keys)
        self._term_key = term_key
        self._timeline = Timeline()
        self._rows = 0

    def enter(
        self,
        frames: Frames,
        view: Decode,
        family: int,
        tally: Tally,
        received_ms: int | None = None,
        stream: int | None = None,
        scan: Scan | None = None,
    ) -> Passed:
        """Take frames of one source; `tally` is that source's own balance.

        Voices are told apart within a family; `stream` is the column by which the reports of
        this source can be purged alone, the family itself when left out.

        Live sources give the time of receipt: a stamp beyond it by more than AHEAD_MS counts
        as of receipt (reliability R7). `scan`, where a source has one, decodes many at once.
        """
        return self.take(self.sift(frames, view, scan), family, tally, received_ms, stream)

    def sift(
        self, frames: Frames, view: Decode, scan: Scan | None = None, reads: bool = False
    ) -> Sifted:
        """The first two steps, which remember nothing: several threads may do them at once.

        With `reads` also the third, for every post that names a hazard; else it waits until it is
        known which of them came before.
        """
        columns = decode(frames, view, scan)
        wanted = (columns.refused == 0) & (columns.op <= EDIT)
        named = self._sieve.named(columns.blob, columns.spans, wanted)
        reading = self._read(columns, np.flatnonzero(named)) if reads else None
        return Sifted(columns, named, reading)

    def take(
        self,
        sifted: Sifted,
        family: int,
        tally: Tally,
        received_ms: int | None = None,
        stream: int | None = None,
    ) -> Passed:
        """The other three steps, which must be done in the order of arrival, one at a time."""
        columns, named, ahead = sifted
        first_row = self._rows
        self._rows += len(columns.refused)
        self._count(columns, named, tally)
        busy = self._arrived(columns, named, received_ms)
        removals = RemovalRows()
        kept = self._sorter.sort_out(columns, busy, first_row, family, removals, tally)
        self._sorter.pass_time(self._timeline.now_ms)
        if ahead is None:
            reading = self._read(columns, kept.row)
        else:
            reading = reading_of(ahead, np.isin(np.flatnonzero(named), kept.row))
        reposts = columns.repost[kept.row]
        batch, admitted = admit(kept, reposts, reading, family if stream is None else stream)
        self._sorter.hold(batch.post, batch.time_ms)
        for verdict, reason in REASON_OF_VERDICT.items():
            tally.refuse(reason, int((reading.verdict == verdict).sum()))
        tally.admitted += batch.rows
        rows = first_row + kept.row[admitted]
        return Passed(batch, removals.finish(admitted), rows, self._timeline.now_ms)

    def _read(self, columns: Columns, rows: NDArray[np.int64]) -> Reading:
        """What the texts of some rows say; the texts are gone when it is done."""
        buffer, offsets = gathered(columns.blob, columns.spans[rows])
        declared = language_ids()[columns.lang[rows]]
        return read(self._vocabulary, self._gazetteer, buffer, offsets, declared, self._term_key)

    def pass_time(self, now_ms: int) -> Passed:
        """Let a silent stream grow older: nothing comes in, but the clock moves."""
        self._timeline.advance(now_ms)
        return self.enter([], _nothing, 0, Tally())

    def _count(self, columns: Columns, named: NDArray[np.bool_], tally: Tally) -> None:
        """Count what goes no further, each for one reason."""
        tally.received += len(columns.refused)
        for code, count in enumerate(np.bincount(columns.refused, minlength=1).tolist()):
            if code:
                tally.refuse(REASONS[code - 1], count)
        is_post = (columns.refused == 0) & (columns.op <= EDIT)
        tally.refuse(Reason.NO_HAZARD, int((is_post & ~named).sum()))
        tally.refuse(Reason.REMOVAL, int(((columns.refused == 0) & ~is_post).sum()))

    def _arrived(self, columns: Columns, named: NDArray[np.bool_], received_ms: int | None) -> Busy:
        """Rows that are removals or name a hazard, with the stream time at which they came."""
        rows = np.flatnonzero(columns.refused == 0)
        stamps = columns.at_ms[rows]
        if received_ms is not None:
            stamps = np.where(stamps <= received_ms + AHEAD_MS, stamps, received_ms)
        at_ms = self._timeline.arrive(stamps)
        is_busy = (columns.op[rows] != CREATE) | named[rows]
        return Busy(rows[is_busy], at_ms[is_busy], named[rows[is_busy]])


def _nothing(frame: bytes) -> Reason:
    """The view of a source that has no frames."""
    return Reason.BAD_FRAME
