"""Hazard types as data: a file for each type and one for each language, checked at start."""

import tomllib
from functools import cache
from typing import Any, get_args

import msgspec

from tocsin.errors import ConfigError
from tocsin.model import Category, Severity
from tocsin.vocabulary.stored import collector_off, data_folder, read_stored
from tocsin.vocabulary.tongues import LANGUAGES

_HAZARDS_MAX = 400


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one language speaks of a hazard."""

    label: str = ""
    terms: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    figurative: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The hazard in other people's lists, where that is certain; None elsewhere."""

    glide: str | None = None
    gdacs: str | None = None
    undrr: str | None = None
    """Cluster of the UNDRR/ISC hazard profiles."""
    iptc: str | None = None


class Hazard(msgspec.Struct, frozen=True):
    """One hazard type; the radius is the distance within which two reports are one event."""

    key: str
    category: Category
    severity: Severity
    radius_km: float
    duration_h: float
    sudden: bool
    personal: bool
    life_safety: bool
    disruption: bool
    rank: int
    related: tuple[str, ...]
    labels: dict[str, str]
    wordings: dict[str, Wording]
    codes: Codes = Codes()
    tags: tuple[str, ...] = ()
    """Words, of any language, that name the hazard as part of a joined hashtag (#placeflood)."""


def read_tables(folder: str) -> dict[str, dict[str, Any]]:
    """All TOML files of one data folder by stem, in order of name.

    Raises ConfigError naming the file that does not parse.
    """
    tables: dict[str, dict[str, Any]] = {}
    place = data_folder() / folder
    if not place.is_dir():
        return tables
    for entry in sorted(place.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            try:
                tables[entry.name[:-5]] = tomllib.loads(entry.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise ConfigError(
                    f"vocabulary/data/{folder}/{entry.name}", str(error), "Mend the data file."
                ) from error
    return tables


def _wordings(where: str, tables: dict[str, Any]) -> dict[str, Wording]:
    try:
        return {key: msgspec.convert(table, Wording) for key, table in tables.items()}
    except msgspec.ValidationError as error:
        raise ConfigError(where, str(error), "See docs/reference/hazards.md.") from error


def _hazard(name: str, table: dict[str, Any]) -> Hazard:
    where = f"vocabulary/data/hazards/{name}.toml"
    own = {lang: table.pop(lang) for lang in LANGUAGES if lang in table}
    wordings = _wordings(where, own)
    try:
        hazard = msgspec.convert({**table, "wordings": {}}, Hazard)
    except msgspec.ValidationError as error:
        raise ConfigError(where, str(error), "See docs/reference/hazards.md.") from error
    unknown = set(table) - set(Hazard.__struct_fields__)
    if unknown:
        raise ConfigError(where, f"unknown key {sorted(unknown)[0]}", "Remove it.")
    if hazard.key != name:
        raise ConfigError(where, f"key is {hazard.key}", "Name the file after the key.")
    if hazard.category not in get_args(Category) or hazard.severity not in get_args(Severity):
        raise ConfigError(where, "category or severity is not CAP's", "Use CAP 1.2 words.")
    return msgspec.structs.replace(hazard, wordings=wordings)


def _worded(hazards: dict[str, Hazard]) -> dict[str, Hazard]:
    """The hazards with what the languages' own files (words/) add to the hazards' own."""
    for lang, tables in read_tables("words").items():
        where = f"vocabulary/data/words/{lang}.toml"
        if lang not in LANGUAGES:
            raise ConfigError(where, f"{lang} is no language here", "Add it to LANGUAGES.")
        for key, wording in _wordings(where, tables).items():
            if key not in hazards:
                raise ConfigError(f"{where} [{key}]", "no such hazard", "See data/hazards/.")
            hazard = hazards[key]
            if lang in hazard.wordings:
                raise ConfigError(
                    f"{where} [{key}]", f"hazards/{key}.toml has [{lang}] too", "Keep one of them."
                )
            hazards[key] = msgspec.structs.replace(
                hazard,
                wordings={**hazard.wordings, lang: wording},
                labels={**hazard.labels, lang: wording.label},
            )
    return hazards


@cache
def load_hazards() -> tuple[Hazard, ...]:
    """All hazards in order of key; a hazard id is a position here.

    Raises ConfigError naming the file and what to mend.
    """
    held = read_stored("hazards")
    if held is None:
        return read_hazards()
    with collector_off():
        return msgspec.msgpack.decode(held["all"].tobytes(), type=tuple[Hazard, ...])


def read_hazards() -> tuple[Hazard, ...]:
    """The same, read from the data files."""
    files = read_tables("hazards")
    hazards = tuple(_worded({name: _hazard(name, files[name]) for name in files}).values())
    if not 0 < len(hazards) <= _HAZARDS_MAX:
        raise ConfigError("vocabulary/data/hazards", "no or too many hazards", "Install again.")
    return hazards


@cache
def hazard_ids() -> dict[str, int]:
    """Hazard id by key."""
    return {hazard.key: number for number, hazard in enumerate(load_hazards())}
