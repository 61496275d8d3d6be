"""Which of several places of one name a watch means, or the question that settles it."""

from collections.abc import Callable, Sequence

from tocsin.model import Place
from tocsin.vocabulary.geometry import distance_km

Resolver = Callable[[str], list[Place]]
"""From the name of a place to entries of the gazetteer, best first; empty when unknown."""

_ASKED = 3
_LOOKED_AT = 12
_LARGE_KM = 10.0
"""A town this wide is never passed over in silence."""


def candidates(find: Resolver, text: str) -> list[Place]:
    """Places of that name; a last part of two capitals may be the country's ISO code."""
    name, comma, last = text.rpartition(",")
    code = last.strip()
    if comma and len(code) == 2 and code.isascii() and code.isupper():
        inside = [place for place in find(name.strip()) if place.country == code]
        if inside:
            return inside
    return find(text)


def chosen(found: Sequence[Place]) -> Place | None:
    """The first place if nobody could mean another one, else None.

    A watch that silently stands in the wrong town never rings, so the first must be twice
    as wide as any other of its kind, and no large town may be among the rest.
    """
    if not found:
        return None
    first = found[0]
    for other in found[1:]:
        if _nested(first, other) or other.radius_km < _LARGE_KM / 2:
            continue
        wider = first.kind == other.kind and first.radius_km >= 2 * other.radius_km
        small = first.kind != other.kind and other.radius_km < _LARGE_KM
        if not wider and not small:
            return None
    return first


def questions(find: Resolver, found: Sequence[Place]) -> list[str]:
    """Up to three ways to write what was meant, each of which settles on one place."""
    asked: dict[str, str] = {}
    for place in found[:_LOOKED_AT]:
        outer = [part for part in (place.admin1, place.country) if part]
        for parts in ((place.name, *outer[-1:]), (place.name, *outer), (place.name, *outer[:1])):
            text = ", ".join(parts)
            meant = chosen(candidates(find, text))
            if meant is not None and meant.id == place.id:
                asked.setdefault(place.id, text)
    return list(asked.values())[:_ASKED]


def is_setting(wide: Place, named: Sequence[Place]) -> bool:
    """Whether a river, sea or range only says where another named place lies.

    "The Elbe near Dresden" is Dresden, and no circle around all of the Elbe.
    """
    if wide.kind not in ("water", "mountain"):
        return False
    return any(
        place.kind not in ("country", wide.kind)
        and 2 * place.radius_km < wide.radius_km
        and float(distance_km(wide.lat, wide.lon, place.lat, place.lon)) <= wide.radius_km
        for place in named
    )


def _nested(one: Place, other: Place) -> bool:
    """Whether one is the middle of the other, as a city is of its province."""
    apart_km = float(distance_km(one.lat, one.lon, other.lat, other.lon))
    return apart_km <= max(one.radius_km, other.radius_km)
