"""What was taken back, lowered or moved, how soon, and who has not got the word of it yet."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, Literal

import msgspec

from tocsin.model import LEVELS

ROWS = 20_000
"""Most revisions looked at for one answer, newest events first."""
Kind = Literal["withdrawn", "lowered"]
Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Correction(msgspec.Struct, frozen=True):
    """One correction of an event; nothing of what was wrong is in it."""

    event_id: str
    revision: int
    kind: Kind
    hazard: str
    country: str | None
    at_ms: int
    wrong_ms: int
    """When the first revision was decided that said what no longer holds."""


class Tries(msgspec.Struct, frozen=True):
    """How corrections are on their way to the receivers."""

    owed: int
    """Not yet accepted."""
    untried_ms: int
    """Since when the oldest one waits that was never tried; 0 when there is none."""
    first_try_ms: tuple[int, ...]
    """Delay from decision to first try, of the newest ones that were tried."""


class Corrections:
    """Corrections of one store; every method raises as those of the store do."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def since(self, since_ms: int, limit: int = 500) -> list[Correction]:
        """Corrections decided at or after then, newest first."""
        with self._reading() as base:
            rows = base.execute(
                "SELECT event_id, revision, at_ms, hazard, country, level, phase FROM revisions"
                " WHERE event_id IN (SELECT event_id FROM revisions WHERE at_ms >= ?)"
                " ORDER BY seq DESC LIMIT ?",
                (since_ms, ROWS),
            ).fetchall()
        found = [c for c in _found(rows) if c.at_ms >= since_ms]
        return sorted(found, key=lambda c: (-c.at_ms, c.event_id, -c.revision))[:limit]

    def tries(self, limit: int = 1_000) -> Tries:
        """How the newest corrections fare in the outbox."""
        with self._reading() as base:
            owed, untried_ms = base.execute(
                "SELECT count(*), ifnull(min(CASE attempts WHEN 0 THEN created_ms END), 0)"
                " FROM outbox WHERE state = 'pending' AND corrects = 1"
            ).fetchone()
            delays = base.execute(
                "SELECT max(first_try_ms - created_ms, 0) FROM outbox"
                " WHERE corrects = 1 AND first_try_ms > 0 ORDER BY seq DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return Tries(owed, untried_ms, tuple(delay for (delay,) in delays))


def median_ms(corrections: Iterable[Correction]) -> int | None:
    """Median time from the first wrong revision to its correction; None without any."""
    took = sorted(each.at_ms - each.wrong_ms for each in corrections)
    if not took:
        return None
    middle = len(took) // 2
    return took[middle] if len(took) % 2 else (took[middle - 1] + took[middle]) // 2


def _found(rows: list[tuple[Any, ...]]) -> Iterator[Correction]:
    for event_id, group in groupby(sorted(rows), key=lambda row: row[0]):
        since: dict[int, int] = {}
        first_ms = 0
        for _, revision, at_ms, hazard, country, word, phase in group:
            first_ms = first_ms or at_ms
            if phase == "withdrawn":
                yield Correction(event_id, revision, "withdrawn", hazard, country, at_ms, first_ms)
                continue
            if word is None:
                continue
            level = LEVELS.index(word)
            above = [since[higher] for higher in since if higher > level]
            if above and phase in ("reported", "updated"):
                yield Correction(event_id, revision, "lowered", hazard, country, at_ms, min(above))
            since = {known: at for known, at in since.items() if known <= level}
            since.setdefault(level, at_ms)
