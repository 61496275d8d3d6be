"""What is usually said, by hazard, country and hour: counts of five voices or more alone."""

from collections.abc import Iterable

import msgspec

from tocsin.clock import HOUR_MS
from tocsin.errors import Corruption
from tocsin.model import K_VOICES
from tocsin.store.near_misses import Opened

ROWS = 100_000
"""Kept at most; the oldest hours go first."""


class UsualHour(msgspec.Struct, frozen=True):
    """Reports of one hour that were in no event."""

    hazard: str
    """Empty: of all hazards together."""
    country: str
    """Two letters; empty: wherever it may be."""
    hour_ms: int
    reports: int
    """0 when it is to be forgotten; else never below five, nor from fewer voices."""


class UsualHours:
    """The part of a store that spares detection a cold start."""

    def __init__(self, transaction: Opened, reading: Opened, name: str) -> None:
        self._transaction, self._reading, self._name = transaction, reading, name

    def keep(self, hours: Iterable[UsualHour], stamp: str, before_ms: int) -> None:
        """Write these down over what was known of their hours; forget all before a time.

        What was counted under another `stamp` (of the vocabulary) is forgotten as well.
        """
        rows = [(*msgspec.structs.astuple(each), stamp) for each in hours]
        with self._transaction() as base:
            base.execute("DELETE FROM usual WHERE hour_ms < ? OR stamp <> ?", (before_ms, stamp))
            base.executemany(
                "DELETE FROM usual WHERE hazard = ? AND country = ? AND hour_ms = ?",
                [row[:3] for row in rows],
            )
            base.executemany(
                "INSERT INTO usual VALUES (?, ?, ?, ?, ?)",
                [row for row in rows if row[3] >= K_VOICES],
            )
            base.execute(
                "DELETE FROM usual WHERE rowid IN (SELECT rowid FROM usual"
                " ORDER BY hour_ms DESC LIMIT -1 OFFSET ?)",
                (ROWS,),
            )

    def all(self, stamp: str) -> list[UsualHour]:
        """Everything counted under a stamp, oldest first.

        Raises Corruption when a number cannot be one that was written.
        """
        with self._reading() as base:
            rows = base.execute(
                "SELECT hazard, country, hour_ms, reports FROM usual WHERE stamp = ?"
                " ORDER BY hour_ms, hazard, country LIMIT ?",
                (stamp, ROWS),
            ).fetchall()
        try:
            hours = [msgspec.convert(row, tuple[str, str, int, int]) for row in rows]
        except msgspec.ValidationError:
            raise self._damaged() from None
        if any(reports < K_VOICES or hour_ms % HOUR_MS for _, _, hour_ms, reports in hours):
            raise self._damaged()
        return [UsualHour(*row) for row in hours]

    def _damaged(self) -> Corruption:
        return Corruption(
            f"store {self._name}: what is usual (table usual) holds a number that Tocsin never "
            "writes. Restore a copy, or empty that table: what is usual is then learnt anew."
        )
