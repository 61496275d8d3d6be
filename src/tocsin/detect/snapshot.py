"""A detector's whole memory as one run of bytes, to cut recordings with and never for a disk."""

import hashlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.lifecycle import Detector
from tocsin.detect.register import ID_LETTERS
from tocsin.detect.state import EVENTS
from tocsin.errors import Corruption, InputError

VERSION = 5
"""Grows whenever an array comes, goes or means something else."""
_MAGIC = b"TOCSIN-DETECTOR\n"
_DIGEST_BYTES = 32
_LENGTH_BYTES = 4

# Tags and words of single posts are in here, so nothing that runs live may import this module
# (contract P9, an import contract holds it), and nothing in it opens a file.


class _Column(msgspec.Struct, frozen=True):
    """One array: its name, its type as NumPy writes it, its shape."""

    name: str
    kind: str
    shape: tuple[int, ...]


class _Header(msgspec.Struct, frozen=True):
    """What stands before the arrays."""

    version: int
    stamp: str
    columns: tuple[_Column, ...]


def written(detector: Detector, stamp: str) -> bytes:
    """Everything a detector remembers between two feeds; always of the same length.

    `stamp` says what its numbers mean: vocabulary, places, keys. Equal memory gives equal bytes.
    """
    columns = arrays_of(detector)
    head = msgspec.json.encode(_Header(VERSION, stamp, _columns(columns)))
    parts: list[bytes | memoryview] = [_MAGIC, len(head).to_bytes(_LENGTH_BYTES, "big"), head]
    parts += [np.ascontiguousarray(column).data.cast("B") for column in columns.values()]
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for each in parts:
        digest.update(each)
    return b"".join([*parts, digest.digest()])


def read_back(data: bytes, detector: Detector, stamp: str) -> None:
    """Let a detector remember what another one of equal settings had written.

    Raises Corruption when bytes are missing or changed, InputError for another version, stamp
    or size of tables; then the detector is as it was.
    """
    view = memoryview(data)
    body, digest = view[:-_DIGEST_BYTES], view[-_DIGEST_BYTES:]
    if hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest() != bytes(digest):
        raise Corruption("The memory of a detector is damaged. Run the recording from its start.")
    start = len(_MAGIC) + _LENGTH_BYTES
    length = int.from_bytes(body[len(_MAGIC) : start], "big")
    try:
        head = msgspec.json.decode(body[start : start + length], type=_Header)
    except msgspec.MsgspecError:
        raise InputError("This is no memory of a detector. Give what `written` made.") from None
    columns = arrays_of(detector)
    if (head.version, head.stamp, head.columns) != (VERSION, stamp, _columns(columns)):
        raise InputError(
            f"This memory is of version {head.version} and stamp {head.stamp}, needed are "
            f"{VERSION} and {stamp}, with the same tables. Run the recording from its start."
        )
    at = start + length
    for name, column in columns.items():
        given = np.frombuffer(body, column.dtype, column.size, at).reshape(column.shape)
        columns[name] = given
        at += given.nbytes
    _remember(detector, columns)


def arrays_of(detector: Detector) -> dict[str, NDArray[np.generic]]:
    """Every array of a detector by name: those of its state, then what counts beside them."""
    found = {
        f"{group}.{name}": array
        for group, table in _tables(detector).items()
        for name, array in table.items()
    }
    register = detector._register
    backed = np.isin(detector.state.events.number, list(detector._scales.backed))
    dirty = np.zeros(EVENTS, np.bool_)
    dirty[sorted(detector._dirty)] = True
    counts = [getattr(owner, name) for owner, name in _counters(detector)]
    return {
        **found,
        "register.ids": np.array(register.ids(), f"S{ID_LETTERS}"),
        "register.births_ms": register.births_ms,
        "dirty": dirty,
        "backed": backed,
        "counters": np.array(counts, np.int64),
    }


def _remember(detector: Detector, columns: dict[str, NDArray[np.generic]]) -> None:
    for group, table in _tables(detector).items():
        for name, array in table.items():
            np.copyto(array, columns[f"{group}.{name}"])
    np.copyto(detector._register.births_ms, columns["register.births_ms"])
    for (owner, name), count in zip(
        _counters(detector), columns["counters"].tolist(), strict=True
    ):
        setattr(owner, name, count)
    detector._register.recall(columns["register.ids"].tolist())
    backed = detector.state.events.number[columns["backed"]]
    detector._scales.backed = set(backed.tolist())
    detector._dirty = set(np.flatnonzero(columns["dirty"]).tolist())


def _tables(detector: Detector) -> dict[str, dict[str, NDArray[np.generic]]]:
    """The detector's own tables and that of the official words it listens for, array by array.

    A word that was told and waits for its minute is in the hands of whoever told it.
    """
    tables = {name: table._asdict() for name, table in detector.state._asdict().items()}
    return {**tables, "words": detector._prompts.words._asdict()}


def _counters(detector: Detector) -> tuple[tuple[object, str], ...]:
    """Whoever counts something beside the arrays, and the attribute it counts in."""
    return (
        (detector, "_ordinal"),
        (detector, "_taken"),
        (detector, "_next_tick_ms"),
        (detector, "_start_bin"),
        (detector._outcome, "joins"),
        (detector._register, "ordinal"),
        (detector._chores, "period_ms"),
    )


def _columns(arrays: dict[str, NDArray[np.generic]]) -> tuple[_Column, ...]:
    return tuple(_Column(name, a.dtype.str, a.shape) for name, a in arrays.items())
