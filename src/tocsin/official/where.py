"""Where a CAP info block says something holds: its polygons and circles, else names of places."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tocsin.bulletin import Feed
from tocsin.markup import Part
from tocsin.metrics import Reason
from tocsin.model import Place
from tocsin.official.area import Circle, area_of
from tocsin.official.bounds import Refused

AREAS_MOST = 64
"""Most areas of one bulletin that are told apart; beyond it the rest is one."""
SHAPES_MOST = 1_000
"""Most polygons and circles of one info block."""
NAMES_MOST = 64
"""Most names of areas that are looked up."""
_NAME_CHARS = 80
_PARTED = re.compile(r"[;,\n]| and | y | et | und | e ")

Places = Callable[[str], Sequence[Place]]
"""Places of the gazetteer by name, most likely first."""
Titles = Callable[[Sequence[str]], Sequence[tuple[str, Place] | None]]
"""What the gate reads in titles: the hazard and the place, None for a title without both."""


class Context(NamedTuple):
    """What a reader may know beside the frame: the feed, the places, and how titles are read."""

    feed: Feed = Feed()
    places: Places | None = None
    titles: Titles | None = None


def areas_of(info: Part, context: Context) -> list[Circle]:
    """Circles of a block, at least one.

    Shapes come first. Without any, the names of the areas are looked up in the feed's country,
    if the operator has given one: a name alone means a place in every country. Raises Refused
    (AREA_UNKNOWN) when there are only codes or names that no gazetteer knows.
    """
    shapes = [
        area_of(text)
        for area in info.all("area")
        for name in ("polygon", "circle")
        for text in area.texts(name)
        if text
    ]
    if len(shapes) > SHAPES_MOST:
        raise Refused(Reason.TOO_LARGE)
    if shapes:
        return shapes
    country, places = context.feed.country, context.places
    found = [] if places is None or country is None else _by_name(info, country, places)
    if not found:
        raise Refused(Reason.AREA_UNKNOWN)
    return found


def _by_name(info: Part, country: str, places: Places) -> list[Circle]:
    names: dict[str, None] = {}
    for area in info.all("area"):
        for name in _PARTED.split(area.text("areaDesc")[: NAMES_MOST * _NAME_CHARS]):
            if 2 < len(name.strip()) <= _NAME_CHARS:
                names[name.strip()] = None
    found = []
    for name in list(names)[:NAMES_MOST]:
        place = next((p for p in places(name) if p.country == country), None)
        if place is not None:
            found.append(Circle(place.lat, place.lon, place.radius_km))
    return found
