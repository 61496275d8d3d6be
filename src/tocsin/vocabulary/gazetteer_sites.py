"""Airports, ports and the other facilities, waters and mountains on their way into the table."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary.gazetteer_entries import Entry, bare_region, own_id, plain
from tocsin.vocabulary.gazetteer_names import key_of, script_of
from tocsin.vocabulary.geometry import distance_km
from tocsin.vocabulary.tokens import fold, phrase_tokens

SORTS = ("", "airport", "port", "station", "plant", "dam", "volcano", "river", "lake", "region")
"""What a word beside a name says is meant; a position here is the number in the table."""
ONLY_BEHIND = 32
LINKS = 16
"""A link's key is the index of its town times LINKS plus the sort."""
RADIUS_KM = {"airport": 4.0, "port": 4.0, "station": 2.0, "plant": 4.0, "dam": 4.0}
_TOWN_KM = 120.0
"""How far from its town a facility may lie."""
_PRIOR = 200_000.0
_GENERAL = re.compile(
    r"\b(?:International|Intl|Regional|Municipal|National|Airport|Airfield|Aerodrome|Air Base)\b"
)


class Link(NamedTuple):
    """What the name of a town means beside a word of that sort."""

    country: str
    town: str
    sort: str
    id: int
    lat: float
    lon: float


def read_places(folder: Path, name: str) -> dict[str, Any]:
    """One of the tables in the folder `places`."""
    return tomllib.loads((folder / "places" / f"{name}.toml").read_text("utf-8"))


def airports(folder: Path) -> tuple[list[Entry], list[Link]]:
    """Entries of airports, and which of them the name of a town means."""
    own = read_places(folder, "airport_names")
    entries, links = [], []
    for iata, country, name, town, is_main, lat, lon in read_places(folder, "airports")["rows"]:
        core = " ".join(_GENERAL.sub(" ", name).replace("/", " ").split()).strip(" -,")
        beside = [*own["beside"].get(iata, []), core]
        if core.startswith(f"{town} ") and len(core) > len(town) + 4:
            beside.append(core.removeprefix(f"{town} "))
        entry = Entry(
            own_id(f"airport-{iata}"), "facility", plain(own["shown"].get(iata, name)),
            own["alone"].get(iata, []),
            country, "", lat, lon, RADIUS_KM["airport"], 0, _PRIOR, "airport",
            [b for b in dict.fromkeys(beside) if b],
        )  # fmt: skip
        entries.append(entry)
        if is_main:
            links.append(Link(country, town, "airport", entry.id, lat, lon))
    return entries, links


def ports(folder: Path) -> tuple[list[Entry], list[Link]]:
    """Entries of seaports, each meant by the name of its town."""
    entries, links = [], []
    for country, town, lat, lon in read_places(folder, "ports")["rows"]:
        identity = own_id(f"port-{country}-{town}-{lat:.1f}")
        entries.append(
            Entry(identity, "facility", f"Port of {plain(town)}", [], country, "", lat, lon,
                  RADIUS_KM["port"], 0, _PRIOR, "port")
        )  # fmt: skip
        links.append(Link(country, town, "port", identity, lat, lon))
    return entries, links


def written(folder: Path) -> tuple[list[Entry], list[Link]]:
    """Entries of facilities, waters, mountains and areas written by hand."""
    entries, links = [], []
    for part, kind in (
        ("facilities", "facility"), ("waters", "water"), ("mountains", "mountain"),
        ("more_areas", "area"),
    ):  # fmt: skip
        for key, row in read_places(folder, part).items():
            sort = row.get("sort", "")
            radius_km = row.get("radius_km", RADIUS_KM.get(sort, 0.0))
            if radius_km <= 0.0 or sort not in SORTS:
                raise ValueError(f"{part}.toml: {key} has no radius_km, or an unknown sort")
            people = row.get("population", 0)
            names, beside = row.get("names", []), row.get("beside", [])
            identity = own_id(f"{part}-{key}")
            shown = row.get("shown", next(filter(_is_shown, [*names, *beside]), ""))
            if not shown:
                raise ValueError(f"{part}.toml: {key} has no name in Latin letters; add `shown`")
            entries.append(
                Entry(identity, kind, plain(shown), names, row["country"], row.get("admin1", ""),
                      row["lat"], row["lon"], radius_km, people, max(people, _PRIOR), sort, beside)
            )  # fmt: skip
            links += [
                Link(row["country"], town, sort, identity, row["lat"], row["lon"])
                for town in row.get("of", [])
            ]
    return entries, links


def _is_shown(name: str) -> bool:
    return name[0].isupper() and script_of(name) == "latin"


def regions_of(entries: list[Entry], nearest: list[Entry]) -> list[Entry]:
    """Facilities with the region of the nearest town of their country."""
    towns: dict[str, list[Entry]] = defaultdict(list)
    for town in nearest:
        towns[town.country].append(town)
    at = {
        code: (np.array([t.lat for t in own]), np.array([t.lon for t in own]))
        for code, own in towns.items()
    }
    out = []
    for entry in entries:
        own = towns.get(entry.country, [])
        if entry.kind != "facility" or entry.region or not own:
            out.append(entry)
            continue
        lat, lon = at[entry.country]
        away = distance_km(lat, lon, entry.lat, entry.lon)
        out.append(entry._replace(region=own[int(np.argmin(away))].region))
    return out


def link_arrays(entries: list[Entry], links: list[Link]) -> dict[str, NDArray[Any]]:
    """`link_key` (sorted) and `link_to`: from a town and a sort of word to what is meant."""
    at = {entry.id: i for i, entry in enumerate(entries)}
    named: dict[tuple[str, str], list[int]] = defaultdict(list)
    region = {(e.country, e.region): i for i, e in enumerate(entries) if e.kind == "admin1"}
    bare = {i: fold(bare_region(entries[i].name)) for i in region.values()}
    table: dict[int, int] = {}
    wanted = {link.town.casefold() for link in links}
    for i, entry in enumerate(entries):
        if entry.kind == "country" or entry.sort not in ("", "region"):
            continue
        for name in {entry.name.casefold(), *map(str.casefold, entry.names)} & wanted:
            named[entry.country, name].append(i)
        unit = region.get((entry.country, entry.region), -1)
        if entry.kind == "city" and unit >= 0 and fold(entry.name) == bare[unit]:
            table[i * LINKS + SORTS.index("region")] = unit
    for link in links:
        for i in named[link.country, link.town.casefold()]:
            place = entries[i]
            away = float(distance_km(place.lat, place.lon, link.lat, link.lon))
            if away <= max(_TOWN_KM, place.radius_km):
                table.setdefault(i * LINKS + SORTS.index(link.sort), at[link.id])
    keys = sorted(table)
    return {
        "link_key": np.array(keys, np.int64),
        "link_to": np.array([table[key] for key in keys], np.int32),
        "sort": np.array([SORTS.index(entry.sort) for entry in entries], np.uint8),
    }


def word_arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """Keys of the words that name a sort of place, and of those that may stand between.

    A word that counts only behind a name has ONLY_BEHIND added to its sort.
    """
    table = read_places(folder, "words")
    behind = set(table["only_behind"])
    sort_of: dict[int, int] = {}
    for number, sort in enumerate(SORTS[1:], start=1):
        for word in table[sort]:
            sign = len(word) == 1 and script_of(word) in ("han", "hangul")
            key = key_of(phrase_tokens(word)[0])
            sort_of[key] = number + (ONLY_BEHIND if sign or word in behind else 0)
    keys = sorted(sort_of)
    fills = {key_of(phrase_tokens(word)[0]) for word in table["between"]}
    joins = fills | {key_of(phrase_tokens(word)[0]) for word in table["before"]}
    return {
        "sort_word": np.array(keys, np.uint64),
        "sort_of_word": np.array([sort_of[key] for key in keys], np.uint8),
        "fills": np.array(sorted(fills), np.uint64),
        "joins": np.array(sorted(joins), np.uint64),
    }
