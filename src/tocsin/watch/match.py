"""Whether an event is what a watch asks for, and on what grounds it is or is not."""

from tocsin.model import LEVELS, Event, Ground, Place, Watch, Why
from tocsin.vocabulary.geometry import distance_km

PLACE_RADIUS_KM = 50.0
"""At most this much of an event's own uncertainty is added to the radius of a watch."""


def match(watch: Watch, event: Event) -> tuple[bool, tuple[Why, ...]]:
    """Whether the revision fits the watch; the grounds end with the first that does not.

    Distances are whole kilometres between the gazetteer place and the centre of the watch.
    """
    grounds: list[Why] = []
    for check in (_hazard, _level, _area):
        fits, found = check(watch, event)
        grounds.extend(found)
        if not fits:
            return False, tuple(grounds)
    return True, tuple(grounds)


def reaches(watch: Watch, event: Event) -> bool:
    """Whether hazard and area fit, whatever the level."""
    return _hazard(watch, event)[0] and _area(watch, event)[0]


def _hazard(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.hazards == "any":
        return True, [Why(Ground.HAZARD, event.hazard, "any")]
    fits = event.hazard in watch.hazards
    return fits, [Why(Ground.HAZARD, event.hazard, ", ".join(watch.hazards))]


def _level(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    fits = LEVELS.index(event.level) >= LEVELS.index(watch.min_level)
    return fits, [Why(Ground.LEVEL, event.level, watch.min_level)]


def _area(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.lat is None or watch.lon is None or watch.radius_km is None:
        return True, []
    place = event.place
    if place is None:
        # An event without a place is nowhere near anything.
        return False, [Why(Ground.DISTANCE_KM, "no place", round(watch.radius_km))]
    apart_km = float(distance_km(watch.lat, watch.lon, place.lat, place.lon))
    reach_km = reach(watch.radius_km, place)
    grounds = [Why(Ground.DISTANCE_KM, round(apart_km), round(reach_km))]
    if place.kind == "country":
        grounds.append(Why(Ground.COUNTRY_ONLY, place.country or place.name))
    return apart_km <= reach_km, grounds


def reach(radius_km: float, place: Place) -> float:
    """How far from its centre a watch of this radius still meets an event at this place.

    When nothing but the country is known, the centre must lie inside the country's radius.
    """
    if place.kind == "country":
        return place.radius_km
    return radius_km + min(place.radius_km, PLACE_RADIUS_KM)
