"""Time as an argument: the engine asks a clock, tests hold one in the hand."""

import re
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


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


class Quiet(NamedTuple):
    """Hours of the day, in minutes since midnight of a zone; they may pass midnight."""

    begin_min: int
    end_min: int
    zone: tzinfo

    def until_ms(self, now_ms: int) -> int:
        """When the quiet hours end that hold now; 0 outside of them."""
        now = datetime.fromtimestamp(now_ms / 1000, self.zone)
        minute = now.hour * 60 + now.minute
        length_min = (self.end_min - self.begin_min) % 1440
        if (minute - self.begin_min) % 1440 >= length_min:
            return 0
        day = now.date() + timedelta(days=int(minute >= self.end_min))
        end = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        end = end.replace(hour=self.end_min // 60, minute=self.end_min % 60)
        # On the day the clocks change an end may fall behind now; then it is over.
        return max(round(end.timestamp() * 1000), now_ms + 1)


def zone_of(name: str) -> tzinfo:
    """A time zone by its name; raises ValueError when there is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("there is no such time zone") from error


def quiet_hours(text: str, zone: tzinfo) -> Quiet:
    """Hours as in "22:00-07:00"; raises ValueError for anything else."""
    hit = _HOURS.fullmatch(text)
    if hit is None or hit[1] + hit[2] == hit[3] + hit[4]:
        raise ValueError("these are no hours of the day")
    begin, end = (int(hit[n]) * 60 + int(hit[n + 1]) for n in (1, 3))
    return Quiet(begin, end, zone)
