"""The questions that may be asked of events, and no others."""

import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from tocsin.clock import parse_time_ms, rfc3339
from tocsin.errors import InputError
from tocsin.model import LEVELS, Phase
from tocsin.web.board import Filters

LIMIT = 1_000
"""Most events in one answer."""
LIST_ITEMS = 50
"""Most items in one comma-separated list."""

PHASES: tuple[Phase, ...] = get_args(Phase)
_HAZARD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class BadQuery(InputError):
    """A request asks for what does not exist; never repeats what was sent (contract P5)."""

    def __init__(self, problem: str, remedy: str, status: int = 400) -> None:
        self.problem, self.remedy, self.status = problem, remedy, status
        super().__init__(f"{problem} {remedy}")


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a route: feeds the parser's messages, OpenAPI and the reference."""

    name: str
    help: str
    schema: dict[str, Any]
    where: str = "query"


HOURS = ("24", "720")
"""How far back the timeline may look: a day or thirty days."""
TIMELINE = (
    Parameter(
        "hours",
        "How far back: 24 or 720.",
        {"type": "string", "enum": list(HOURS), "default": "24"},
    ),
)

EVENT_FILTERS: tuple[Parameter, ...] = (
    Parameter(
        "hazard",
        "Hazard keys, comma-separated, such as wildfire,earthquake.",
        {"type": "string", "example": "wildfire,earthquake"},
    ),
    Parameter(
        "country",
        "ISO 3166-1 codes of two letters, comma-separated, such as PT,ES.",
        {"type": "string", "example": "PT,ES"},
    ),
    Parameter(
        "level",
        "Least level: green, yellow or red.",
        {"type": "string", "enum": list(LEVELS), "default": "green"},
    ),
    Parameter(
        "phase",
        f"Phases, comma-separated: {', '.join(PHASES)}.",
        {"type": "string", "example": "reported,updated"},
    ),
    Parameter(
        "since",
        "RFC 3339 time; only events whose latest revision was decided at or after it.",
        {"type": "string", "format": "date-time"},
    ),
    Parameter(
        "until",
        "RFC 3339 time; events as they stood then.",
        {"type": "string", "format": "date-time"},
    ),
    Parameter(
        "limit",
        f"Most events to give, 1 to {LIMIT}.",
        {"type": "integer", "minimum": 1, "maximum": LIMIT, "default": 100},
    ),
)


def check_names(given: Iterable[tuple[str, str]], known: tuple[Parameter, ...]) -> dict[str, str]:
    """Parameters by name; raises BadQuery when one is unknown or given twice."""
    names = {parameter.name for parameter in known}
    values: dict[str, str] = {}
    for name, value in given:
        if name not in names:
            raise BadQuery("Unknown parameter.", _known(known))
        if name in values:
            raise BadQuery(f"`{name}` is given twice.", "Join values with commas instead.")
        values[name] = value
    return values


def event_filters(given: Iterable[tuple[str, str]]) -> Filters:
    """Filters from query parameters; raises BadQuery that says what to write instead."""
    values = check_names(given, EVENT_FILTERS)
    level = values.get("level", "green")
    if level not in LEVELS:
        raise BadQuery("`level` is not known.", _help("level"))
    countries = _items(values, "country", upper=True)
    hazards = _items(values, "hazard")
    phases = _items(values, "phase")
    if not all(_COUNTRY.fullmatch(country) for country in countries):
        raise BadQuery("`country` is no country code.", _help("country"))
    if not all(_HAZARD.fullmatch(hazard) for hazard in hazards):
        raise BadQuery("`hazard` is no hazard key.", _help("hazard"))
    if not all(phase in PHASES for phase in phases):
        raise BadQuery("`phase` is not known.", _help("phase"))
    return Filters(
        hazards=hazards,
        countries=countries,
        level=next(word for word in LEVELS if word == level),
        phases=tuple(word for word in PHASES if word in phases),
        since=_moment(values, "since"),
        until=_moment(values, "until"),
        limit=_limit(values.get("limit")),
    )


def timeline_hours(given: Iterable[tuple[str, str]]) -> int:
    """How far back a timeline looks; raises BadQuery when that is not offered."""
    hours = check_names(given, TIMELINE).get("hours", HOURS[0])
    if hours not in HOURS:
        raise BadQuery("`hours` is not offered.", TIMELINE[0].help)
    return int(hours)


def _items(values: dict[str, str], name: str, *, upper: bool = False) -> tuple[str, ...]:
    if name not in values:
        return ()
    items = tuple(item.strip() for item in values[name].split(","))
    if len(items) > LIST_ITEMS or not all(items):
        raise BadQuery(f"`{name}` holds an empty item or too many.", _help(name))
    return tuple(item.upper() for item in items) if upper else items


def _moment(values: dict[str, str], name: str) -> str | None:
    text = values.get(name)
    if text is None:
        return None
    try:
        # A plus sign in a query string arrives as a space.
        return rfc3339(parse_time_ms(text.replace(" ", "+")))
    except ValueError:
        raise BadQuery(
            f"`{name}` is no time.", "Write RFC 3339 in UTC, such as 2030-01-31T12:00:00Z."
        ) from None


def _limit(text: str | None) -> int:
    if text is None:
        return 100
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LIMIT):
        raise BadQuery("`limit` is out of range.", f"Give a whole number from 1 to {LIMIT}.")
    return int(text)


def _help(name: str) -> str:
    return next(parameter.help for parameter in EVENT_FILTERS if parameter.name == name)


def _known(known: tuple[Parameter, ...]) -> str:
    names = ", ".join(parameter.name for parameter in known)
    return f"Known here: {names}." if names else "This address takes none."
