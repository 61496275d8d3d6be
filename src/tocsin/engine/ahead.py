"""Decodes and sieves chunks on other threads, a few ahead, and gives them back in order."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from tocsin.gate import Gate, Sifted
from tocsin.gate.decode import Decode, Scan
from tocsin.sources.columns import Frames

CHUNKS_AHEAD = 2
"""Chunks in work or waiting for each thread: what is decoded early waits in memory."""


def sifted_ahead(
    gate: Gate,
    chunks: Iterable[Frames],
    view: Decode,
    scan: Scan | None,
    threads: int,
) -> Iterator[Sifted]:
    """Each chunk, decoded and sieved, in order; with no threads it is done as it is asked for.

    The kernels hold no interpreter lock, so the threads run beside whoever takes the chunks.
    """
    if threads < 1:
        for chunk in chunks:
            yield gate.sift(chunk, view, scan)
        return
    with ThreadPoolExecutor(threads, "sift") as pool:
        waiting: deque[Future[Sifted]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(gate.sift, chunk, view, scan))
            if len(waiting) > CHUNKS_AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
