"""Writes `data/vocabulary.npz`, the vocabulary compiled, when Tocsin is packed or installed."""

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary.hazards import read_hazards
from tocsin.vocabulary.npz import write_npz
from tocsin.vocabulary.pack import compile_vocabulary, tables_of
from tocsin.vocabulary.sense_model import SILENT
from tocsin.vocabulary.stored import PATH, STAMP, stamp, state_of


def compiled() -> dict[str, NDArray[Any]]:
    """Every array of the file by name, made from the data files of today."""
    hazards = read_hazards()
    told = np.frombuffer(msgspec.msgpack.encode(hazards), np.uint8)
    # The sense model has a file of its own, which training writes.
    tables = tables_of(compile_vocabulary(SILENT, hazards))
    return {"hazards/all": told, **{f"pack/{name}": a for name, a in tables.items()}}


def build(path: Path = PATH) -> Path:
    """Make the file unless it is there and current; its path.

    Raises ConfigError or ValueError naming the data file to mend.
    """
    mark = stamp()
    if state_of(path, mark) != "current":
        # A process that reads meanwhile sees the old file or the new one, never half of one.
        half = path.with_suffix(f".{os.getpid()}.half")
        write_npz(half, {**compiled(), STAMP: np.frombuffer(mark.encode(), np.uint8)})
        half.replace(path)
    return path


if __name__ == "__main__":
    made = build()
    print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
