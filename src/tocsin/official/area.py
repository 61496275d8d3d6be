"""Turns the polygons and circles of a message into one circle that holds them all."""

import math
from typing import NamedTuple

from tocsin.metrics import Reason
from tocsin.official.bounds import RADIUS_MOST_KM, Refused, between
from tocsin.vocabulary.geometry import distance_km

POINTS_MOST = 20_000
"""Most corners of one polygon."""
RADIUS_LEAST_KM = 1.0


class Circle(NamedTuple):
    """A centre in degrees and a radius in kilometres."""

    lat: float
    lon: float
    radius_km: float


def area_of(text: str) -> Circle:
    """The circle of a CAP circle (`lat,lon radius`) or around a CAP polygon (`lat,lon ...`).

    Raises Refused for anything else.
    """
    parts = text.split()
    if not 2 <= len(parts) <= POINTS_MOST:
        raise Refused(Reason.BAD_BULLETIN)
    if len(parts) == 2 and "," not in parts[1]:
        lat, lon = _point(parts[0])
        return Circle(lat, lon, between(_number(parts[1]), 0.0, RADIUS_MOST_KM))
    if len(parts) < 4:
        raise Refused(Reason.BAD_BULLETIN)
    if parts[0] == parts[-1]:
        # The corner that closes the ring would pull the middle to itself.
        parts.pop()
    return enclosing([Circle(*_point(part), 0.0) for part in parts])


def enclosing(circles: list[Circle]) -> Circle:
    """A circle that holds all given ones, around the middle of their centres."""
    lat, lon = _middle(circles)
    reach = distance_km(lat, lon, [c.lat for c in circles], [c.lon for c in circles])
    radius = max(float(far) + circle.radius_km for far, circle in zip(reach, circles, strict=True))
    return Circle(lat, lon, min(RADIUS_MOST_KM, max(RADIUS_LEAST_KM, round(radius, 3))))


def _middle(circles: list[Circle]) -> tuple[float, float]:
    """The mean direction as seen from the centre of the earth, so the date line is no edge."""
    x = y = z = 0.0
    for circle in circles:
        lat, lon = math.radians(circle.lat), math.radians(circle.lon)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    lat, lon = math.atan2(z, math.hypot(x, y)), math.atan2(y, x)
    return round(math.degrees(lat), 6), round(math.degrees(lon), 6)


def _point(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise Refused(Reason.BAD_BULLETIN)
    return between(_number(parts[0]), -90.0, 90.0), between(_number(parts[1]), -180.0, 180.0)


def _number(text: str) -> float:
    # Plain decimals only: float() would also take nan, infinity and underscores.
    if not text.strip("+-").replace(".", "", 1).isdecimal() or len(text) > 24:
        raise Refused(Reason.BAD_BULLETIN)
    try:
        return float(text)
    except ValueError:
        raise Refused(Reason.BAD_BULLETIN) from None
