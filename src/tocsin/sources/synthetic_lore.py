"""The cities, hazards and phrases of the synthetic world, read from its own data files."""

import tomllib
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import msgspec

from tocsin.model import Severity

_SYLLABLES = ("vel", "mor", "tak", "zin", "ulo", "fen", "quar", "bis", "ond", "rha", "yel", "nup")
LANGS = ("en", "es", "pt", "fr", "ja", "ar")
DECOY_KINDS = ("figurative", "film", "game", "sport", "anniversary", "drill", "assembly")


class City(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A well-known city: degrees, its main language, and its name in other languages."""

    name: str
    country: str
    lat: float
    lon: float
    lang: str
    coast: bool = False
    names: dict[str, str] = {}

    def called(self, lang: str) -> str:
        """The name people writing this language use."""
        return self.names.get(lang, self.name)


class Nature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a hazard behaves: extent, severity, chance of an official word, worst death toll."""

    radius_km: float
    severity: Severity
    official: float
    deaths: int
    coast: bool = False


class HazardWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What witnesses say of a hazard: with its head term, and without any."""

    name: str
    head: list[str]
    oblique: list[str]


class Ordinary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Chatter that means nothing, and the words for its slots."""

    chatter: list[str]
    slots: dict[str, list[str]]


class Decoys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Posts that sound like a hazard and are none, by kind."""

    figurative: list[str]
    film: list[str]
    game: list[str]
    sport: list[str]
    anniversary: list[str]
    drill: list[str]
    assembly: list[str]
    slots: dict[str, list[str]]

    def of(self, kind: str) -> list[str]:
        """The templates of one of DECOY_KINDS."""
        found: list[str] = getattr(self, kind)
        return found


class Phrasebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything said in one language."""

    openers: list[str]
    closers: list[str]
    nowhere: str
    calls: list[str]
    news: list[str]
    figures: list[str]
    magnitude: list[str]
    unpowered: list[str]
    hazards: dict[str, HazardWords]
    ordinary: Ordinary
    decoys: Decoys
    local: dict[str, list[str]]


class _Slots(dict[str, str]):
    """Values for a template: given ones, else one picked from the tables."""

    def __init__(self, rng: Random, tables: tuple[dict[str, list[str]], ...]) -> None:
        self._rng, self._tables = rng, tables

    def __missing__(self, slot: str) -> str:
        for table in self._tables:
            if slot in table:
                return self._rng.choice(table[slot])
        raise KeyError(slot)


def fill(template: str, rng: Random, *tables: dict[str, list[str]], **known: str) -> str:
    """The template with every slot filled, from `known` first and the tables else."""
    slots = _Slots(rng, tables)
    slots.update(known)
    return template.format_map(slots)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("tocsin.sources").joinpath(name).read_text("utf-8"))


@cache
def phrasebook(lang: str) -> Phrasebook:
    """What is said in one of LANGS."""
    return msgspec.convert(_read(f"synthetic_phrases_{lang}.toml"), Phrasebook)


@cache
def cities() -> tuple[City, ...]:
    """Where events may be planted."""
    return msgspec.convert(_read("synthetic_atlas.toml")["cities"]["list"], tuple[City, ...])


@cache
def natures() -> dict[str, Nature]:
    """Every hazard the world can plant, by key."""
    return msgspec.convert(_read("synthetic_atlas.toml")["natures"], dict[str, Nature])


def title(rng: Random) -> str:
    """An invented rare word, such as a film or a team might be called."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(3)).capitalize()


def misspell(text: str, rng: Random) -> str:
    """The text as typed in haste: one word with a letter lost, doubled, swapped or stretched."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return text + rng.choice(("!!!", "……", "??"))
    at = rng.choice(long)
    word = words[at]
    cut = rng.randrange(1, len(word) - 1)
    words[at] = (
        word[:cut] + word[cut + 1 :],
        word[:cut] + word[cut] + word[cut:],
        word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :],
        word[:-1] + word[-1] * rng.randrange(3, 6),
    )[rng.randrange(4)]
    return " ".join(words)
