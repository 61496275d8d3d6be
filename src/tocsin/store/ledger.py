"""The store: revisions, outbox, cursors and meta, where a step is kept whole or not at all."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tocsin.errors import InputError
from tocsin.model import Alert, Event
from tocsin.store import outbox, revisions, unsaid
from tocsin.store.attention import Attention
from tocsin.store.audit import Audit, root_of
from tocsin.store.connection import BUSY_MS, connect, explained
from tocsin.store.corrections import Corrections
from tocsin.store.inspection import Inspection
from tocsin.store.marks import Mark, Marks
from tocsin.store.near_misses import NearMisses
from tocsin.store.outcomes import Outcomes
from tocsin.store.records import OutboxState, Owed, Revision, Unsaid, fell_below_k
from tocsin.store.usual import UsualHours
from tocsin.store.watches import Watches

META_BYTES = 16 << 20
CURSOR_CHARS = 4_096


class Store(Attention):
    """Everything Tocsin remembers, in one file; safe to share between threads.

    Every method raises StoreUnavailable when the file cannot be used just now and
    Corruption when what it holds contradicts itself; either way nothing half-done is kept.
    """

    def __init__(self, base: sqlite3.Connection, name: str, inspection: Inspection) -> None:
        self._base, self._name, self._turn = base, name, threading.RLock()
        self.inspection = inspection
        self.audit = Audit(self._transaction, self._reading)
        self._marks = Marks(self._transaction)
        self.watches = Watches(self._transaction, self._reading)
        self.corrections = Corrections(self._reading)
        self.outcomes = Outcomes(self._reading)
        self.near_misses = NearMisses(self._transaction, self._reading)
        self.usual = UsualHours(self._transaction, self._reading, name)

    @classmethod
    def open(cls, path: str | Path, busy_ms: int = BUSY_MS) -> Self:
        """Open or create the file; waits at most `busy_ms` for another process's lock."""
        path = Path(path)
        base, is_checked = connect(path, busy_ms)
        return cls(base, path.name, Inspection(path, is_checked))

    def close(self) -> None:
        """Let go of the file; closing twice is fine."""
        self.inspection.stop()
        with self._turn:
            self._base.close()

    def checkpoint(self) -> bool:
        """Move the log into the file and truncate it; only then are deleted bytes gone.

        False when a reader was in the way: call again.
        """
        # To truncate is to wait for readers, and the check of a large file reads for long.
        whole = not self.inspection.reading
        with self._turn, explained(self._name):
            how = "TRUNCATE" if whole else "PASSIVE"
            return whole and not self._base.execute(f"PRAGMA wal_checkpoint({how})").fetchone()[0]

    def commit_step(
        self,
        events: Sequence[Event],
        alerts: Sequence[Alert],
        cursors: Mapping[str, str],
        now_ms: int,
        meta: Mapping[str, bytes] | None = None,
        held: Sequence[Unsaid] = (),
    ) -> None:
        """Keep one step whole: revisions, what is owed or held back, how far sources were read.

        Repeating a step changes nothing. A withdrawal takes the place of what the same
        channel is still owed about the event, and an event withdrawn for too few voices
        shrinks at once. Raises InputError for a cursor or value beyond its bound.
        """
        with self._transaction() as base:
            for event in events:
                revisions.add(base, event)
            root = root_of(base) if alerts else ""
            for alert in alerts:
                outbox.add(base, alert, now_ms, root)
                unsaid.said(base, alert)
            for each in held:
                unsaid.keep(base, each)
            for event in events:
                if fell_below_k(event):
                    self._shrink(base, event.event_id)
            for source, cursor in cursors.items():
                _bounded(f"cursor of {source}", len(cursor), CURSOR_CHARS)
                base.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (source, cursor))
            for name, value in (meta or {}).items():
                _bounded(f"meta {name}", len(value), META_BYTES)
                base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def mark(
        self, key: str, state: OutboxState, now_ms: int, next_at_ms: int = 0, detail: str = ""
    ) -> None:
        """Write down how one try ended; `pending` with `next_at_ms` means try again then.

        Threads that call it at once share a commit.
        """
        self._marks.write(Mark(key, state, now_ms, next_at_ms, detail))

    def expire(self, before_ms: int) -> int:
        """Give up what has been owed since before; how many, from then on in `undelivered`."""
        with self._transaction() as base:
            return outbox.expire(base, before_ms)

    def shrink(self, event_id: str) -> None:
        """Reduce every trace of an event to id, hazard, country, phase and times (P10).

        Alerts not yet sent are superseded; withdrawals stay owed with nothing else in them.
        The bytes are gone from the disk after the next `checkpoint`.
        """
        with self._transaction() as base:
            self._shrink(base, event_id)

    def prune(self, before_ms: int) -> int:
        """Forget events last revised before and their settled messages; how many revisions."""
        with self._transaction() as base:
            return revisions.prune(base, before_ms)

    def pending(self, channel: str | None = None, limit: int = 100) -> list[Owed]:
        """What is owed, due or not: corrections first (untried ones foremost), then by age."""
        return self._owed(
            "WHERE state = 'pending' AND channel = ifnull(?, channel) ORDER BY"
            " corrects DESC, CASE corrects WHEN 1 THEN attempts > 0 END, seq LIMIT ?",
            channel,
            limit,
        )

    def channels_owed(self) -> list[str]:
        """Channels that still wait for something."""
        with self._turn, explained(self._name):
            rows = self._base.execute(
                "SELECT DISTINCT channel FROM outbox WHERE state = 'pending' ORDER BY channel"
            ).fetchall()
        return [channel for (channel,) in rows]

    def undelivered(self, limit: int = 100) -> list[Owed]:
        """What was rejected or given up, and corrections nobody took yet; newest first."""
        return self._owed(
            "WHERE state IN ('rejected', 'expired') OR state = 'pending' AND corrects = 1"
            " AND attempts > 0 ORDER BY seq DESC LIMIT ?",
            limit,
        )

    def channel_counts(self) -> dict[str, dict[str, int]]:
        """How many messages stand in each state, by channel."""
        found: dict[str, dict[str, int]] = {}
        with self._reading() as base:
            for channel, state, n in base.execute(
                "SELECT channel, state, count(*) FROM outbox GROUP BY channel, state"
            ):
                found.setdefault(channel, {})[state] = n
        return found

    def outbox_counts(self) -> dict[str, int]:
        """Messages by state."""
        with self._turn, explained(self._name):
            return dict(
                self._base.execute(
                    "SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state"
                ).fetchall()
            )

    def recent_alerts(self, limit: int = 100) -> list[Owed]:
        """Messages in whatever state, newest first."""
        return self._owed("ORDER BY seq DESC LIMIT ?", limit)

    def alerts_about(self, event_id: str) -> list[Alert]:
        """The last message of each watch about an event, and about each that became part of it,
        oldest first: what a matcher asks for when the event first comes up."""
        owed = self._owed(
            "WHERE seq IN (SELECT max(seq) FROM outbox WHERE event_id IN (SELECT ?1 UNION"
            " SELECT event_id FROM outbox WHERE merged_into = ?1 AND merged_into <> '')"
            " GROUP BY watch, event_id) ORDER BY seq",
            event_id,
        )
        return [each.alert for each in owed]

    def revisions_since(self, seq: int, limit: int = 1_000, from_ms: int = 0) -> list[Revision]:
        """Revisions committed after `seq` and decided at or after `from_ms`, oldest first."""
        rest = "WHERE seq > ? AND at_ms >= ? ORDER BY seq LIMIT ?"
        return self._revisions(rest, seq, from_ms, limit)

    def revisions_of(self, event_id: str, limit: int = 1_000) -> list[Revision]:
        """Every revision of one event, first to last."""
        return self._revisions("WHERE event_id = ? ORDER BY revision LIMIT ?", event_id, limit)

    def latest(self, since_ms: int = 0, limit: int = 1_000) -> list[Revision]:
        """The last revision of each event decided at or after `since_ms`, newest first."""
        return self._revisions(
            "WHERE seq IN (SELECT max(seq) FROM revisions GROUP BY event_id) AND at_ms >= ?"
            " ORDER BY seq DESC LIMIT ?",
            since_ms,
            limit,
        )

    def unsaid(self, limit: int = 10_000) -> list[Unsaid]:
        """What was held back or dropped, newest first; the last of each event and channel."""
        with self._turn, explained(self._name):
            return unsaid.select(self._base, limit)

    def unanswered(self, channel: str, since_ms: int, before_ms: int) -> list[Owed]:
        """Alerts sent there in that time that nobody acknowledged or took back; at most 100."""
        return self._owed(
            "WHERE state = 'sent' AND channel = ? AND kind = 'alert' AND tried_ms >= ?"
            " AND tried_ms <= ? AND event_id NOT IN (SELECT event_id FROM acks) AND NOT EXISTS"
            " (SELECT 1 FROM outbox AS later WHERE later.event_id = outbox.event_id AND"
            " later.watch = outbox.watch AND later.kind = 'withdrawal' AND later.seq > outbox.seq)"
            " ORDER BY seq LIMIT 100",
            channel,
            since_ms,
            before_ms,
        )

    def told(self, owed: Owed) -> list[Owed]:
        """What its channel may have got about the event before, oldest first; at most 100.

        A message that was tried and then superseded may have arrived without a word.
        """
        alert = owed.alert
        return self._owed(
            "WHERE event_id = ? AND watch = ? AND channel = ? AND seq < ? AND (state = 'sent'"
            " OR state IN ('superseded', 'expired') AND attempts > 0) ORDER BY seq LIMIT 100",
            alert.event.event_id,
            alert.watch,
            alert.channel,
            owed.seq,
        )

    def standing(self, channel: str, since_ms: int) -> list[Owed]:
        """The last message sent about each event since then, where the matter still stands."""
        last = self._owed(
            "WHERE seq IN (SELECT max(seq) FROM outbox WHERE channel = ? AND state = 'sent'"
            " AND created_ms >= ? GROUP BY watch, event_id) AND kind != 'withdrawal'"
            " ORDER BY seq DESC LIMIT 1000",
            channel,
            since_ms,
        )
        return [each for each in last if each.alert.event.phase in ("reported", "updated")]

    def cursors(self) -> dict[str, str]:
        """How far each source was read when the last step was kept."""
        with self._turn, explained(self._name):
            return dict(self._base.execute("SELECT source, cursor FROM cursors").fetchall())

    def meta(self, name: str) -> bytes | None:
        """A remembered value, or None."""
        with self._turn, explained(self._name):
            row = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    def _owed(self, rest: str, *values: object) -> list[Owed]:
        with self._turn, explained(self._name):
            return outbox.select(self._base, rest, *values)

    def _revisions(self, rest: str, *values: object) -> list[Revision]:
        with self._turn, explained(self._name):
            return revisions.select(self._base, rest, *values)

    @staticmethod
    def _shrink(base: sqlite3.Connection, event_id: str) -> None:
        revisions.shrink(base, event_id)
        outbox.shrink(base, event_id)
        unsaid.shrink(base, event_id)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn, explained(self._name):
            yield self._base

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._turn, explained(self._name):
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled back by itself already.
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise


def _bounded(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise InputError(f"{what}: {size} is more than {limit}. Keep less in it.")
