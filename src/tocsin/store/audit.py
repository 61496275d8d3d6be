"""What was done here and in which role, each record bound to the one before; never who."""

import hmac
import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from hashlib import blake2b

import msgspec

from tocsin.errors import InputError

RECORDS = 100_000
"""Most records kept; beyond it the oldest go, and the newest of those that went is the anchor."""
PRUNED = 1_000
"""So many go at once."""
ACT_CHARS, ABOUT_CHARS = 64, 200
_WORD = re.compile(r"[ -~]*")
_ROOT = re.compile(r"([0-9]{1,12})-([0-9a-f]{32})")
_ANCHOR = "audit_anchor"
ROLE: ContextVar[str] = ContextVar("role", default="engine")
"""In which role this thread acts; whoever lets somebody in sets it."""
Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Act(msgspec.Struct, frozen=True):
    """One record; ids, categories and numbers alone, no text that anybody wrote."""

    seq: int
    at_ms: int
    role: str
    act: str
    about: str
    hash: str
    """Over this record and the hash of the one before."""


class Broken(msgspec.Struct, frozen=True):
    """Where the chain does not hold."""

    seq: int
    problem: str


class Audit:
    """The log of one store; every method raises as those of the store do."""

    def __init__(self, transaction: Transaction, reading: Transaction) -> None:
        self._transaction, self._reading = transaction, reading

    def write(self, at_ms: int, act: str, about: str = "") -> None:
        """Add one record in the role of this thread; raises as `note` does."""
        with self._transaction() as base:
            note(base, at_ms, act, about)

    def newest(self, limit: int = 100) -> list[Act]:
        """The newest records, newest first."""
        with self._reading() as base:
            rows = base.execute("SELECT * FROM audit ORDER BY seq DESC LIMIT ?", (limit,))
            return [Act(*row) for row in rows.fetchall()]

    def root(self) -> str:
        """The number and hash of the last record: whoever keeps it can tell later changes."""
        with self._reading() as base:
            return root_of(base)

    def verify(self, root: str = "") -> Broken | None:
        """Where a record was changed, dropped, moved or cut off; None when all holds.

        With a `root` from a message, also whether the log still leads through it. Raises
        InputError for a root that is none.
        """
        with self._reading() as base:
            rows = base.execute("SELECT * FROM audit ORDER BY seq").fetchall()
            seq, before = _anchor(base)
            head = base.execute("SELECT value FROM meta WHERE name = 'audit_head'").fetchone()
        wanted = _parsed(root) if root else None
        for row in rows:
            one = Act(*row)
            if one.seq != seq + 1:
                return Broken(seq + 1, "a record is missing")
            if not hmac.compare_digest(one.hash, _hash(one, before)):
                return Broken(one.seq, "the record was changed")
            seq, before = one.seq, one.hash
            if wanted and wanted[0] == seq and wanted[1] != before:
                return Broken(seq, "another record stood here when the message was sent")
        if head is not None and bytes(head[0]).decode() != f"{seq}-{before}":
            return Broken(seq + 1, "records were cut off at the end")
        if wanted and wanted[0] > seq:
            return Broken(seq + 1, "records were cut off that a message speaks of")
        return None


def note(base: sqlite3.Connection, at_ms: int, act: str, about: str = "") -> None:
    """Add one record in the transaction of the act itself, so that neither is without the other.

    Raises InputError for a text that is not short, printable ASCII.
    """
    role = ROLE.get()
    for text, most in ((role, ACT_CHARS), (act, ACT_CHARS), (about, ABOUT_CHARS)):
        if len(text) > most or not _WORD.fullmatch(text):
            raise InputError("audit: a record holds short words of our own. Give an id.")
    seq, before = _head(base)
    one = Act(seq + 1, at_ms, role, act, about, "")
    one = msgspec.structs.replace(one, hash=_hash(one, before))
    base.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(one))
    _settle(base)


def root_of(base: sqlite3.Connection) -> str:
    """The root, for whatever is committed in the same transaction."""
    seq, last = _head(base)
    return f"{seq}-{last}" if seq else ""


def _head(base: sqlite3.Connection) -> tuple[int, str]:
    row = base.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else _anchor(base)


def _anchor(base: sqlite3.Connection) -> tuple[int, str]:
    row = base.execute("SELECT value FROM meta WHERE name = ?", (_ANCHOR,)).fetchone()
    return _parsed(bytes(row[0]).decode()) if row else (0, "")


def _hash(one: Act, before: str) -> str:
    body = msgspec.json.encode([before, one.seq, one.at_ms, one.role, one.act, one.about])
    return blake2b(body, digest_size=16, person=b"tocsin audit").hexdigest()


def _settle(base: sqlite3.Connection) -> None:
    seq, last = _head(base)
    base.execute(
        "INSERT OR REPLACE INTO meta VALUES ('audit_head', ?)", (f"{seq}-{last}".encode(),)
    )
    if base.execute("SELECT count(*) FROM audit").fetchone()[0] <= RECORDS:
        return
    gone = base.execute("SELECT seq, hash FROM audit ORDER BY seq LIMIT 1 OFFSET ?", (PRUNED - 1,))
    seq, last = gone.fetchone()
    base.execute("DELETE FROM audit WHERE seq <= ?", (seq,))
    base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_ANCHOR, f"{seq}-{last}".encode()))


def _parsed(root: str) -> tuple[int, str]:
    hit = _ROOT.fullmatch(root)
    if hit is None:
        raise InputError("--root: no root of a log. Take it from a message: NUMBER-HASH.")
    return int(hit[1]), hit[2]
