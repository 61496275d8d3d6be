"""A watch written out in ids, as export gives it, and such areas read back."""

import re
from typing import Any

from tocsin.errors import WatchRefused
from tocsin.model import Area, Place, Watch
from tocsin.watch.areas import SITES, degrees, excluded, kilometres, of_geojson, of_place
from tocsin.watch.match import areas_of
from tocsin.watch.place_choice import Resolver
from tocsin.watch.policy_places import with_policy_places
from tocsin.watch.written import admits_label

_KEYS = frozenset({"place", "lat", "lon", "radius_km", "label", "outline"})
_FORM = "Give {place = an id}, {lat, lon, radius_km} or {outline}, as tocsin watch export does."
_NUMBERED = re.compile(r"site-\d{1,5}")
_PLAIN: dict[str, Any] = {
    "min_severity": "Unknown", "min_certainty": "Unknown", "min_confidence": 0.0,
    "evidence": "balanced", "quiet": "", "zone": "UTC", "lang": "", "units": "",
}  # fmt: skip


def listed(value: Any, find: Resolver) -> list[Area]:
    """Areas of a list of tables; raises WatchRefused."""
    return [_area(row, find, number) for number, row in enumerate(_rows(value), start=1)]


def listed_out(value: Any, find: Resolver) -> list[Area]:
    """Areas that are left out: places by id; raises WatchRefused."""
    return [excluded(_place(row.get("place"), find)) for row in _rows(value)]


def table_of(watch: Watch) -> dict[str, Any]:
    """The table that compiles to this very watch, in ids and numbers alone."""
    hazards = "any" if watch.hazards == "any" else list(watch.hazards)
    table: dict[str, Any] = {"hazards": hazards, "min_level": watch.min_level}
    for key, plain in _PLAIN.items():
        if getattr(watch, key) != plain:
            table[key] = getattr(watch, key)
    if watch.facts:
        table["facts"] = dict(watch.facts)
    for key in ("facilities", "languages"):
        if getattr(watch, key):
            table[key] = list(getattr(watch, key))
    table["channel"] = watch.channel
    areas = [table_of_area(area) for area in areas_of(watch)]
    if areas:
        table["areas"] = areas
    if watch.not_areas:
        table["not_areas"] = [{"place": area.place} for area in watch.not_areas]
    return table


def table_of_area(area: Area) -> dict[str, Any]:
    """One area as a table that `listed` reads back."""
    if area.ring:
        corners = [[lon, lat] for lat, lon in area.ring]
        return {"outline": {"type": "Polygon", "coordinates": [corners]}}
    if area.country is not None:
        return {"place": area.place}
    if area.place is not None:
        return {"place": area.place, "radius_km": area.radius_km}
    table: dict[str, Any] = {"lat": area.lat, "lon": area.lon, "radius_km": area.radius_km}
    return {**table, "label": area.label} if area.label else table


def _rows(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > SITES:
        raise WatchRefused("areas", f"The areas are no list of at most {SITES}.", _FORM)
    if not all(isinstance(row, dict) and set(row) <= _KEYS for row in value):
        raise WatchRefused("areas", "An area has a key that is not known.", _FORM)
    return value


def _area(row: dict[str, Any], find: Resolver, number: int) -> Area:
    if "outline" in row:
        areas = of_geojson(row["outline"])
        if len(areas) != 1:
            raise WatchRefused("outline", "An area has more than one outline.", _FORM)
        return areas[0]
    if "place" in row:
        radius_km = kilometres(row["radius_km"]) if "radius_km" in row else None
        return of_place(_place(row["place"], find), radius_km)
    lat = round(degrees(row.get("lat"), f"lat of area {number}", 90.0), 3)
    lon = round(degrees(row.get("lon"), f"lon of area {number}", 180.0), 3)
    label = row.get("label", "")
    fine = isinstance(label, str) and (_NUMBERED.fullmatch(label) or admits_label(label))
    shown = "" if label == "" else str(label) if fine else f"site-{number}"
    return Area(lat, lon, kilometres(row.get("radius_km")), label=shown)


def _place(value: Any, find: Resolver) -> Place:
    found = with_policy_places(find)(f"#{value}") if isinstance(value, str) else []
    if not found:
        raise WatchRefused(
            "no_place", "The id of a place is not in the gazetteer.",
            "Name the place in places = [...] instead.",
        )  # fmt: skip
    return found[0]
