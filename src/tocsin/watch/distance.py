"""Distances in plain numbers, for the one pair of points a condition is about."""

import math

from tocsin.vocabulary.geometry import EARTH_KM

Ring = tuple[tuple[float, float], ...]


def apart_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km between two points in degrees."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return EARTH_KM * 2 * math.asin(math.sqrt(min(half, 1.0)))


def outline_km(ring: Ring, lat: float, lon: float) -> float:
    """Distance in km from a point (degrees) to an outline of (lat, lon); 0 inside.

    Flat around the point: right to a few per cent within some hundred kilometres.
    """
    degree_km = math.radians(1.0) * EARTH_KM
    shrink = math.cos(math.radians(lat))
    flat = [((x - lon + 540.0) % 360.0 - 180.0, y - lat) for y, x in ring]
    corners = [(x * shrink * degree_km, y * degree_km) for x, y in flat]
    inside = False
    nearest = math.inf
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > 0) != (y2 > 0) and x1 + (x2 - x1) * y1 / (y1 - y2) > 0:
            inside = not inside
        nearest = min(nearest, _apart(x1, y1, x2 - x1, y2 - y1))
    return 0.0 if inside else nearest


def _apart(x: float, y: float, dx: float, dy: float) -> float:
    """From the origin to the stretch that begins at (x, y) and runs (dx, dy)."""
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(x * dx + y * dy) / length))
    return math.hypot(x + along * dx, y + along * dy)
