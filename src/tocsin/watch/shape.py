"""The areas of a watch as GeoJSON, to be shown on a map before anyone says yes."""

import math
from typing import Any

from tocsin.model import Area, Watch
from tocsin.watch.match import areas_of

CORNERS = 48
_DEGREE_KM = 111.195


def geojson_of(watch: Watch) -> dict[str, Any]:
    """A FeatureCollection; `role` is `inside` or `outside`, a country is a point with its code.

    A circle over the date line runs on beyond 180 degrees instead of falling in two.
    """
    wanted = [_feature(area, "inside") for area in areas_of(watch)]
    spared = [_feature(area, "outside") for area in watch.not_areas]
    return {"type": "FeatureCollection", "features": wanted + spared}


def _feature(area: Area, role: str) -> dict[str, Any]:
    properties: dict[str, Any] = {"role": role, "label": area.label}
    if area.country is not None:
        properties["country"] = area.country
        geometry: dict[str, Any] = {"type": "Point", "coordinates": [area.lon, area.lat]}
    elif area.ring:
        corners = [[lon, lat] for lat, lon in area.ring]
        geometry = {"type": "Polygon", "coordinates": [corners]}
    else:
        properties["radius_km"] = area.radius_km
        geometry = {"type": "Polygon", "coordinates": [_circle(area)]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _circle(area: Area) -> list[list[float]]:
    """Corners around the middle, first and last the same, as a compass walks the globe."""
    reach = math.radians(min(area.radius_km / _DEGREE_KM, 179.0))
    lat = math.radians(area.lat)
    corners = []
    for step in range(CORNERS):
        course = -math.tau * step / CORNERS
        up = math.sin(lat) * math.cos(reach) + math.cos(lat) * math.sin(reach) * math.cos(course)
        y = math.sin(course) * math.sin(reach) * math.cos(lat)
        x = math.cos(reach) - math.sin(lat) * up
        lon = area.lon + math.degrees(math.atan2(y, x))
        corners.append([round(lon, 3), round(math.degrees(math.asin(max(-1, min(1, up)))), 3)])
    return [*corners, corners[0]]
