"""Decodes, sieves and reads chunks on several threads, a few ahead, and gives them in order."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from tocsin.gate import Gate, Sifted
from tocsin.gate.decode import Decode, Scan
from tocsin.sources.columns import Frames

CHUNKS_AHEAD = 2
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


class _Task:
    """One chunk that a thread of the pool sifts, unless whoever wants it begins first."""

    def __init__(self, pool: ThreadPoolExecutor, sift: Callable[[], Sifted]) -> None:
        self._sift = sift
        self._future: Future[Sifted] = pool.submit(sift)

    def is_done(self) -> bool:
        """Whether its result is there, or what was raised instead."""
        return self._future.done()

    def take_over(self) -> bool:
        """Sift it on this thread where nobody has begun; whether that was so."""
        if not self._future.cancel():
            return False
        self._future = Future()
        try:
            self._future.set_result(self._sift())
        except Exception as error:
            # Its turn has not come: those before it are wanted first.
            self._future.set_exception(error)
        return True

    def result(self) -> Sifted:
        """What came of it; waits for a thread that is at it, and raises what was raised there."""
        return self._future.result()


def sifted_ahead(
    gate: Gate,
    chunks: Iterable[Frames],
    view: Decode,
    scan: Scan | None,
    threads: int,
) -> Iterator[Sifted]:
    """Each chunk, decoded and sieved, in order; with no threads it is done as it is asked for.

    `threads` work beside whoever takes the chunks, without the interpreter's lock for most of the
    time; the taker sifts as well while the next chunk is not ready, so that one thread beside it
    fills two cores. They also read, since what is left for the taker has to be done by it alone.
    """
    if threads < 1:
        for chunk in chunks:
            yield gate.sift(chunk, view, scan)
        return
    with quick_turns(), ThreadPoolExecutor(threads, "sift") as pool:
        waiting: deque[_Task] = deque()
        for chunk in chunks:
            waiting.append(_Task(pool, partial(gate.sift, chunk, view, scan, True)))
            if len(waiting) > CHUNKS_AHEAD * (threads + 1):
                yield _next_of(waiting)
        while waiting:
            yield _next_of(waiting)


def _next_of(waiting: deque[_Task]) -> Sifted:
    """The chunk whose turn it is; until it is done others are sifted here, the earliest first."""
    while not waiting[0].is_done() and any(task.take_over() for task in waiting):
        pass
    return waiting.popleft().result()
