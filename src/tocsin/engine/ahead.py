"""Decodes, sieves and reads chunks on other threads, a few ahead, and gives them back in order."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from tocsin.gate import Gate, Sifted
from tocsin.gate.decode import Decode, Scan
from tocsin.sources.columns import Frames

CHUNKS_AHEAD = 1
"""Chunks in work or waiting for each thread: what is decoded early waits in memory."""
SWITCH_S = 0.0002
"""Longest time a thread keeps the interpreter when another one asks for it. A kernel of two
milliseconds that has to wait five to go on, as is the custom, leaves the second core idle."""


@contextmanager
def quick_turns() -> Iterator[None]:
    """Threads hand over the interpreter soon, for as long as they work side by side."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(min(before_s, SWITCH_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)


def sifted_ahead(
    gate: Gate,
    chunks: Iterable[Frames],
    view: Decode,
    scan: Scan | None,
    threads: int,
) -> Iterator[Sifted]:
    """Each chunk, decoded and sieved, in order; with no threads it is done as it is asked for.

    The kernels hold no interpreter lock, so the threads run beside whoever takes the chunks; they
    also read, since what is left for the taker has to be done by one thread alone.
    """
    if threads < 1:
        for chunk in chunks:
            yield gate.sift(chunk, view, scan)
        return
    with quick_turns(), ThreadPoolExecutor(threads, "sift") as pool:
        waiting: deque[Future[Sifted]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(gate.sift, chunk, view, scan, True))
            if len(waiting) > CHUNKS_AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
