"""Decodes a block of frames at once, asking the exact decoder where the quick one is unsure."""

from collections.abc import Callable
from functools import cache
from threading import local

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import is_compiled
from tocsin.metrics import Reason
from tocsin.sources import Post
from tocsin.sources.columns import Block, Columns, columns_of, listed, reason_code, with_posts
from tocsin.sources.json_kernel import mark_bytes, marks_of
from tocsin.sources.scan_kernel import ASK, scan


@cache
def _places() -> NDArray[np.uint8]:
    """(256, 9): how many bits a byte has set, and where they are, the lowest first."""
    places = np.zeros((256, 9), np.uint8)
    for byte in range(256):
        found = [bit for bit in range(8) if byte >> bit & 1]
        places[byte, : 1 + len(found)] = [len(found), *found]
    return places


class _Room(local):
    """Arrays that each thread uses for every block anew: fresh memory costs as much as the walk."""

    def __init__(self) -> None:
        self.bits = np.zeros(0, np.uint8)
        self.marks = np.zeros(0, np.int32)

    def of(self, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        """Room for the marks of so many words of eight bytes."""
        if len(self.bits) < size:
            self.bits = np.zeros(size, np.uint8)
            self.marks = np.empty(8 * size + 9, np.int32)
        return self.bits[:size], self.marks


_ROOM = _Room()
REFUSALS = (Reason.OTHER_KIND, Reason.BAD_TIME, Reason.NO_TEXT)
"""Reasons the quick decoder gives itself, by its own numbers from 1."""


@cache
def _refusals() -> NDArray[np.uint8]:
    """(256,): the code of `Columns.refused` for each answer of the scanner."""
    codes = np.zeros(256, np.uint8)
    codes[1 : 1 + len(REFUSALS)] = [reason_code(reason) for reason in REFUSALS]
    codes[ASK] = ASK
    return codes


def scan_jetstream(block: Block, view: Callable[[bytes], Post | Reason]) -> Columns:
    """Columns of Jetstream frames of either wire, the same as `view` gives for each of them."""
    if not is_compiled():
        # Byte by byte the exact decoder is the quick one.
        return columns_of([view(frame) for frame in listed(block)])
    buffer = block.buffer
    if buffer.ctypes.data % 8 or len(buffer) % 8 or not buffer.flags.writeable:
        # Eight bytes are looked at together, so the buffer begins and ends on such a step; and
        # for one that cannot be written all would be compiled a second time.
        whole = np.zeros(-(-len(buffer) // 8), np.uint64).view(np.uint8)
        whole[: len(buffer)] = buffer
        buffer = whole
    words = buffer.view(np.uint64)
    bits, marks = _ROOM.of(len(words))
    mark_bytes(words, bits)
    marks_of(bits, _places(), marks)
    refused, op, at_ms, lang, spans, blob = scan(buffer, words, marks, block.start, block.end)
    repost = np.zeros(len(refused), np.bool_)
    refused = _refusals()[refused]
    columns = Columns(refused, op, at_ms, lang, repost, spans, blob)
    asked = np.flatnonzero(refused == ASK).tolist()
    if not asked:
        return columns
    return with_posts(columns, asked, [view(block.frame(row)) for row in asked])
