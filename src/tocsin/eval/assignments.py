"""Writes which event each row of a recording stands under: for measuring only."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from tocsin.errors import InputError

WARNING = (
    "Assignments tie rows of a recording to events. They stand outside the privacy contract "
    "(the file is stamped `contract: none`): use them to measure, and do not pass them on."
)


def write_assignments(path: Path, assigned: Sequence[str | None], *, live: bool) -> None:
    """Writes `row` and `event_id` (null where none) as Parquet, in order of rows, and warns.

    `live` says whether any source was live; then, and when Parquet cannot be written,
    raises InputError.
    """
    if live:
        raise InputError(
            "--assignments is for recordings only and this run has a live source. "
            "Replay a file, or leave --assignments out."
        )
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Assignments are written as Parquet. Install the writer: pip install 'tocsin[eval]'."
        ) from None
    table = pa.table(
        {
            "row": pa.array(range(len(assigned)), pa.int64()),
            "event_id": pa.array(list(assigned), pa.string()),
        }
    ).replace_schema_metadata({"contract": "none"})
    warnings.warn(WARNING, stacklevel=2)
    try:
        pq.write_table(table, path)
    except OSError as problem:
        raise InputError(
            f"{path} cannot be written ({problem.strerror or problem}). "
            "Name a file in a folder that exists and may be written to."
        ) from problem
