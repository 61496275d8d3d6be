"""How a channel may be spoken to: how often, when not, and who is next."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tocsin.config import Value
from tocsin.errors import ConfigError

_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class Quiet(msgspec.Struct, frozen=True):
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


class Daily(msgspec.Struct, frozen=True):
    """An hour of every day, in minutes since midnight of a zone."""

    at_min: int
    zone: tzinfo

    def next_ms(self, now_ms: int) -> int:
        """When it strikes next, after now."""
        day = datetime.fromtimestamp(now_ms / 1000, self.zone).date()
        while True:
            strikes = datetime(
                day.year, day.month, day.day, self.at_min // 60, self.at_min % 60, tzinfo=self.zone
            )
            at_ms = round(strikes.timestamp() * 1000)
            if at_ms > now_ms:
                return at_ms
            day += timedelta(days=1)


class Policy(msgspec.Struct, frozen=True):
    """The settings of one channel; the plain one lets everything through at once."""

    group_ms: int = 0
    budget: int = 0
    quiet: Quiet | None = None
    red_breaks: bool = True
    daily: Daily | None = None
    escalate_to: str = ""
    escalate_ms: int = 0
    drill: bool = False


def policies(tables: Mapping[str, Mapping[str, Value]]) -> dict[str, Policy]:
    """Policies by channel from checked settings; raises ConfigError for hours or zone."""
    return {name: _policy(f"channels.{name}", table) for name, table in tables.items()}


def _policy(path: str, table: Mapping[str, Value]) -> Policy:
    return Policy(
        group_ms=round(float(str(table["group_s"])) * 1000),
        budget=int(str(table["budget"])),
        quiet=_quiet(path, str(table["quiet"]), str(table["zone"])),
        daily=_daily(path, str(table["digest"]), str(table["zone"])),
        red_breaks=table["quiet_break"] == "red",
        escalate_to=str(table["escalate_to"]),
        escalate_ms=round(float(str(table["escalate_s"])) * 1000),
        drill=bool(table["drill"]),
    )


def _zone(path: str, zone: str) -> tzinfo:
    try:
        return UTC if zone == "UTC" else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = 'Write one such as "Europe/Madrid".'
        raise ConfigError(f"{path}.zone", "no such time zone", remedy) from None


def _daily(path: str, text: str, zone: str) -> Daily | None:
    if not text:
        return None
    hit = _HOUR.fullmatch(text)
    if hit is None:
        raise ConfigError(f"{path}.digest", "no hour of the day", 'Write "08:00".')
    return Daily(int(hit[1]) * 60 + int(hit[2]), _zone(path, zone))


def _quiet(path: str, text: str, zone: str) -> Quiet | None:
    there = _zone(path, zone)
    if not text:
        return None
    hit = _HOURS.fullmatch(text)
    if hit is None or hit[1] + hit[2] == hit[3] + hit[4]:
        raise ConfigError(f"{path}.quiet", "no hours of the day", 'Write "22:00-07:00".')
    begin, end = (int(hit[n]) * 60 + int(hit[n + 1]) for n in (1, 3))
    return Quiet(begin, end, there)
