"""A copy of a store in use, and a store out of a copy; both are checked before they count."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tocsin.errors import Corruption, InputError
from tocsin.store.connection import explained
from tocsin.store.schema import VERSION

PAGES = 256
"""Pages copied between two looks at the store, so that a running Tocsin is not held up."""
_TABLES = ("revisions", "outbox", "cursors", "watches")


def back_up(store: Path, copy: Path) -> dict[str, int]:
    """Copy a store, running or not, to a new file; rows by table.

    Raises InputError when the store is missing or the copy exists, Corruption when the copy
    does not pass its check, StoreUnavailable when a disk fails.
    """
    if not store.exists():
        raise InputError(f"{store.name}: no store here. Name the configuration that has one.")
    if copy.exists():
        raise InputError(f"{copy.name}: exists already. Name a new file.")
    return _copied(store, copy)


def restore(copy: Path, store: Path) -> dict[str, int]:
    """Put a copy where a store belongs; what was there is kept beside it as NAME.before.

    Raises InputError when the copy is missing, is none, or a Tocsin holds the store;
    Corruption and StoreUnavailable as `back_up` does.
    """
    if not copy.exists():
        raise InputError(f"{copy.name}: no such file. Name one that tocsin backup wrote.")
    before = store.with_name(f"{store.name}.before")
    if before.exists():
        raise InputError(f"{before.name}: exists already. Move it away first.")
    if store.exists():
        _unheld(store)
    fresh = store.with_name(f"{store.name}.restored")
    fresh.unlink(missing_ok=True)
    rows = _copied(copy, fresh)
    if store.exists():
        store.replace(before)
        for end in ("-wal", "-shm"):
            # Its log was written out above; left behind it would be taken for that of the copy.
            store.with_name(store.name + end).unlink(missing_ok=True)
    fresh.replace(store)
    return rows


def _copied(source: Path, target: Path) -> dict[str, int]:
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            explained(source.name),
            closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(part)) as there,
        ):
            here.backup(there, pages=PAGES)
            there.execute("PRAGMA journal_mode = DELETE")
            rows = _checked(there, source.name)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise InputError(
            f"{target.name}: {error.strerror or type(error).__name__}. "
            "Give Tocsin write access to a folder with room."
        ) from None
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                part.with_name(part.name + end).unlink(missing_ok=True)
    return rows


def _checked(base: sqlite3.Connection, name: str) -> dict[str, int]:
    verdict = base.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise Corruption(f"{name}: the file is damaged. Take an older copy.")
    version = base.execute("PRAGMA user_version").fetchone()[0]
    tables = {n for (n,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if version < 1 or "outbox" not in tables:
        raise InputError(f"{name}: it is no Tocsin store. Name a file that tocsin backup wrote.")
    if version > VERSION:
        raise InputError(f"{name}: written by a newer Tocsin. Install that version.")
    return {
        table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in _TABLES
        if table in tables
    }


def _unheld(store: Path) -> None:
    """Write out the log of a store nobody else has open; raises InputError otherwise."""
    with explained(store.name), closing(sqlite3.connect(store, timeout=1.0)) as base:
        try:
            base.execute("PRAGMA locking_mode = EXCLUSIVE")
            base.execute("BEGIN EXCLUSIVE")
            base.execute("COMMIT")
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            base.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise InputError(
                f"{store.name}: another process uses it. Stop that Tocsin, then restore."
            ) from None
        except sqlite3.DatabaseError:
            # A damaged store is what a copy is for; it is kept aside as it is.
            return


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
