"""Which bar the bursts that were not reported missed: by hazard, country and hour, no finer."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import msgspec

KEPT_MS = 30 * 86_400_000
ROWS = 200_000
"""Kept at most; the oldest hours go first."""
Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]


class NearMiss(msgspec.Struct, frozen=True):
    """The furthest a burst came within one hour without being reported."""

    hazard: str
    country: str
    """Two letters; empty when the reports agree on none."""
    hour_ms: int
    bar: str
    voices: str
    """A band; fewer than five voices are never kept."""


class NearMisses:
    """The part of a store that answers why nothing was reported."""

    def __init__(self, transaction: Opened, reading: Opened) -> None:
        self._transaction, self._reading = transaction, reading

    def keep(self, found: Iterable[NearMiss], now_ms: int) -> None:
        """Keep these, the newer word on an hour replacing the older, and forget after 30 days."""
        rows = [msgspec.structs.astuple(each) for each in found]
        with self._transaction() as base:
            base.executemany("INSERT OR REPLACE INTO near_misses VALUES (?, ?, ?, ?, ?)", rows)
            base.execute("DELETE FROM near_misses WHERE hour_ms < ?", (now_ms - KEPT_MS,))
            base.execute(
                "DELETE FROM near_misses WHERE rowid IN (SELECT rowid FROM near_misses"
                " ORDER BY hour_ms DESC LIMIT -1 OFFSET ?)",
                (ROWS,),
            )

    def about(
        self, hazard: str, countries: Iterable[str], from_ms: int, to_ms: int
    ) -> list[NearMiss]:
        """What was missed of a hazard between two times, ends included, newest first."""
        names = sorted(set(countries))
        marks = ", ".join("?" * len(names))
        with self._reading() as base:
            rows = base.execute(
                "SELECT hazard, country, hour_ms, bar, voices FROM near_misses WHERE hazard = ?"
                f" AND hour_ms BETWEEN ? AND ? AND country IN ({marks}) ORDER BY hour_ms DESC",
                (hazard, from_ms, to_ms, *names),
            ).fetchall()
        return [NearMiss(*row) for row in rows]
