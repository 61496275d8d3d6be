"""Whether the file of a store is whole: all of it when it is small, else what bears the rest."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tocsin.errors import Corruption
from tocsin.store.schema import MIGRATIONS, VERSION

AT_ONCE_BYTES = 64 << 20
"""A larger file is checked while work goes on already: all of it takes ten seconds a gigabyte."""
SMALL = ("cursors", "meta", "watches", "silences", "acks", "answered")
"""Tables that stay small and that everything leans on."""
NEWEST = 1_000
"""So many rows of each large table that are worked with first are read at once."""
_READ = (
    "revisions ORDER BY seq DESC",
    "outbox ORDER BY seq DESC",
    "outbox WHERE state = 'pending'",
)


def damage(name: str) -> Corruption:
    """What is said of a damaged file, whoever finds it."""
    return Corruption(
        f"store {name}: the file is damaged. Move it aside and restore a copy; "
        "Tocsin will not write to it."
    )


def marker(path: Path) -> Path:
    """The file beside a store that says a check found damage after the store had been opened."""
    return path.with_name(f"{path.name}.damaged")


def look(base: sqlite3.Connection, path: Path) -> bool:
    """Check before anything is written; False when the whole is still to be checked.

    All of it is checked when the file is small, was found damaged before, or is to be brought
    to another version. Raises Corruption.
    """
    pages, page_bytes, version = (
        base.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "page_size", "user_version")
    )
    found_before = marker(path)
    if pages * page_bytes <= AT_ONCE_BYTES or version != VERSION or found_before.exists():
        verify(base, path.name)
        found_before.unlink(missing_ok=True)
        return True
    _check_schema(base, path.name, pages)
    for table in SMALL:
        verify(base, path.name, table)
    for rest in _READ:
        base.execute(f"SELECT * FROM {rest} LIMIT {NEWEST}").fetchall()
    return False


def verify(base: sqlite3.Connection, name: str, table: str = "1") -> None:
    """Walk through every page of a table, or of the whole file; raises Corruption."""
    verdicts = base.execute(f"PRAGMA quick_check({table})").fetchall()
    if verdicts != [("ok",)]:
        raise damage(name)


def _check_schema(base: sqlite3.Connection, name: str, pages: int) -> None:
    """Every table, index and column is there, each rooted in a page of its own."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for step in MIGRATIONS:
            for statement in step:
                fresh.execute(statement)
        wanted = _parts(fresh)
    roots = [root for (root,) in base.execute("SELECT rootpage FROM sqlite_schema").fetchall()]
    free = base.execute("PRAGMA freelist_count").fetchone()[0]
    sane = len(set(roots)) == len(roots) and all(1 < root <= pages for root in roots)
    if not sane or not 0 <= free < pages or not set(wanted) <= set(_parts(base)):
        raise damage(name)


def _parts(base: sqlite3.Connection) -> Sequence[tuple[str, ...]]:
    return base.execute(
        "SELECT part.type, part.name, info.name, info.type FROM sqlite_schema AS part"
        " LEFT JOIN pragma_table_info(part.name) AS info"
    ).fetchall()
