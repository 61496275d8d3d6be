"""Reads of one source that wait together go through the line as one: each costs it the same."""

from collections.abc import Sequence

import numpy as np

from tocsin.engine.inbox import Chunk
from tocsin.sources.columns import Block


def joined(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The same chunks in the same order, neighbours of one source laid end to end.

    Only blocks are; what stands behind a gap begins anew, since what came before it is purged.
    """
    found: list[list[Chunk]] = []
    for chunk in chunks:
        if found and _goes_with(found[-1][0], chunk):
            found[-1].append(chunk)
        else:
            found.append([chunk])
    return [_one(group) for group in found]


def _goes_with(first: Chunk, chunk: Chunk) -> bool:
    alike = isinstance(first.frames, Block) and isinstance(chunk.frames, Block)
    return alike and first.intake is chunk.intake and not chunk.gap


def _one(group: list[Chunk]) -> Chunk:
    if len(group) == 1:
        return group[0]
    blocks = [chunk.frames for chunk in group if isinstance(chunk.frames, Block)]
    sizes = [len(block.buffer) for block in blocks]
    before = np.cumsum([0, *sizes[:-1]]).tolist()
    block = Block(
        np.concatenate([block.buffer for block in blocks]),
        np.concatenate([block.start + at for block, at in zip(blocks, before, strict=True)]),
        np.concatenate([block.end + at for block, at in zip(blocks, before, strict=True)]),
    )
    cursors = [chunk.cursor for chunk in group if chunk.cursor is not None]
    return group[-1]._replace(
        frames=block,
        cursor=cursors[-1] if cursors else None,
        gap=group[0].gap,
        shed=sum(chunk.shed for chunk in group),
    )
