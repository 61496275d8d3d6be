"""Messages owed to channels as rows: added once per key, and settled once."""

import sqlite3
from typing import Any

import msgspec

from tocsin.errors import Corruption
from tocsin.model import Alert
from tocsin.store.records import OutboxState, Owed, emptied, shrunk

DETAIL_CHARS = 200
_COLUMNS = "seq, state, attempts, created_ms, tried_ms, next_at_ms, detail, json"
_ALERT = msgspec.json.Decoder(Alert)


def add(base: sqlite3.Connection, alert: Alert, now_ms: int, root: str = "") -> None:
    """Owe one message; a key that is known already is never owed twice.

    `root` is that of the log of acts: it goes out with the message, where no operator reaches it.

    A withdrawal or correction takes the place of whatever that channel has not yet got about
    the event through this watch: nobody should hear of it only after it was taken back.
    """
    alert = msgspec.structs.replace(alert, audit=root) if root else alert
    event, corrects = alert.event, alert.corrects or alert.kind == "withdrawal"
    added = base.execute(
        "INSERT OR IGNORE INTO outbox (key, channel, event_id, revision, watch, kind, state,"
        " created_ms, corrects, merged_into, json)"
        " VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)",
        (
            alert.key,
            alert.channel,
            event.event_id,
            event.revision,
            alert.watch,
            alert.kind,
            now_ms,
            corrects,
            event.merged_into or "",
            msgspec.json.encode(alert),
        ),
    ).rowcount
    if added and corrects:
        base.execute(
            "UPDATE outbox SET state = 'superseded' WHERE state = 'pending' AND key != ?"
            " AND event_id = ? AND watch = ? AND channel = ?",
            (alert.key, event.event_id, alert.watch, alert.channel),
        )


def mark(
    base: sqlite3.Connection,
    key: str,
    state: OutboxState,
    now_ms: int,
    next_at_ms: int,
    detail: str,
) -> None:
    """Write down how one try ended; a message already settled stays as it is."""
    changed = base.execute(
        "UPDATE outbox SET state = ?, attempts = attempts + 1, tried_ms = ?, next_at_ms = ?,"
        " detail = ?, first_try_ms = CASE attempts WHEN 0 THEN ? ELSE first_try_ms END"
        " WHERE key = ? AND state = 'pending'",
        (state, now_ms, next_at_ms, detail[:DETAIL_CHARS], now_ms, key),
    ).rowcount
    if not changed and not base.execute("SELECT 1 FROM outbox WHERE key = ?", (key,)).fetchone():
        raise Corruption("outbox: a message was tried that is not in it. Stop and report this.")
    if changed and state == "rejected":
        _bury(base, "key = ?", key)


def _bury(base: sqlite3.Connection, which: str, *values: object) -> None:
    """Leave no text in messages that will never arrive; `which` is written in this module."""
    for seq, body in base.execute(f"SELECT seq, json FROM outbox WHERE {which}", values).fetchall():
        dead = msgspec.json.encode(emptied(_alert(seq, body)))
        base.execute("UPDATE outbox SET json = ? WHERE seq = ?", (dead, seq))


def expire(base: sqlite3.Connection, before_ms: int) -> int:
    """Give up what has been owed since before then."""
    _bury(base, "state = 'pending' AND created_ms < ?", before_ms)
    return base.execute(
        "UPDATE outbox SET state = 'expired' WHERE state = 'pending' AND created_ms < ?",
        (before_ms,),
    ).rowcount


def shrink(base: sqlite3.Connection, event_id: str) -> None:
    """Empty every message about an event; only withdrawals are still to be sent."""
    base.execute(
        "UPDATE outbox SET state = 'superseded'"
        " WHERE event_id = ? AND state = 'pending' AND kind != 'withdrawal'",
        (event_id,),
    )
    rows = base.execute("SELECT seq, json FROM outbox WHERE event_id = ?", (event_id,)).fetchall()
    for seq, body in rows:
        alert = _alert(seq, body)
        small = msgspec.structs.replace(alert, event=shrunk(alert.event), why=())
        base.execute("UPDATE outbox SET json = ? WHERE seq = ?", (msgspec.json.encode(small), seq))


def select(base: sqlite3.Connection, rest: str, *values: object) -> list[Owed]:
    """Messages by a WHERE, ORDER and LIMIT written in this package, never by a caller."""
    rows = base.execute(f"SELECT {_COLUMNS} FROM outbox {rest}", values).fetchall()
    return [_owed(row) for row in rows]


def _owed(row: tuple[Any, ...]) -> Owed:
    seq, *middle, body = row
    return Owed(seq, _alert(seq, body), *middle)


def _alert(seq: int, body: bytes) -> Alert:
    try:
        return _ALERT.decode(body)
    except msgspec.DecodeError as error:
        raise Corruption(
            f"outbox row {seq}: no alert of this version ({error}). "
            "Move the store aside and report this."
        ) from None
