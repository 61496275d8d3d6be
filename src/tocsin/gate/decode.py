"""Frames become a typed view; a bad frame is counted and costs at most itself."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tocsin.metrics import Reason, Tally
from tocsin.sources import FRAME_BYTES, Post

Decode = Callable[[bytes], Post | Reason]


class Arrived(NamedTuple):
    """A decoded post with its row in the input and its arrival in stream time."""

    row: int
    at_ms: int
    post: Post


def decode(frames: Sequence[bytes], view: Decode, first_row: int, tally: Tally) -> list[Arrived]:
    """Typed posts of raw frames, in order; what is none is counted by reason.

    Raises nothing: `view` promises a Reason for anything it cannot read.
    """
    posts = []
    tally.received += len(frames)
    for row, frame in enumerate(frames, first_row):
        if len(frame) > FRAME_BYTES:
            tally.refuse(Reason.TOO_LARGE)
            continue
        post = view(frame)
        if isinstance(post, Reason):
            tally.refuse(post)
        else:
            posts.append(Arrived(row, post.at_ms, post))
    return posts
