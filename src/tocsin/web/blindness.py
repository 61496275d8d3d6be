"""When sources were silent beyond their habit, and when all of them were at once."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tocsin.clock import MINUTE_MS

GAPS = 200
"""Stretches of silence kept for each source, newest last to go."""
SOURCES = 100
"""Sources remembered."""


class Gap(NamedTuple):
    """A stretch of silence; `until_ms` is None while it lasts."""

    since_ms: int
    until_ms: int | None


class Blindness:
    """Silences as they are told of; methods may be called from any thread.

    Every watch relies on all sources of posts, so it is blind where the silences of all overlap.
    Times are told to the minute, outwards: a watch is never said to see when it may not.
    """

    def __init__(self, known_since_ms: int, posts: Callable[[], Sequence[str]]) -> None:
        """`posts` names the sources of posts."""
        self.known_since_ms = known_since_ms - known_since_ms % MINUTE_MS
        self._posts = posts
        self._gaps: dict[str, deque[Gap]] = {}
        self._turn = threading.Lock()

    def hear(self, source: str, what: Literal["deaf", "heard", "gap"], at_ms: int) -> None:
        """Take a notice of the engine; one of missed deletions is no silence."""
        if what == "gap":
            return
        with self._turn:
            if source not in self._gaps and len(self._gaps) >= SOURCES:
                return
            gaps = self._gaps.setdefault(source, deque(maxlen=GAPS))
            lasts = bool(gaps) and gaps[-1].until_ms is None
            if what == "deaf" and not lasts:
                gaps.append(Gap(at_ms - at_ms % MINUTE_MS, None))
            elif what == "heard" and lasts:
                gaps[-1] = gaps[-1]._replace(until_ms=at_ms + -at_ms % MINUTE_MS)

    def by_source(self) -> dict[str, list[Gap]]:
        """Silences of each source that had any, newest first."""
        with self._turn:
            return {name: list(gaps)[::-1] for name, gaps in sorted(self._gaps.items()) if gaps}

    def all(self) -> list[Gap]:
        """When all sources of posts were silent at once, newest first; empty without any."""
        with self._turn:
            each = [list(self._gaps.get(name, ())) for name in self._posts()]
        if not each:
            return []
        common = each[0]
        for gaps in each[1:]:
            common = [both for a in common for b in gaps if (both := _overlap(a, b))]
        return sorted(common, reverse=True, key=lambda gap: gap.since_ms)


def _overlap(a: Gap, b: Gap) -> Gap | None:
    since_ms = max(a.since_ms, b.since_ms)
    ends = [gap.until_ms for gap in (a, b) if gap.until_ms is not None]
    until_ms = min(ends, default=None)
    return None if until_ms is not None and until_ms <= since_ms else Gap(since_ms, until_ms)
