"""The labelled posts of the evaluation data, read once into columns."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.eval.truth import Truth, iso_of

_COLUMNS = [
    "post_id", "created_at", "author", "text", "lang", "lang_guess",
    "event", "informative", "dataset", "collection",
]  # fmt: skip
_REMEDY = (
    "Give the folder of the labelled posts with `--data FOLDER` or in the environment "
    "variable TOCSIN_DATA; it holds events.parquet and the files of posts."
)


class Corpus(NamedTuple):
    """Labelled posts, n rows, and the events they are about; "" stands for null."""

    text: list[str]
    lang: list[str]
    """As the platform gave it."""
    guess: list[str]
    """As guessed by machine."""
    author: NDArray[np.int64]
    """0 where the data has none."""
    time_ms: NDArray[np.int64]
    event: NDArray[np.str_]
    informative: NDArray[np.str_]
    dataset: NDArray[np.str_]
    collection: NDArray[np.str_]
    truths: dict[str, Truth]

    @property
    def rows(self) -> int:
        """How many posts."""
        return len(self.text)

    def of(self, event: str) -> NDArray[np.int64]:
        """Rows about one event, oldest first."""
        found = np.flatnonzero(self.event == event)
        return found[np.argsort(self.time_ms[found], kind="stable")]


class Volume(NamedTuple):
    """Posts per minute about one event, from full lists of ids; m minutes."""

    minute_ms: NDArray[np.int64]
    posts: NDArray[np.int64]


def data_folder(given: Path | None) -> Path:
    """The folder to read: the one given, else TOCSIN_DATA; raises InputError with the remedy."""
    named = given or (Path(os.environ["TOCSIN_DATA"]) if os.environ.get("TOCSIN_DATA") else None)
    if named is None:
        raise InputError(f"No evaluation data was named. {_REMEDY}")
    if not (named / "events.parquet").is_file():
        raise InputError(f"{named} holds no events.parquet. {_REMEDY}")
    return named


def load_corpus(folder: Path) -> Corpus:
    """Every file of posts in the folder; a post labelled twice for one event counts once.

    Raises InputError when a file cannot be read or holds other columns.
    """
    parts = [
        table
        for path in sorted(folder.glob("*.parquet"))
        if path.name not in ("events.parquet", "volumes.parquet")
        and (table := _table(path, _COLUMNS)) is not None
    ]
    if not parts:
        raise InputError(f"{folder} holds no file of posts. {_REMEDY}")
    columns: dict[str, list[Any]] = {
        name: [value for part in parts for value in part[name]] for name in _COLUMNS
    }
    event = np.array([value or "" for value in columns["event"]])
    kept = _first_of_each(columns["post_id"], event)
    pick = [columns["text"][row] or "" for row in kept]
    return Corpus(
        text=pick,
        lang=[columns["lang"][row] or "" for row in kept],
        guess=[columns["lang_guess"][row] or "" for row in kept],
        author=np.array([columns["author"][row] or 0 for row in kept], np.int64),
        time_ms=np.array([columns["created_at"][row] for row in kept], np.int64),
        event=event[kept],
        informative=np.array([value or "" for value in columns["informative"]])[kept],
        dataset=np.array([value or "" for value in columns["dataset"]])[kept],
        collection=np.array([value or "" for value in columns["collection"]])[kept],
        truths=load_truths(folder),
    )


def load_truths(folder: Path) -> dict[str, Truth]:
    """Events by name, in the order of the file."""
    names = [
        "event", "event_type", "country", "lat", "lon", "start_utc", "onset_covered",
    ]  # fmt: skip
    table = _table(folder / "events.parquet", names)
    if table is None:
        raise InputError(f"{folder / 'events.parquet'} lacks one of: {', '.join(names)}.")
    rows = zip(*(table[name] for name in names), strict=True)
    return {
        name: Truth(name, kind, iso_of(country), lat, lon, int(start), bool(onset))
        for name, kind, country, lat, lon, start, onset in rows
    }


def load_volumes(folder: Path) -> dict[str, Volume]:
    """Curves of posts per minute by event; empty when the folder has no volumes.parquet."""
    path = folder / "volumes.parquet"
    if not path.is_file():
        return {}
    table = _table(path, ["event", "minute", "posts"])
    if table is None:
        raise InputError(f"{path} lacks one of: event, minute, posts.")
    event = np.array(table["event"])
    minute = np.array(table["minute"], np.int64)
    posts = np.array(table["posts"], np.int64)
    return {
        str(name): Volume(minute[event == name], posts[event == name])
        for name in sorted(set(table["event"]))
    }


def _first_of_each(post_ids: list[str], event: NDArray[np.str_]) -> NDArray[np.int64]:
    seen: set[tuple[str, str]] = set()
    kept: list[int] = []
    for row, key in enumerate(zip(post_ids, event, strict=True)):
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return np.array(kept, np.int64)


def _table(path: Path, names: list[str]) -> dict[str, list[Any]] | None:
    """Columns as lists, times as milliseconds; None when the file holds other columns."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Scoring reads Parquet files. Install the reader: pip install 'tocsin[eval]'."
        ) from None
    try:
        if not set(names) <= set(pq.read_schema(path).names):
            return None
        table = pq.read_table(path, columns=names)
    except (OSError, pa.ArrowException) as problem:
        raise InputError(f"{path} cannot be read as Parquet: {problem}. {_REMEDY}") from problem
    columns: dict[str, list[Any]] = {}
    for name in names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64())
        columns[name] = column.to_pylist()
    return columns
