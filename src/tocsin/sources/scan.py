"""Decodes a block of frames at once, asking the exact decoder where the quick one is unsure."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tocsin.metrics import Reason
from tocsin.sources import Post
from tocsin.sources.columns import Block, Columns, with_posts
from tocsin.sources.json_kernel import mark_bytes, marks_of
from tocsin.sources.scan_kernel import ASK, scan


@cache
def _low_bits() -> NDArray[np.uint8]:
    """(256,): place of the lowest bit of a byte."""
    return np.array([(byte & -byte).bit_length() - 1 for byte in range(256)], np.int8).view(np.uint8)


def scan_jetstream(block: Block, view: Callable[[bytes], Post | Reason]) -> Columns:
    """Columns of Jetstream frames of either wire, the same as `view` gives for each of them."""
    buffer = block.buffer
    if buffer.ctypes.data % 8 or len(buffer) % 8:
        # Eight bytes are looked at together, so the buffer begins and ends on such a step.
        whole = np.zeros(-(-len(buffer) // 8), np.uint64).view(np.uint8)
        whole[: len(buffer)] = buffer
        buffer = whole
    words = buffer.view(np.uint64)
    bits = np.zeros(len(words), np.uint8)
    mark_bytes(words, bits)
    marks = marks_of(bits, _low_bits())
    refused, op, at_ms, lang, spans, blob = scan(buffer, words, marks, block.start, block.end)
    repost = np.zeros(len(refused), np.bool_)
    columns = Columns(refused, op, at_ms, lang, repost, spans, blob)
    asked = np.flatnonzero(refused == ASK).tolist()
    if not asked:
        return columns
    return with_posts(columns, asked, [view(block.frame(row)) for row in asked])
