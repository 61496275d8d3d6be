"""How often a source speaks, and whether its silence is longer than its own habit."""

import math

FIRST_MS = 120_000
"""A source that never spoke counts as deaf after so long."""
FLOOR_MS = 60_000
CEILING_MS = 6 * 3_600_000
"""Silence is a sign between these, whatever the habit."""
PATIENCE = 5
"""How many times its longest pause of late a source may be silent."""
FADE = 0.98
"""By so much the longest pause is forgotten with each message after it."""
RATE_MS = 300_000
"""The rate is that of about the last five minutes."""


class Rhythm:
    """The habit of one source, learnt from when its messages came."""

    def __init__(self, started_ms: int) -> None:
        self._started_ms = started_ms
        self._heard_ms: int | None = None
        self._pause_ms = 0.0
        self._weight = 0.0

    @property
    def heard_ms(self) -> int | None:
        """When it last spoke."""
        return self._heard_ms

    @property
    def limit_ms(self) -> float:
        """The longest silence that is no sign."""
        if self._heard_ms is None:
            return FIRST_MS
        return min(max(PATIENCE * self._pause_ms, FLOOR_MS), CEILING_MS)

    def note(self, at_ms: int, messages: int = 1) -> None:
        """Messages came now; a deaf time teaches at most to be twice as patient."""
        before_ms = self._heard_ms if self._heard_ms is not None else self._started_ms
        silence_ms = max(at_ms - before_ms, 0)
        if self._heard_ms is not None:
            learnt_ms = min(silence_ms, 2 * self.limit_ms / PATIENCE)
            self._pause_ms = max(learnt_ms, self._pause_ms * FADE)
        self._weight = self._weight * math.exp(-silence_ms / RATE_MS) + messages
        self._heard_ms = at_ms

    def deaf_since_ms(self, now_ms: int) -> int | None:
        """Since when it is silent beyond its habit; None while it is not."""
        since_ms = self._heard_ms if self._heard_ms is not None else self._started_ms
        return since_ms if now_ms - since_ms > self.limit_ms else None

    def rate_per_min(self, now_ms: int) -> float:
        """Messages a minute, of late."""
        if self._heard_ms is None:
            return 0.0
        faded = self._weight * math.exp(-max(now_ms - self._heard_ms, 0) / RATE_MS)
        age = max(now_ms - self._started_ms, 60_000) / RATE_MS
        return faded / (RATE_MS / 60_000 * (1 - math.exp(-age)))
