"""One SQLite file, opened so that a commit survives a power cut and a deletion is real."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.errors import TocsinError
from tocsin.store import soundness
from tocsin.store.schema import MIGRATIONS, VERSION

BUSY_MS = 5_000

_REMEDIES = {
    "SQLITE_FULL": ("the disk is full", "Free some space; nothing half-written was kept."),
    "SQLITE_READONLY": ("it cannot be written", "Give Tocsin write access to file and folder."),
    "SQLITE_CANTOPEN": ("it cannot be opened", "Create the folder and give Tocsin write access."),
    "SQLITE_PERM": ("it cannot be opened", "Give Tocsin write access to file and folder."),
    "SQLITE_BUSY": ("another process holds it", "Stop the other Tocsin that uses this file."),
    "SQLITE_LOCKED": ("another process holds it", "Stop the other Tocsin that uses this file."),
    "SQLITE_IOERR": ("the disk reports an error", "Check the disk, then start again."),
    "SQLITE_NOTADB": ("it is no Tocsin store", "Point [store] path at another file."),
}


class StoreUnavailable(TocsinError):
    """The store cannot be used now: the text says why and what to do; nothing was lost."""


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn SQLite's errors into instructions; `name` is the file name shown."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "") or "unknown"
        family = "_".join(code.split("_")[:2])
        if family == "SQLITE_CORRUPT":
            raise soundness.damage(name) from error
        problem, remedy = _REMEDIES.get(
            family, (f"SQLite says {code}", "Move the file aside if this goes on.")
        )
        raise StoreUnavailable(f"store {name}: {problem}. {remedy}") from error


def connect(path: Path, busy_ms: int = BUSY_MS) -> tuple[sqlite3.Connection, bool]:
    """An open, migrated connection that may be used from any one thread at a time, and whether
    the whole file was checked; of a large one only what bears the rest (see soundness).

    Raises StoreUnavailable (folder, rights, lock, no store) or Corruption (damaged file).
    """
    _claim(path)
    with explained(path.name):
        base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        with explained(path.name):
            checked = _prepare(base, path, busy_ms)
    except BaseException:
        base.close()
        raise
    return base, checked


def _claim(path: Path) -> None:
    """Make the file readable by its owner alone before SQLite ever sees it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except FileNotFoundError:
        raise StoreUnavailable(
            f"store {path.name}: its folder does not exist. Create it, or change [store] path."
        ) from None
    except OSError as error:
        raise StoreUnavailable(
            f"store {path.name}: {error.strerror}. Give Tocsin write access to file and folder."
        ) from None


def _prepare(base: sqlite3.Connection, path: Path, busy_ms: int) -> bool:
    base.execute(f"PRAGMA busy_timeout = {int(busy_ms)}")
    # Deleted content is overwritten, and a commit is on the platter before anything is sent.
    base.execute("PRAGMA secure_delete = ON")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = FULL")
    checked = soundness.look(base, path)
    _migrate(base, path.name)
    return checked


def _migrate(base: sqlite3.Connection, name: str) -> None:
    """Bring the tables to VERSION, all steps in one transaction."""
    base.execute("BEGIN IMMEDIATE")
    try:
        version = base.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StoreUnavailable(
                f"store {name}: written by a newer Tocsin (version {version}, known {VERSION}). "
                "Install that version, or point [store] path at another file."
            )
        if version == 0 and base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise StoreUnavailable(
                f"store {name}: it holds the tables of another program. "
                "Point [store] path at another file."
            )
        for step in MIGRATIONS[version:]:
            for statement in step:
                base.execute(statement)
        base.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")
