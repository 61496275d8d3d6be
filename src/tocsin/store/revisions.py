"""Event revisions as rows: added once, never overwritten, shrunk when too few voices are left."""

import sqlite3
from typing import Any

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.errors import Corruption
from tocsin.model import Event
from tocsin.store.records import Revision

_COLUMNS = "seq, event_id, revision, at_ms, first_seen_ms, hazard, country, phase, json"
_EVENT = msgspec.json.Decoder(Event)


def add(base: sqlite3.Connection, event: Event) -> None:
    """Append one revision; the same one again changes nothing.

    Raises Corruption when another revision of that number, or a later one, is already there.
    """
    body = msgspec.json.encode(event)
    same = base.execute(
        "SELECT json FROM revisions WHERE event_id = ? AND revision = ?",
        (event.event_id, event.revision),
    ).fetchone()
    if same is not None:
        if same[0] is not None and bytes(same[0]) != body:
            raise Corruption(
                f"event {event.event_id}: revision {event.revision} is kept with other content. "
                "Stop and report this; the store was left as it was."
            )
        return
    last = base.execute(
        "SELECT max(revision) FROM revisions WHERE event_id = ?", (event.event_id,)
    ).fetchone()[0]
    if last is not None and last > event.revision:
        raise Corruption(
            f"event {event.event_id}: revision {event.revision} comes after revision {last}. "
            "Stop and report this; the store was left as it was."
        )
    base.execute(
        "INSERT INTO revisions (event_id, revision, at_ms, first_seen_ms, hazard, country, level,"
        " phase, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.event_id,
            event.revision,
            parse_time_ms(event.at),
            parse_time_ms(event.first_seen),
            event.hazard,
            event.place.country if event.place else None,
            event.level,
            event.phase,
            body,
        ),
    )


def shrink(base: sqlite3.Connection, event_id: str) -> None:
    """Leave id, hazard, country, phase and times of every revision, and nothing else."""
    base.execute("UPDATE revisions SET json = NULL, level = NULL WHERE event_id = ?", (event_id,))


def prune(base: sqlite3.Connection, before_ms: int) -> int:
    """Forget events last revised before, unless a message about them is still owed."""
    base.execute("CREATE TEMP TABLE IF NOT EXISTS old (event_id TEXT PRIMARY KEY)")
    base.execute("DELETE FROM temp.old")
    base.execute(
        # By the index over times, so that nothing is read of the events that stay.
        "INSERT OR IGNORE INTO temp.old SELECT event_id FROM revisions AS old WHERE at_ms < ?1"
        " AND NOT EXISTS (SELECT 1 FROM revisions AS later"
        " WHERE later.event_id = old.event_id AND later.at_ms >= ?1)"
        " AND NOT EXISTS (SELECT 1 FROM outbox"
        " WHERE outbox.event_id = old.event_id AND state = 'pending')",
        (before_ms,),
    )
    for table in ("outbox", "unsaid", "acks", "feedback"):
        base.execute(f"DELETE FROM {table} WHERE event_id IN (SELECT event_id FROM temp.old)")
    return base.execute(
        "DELETE FROM revisions WHERE event_id IN (SELECT event_id FROM temp.old)"
    ).rowcount


def select(base: sqlite3.Connection, rest: str, *values: object) -> list[Revision]:
    """Revisions by a WHERE, ORDER and LIMIT written in this package, never by a caller."""
    rows = base.execute(f"SELECT {_COLUMNS} FROM revisions {rest}", values).fetchall()
    return [_revision(row) for row in rows]


def _revision(row: tuple[Any, ...]) -> Revision:
    seq, event_id, revision, at_ms, first_seen_ms, hazard, country, phase, body = row
    try:
        event = None if body is None else _EVENT.decode(body)
    except msgspec.DecodeError as error:
        raise Corruption(
            f"revisions row {seq}: no event of this version ({error}). "
            "Move the store aside and report this."
        ) from None
    return Revision(seq, event_id, revision, at_ms, first_seen_ms, hazard, country, phase, event)
