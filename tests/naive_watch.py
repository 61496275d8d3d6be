"""The exact matcher in plain Python: every watch is asked everything, one after the other."""

import math
import tomllib
from pathlib import Path

DATA = Path(__file__).parent.parent / "src" / "tocsin" / "vocabulary" / "data"
TONGUES = tomllib.loads((DATA / "tongues.toml").read_text("utf-8"))

LEVELS = ["green", "yellow", "red"]
SEVERITIES = ["Unknown", "Minor", "Moderate", "Severe", "Extreme"]
CERTAINTIES = ["Unknown", "Unlikely", "Possible", "Likely", "Observed"]


def apart_km(lat1, lon1, lat2, lon2):
    """Great-circle distance by the cosine of three unit vectors."""
    a, b = ((math.radians(lat), math.radians(lon)) for lat, lon in ((lat1, lon1), (lat2, lon2)))
    one = (math.cos(a[0]) * math.cos(a[1]), math.cos(a[0]) * math.sin(a[1]), math.sin(a[0]))
    two = (math.cos(b[0]) * math.cos(b[1]), math.cos(b[0]) * math.sin(b[1]), math.sin(b[0]))
    return 6371.0088 * 2 * math.asin(min(1.0, math.dist(one, two) / 2))


def box_km(ring, lat, lon):
    """Distance to an upright rectangle of (lat, lon) corners, on the flat around the point."""
    south, north = min(y for y, _ in ring), max(y for y, _ in ring)
    west, east = min(x for _, x in ring), max(x for _, x in ring)
    degree = math.radians(1) * 6371.0088
    up = max(south - lat, 0, lat - north) * degree
    across = max(west - lon, 0, lon - east) * degree * math.cos(math.radians(lat))
    return math.hypot(up, across)


def near(area, place):
    if area.country is not None and place.country is not None:
        return area.country == place.country
    own = place.radius_km if place.kind == "country" else min(place.radius_km, 50.0)
    if area.ring:
        return box_km(area.ring, place.lat, place.lon) <= own
    away = apart_km(area.lat, area.lon, place.lat, place.lon)
    return away <= (own if place.kind == "country" else area.radius_km + own)


def spared(area, place):
    if area.place is not None and area.place == place.id:
        return True
    if area.country is not None:
        return area.country == place.country
    away = apart_km(area.lat, area.lon, place.lat, place.lon)
    return place.kind != "country" and away <= area.radius_km


def fits(watch, event):
    """Whether a revision is what a watch asks for."""
    place = event.place
    if watch.hazards != "any" and event.hazard not in watch.hazards:
        return False
    if watch.areas and (place is None or not any(near(a, place) for a in watch.areas)):
        return False
    if place is not None and any(spared(a, place) for a in watch.not_areas):
        return False
    if watch.languages:
        home = TONGUES["countries"]
        there = place.country if place else None
        if not any(there in home.get(lang, "").split() for lang in watch.languages):
            return False
    sure = {
        "fast": True,
        "balanced": event.tier != "unconfirmed" or event.confidence >= 0.7,
        "confirmed": event.tier == "official",
    }[watch.evidence]
    figures = {f.kind: f.low for f in event.facts}
    return (
        LEVELS.index(event.level) >= LEVELS.index(watch.min_level)
        and SEVERITIES.index(event.severity) >= SEVERITIES.index(watch.min_severity)
        and CERTAINTIES.index(event.certainty) >= CERTAINTIES.index(watch.min_certainty)
        and event.confidence >= watch.min_confidence
        and all(figures.get(asked.kind, -1.0) >= asked.least for asked in watch.facts)
        and (sure or len(event.families) >= 2)
    )
