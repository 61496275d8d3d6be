"""Decoded frames as columns: positions in one buffer of bytes, no object for any post."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.metrics import Reason
from tocsin.sources import Post

OPS = ("create", "edit", "delete", "account_deleted")
"""What `Columns.op` stands for: the numbers of `operations`."""
PAD_BYTES = 8
"""Bytes behind the last frame of a block, so that eight may be looked at together."""


class Block(NamedTuple):
    """Frames end to end in one buffer, each followed by a byte below 32 that ends it.

    Frame i is `buffer[start[i]:end[i]]`; at least PAD_BYTES more follow the last one, so that all
    is a multiple of eight bytes.
    """

    buffer: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def frame(self, number: int) -> bytes:
        """One frame as bytes of its own."""
        return self.buffer[self.start[number] : self.end[number]].tobytes()


Frames = Sequence[bytes] | Block
"""Frames as a source gives them: one by one, or end to end in one buffer."""


def count_of(frames: Frames) -> int:
    """How many frames."""
    return len(frames.start) if isinstance(frames, Block) else len(frames)


def last_of(frames: Frames) -> bytes:
    """The last of at least one frame."""
    return frames.frame(len(frames.start) - 1) if isinstance(frames, Block) else frames[-1]


def listed(frames: Frames) -> Sequence[bytes]:
    """Frames one by one."""
    if not isinstance(frames, Block):
        return frames
    return [frames.frame(row) for row in range(len(frames.start))]


class Columns(NamedTuple):
    """n frames, decoded; a span of -1 stands for what is not there."""

    refused: NDArray[np.uint8]
    """0 for a post, removal or closure, else 1 + the place of its Reason in REASONS."""
    op: NDArray[np.uint8]
    at_ms: NDArray[np.int64]
    lang: NDArray[np.uint16]
    """The first two letters of the declared language, small: first + 256 * second; 0 unknown."""
    repost: NDArray[np.bool_]
    spans: NDArray[np.int64]
    """(n, 6): first and last byte of text, author and id in `blob`."""
    blob: NDArray[np.uint8]
    """UTF-8; holds every text for as long as the batch takes."""


REASONS = tuple(Reason)


def reason_code(reason: Reason) -> int:
    """The number a reason has in `Columns.refused`."""
    return 1 + REASONS.index(reason)


def block_of(frames: Sequence[bytes]) -> Block:
    """Frames laid end to end, with a line break behind each."""
    sizes = np.fromiter(map(len, frames), np.int64, len(frames))
    pad = PAD_BYTES + -int(sizes.sum() + len(frames)) % PAD_BYTES
    data = bytearray(b"\n").join([*frames, b"\n" * pad])
    end = np.cumsum(sizes + 1) - 1
    return Block(np.frombuffer(data, np.uint8), end - sizes, end)


def language_code(lang: str | None) -> int:
    """The number a declared tag such as `pt-BR` has in `Columns.lang`."""
    if lang is None or len(lang) < 2:
        return 0
    first, second = lang[:2].lower().encode("ascii", "replace")[:2]
    return first + 256 * second


def columns_of(posts: Sequence[Post | Reason]) -> Columns:
    """Columns of typed posts; lone surrogates become question marks."""
    n = len(posts)
    columns = Columns(
        np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.int64),
        np.zeros(n, np.uint16), np.zeros(n, np.bool_), np.full((n, 6), -1, np.int64),
        np.zeros(0, np.uint8),
    )  # fmt: skip
    return with_posts(columns, range(n), posts)


def with_posts(columns: Columns, rows: Sequence[int], posts: Sequence[Post | Reason]) -> Columns:
    """The columns with typed posts written into some rows, their bytes behind the others'."""
    pieces: list[bytes] = []
    at = len(columns.blob)
    for row, post in zip(rows, posts, strict=True):
        if isinstance(post, Reason):
            columns.refused[row] = reason_code(post)
            continue
        columns.refused[row] = 0
        columns.op[row] = OPS.index(post.op)
        columns.at_ms[row] = post.at_ms
        columns.lang[row] = language_code(post.lang)
        columns.repost[row] = post.repost
        for side, value in enumerate((post.text, post.author, post.id)):
            columns.spans[row, 2 * side : 2 * side + 2] = -1
            if value is not None:
                piece = value.encode("utf-8", "replace")
                columns.spans[row, 2 * side : 2 * side + 2] = at, at + len(piece)
                pieces.append(piece)
                at += len(piece)
    if not pieces:
        return columns
    behind = np.frombuffer(b"".join(pieces), np.uint8)
    return columns._replace(blob=np.concatenate([columns.blob, behind]))
