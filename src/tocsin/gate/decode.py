"""Frames become columns; a bad frame is counted and costs at most itself."""

from collections.abc import Callable

from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.columns import Block, Columns, Frames, block_of, columns_of, listed

Decode = Callable[[bytes], Post | Reason]
Scan = Callable[[Block, Decode], Columns]
"""Decodes a whole block at once, and gives what the view gives for each frame."""


def decode(frames: Frames, view: Decode, scan: Scan | None) -> Columns:
    """Columns of raw frames, in order; what is no post carries its reason.

    Raises nothing: `view` promises a Reason for anything it cannot read.
    """

    def bounded(frame: bytes) -> Post | Reason:
        return view(frame) if len(frame) <= FRAME_BYTES else Reason.TOO_LARGE

    if scan is not None:
        return scan(frames if isinstance(frames, Block) else block_of(frames), bounded)
    return columns_of([bounded(frame) for frame in listed(frames)])
