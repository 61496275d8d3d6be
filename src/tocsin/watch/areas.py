"""Areas of a watch: from places, circles, outlines (GeoJSON) and lists of sites (CSV)."""

import csv
import io
import math
from collections.abc import Callable, Iterable
from typing import Any

from tocsin.errors import WatchRefused
from tocsin.model import Area, Place
from tocsin.vocabulary.geometry import centre_of, distance_km

RADIUS_KM = (1.0, 20_000.0)
"""Smallest and largest geofence; the smaller bound is a floor of the contract (P8)."""
DEFAULT_RADIUS_KM = 50.0
SITES = 20_000
CORNERS = 1_000
RINGS = 64
_COLUMNS = ("id", "label", "latitude", "longitude", "radius_km")
_OUTLINE = "Give a GeoJSON Polygon or MultiPolygon of at most 1000 corners, longitude first."


def of_place(place: Place, radius_km: float | None = None, whole: bool = True) -> Area:
    """The circle around a place; a country without a radius is the country itself (`whole`)."""
    label = f"{place.name} ({place.country})" if place.country else place.name
    wide = min(max(DEFAULT_RADIUS_KM, math.ceil(place.radius_km)), RADIUS_KM[1])
    if whole and place.kind == "country" and radius_km is None:
        name, code = place.name, place.country
        return Area(place.lat, place.lon, wide, place.id, country=code, label=name)
    return Area(place.lat, place.lon, radius_km or wide, place.id, label=label)


def excluded(place: Place) -> Area:
    """A place that is not wanted: itself, without what lies around it."""
    of = of_place(place)
    return of if of.country else Area(of.lat, of.lon, place.radius_km, of.place, label=of.label)


def of_geojson(shape: Any) -> tuple[Area, ...]:
    """Areas of a GeoJSON geometry or feature; holes are not read. Raises WatchRefused."""
    if isinstance(shape, dict) and shape.get("type") == "Feature":
        shape = shape.get("geometry")
    kind = shape.get("type") if isinstance(shape, dict) else None
    coordinates = shape.get("coordinates") if isinstance(shape, dict) else None
    if kind == "Polygon":
        coordinates = [coordinates]
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
        raise WatchRefused("outline", "The outline is no polygon.", _OUTLINE)
    if not 0 < len(coordinates) <= RINGS:
        raise WatchRefused("outline", f"The outline has not 1 to {RINGS} parts.", _OUTLINE)
    return tuple(_outline(polygon) for polygon in coordinates)


def _outline(polygon: Any) -> Area:
    outer = polygon[0] if isinstance(polygon, list) and polygon else None
    if not isinstance(outer, list) or not 4 <= len(outer) <= CORNERS + 1:
        raise WatchRefused("outline", "An outline has too few or too many corners.", _OUTLINE)
    ring: list[tuple[float, float]] = []
    for corner in outer:
        if not isinstance(corner, list) or len(corner) < 2:
            raise WatchRefused("outline", "A corner is no pair of numbers.", _OUTLINE)
        lon, lat = degrees(corner[0], "longitude", 180.0), degrees(corner[1], "latitude", 90.0)
        ring.append((round(lat, 3), round(lon, 3)))
    lats, lons = [lat for lat, _ in ring], [lon for _, lon in ring]
    if max(lons) - min(lons) > 180.0:
        raise WatchRefused(
            "outline", "An outline crosses the date line.", "Give a part on either side."
        )
    lat, lon = centre_of(lats, lons, [1.0] * len(ring))
    reach = float(distance_km(lat, lon, lats, lons).max())
    if reach < RADIUS_KM[0]:
        raise WatchRefused(
            "geofence", "An outline is smaller than a circle of 1 km.", "Draw a wider one."
        )
    return Area(round(lat, 3), round(lon, 3), round(reach + 0.2, 1), ring=tuple(ring))


def read_sites(text: str) -> list[dict[str, Any]]:
    """Rows of a CSV of id, label, latitude, longitude, radius_km. Raises WatchRefused."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        raise WatchRefused(
            "sites", "The list of sites has other columns.", f"Head it: {','.join(_COLUMNS)}."
        )
    found: list[dict[str, Any]] = []
    for row in rows:
        if len(found) > SITES:
            break
        found.append({**row, **{key: _cell(row.get(key)) for key in _COLUMNS[2:]}})
    return found


def _cell(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def of_sites(rows: Iterable[Any], admits: Callable[[str], bool]) -> tuple[Area, ...]:
    """Areas of asset rows; a label that `admits` refuses becomes `site-N`. Raises WatchRefused."""
    areas = []
    for number, row in enumerate(rows, start=1):
        if number > SITES:
            raise WatchRefused("sites", f"More than {SITES} sites.", "Split the list in two.")
        if not isinstance(row, dict) or not set(row) <= {*_COLUMNS}:
            raise WatchRefused(
                "sites", f"Site {number} has another form.", f"Give {', '.join(_COLUMNS)}."
            )
        lat = round(degrees(row.get("latitude"), f"latitude of site {number}", 90.0), 3)
        lon = round(degrees(row.get("longitude"), f"longitude of site {number}", 180.0), 3)
        radius_km = kilometres(row.get("radius_km"), f"radius_km of site {number}")
        label = row.get("label")
        fine = isinstance(label, str) and admits(label)
        areas.append(Area(lat, lon, radius_km, label=str(label) if fine else f"site-{number}"))
    if not areas:
        raise WatchRefused("sites", "The list of sites is empty.", "Give at least one site.")
    return tuple(areas)


def degrees(value: Any, name: str, bound: float) -> float:
    """A coordinate within plus and minus `bound`; raises WatchRefused."""
    number = _number(value)
    if number is None or not abs(number) <= bound:
        raise WatchRefused(
            "bad_number", f"{name} is no number of degrees.", f"Give {-bound:g} to {bound:g}."
        )
    return number


def kilometres(value: Any, name: str = "radius_km") -> float:
    """A radius within the bounds of a geofence; raises WatchRefused."""
    low, high = RADIUS_KM
    number = _number(value)
    if number is None or not low <= number <= high:
        raise WatchRefused(
            "geofence",
            f"{name} lies outside {low:g} to {high:g}.",
            f"Give at least {low:g} km; this floor is part of the contract.",
        )
    return number


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None
