"""The tables of `tables.toml`, read once: what bulletins may say and which events they support."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from tocsin.model import Severity

SEVERITIES: tuple[Severity, ...] = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
"""From least to worst."""

_WORD = re.compile(r"[^\W_]+")


class QuakeClass(NamedTuple):
    """What a magnitude means: how far it is felt and how bad it is taken to be."""

    magnitude: float
    radius_km: float
    severity: Severity


class Names(NamedTuple):
    """Phrases as token tuples; a last token ending in * stands for any ending."""

    phrases: tuple[tuple[str, ...], ...]

    def found_in(self, tokens: list[str]) -> bool:
        """Whether one of the phrases occurs among the tokens, as whole words."""
        return any(
            _matches(phrase, tokens, start)
            for phrase in self.phrases
            for start in range(len(tokens) - len(phrase) + 1)
        )


class CapTable(NamedTuple):
    """The allow-list of event names and codes, and what is never let in."""

    person: Names
    person_codes: frozenset[str]
    test_codes: frozenset[str]
    ignore: Names
    codes: dict[str, str]
    names: tuple[tuple[str, Names], ...]
    categories: dict[str, str]


class DisasterType(NamedTuple):
    """What a GDACS event type is, and how far around its centre it is taken to reach."""

    hazard: str
    radius_km: float


class GdacsTable(NamedTuple):
    """GDACS event types, and what its colours are taken for."""

    types: dict[str, DisasterType]
    levels: dict[str, Severity]


class Tables(NamedTuple):
    """All tables; `speaks_for[bulletin hazard][reported hazard]` is the least severity rank."""

    slow: frozenset[str]
    speaks_for: dict[str, dict[str, int]]
    same: frozenset[frozenset[str]]
    """Pairs of hazards that are two words for one thing."""
    least_km: dict[str, float]
    quakes: tuple[QuakeClass, ...]
    cap: CapTable
    gdacs: GdacsTable
    alone: frozenset[Severity]


def fold(text: str) -> list[str]:
    """Words of a short official phrase in lower case without accents."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return _WORD.findall(bare.casefold())


@cache
def tables() -> Tables:
    """The tables, read from the package at first use."""
    raw = tomllib.loads((files("tocsin.official") / "tables.toml").read_text("utf-8"))
    speaks_for: dict[str, dict[str, int]] = defaultdict(dict)
    for one, other in raw["pairs"]:
        speaks_for[one][other] = speaks_for[other][one] = 0
    for bulletin, reports, least in raw["oneway"]:
        speaks_for[bulletin][reports] = SEVERITIES.index(least)
    return Tables(
        slow=frozenset(raw["slow"]),
        speaks_for=dict(speaks_for),
        same=frozenset(frozenset(pair) for pair in raw["same"]),
        least_km={key: float(km) for key, km in raw["least_km"].items()},
        quakes=tuple(
            QuakeClass(float(row["magnitude"]), float(row["radius_km"]), row["severity"])
            for row in raw["quake"]
        ),
        cap=_cap_table(raw["cap"]),
        gdacs=GdacsTable(
            {
                key: DisasterType(row["hazard"], float(row["radius_km"]))
                for key, row in raw["gdacs"]["types"].items()
            },
            dict(raw["gdacs"]["levels"]),
        ),
        alone=frozenset(raw["alone"]),
    )


def _cap_table(raw: dict[str, Any]) -> CapTable:
    return CapTable(
        person=_names(raw["person"]),
        person_codes=frozenset(raw["person_codes"]),
        test_codes=frozenset(raw["test_codes"]),
        ignore=_names(raw["ignore"]),
        codes=dict(raw["codes"]),
        names=tuple((row["hazard"], _names(row["words"])) for row in raw["names"]),
        categories=dict(raw["categories"]),
    )


def _names(phrases: list[str]) -> Names:
    return Names(
        tuple(
            tuple(fold(phrase)) if not phrase.endswith("*") else (*_stem(phrase),)
            for phrase in phrases
        )
    )


def _stem(phrase: str) -> list[str]:
    words = fold(phrase)
    return [*words[:-1], words[-1] + "*"]


def _matches(phrase: tuple[str, ...], tokens: list[str], start: int) -> bool:
    for offset, word in enumerate(phrase):
        token = tokens[start + offset]
        if word.endswith("*"):
            if not token.startswith(word[:-1]):
                return False
        elif token != word:
            return False
    return True
