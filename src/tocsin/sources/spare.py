"""Frames without those new posts that are left unread when there are too many."""

import numpy as np

from tocsin.sources.columns import PAD_BYTES, Block
from tocsin.sources.spare_kernel import mark_spare, pack

_OPERATION = np.frombuffer(b'"operation":"', np.uint8).copy()
_CREATE = np.frombuffer(b'create"', np.uint8).copy()


def thinned(block: Block, keep_one_in: int) -> Block:
    """The frames that are read when of new posts only one in so many is, in a buffer of their own.

    In the old one they would hold the memory of what is left unread, and fill the queue with it.
    """
    kept = np.zeros(len(block.start), np.bool_)
    mark_spare(block.buffer, block.start, block.end, _OPERATION, _CREATE, keep_one_in, kept)
    start, end = block.start[kept], block.end[kept]
    used = int((end - start).sum()) + len(start) + PAD_BYTES
    buffer = np.empty(-(-used // 8), np.uint64).view(np.uint8)
    new_start, new_end = np.empty_like(start), np.empty_like(end)
    pack(block.buffer, start, end, buffer, new_start, new_end)
    return Block(buffer, new_start, new_end)
