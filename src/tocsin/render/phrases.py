"""The words of messages, one data file for each language, checked when first read."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import msgspec

from tocsin.errors import ConfigError
from tocsin.model import AlertKind, Certainty, LevelWord, Mode, Tier
from tocsin.vocabulary.facts import FACT_KINDS

LANGS = ("en", "es", "pt", "fr", "ja", "ar")
"""Languages in which a message can be written; a new one is a file and a word here."""
ROWS = (
    "level", "place", "facts", "sure", "official", "voices", "people", "first_seen", "revised",
    "watch", "event", "answer",
)  # fmt: skip
PEOPLE = ("under 10,000", "10,000-100,000", "100,000-1 million", "1-10 million", "over 10 million")
"""Bands of people living inside a radius, as an event carries them."""
IMPERIAL = {
    "depth": 0.621371, "wind_speed": 0.621371, "water_level": 3.28084, "area_burnt": 2.47105,
    "radius": 0.621371,
}  # fmt: skip
"""Figures that have a unit of their own there, with what a metric value is multiplied by."""
REPLY = (
    "heading", "intro", "mute", "mute_not", "mute_hours", "outcome", "open", "real", "exaggerated",
    "false", "duplicate", "elsewhere", "send", "done", "used", "expired", "wrong",
)  # fmt: skip
"""What the page behind a link says; the outcomes are those of the store."""
_ENDS = ("resolved", "merged", "withdrawn")
_MARKED = tuple(mode for mode in get_args(Mode) if mode != "live")


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything one language says; every table is complete."""

    direction: Literal["ltr", "rtl"]
    note: str
    note_official: str
    withdrawn: str
    corrected: str
    digest: str
    unknown_place: str
    radius: str
    range: str
    lead_after: str
    """The official word came after the first report: agency and minutes."""
    lead_before: str
    thousand: str
    decimal: str
    comma: str
    """What stands between the parts of a list, with its blank."""
    kinds: dict[str, str]
    phases: dict[str, str]
    levels: dict[str, str]
    tiers: dict[str, str]
    certainty: dict[str, str]
    rows: dict[str, str]
    facts: dict[str, str]
    modes: dict[str, str]
    people: dict[str, str]
    imperial: dict[str, str]
    reply: dict[str, str]

    def figure(self, value: float) -> str:
        """A number as this language writes it, with at most ten digits."""
        plain = f"{value:,.10g}"
        return plain.translate({ord(","): self.thousand, ord("."): self.decimal})


@cache
def phrases(lang: str) -> Phrases:
    """The words of one of LANGS; raises ConfigError naming the file and what is missing."""
    where = f"render/data/{lang}.toml"
    if lang not in LANGS:
        raise ConfigError("lang", "no such language", f"Choose one of: {', '.join(LANGS)}.")
    text = (files("tocsin.render") / "data" / f"{lang}.toml").read_text(encoding="utf-8")
    try:
        words = msgspec.convert(tomllib.loads(text), Phrases)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(where, str(error), "Mend the data file.") from error
    tables = (
        ("kinds", words.kinds, get_args(AlertKind)),
        ("phases", words.phases, _ENDS),
        ("levels", words.levels, get_args(LevelWord)),
        ("tiers", words.tiers, get_args(Tier)),
        ("certainty", words.certainty, get_args(Certainty)),
        ("rows", words.rows, ROWS),
        ("facts", words.facts, tuple(kind.key for kind in FACT_KINDS)),
        ("modes", words.modes, _MARKED),
        ("people", words.people, PEOPLE),
        ("imperial", words.imperial, tuple(IMPERIAL)),
        ("reply", words.reply, REPLY),
    )
    for name, table, wanted in tables:
        if set(table) != set(wanted):
            odd = ", ".join(sorted(set(table) ^ set(wanted)))
            raise ConfigError(f"{where} [{name}]", f"missing or unknown: {odd}", "Mend the file.")
    return words
