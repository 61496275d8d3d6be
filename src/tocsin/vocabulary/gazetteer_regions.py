"""First-level regions: their names from three tables, their place and reach from their towns."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from tocsin.vocabulary.gazetteer_entries import SURE, Entry, bare_region, own_id
from tocsin.vocabulary.geometry import centre_of, spread_km
from tocsin.vocabulary.tokens import fold

Table = dict[str, dict[str, Any]]
GREAT_TOWN = 100_000
"""A region called like a town of this size in any country gives way to it."""
_HELD, _LEAST_KM = 0.95, 25.0


class Named(NamedTuple):
    """A region's id and names on the way in; `sure` of them, from the first, by hand."""

    id: int
    names: list[str]
    sure: int
    shown: str


def regions(cities: list[Entry], table: Table, states: Table, more: Table, further: Table,
            taken: Iterable[str]) -> list[Entry]:  # fmt: skip
    """Entries of first-level regions: centre, reach and size from the cities inside.

    `table` and `further` are names by hand, `states` those of the United States, and `more` one
    name for each other region; `taken` are names such a one may not have to itself.
    """
    members: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    towns: dict[str, set[str]] = defaultdict(set)
    great: set[str] = set()
    for city in cities:
        members[city.country, city.region].append(city)
        towns[city.country].update(map(str.casefold, city.names))
        if city.population >= GREAT_TOWN:
            great.update(map(str.casefold, city.names))
    named = _named(table, states, more)
    every = great | set(map(str.casefold, taken))
    every |= {n.casefold() for region in named.values() if region.sure for n in region.names}
    out = []
    for (country, code), region in named.items():
        inside = members.get((country, code), [])
        if not inside:
            continue
        by_hand = further.get(country, {}).get(code, [])
        # A region called like a town is found by that name beside a word for a region only.
        of_towns = towns[country] | great
        free = [n for n in by_hand if n.casefold() not in of_towns]
        bound = [n for n in by_hand if n.casefold() in of_towns]
        if region.sure:
            names = [*region.names, *free]
        else:
            barred = towns[country] | every
            names = [*free, *(n for n in region.names if n.casefold() not in barred)]
        beside = [bare_region(region.shown), *bound]
        sure = SURE if region.sure else len(free)
        lat, lon = [c.lat for c in inside], [c.lon for c in inside]
        size = [c.population for c in inside]
        centre = centre_of(lat, lon, size)
        radius = max(_LEAST_KM, spread_km(lat, lon, centre, _HELD, 1.0))
        out.append(Entry(region.id, "admin1", region.shown, list(dict.fromkeys(names)), country,
                         code, *centre, radius, sum(size), sum(size) * 2.5, "region",
                         list(dict.fromkeys(beside)), sure))  # fmt: skip
    return out


def _named(table: Table, states: Table, more: Table) -> dict[tuple[str, str], Named]:
    named: dict[tuple[str, str], Named] = {}
    for code, state in states.items():
        names = [state["name"], *table["US"].get(code, [])]
        named["US", code] = Named(state["geonameid"], names, SURE, state["name"])
    for country, codes in table.items():
        if country in ("US", "areas"):
            continue
        for code, names in codes.items():
            identity = own_id(f"{country}-{code}")
            named[country, code] = Named(identity, names, SURE, names[0])
    for country, codes in more.items():
        for code, name in codes.items():
            both = list(dict.fromkeys([name, bare_region(name)]))
            identity = own_id(f"{country}-{code}")
            named.setdefault((country, code), Named(identity, both, 0, name))
    return named


def absorbed(areas: Table, regions_made: list[Entry]) -> tuple[Table, list[Entry]]:
    """Areas without those that are regions by the same name, and regions with their names."""
    at = {(e.country, fold(bare_region(e.name))): i for i, e in enumerate(regions_made)}
    out, left = list(regions_made), {}
    for key, row in areas.items():
        found = at.get((row["country"], fold(bare_region(row["names"][0]))))
        if found is None or not row["country"]:
            left[key] = row
            continue
        region = out[found]
        names = list(dict.fromkeys([*row["names"], *region.names]))
        out[found] = region._replace(names=names, sure=len(row["names"]) + region.sure)
    return left, out
