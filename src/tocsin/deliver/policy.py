"""How a channel may be spoken to: how often, when not, and who is next."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

import msgspec

from tocsin.clock import Quiet, quiet_hours, zone_of
from tocsin.config import Value
from tocsin.errors import ConfigError

_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


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
        return zone_of(zone)
    except ValueError:
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
    try:
        return quiet_hours(text, there)
    except ValueError:
        raise ConfigError(f"{path}.quiet", "no hours of the day", 'Write "22:00-07:00".') from None
