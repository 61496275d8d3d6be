"""The exact matcher in plain Python: every watch is asked everything, one after the other."""

import math
import tomllib
from pathlib import Path

import msgspec

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


def material(event):
    """What a reader acts upon."""
    place = event.place.id if event.place else None
    figures = [(fact.kind, fact.low, fact.high) for fact in event.facts]
    return [event.hazard, event.level, event.severity, event.tier, place, figures, event.drill]


class Readers:
    """What every reader believes, watch by watch and event by event, and what they must be told.

    A belief is "nothing", "live" with what was last said, "over", "gone" or "part" (of it).
    """

    def __init__(self, watches):
        self.watches = watches
        self.beliefs = {}
        self.seen = {}

    def owed(self, event):
        """Pairs of kind and watch that this revision must bring."""
        if self.seen.get(event.event_id, 0) >= event.revision:
            return []
        found = []
        for watch in self.watches:
            belief, said = self.beliefs.get((watch.id, event.event_id), ("nothing", None))
            wanted = event.phase in ("reported", "updated") and fits(watch, event)
            kind = None
            if event.phase == "withdrawn":
                if belief in ("live", "over", "part"):
                    kind, belief = "withdrawal", "gone"
            elif belief == "part" and event.phase in ("resolved", "merged"):
                kind, belief = "update", "over"
            elif belief != "live":
                if wanted:
                    kind, belief = "alert", "live"
            elif wanted:
                kind = "update" if material(event) != said else None
            elif event.phase in ("resolved", "merged") or self.concerns(watch, event):
                kind, belief = "update", "over"
            else:
                kind, belief = "withdrawal", "gone"
            if kind:
                found.append((kind, watch.id))
                self.beliefs[watch.id, event.event_id] = (belief, material(event))
            if any(key[1] == event.event_id for key in self.beliefs):
                self.seen[event.event_id] = event.revision
        if event.phase == "merged" and event.merged_into:
            for _, watch_id in found:
                self.beliefs.setdefault((watch_id, event.merged_into), ("part", None))
        return found

    @staticmethod
    def concerns(watch, event):
        """Whether it still is of the watch's hazards in its area, however mild or unsure."""
        loose = {
            "min_level": "green", "min_severity": "Unknown", "min_certainty": "Unknown",
            "min_confidence": 0.0, "facts": (), "evidence": "fast",
        }  # fmt: skip
        return fits(msgspec.structs.replace(watch, **loose), event)
