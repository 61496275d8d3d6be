"""Frames without those new posts that are left unread when there are too many."""

import numpy as np

from tocsin.sources.columns import Block
from tocsin.sources.spare_kernel import mark_spare

_OPERATION = np.frombuffer(b'"operation":"', np.uint8).copy()
_CREATE = np.frombuffer(b'create"', np.uint8).copy()


def thinned(block: Block, keep_one_in: int) -> Block:
    """The frames that are read when of new posts only one in so many is."""
    kept = np.zeros(len(block.start), np.bool_)
    mark_spare(block.buffer, block.start, block.end, _OPERATION, _CREATE, keep_one_in, kept)
    return block._replace(start=block.start[kept], end=block.end[kept])
