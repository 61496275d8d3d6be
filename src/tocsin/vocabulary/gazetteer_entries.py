"""Cities, regions, countries and areas as they come from the source and the hand-written tables."""

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tocsin.vocabulary.gazetteer_names import kept_names
from tocsin.vocabulary.geometry import centre_of, spread_km
from tocsin.vocabulary.tokens import fold

KINDS = ("city", "admin1", "country", "facility", "water", "mountain", "area")
POPULATION_MIN = 1_000
"""Smaller places resolve to nothing (contract P8)."""

_SPELLED = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th",
     "Þ": "Th", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "ı": "i", "ħ": "h",
     "ə": "a", "Ə": "A", "’": "'", "‘": "'", "ʻ": "'", "–": "-"}
)  # fmt: skip


_UNIT = re.compile(
    r"\b(?:Province|Provincia de|Oblast|Region|Región de|Región|Department|Departamento de|"
    r"Prefecture|Governorate|District|County|State|Estado de|Division|Krai|Republic)\b|-(?:do|si)$",
    re.IGNORECASE,
)
SURE = 1_000
"""More names than any place has."""


class Entry(NamedTuple):
    """One place on its way into the table."""

    id: int
    kind: str
    name: str
    names: list[str]
    country: str
    region: str
    """Code of its first-level region within the country, "" for none."""
    lat: float
    lon: float
    radius_km: float
    population: int
    prior: float
    sort: str = ""
    """What a word beside its name would say it is, one of `gazetteer_sites.SORTS`."""
    beside: Sequence[str] = ()
    """Names that mean it only beside such a word."""
    sure: int = SURE
    """So many of its names, from the first, were chosen by hand; the others need a capital."""


def own_id(key: str) -> int:
    """Stable negative id of a place that GeoNames' list of cities does not hold."""
    return -(zlib.crc32(key.encode()) & 0x7FFFFFFF) - 1


def plain(name: str) -> str:
    """A name in ASCII letters, safe in every terminal, font and header."""
    spelled = name.translate(_SPELLED)
    kept = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return " ".join(kept.split()) or fold(name)


def city_radius_km(population: int) -> float:
    """How far a town of this size reaches: 2 km for a village to 25 km for ten millions."""
    return float(np.clip(0.11 * np.sqrt(population) ** 0.7 + 1.0, 2.0, 25.0))


def cities_of(rows: list[dict[str, Any]], capitals: dict[str, str]) -> list[Entry]:
    """Entries of all cities large enough, from the rows of the source; capitals weigh more."""
    best: dict[str, tuple[int, int]] = {}
    for row in rows:
        code, size = row["countrycode"], row["population"]
        if size >= best.get(code, (0, 0))[0] and capitals.get(code, "") in (
            row["name"], *row["alternatenames"],
        ):  # fmt: skip
            best[code] = (size, row["geonameid"])
    chosen = {identity for _, identity in best.values()}
    out = []
    for row in rows:
        size = row["population"]
        if size < POPULATION_MIN:
            continue
        others = row["alternatenames"]
        fame = (1 + min(len(others), 100) / 20) ** 1.5 * (1.5 if row["geonameid"] in chosen else 1)
        names = kept_names(row["name"], others, row["countrycode"], size)
        out.append(
            Entry(row["geonameid"], "city", row["name"], names, row["countrycode"],
                  row["admin1code"], row["latitude"], row["longitude"], city_radius_km(size), size,
                  size * fame)
        )  # fmt: skip
    return out


def bare_region(name: str) -> str:
    """A region's name without the word for what it is: "Adana Province" is "Adana"."""
    return " ".join(_UNIT.sub(" ", name).split())


def countries(rows: Iterable[dict[str, Any]], cities: list[Entry], small: list[dict[str, Any]],
               names: dict[str, list[str]], more: dict[str, list[str]]) -> list[Entry]:  # fmt: skip
    """Entries of countries, `more` with names not chosen by hand.

    `small` rows stand in where no city is large enough.
    """
    members: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for city in cities:
        members[city.country].append((city.lat, city.lon, city.population))
    for row in small:
        if not members[row["countrycode"]]:
            members[row["countrycode"]] = [(row["latitude"], row["longitude"], 1)]
    out = []
    for row in rows:
        inside = members.get(row["iso"])
        if not inside:
            continue
        lat, lon, size = zip(*inside, strict=True)
        centre = centre_of(lat, lon, size)
        radius = max(15.0, (row["areakm2"] / np.pi) ** 0.5, spread_km(lat, lon, centre, 0.95, 1.0))
        by_hand = [row["name"], *names.get(row["iso"], [])]
        called = [*by_hand, *more.get(row["iso"], [])]
        out.append(Entry(row["geonameid"], "country", row["name"], called, row["iso"], "", *centre,
                         float(radius), row["population"], row["population"] * 3.0,
                         sure=len(by_hand)))  # fmt: skip
    return out


def areas(table: dict[str, Any]) -> list[Entry]:
    """Entries of the areas, mountains and waters of `regions.toml`."""
    return [
        Entry(own_id(f"area-{key}"), row.get("kind", "area"), row["names"][0], row["names"],
              row["country"], row.get("admin1", ""), row["lat"], row["lon"], row["radius_km"],
              row["population"], max(row["population"], 200_000) * 1.0)
        for key, row in table.items()
    ]  # fmt: skip
