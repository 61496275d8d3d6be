"""Time as an argument: the engine asks a clock, tests hold one in the hand."""

import time
from datetime import UTC, datetime
from typing import Protocol

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


class Clock(Protocol):
    """Where the edge of the engine takes its time from; the core never asks."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only ever grow, for deadlines and back-off."""
        ...

    def sleep_s(self, seconds: float) -> None:
        """Wait; a held clock returns at once and moves itself instead."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep_s(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)


class HeldClock:
    """A clock that moves only when told to: for tests and simulations."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """The held time."""
        return self._now_ms

    def monotonic_s(self) -> float:
        """The held time in seconds."""
        return self._now_ms / 1000

    def sleep_s(self, seconds: float) -> None:
        """Move the held time forward."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward (or back, to play a clock that jumps)."""
        self._now_ms += round(seconds * 1000)


def rfc3339(at_ms: int) -> str:
    """`2026-11-22T13:00:00.123Z`: RFC 3339 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def parse_time_ms(text: str) -> int:
    """Milliseconds of an RFC 3339 time; a time without zone counts as UTC.

    Raises ValueError when the text is no time or lies outside 2000 to 2100.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not 2000 <= moment.year < 2100:
        raise ValueError("time outside 2000 to 2100")
    return round(moment.timestamp() * 1000)
