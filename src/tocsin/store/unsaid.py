"""What was held back, what is silenced and what was seen to, as rows."""

import sqlite3

import msgspec

from tocsin.errors import Corruption, InputError
from tocsin.model import Alert
from tocsin.store.records import Ack, Outcome, Silence, Unsaid

SILENCES = 1_000
SILENCE_MS = 30 * 86_400_000
"""Longest silence: what should never be told belongs into no watch at all."""
_ALERT = msgspec.json.Decoder(Alert)
_SILENCE = msgspec.json.Decoder(Silence)


def keep(base: sqlite3.Connection, each: Unsaid) -> None:
    """Remember the last message not given; it takes the place of an earlier one."""
    alert = each.alert
    base.execute(
        "INSERT OR REPLACE INTO unsaid VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            alert.event.event_id,
            alert.watch,
            alert.channel,
            each.reason,
            each.at_ms,
            each.until_ms,
            msgspec.json.encode(alert),
        ),
    )


def said(base: sqlite3.Connection, alert: Alert) -> None:
    """Forget what was held back about this event, now that the channel is told."""
    base.execute(
        "DELETE FROM unsaid WHERE event_id = ? AND watch = ? AND channel = ?",
        (alert.event.event_id, alert.watch, alert.channel),
    )


def shrink(base: sqlite3.Connection, event_id: str) -> None:
    """Forget everything held back about an event."""
    base.execute("DELETE FROM unsaid WHERE event_id = ?", (event_id,))


def select(base: sqlite3.Connection, limit: int) -> list[Unsaid]:
    """What is held back or was dropped, newest first."""
    rows = base.execute(
        "SELECT json, reason, at_ms, until_ms FROM unsaid ORDER BY at_ms DESC, rowid DESC LIMIT ?",
        (limit,),
    ).fetchall()
    try:
        return [Unsaid(_ALERT.decode(body), *rest) for body, *rest in rows]
    except msgspec.DecodeError as error:
        raise Corruption(f"unsaid: no alert of this version ({error}). Report this.") from None


def silence(base: sqlite3.Connection, each: Silence, now_ms: int) -> None:
    """Begin or replace a silence; raises InputError beyond the bounds."""
    base.execute("DELETE FROM silences WHERE until_ms <= ?", (now_ms,))
    if not now_ms < each.until_ms <= now_ms + SILENCE_MS:
        raise InputError("silence: it ends in the past or after 30 days. Give a shorter time.")
    if base.execute("SELECT count(*) FROM silences").fetchone()[0] >= SILENCES:
        raise InputError(f"silence: {SILENCES} are kept already. End some of them first.")
    base.execute(
        "INSERT OR REPLACE INTO silences VALUES (?, ?, ?)",
        (each.id, each.until_ms, msgspec.json.encode(each)),
    )


def silences(base: sqlite3.Connection, now_ms: int) -> list[Silence]:
    """Silences that have not ended, by their end."""
    rows = base.execute(
        "SELECT json FROM silences WHERE until_ms > ? ORDER BY until_ms, id", (now_ms,)
    ).fetchall()
    return [_SILENCE.decode(body) for (body,) in rows]


def acknowledge(base: sqlite3.Connection, event_id: str, now_ms: int, outcome: Outcome) -> None:
    """Note that somebody sees to an event; raises InputError when it was never kept."""
    if not base.execute("SELECT 1 FROM revisions WHERE event_id = ?", (event_id,)).fetchone():
        raise InputError("no event has this id. Take one from: tocsin alerts list.")
    base.execute("INSERT OR REPLACE INTO acks VALUES (?, ?, ?)", (event_id, now_ms, outcome))


def acks(base: sqlite3.Connection, limit: int) -> list[Ack]:
    """What was seen to, newest first."""
    rows = base.execute(
        "SELECT event_id, at_ms, outcome FROM acks ORDER BY at_ms DESC LIMIT ?", (limit,)
    ).fetchall()
    return [Ack(*row) for row in rows]
