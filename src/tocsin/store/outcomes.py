"""How often alerts were right, as those who got them noted it: by watch and by hazard."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Judgement(msgspec.Struct, frozen=True):
    """Events alerted, those of them that somebody judged, and how."""

    of: str
    """A hazard, or the id of a watch."""
    alerted: int
    real: int
    exaggerated: int
    false: int
    duplicate: int
    elsewhere: int

    @property
    def judged(self) -> int:
        """How many were judged at all."""
        return self.real + self.exaggerated + self.false + self.duplicate + self.elsewhere

    @property
    def right(self) -> float | None:
        """Share of the judged ones that were real, be they exaggerated; None without any."""
        return (self.real + self.exaggerated) / self.judged if self.judged else None


class Outcomes:
    """What came of the alerts of one store; every method raises as those of the store do."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def by_hazard(self, since_ms: int = 0) -> list[Judgement]:
        """For each hazard that was alerted since then, most alerts first."""
        return self._counted("(SELECT hazard FROM revisions AS r WHERE r.event_id = o.event_id"
                             " ORDER BY r.seq DESC LIMIT 1)", since_ms)  # fmt: skip

    def by_watch(self, since_ms: int = 0) -> list[Judgement]:
        """For each watch that alerted since then, most alerts first."""
        return self._counted("o.watch", since_ms)

    def _counted(self, of: str, since_ms: int) -> list[Judgement]:
        """An event counts once however many channels and revisions told it."""
        with self._reading() as base:
            rows = base.execute(
                f"SELECT {of} AS about, count(DISTINCT o.event_id),"
                + ",".join(
                    f" count(DISTINCT CASE a.outcome WHEN '{word}' THEN o.event_id END)"
                    for word in ("real", "exaggerated", "false", "duplicate", "elsewhere")
                )
                + " FROM outbox AS o LEFT JOIN acks AS a ON a.event_id = o.event_id"
                " WHERE o.kind = 'alert' AND o.state = 'sent' AND o.created_ms >= ?"
                " GROUP BY about ORDER BY 2 DESC, about",
                (since_ms,),
            ).fetchall()
        return [Judgement(*row) for row in rows if row[0]]
