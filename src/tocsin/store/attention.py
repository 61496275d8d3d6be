"""What people said about events: seen to, quiet for a while, what it was; never who said so."""

import sqlite3
from contextlib import AbstractContextManager

from tocsin.store import audit, unsaid
from tocsin.store.records import Ack, Outcome, Silence

ANSWERS = 100_000
"""Used links remembered at most; each for as long as it could be used again."""


class Attention:
    """The part of a store that people write to; the other part of it opens the file."""

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        raise NotImplementedError

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        raise NotImplementedError

    def silence(self, each: Silence, now_ms: int) -> None:
        """Begin a silence, or replace the one of its id; raises InputError beyond the bounds."""
        with self._transaction() as base:
            unsaid.silence(base, each, now_ms)
            audit.note(base, now_ms, "silence begun", each.id)

    def end_silence(self, silence_id: str, now_ms: int = 0) -> bool:
        """End a silence; False when there is none of that id."""
        with self._transaction() as base:
            found = base.execute("DELETE FROM silences WHERE id = ?", (silence_id,)).rowcount
            if found:
                audit.note(base, now_ms, "silence ended", silence_id)
        return found > 0

    def silences(self, now_ms: int) -> list[Silence]:
        """Silences that have not ended."""
        with self._reading() as base:
            return unsaid.silences(base, now_ms)

    def acknowledge(self, event_id: str, now_ms: int, outcome: Outcome = "") -> None:
        """Note that somebody sees to an event; raises InputError when there is none."""
        with self._transaction() as base:
            unsaid.acknowledge(base, event_id, now_ms, outcome)
            audit.note(base, now_ms, "acknowledged", f"{event_id} {outcome}".rstrip())

    def acks(self, limit: int = 10_000) -> list[Ack]:
        """What was seen to, newest first."""
        with self._reading() as base:
            return unsaid.acks(base, limit)

    def answer(self, answer_id: str, until_ms: int, ack: Ack, mute: Silence | None = None) -> bool:
        """Acknowledge, and mute if asked, by a link that works once; False when it was used.

        False too while as many used links are remembered as can be: then none works, rather
        than one twice. Raises InputError for an unknown event or a silence beyond its bounds.
        """
        with self._transaction() as base:
            base.execute("DELETE FROM answered WHERE until_ms <= ?", (ack.at_ms,))
            if base.execute("SELECT count(*) FROM answered").fetchone()[0] >= ANSWERS:
                return False
            if not base.execute(
                "INSERT OR IGNORE INTO answered VALUES (?, ?)", (answer_id, until_ms)
            ).rowcount:
                return False
            unsaid.acknowledge(base, ack.event_id, ack.at_ms, ack.outcome)
            about = f"{ack.event_id} {ack.outcome}".rstrip()
            audit.note(base, ack.at_ms, "answered by link", about)
            if mute is not None:
                unsaid.silence(base, mute, ack.at_ms)
        return True

    def is_answered(self, answer_id: str) -> bool:
        """Whether the link of this id was used."""
        with self._reading() as base:
            row = base.execute("SELECT 1 FROM answered WHERE id = ?", (answer_id,)).fetchone()
        return row is not None
