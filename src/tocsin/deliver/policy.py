"""How a channel may be spoken to: how often, when not, and who is next."""

from collections.abc import Mapping

import msgspec

from tocsin.clock import Quiet, quiet_hours, zone_of
from tocsin.config import Value
from tocsin.errors import ConfigError


class Policy(msgspec.Struct, frozen=True):
    """The settings of one channel; the plain one lets everything through at once."""

    group_ms: int = 0
    budget: int = 0
    quiet: Quiet | None = None
    red_breaks: bool = True
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
        red_breaks=table["quiet_break"] == "red",
        escalate_to=str(table["escalate_to"]),
        escalate_ms=round(float(str(table["escalate_s"])) * 1000),
        drill=bool(table["drill"]),
    )


def _quiet(path: str, text: str, zone: str) -> Quiet | None:
    try:
        there = zone_of(zone)
    except ValueError:
        remedy = 'Write one such as "Europe/Madrid".'
        raise ConfigError(f"{path}.zone", "no such time zone", remedy) from None
    if not text:
        return None
    try:
        return quiet_hours(text, there)
    except ValueError:
        raise ConfigError(f"{path}.quiet", "no hours of the day", 'Write "22:00-07:00".') from None
