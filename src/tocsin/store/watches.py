"""Watches as rows: their compiled form alone, never the words they were written in."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import msgspec

from tocsin.errors import Corruption, InputError
from tocsin.model import Alert, Watch
from tocsin.store import audit
from tocsin.store.records import Judged, Stored, Verdict

WATCHES = 10_000
WATCH_BYTES = 4 << 20
"""Largest watch: some twenty thousand sites."""
ALL_BYTES = 256 << 20
FEEDBACK = 100_000
_VERSION = "watches"
_WATCH = msgspec.json.Decoder(Watch)
Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Watches:
    """The stored watches of a store; every method raises as those of the store do."""

    def __init__(self, transaction: Transaction, reading: Transaction) -> None:
        self._transaction, self._reading = transaction, reading

    def all(self) -> list[Stored]:
        """Every stored watch, oldest first."""
        with self._reading() as base:
            rows = base.execute("SELECT json, at_ms FROM watches ORDER BY at_ms, id").fetchall()
        return [Stored(_decoded(body), at_ms) for body, at_ms in rows]

    def get(self, watch_id: str) -> Stored | None:
        """One stored watch, or None."""
        with self._reading() as base:
            row = base.execute(
                "SELECT json, at_ms FROM watches WHERE id = ?", (watch_id,)
            ).fetchone()
        return Stored(_decoded(row[0]), row[1]) if row else None

    def version(self) -> int:
        """Grows with every change: whoever saw this number has seen these watches."""
        with self._reading() as base:
            return _version(base)

    def change(
        self,
        add: Iterable[Watch],
        remove: Iterable[str],
        now_ms: int,
        version: int | None = None,
    ) -> tuple[int, int]:
        """Take out and put in, all or nothing; how many came and how many went.

        A watch that is there already stays as it is. With `version`, raises InputError when
        the watches have changed since; so it does beyond the bounds.
        """
        with self._transaction() as base:
            if version is not None and version != _version(base):
                raise InputError("watches: they were changed meanwhile. Look again, then repeat.")
            went = sum(_take_out(base, each, now_ms) for each in dict.fromkeys(remove))
            came = sum(_put(base, watch, now_ms) for watch in add)
            if came:
                _hold_bounds(base)
            if came or went:
                base.execute(
                    "INSERT OR REPLACE INTO meta VALUES (?, ?)",
                    (_VERSION, str(_version(base) + 1).encode()),
                )
        return came, went

    def messages(self, event_id: str, watch_id: str) -> list[tuple[int, str, str, str, int]]:
        """(revision, kind, channel, state, at_ms) of what one watch owed about one event.

        The state of what was held back is its reason; at most 1,000, oldest first.
        """
        with self._reading() as base:
            owed = base.execute(
                "SELECT revision, kind, channel, state, created_ms FROM outbox"
                " WHERE event_id = ? AND watch = ? ORDER BY seq LIMIT 1000",
                (event_id, watch_id),
            ).fetchall()
            held = base.execute(
                "SELECT json, channel, reason, at_ms FROM unsaid WHERE event_id = ? AND watch = ?",
                (event_id, watch_id),
            ).fetchall()
        alerts = [(msgspec.json.decode(body, type=Alert), *rest) for body, *rest in held]
        return [
            *owed,
            *((of.event.revision, of.kind, channel, reason, at_ms)
              for of, channel, reason, at_ms in alerts),
        ]  # fmt: skip

    def judge(self, event_id: str, watch_id: str, verdict: Verdict, now_ms: int) -> None:
        """Keep what a reader says of an event as a watch told it; the last word stands.

        Raises InputError when that watch never told of that event, or beyond the bound.
        """
        with self._transaction() as base:
            told = base.execute(
                "SELECT 1 FROM outbox WHERE event_id = ? AND watch = ? LIMIT 1",
                (event_id, watch_id),
            ).fetchone()
            if told is None:
                raise InputError("no alert of this watch tells of this event. See: alerts list.")
            base.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)",
                (event_id, watch_id, verdict, now_ms),
            )
            audit.note(base, now_ms, "feedback", f"{event_id} {watch_id} {verdict}")
            if base.execute("SELECT count(*) FROM feedback").fetchone()[0] > FEEDBACK:
                base.execute(
                    "DELETE FROM feedback WHERE rowid = (SELECT rowid FROM feedback"
                    " ORDER BY at_ms, rowid LIMIT 1)"
                )

    def judged(self, watch_id: str | None = None) -> list[Judged]:
        """What was said, oldest first; of one watch or of all."""
        with self._reading() as base:
            rows = base.execute(
                "SELECT event_id, watch, verdict, at_ms FROM feedback"
                " WHERE watch = ifnull(?, watch) ORDER BY at_ms, rowid",
                (watch_id,),
            ).fetchall()
        return [Judged(*row) for row in rows]


def _put(base: sqlite3.Connection, watch: Watch, now_ms: int) -> int:
    body = msgspec.json.encode(watch)
    if len(body) > WATCH_BYTES:
        raise InputError("watches: one has too many sites or corners. Split it in two.")
    came = base.execute(
        "INSERT OR IGNORE INTO watches VALUES (?, ?, ?)", (watch.id, now_ms, body)
    ).rowcount
    if came:
        audit.note(base, now_ms, "watch added", watch.id)
    return came


def _take_out(base: sqlite3.Connection, watch_id: str, now_ms: int) -> int:
    went = base.execute("DELETE FROM watches WHERE id = ?", (watch_id,)).rowcount
    if went:
        audit.note(base, now_ms, "watch removed", watch_id)
    return went


def _hold_bounds(base: sqlite3.Connection) -> None:
    count, size = base.execute("SELECT count(*), total(length(json)) FROM watches").fetchone()
    if count > WATCHES:
        raise InputError(f"watches: more than {WATCHES}. Widen some and take out the others.")
    if size > ALL_BYTES:
        raise InputError("watches: together they hold too many sites. Take some out.")


def _version(base: sqlite3.Connection) -> int:
    row = base.execute("SELECT value FROM meta WHERE name = ?", (_VERSION,)).fetchone()
    return int(bytes(row[0])) if row else 0


def _decoded(body: bytes) -> Watch:
    try:
        return _WATCH.decode(body)
    except msgspec.DecodeError as error:
        raise Corruption(
            f"watches: one is of another version ({error}). Move the store aside and report this."
        ) from None
