"""Recorded posts from JSON Lines, gzip, Parquet or standard input, one file after another."""

import gzip
import sys
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import InputError, SourceEnded
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.frames import decode_replay
from tocsin.sources.lines import LineCutter, Standing
from tocsin.sources.scan import scan_jetstream

FRAMES_PER_READ = 4_096
"""Most frames one read hands on."""
PATHS_MOST = 10_000
"""Most files of one source."""

_CHUNK_BYTES = 262_144
_NEEDED = ("created_at", "author", "text")
_EXTRA = ("lang", "op")
_INSTALL = "Run `pip install tocsin[eval]` to read Parquet, or give JSON Lines instead."
_KINDS = "Give .jsonl, .jsonl.gz or .parquet, or - for standard input."


class FileSource:
    """Replays recorded posts as fast as they are asked for; one frame is one row, in order."""

    spec = Spec(
        name="file",
        kind="posts",
        summary="Recorded posts: JSON Lines (plain, gzip or standard input) or Parquet.",
        fields=(
            Field(
                name="paths",
                default=[],
                required=True,
                help="List the files to replay one after another; - is standard input.",
            ),
        ),
        example='[sources.recording]\ntype = "file"\npaths = ["posts.jsonl"]\n',
        family="file",
        deletes=True,
        terms="",
    )

    scan = staticmethod(scan_jetstream)

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; the clock is not needed to read a file."""
        paths = settings["paths"]
        if not isinstance(paths, list) or not paths or not all(isinstance(p, str) for p in paths):
            raise InputError("paths: no file to replay. Give at least one path, or - for stdin.")
        if len(paths) > PATHS_MOST:
            raise InputError(f"paths: {len(paths)} files. Give at most {PATHS_MOST} at a time.")
        self._paths = paths
        self._chunks: Iterator[list[bytes]] | None = None
        self._ready: deque[bytes] = deque()
        self._file = 0
        self._row = 0
        self._stdin: Standing | None = None

    def open(self, cursor: str | None) -> None:
        """Check every file and go to the cursor `file:row`.

        Raises InputError for a file that is missing, empty or of an unknown kind, before
        anything is replayed; standard input cannot be rewound, so there a cursor is ignored.
        """
        self.close()
        for path in self._paths:
            _checked(path)
        self._file, skip = _position(cursor, len(self._paths))
        self._row = 0
        while self._row < skip:
            if not self._fill(None):
                break
            step = min(skip - self._row, len(self._ready))
            for _ in range(step):
                self._ready.popleft()
            self._row += step

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """Up to FRAMES_PER_READ rows; raises SourceEnded when every file has been read.

        Raises InputError when a file breaks off (truncated gzip, damaged Parquet), after
        all rows before the damage have been handed on.
        """
        while not self._ready:
            if self._file >= len(self._paths):
                raise SourceEnded(f"all {len(self._paths)} files read")
            if not self._fill(wait_s):
                if self._stdin is not None and not self._stdin.ended:
                    return [], self._cursor()
                self._next_file()
        count = min(FRAMES_PER_READ, len(self._ready))
        frames = [self._ready.popleft() for _ in range(count)]
        self._row += count
        return frames, self._cursor()

    def decode(self, frame: bytes) -> Post | Reason:
        """A replay row or a recorded Jetstream frame, told apart frame by frame."""
        return decode_replay(frame)

    def close(self) -> None:
        """Let go of the open file; standard input belongs to the process and stays open."""
        if self._chunks is not None and hasattr(self._chunks, "close"):
            self._chunks.close()
        self._chunks = None
        self._stdin = None
        self._ready.clear()

    def _cursor(self) -> str:
        return f"{self._file}:{self._row}"

    def _next_file(self) -> None:
        self._file += 1
        self._row = 0
        self._chunks = None
        self._stdin = None

    def _fill(self, wait_s: float | None) -> bool:
        """Put the next rows of the current file into `_ready`; False when none came."""
        if self._file >= len(self._paths):
            return False
        path = self._paths[self._file]
        if path == "-":
            if self._stdin is None:
                self._stdin = Standing(sys.stdin.buffer)
            self._ready.extend(self._stdin.lines(wait_s))
            return bool(self._ready)
        if self._chunks is None:
            self._chunks = _rows(path)
        for rows in self._chunks:
            self._ready.extend(rows)
            if self._ready:
                return True
        return False


def _position(cursor: str | None, files: int) -> tuple[int, int]:
    """(file, row) of a cursor; the start when there is none. Raises InputError."""
    if cursor is None:
        return 0, 0
    file, _, row = cursor.partition(":")
    if not (file.isdecimal() and row.isdecimal() and len(cursor) < 40) or int(file) > files:
        raise InputError("cursor: not a position in these files. Replay without a cursor.")
    return int(file), int(row)


def _checked(path: str) -> None:
    """Raise InputError, with the remedy, for what can be seen without reading the file."""
    if path == "-":
        return
    name = Path(path).name
    if not name.endswith((".jsonl", ".jsonl.gz", ".parquet")):
        raise InputError(f"{path}: unknown kind of file. {_KINDS}")
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{path}: is a folder. Give the files in it by name.")
    if not file.exists():
        raise InputError(f"{path}: no such file. Check the path.")
    try:
        with file.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check its rights.") from None
    if not head:
        raise InputError(f"{path}: is empty. Record it again or leave it out.")
    if name.endswith(".gz") and head[:2] != b"\x1f\x8b":
        raise InputError(f"{path}: is no gzip file. Rename it to .jsonl if it is plain text.")
    if name.endswith(".parquet"):
        _parquet(path).close()


def _rows(path: str) -> Iterator[list[bytes]]:
    """Frames of one file, chunk by chunk. Raises InputError where the file breaks off."""
    if path.endswith(".parquet"):
        yield from _parquet_rows(path)
        return
    cutter = LineCutter()
    count = 0
    try:
        with gzip.open(path) if path.endswith(".gz") else Path(path).open("rb") as stream:
            chunk = stream.read1(_CHUNK_BYTES).removeprefix(b"\xef\xbb\xbf")
            while chunk:
                lines = cutter.feed(chunk)
                count += len(lines)
                yield lines
                chunk = stream.read1(_CHUNK_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
        raise InputError(
            f"{path}: breaks off after {count} rows ({type(error).__name__}). "
            "Fetch or record the file again; the rows before were replayed."
        ) from None
    yield cutter.end()


def _parquet(path: str) -> Any:
    """The open Parquet file and its column map, or InputError with the remedy."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError(f"{path}: pyarrow is not installed. {_INSTALL}") from None
    try:
        table = pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"{path}: is no readable Parquet file ({type(error).__name__}). Write it again."
        ) from None
    schema = table.schema_arrow
    missing = [name for name in _NEEDED if name not in schema.names]
    if missing:
        table.close()
        raise InputError(
            f"{path}: lacks the column {', '.join(missing)}. "
            f"Rename or add it: {', '.join(_NEEDED)} are needed; lang, id, op may follow."
        )
    return table


def _parquet_rows(path: str) -> Iterator[list[bytes]]:
    """Replay rows of a Parquet file; the id is taken from `id`, else from `post_id`."""
    import pyarrow

    count = 0
    with _parquet(path) as table:
        names = table.schema_arrow.names
        key = next((name for name in ("id", "post_id") if name in names), None)
        columns = [*_NEEDED, *(name for name in _EXTRA if name in names), *([key] if key else [])]
        try:
            for batch in table.iter_batches(batch_size=FRAMES_PER_READ, columns=columns):
                count += batch.num_rows
                yield _json_rows(pyarrow, path, batch, key)
        except (pyarrow.ArrowException, OSError) as error:
            raise InputError(
                f"{path}: breaks off after {count} rows ({type(error).__name__}). "
                "Write the file again; the rows before were replayed."
            ) from None


def _json_rows(pyarrow: Any, path: str, batch: Any, key: str | None) -> list[bytes]:
    """A record batch as replay frames; a row over FRAME_BYTES is cut a byte past it."""
    values: dict[str, list[Any]] = {}
    for name in batch.schema.names:
        column = batch.column(name)
        if name == "created_at" and pyarrow.types.is_timestamp(column.type):
            # Safe is off because a recording in nanoseconds may be cut to milliseconds.
            moments = pyarrow.timestamp("ms", column.type.tz)
            column = column.cast(moments, safe=False).cast(pyarrow.int64())
        values["id" if name == key else name] = column.to_pylist()
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    try:
        frames = [
            msgspec.json.encode({k: v for k, v in row.items() if v is not None}) for row in rows
        ]
    except (TypeError, UnicodeError) as error:
        raise InputError(
            f"{path}: a column has a type that is no number, text or time ({error}). "
            "Cast created_at to a timestamp and the others to text."
        ) from None
    return [frame if len(frame) <= FRAME_BYTES else frame[: FRAME_BYTES + 1] for frame in frames]
