"""Whether an event is what a watch asks for, and on what grounds it is or is not."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import get_args

from tocsin.model import LEVELS, Area, Event, Ground, Place, Severity, Watch, Why
from tocsin.watch.distance import apart_km, outline_km
from tocsin.watch.many import worth_asking
from tocsin.watch.policy_places import spoken_in

PLACE_RADIUS_KM = 50.0
"""At most this much of an event's own uncertainty is added to the radius of a watch."""
BALANCED_CONFIDENCE = 0.7
"""With `balanced`, one family of posts must be believed at least this much."""
CERTAINTIES = ("Unknown", "Unlikely", "Possible", "Likely", "Observed")
_SEVERITIES: tuple[Severity, ...] = tuple(reversed(get_args(Severity)[:-1]))
SEVERITIES = ("Unknown", *_SEVERITIES)

Check = Callable[[Watch, Event], tuple[bool, list[Why]]]


def match(
    watch: Watch, event: Event, checks: Sequence[Check] | None = None
) -> tuple[bool, tuple[Why, ...]]:
    """Whether the revision fits the watch; the grounds end with the first that does not.

    `checks` are those of `checks_of`, for whoever asks often.

    Distances are whole kilometres between the gazetteer place and the centre of the area.
    """
    grounds: list[Why] = []
    for check in CHECKS.values() if checks is None else checks:
        fits, found = check(watch, event)
        grounds.extend(found)
        if not fits:
            return False, tuple(grounds)
    return True, tuple(grounds)


def reaches(watch: Watch, event: Event) -> bool:
    """Whether hazard and area fit, whatever the level and the other bounds."""
    return all(check(watch, event)[0] for check in (_hazard, _area, _spared, _spoken))


def areas_of(watch: Watch) -> tuple[Area, ...]:
    """All areas of a watch; none means anywhere."""
    if watch.lat is None or watch.lon is None or watch.radius_km is None:
        return watch.areas
    return (Area(watch.lat, watch.lon, watch.radius_km, watch.place), *watch.areas)


@lru_cache(maxsize=4_096)
def _listed(hazards: tuple[str, ...]) -> str:
    return ", ".join(hazards)


def _hazard(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.hazards == "any":
        return True, [Why(Ground.HAZARD, event.hazard, "any")]
    fits = event.hazard in watch.hazards
    return fits, [Why(Ground.HAZARD, event.hazard, _listed(watch.hazards))]


def _level(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    fits = LEVELS.index(event.level) >= LEVELS.index(watch.min_level)
    return fits, [Why(Ground.LEVEL, event.level, watch.min_level)]


def _area(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    areas = areas_of(watch)
    if not areas:
        return True, []
    place = event.place
    if place is None:
        # An event without a place is nowhere near anything.
        return False, [Why(Ground.DISTANCE_KM, "no place", round(areas[0].radius_km))]
    nearest: tuple[float, list[Why]] | None = None
    for area in worth_asking(areas, place):
        beyond_km, grounds = beyond(area, place)
        if beyond_km <= 0:
            return True, grounds
        if nearest is None or beyond_km < nearest[0]:
            nearest = beyond_km, grounds
    return False, nearest[1] if nearest else []


def beyond(area: Area, place: Place) -> tuple[float, list[Why]]:
    """How far (km) a place lies beyond an area, at most 0 inside; and the grounds."""
    away_km = apart_km(area.lat, area.lon, place.lat, place.lon)
    if area.country is not None and place.country is not None:
        inside = place.country == area.country
        grounds = [Why(Ground.COUNTRY, place.country, area.country)]
        return (0.0 if inside else max(away_km, 1.0)), grounds
    if area.ring:
        off_km = outline_km(area.ring, place.lat, place.lon)
        slack_km = reach(0.0, place)
        return off_km - slack_km, [Why(Ground.DISTANCE_KM, round(off_km), round(slack_km))]
    reach_km = reach(area.radius_km, place)
    grounds = [Why(Ground.DISTANCE_KM, round(away_km), round(reach_km))]
    if place.kind == "country":
        grounds.append(Why(Ground.COUNTRY_ONLY, place.country or place.name))
    return away_km - reach_km, grounds


def _spared(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    """Whether the event lies outside everything the watch leaves out."""
    place = event.place
    if place is None:
        return True, []
    for area in watch.not_areas:
        if area.country is not None:
            inside = place.country == area.country
        else:
            away_km = apart_km(area.lat, area.lon, place.lat, place.lon)
            # A country's middle may lie anywhere; only a finer place can be left out.
            inside = place.kind != "country" and away_km <= area.radius_km
        if inside or (area.place is not None and area.place == place.id):
            return False, [Why(Ground.EXCLUDED, place.name, area.label)]
    return True, []


def _spoken(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    """Whether the event lies where one of the languages is an everyday one."""
    if not watch.languages:
        return True, []
    country = event.place.country if event.place else None
    fits = any(country in spoken_in(lang) for lang in watch.languages)
    bound = f"where {' or '.join(watch.languages)} is spoken"
    return fits, [Why(Ground.COUNTRY, country or "no place", bound)]


def _severity(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.min_severity == "Unknown":
        return True, []
    fits = SEVERITIES.index(event.severity) >= SEVERITIES.index(watch.min_severity)
    return fits, [Why(Ground.SEVERITY, event.severity, watch.min_severity)]


def _certainty(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.min_certainty == "Unknown":
        return True, []
    fits = CERTAINTIES.index(event.certainty) >= CERTAINTIES.index(watch.min_certainty)
    return fits, [Why(Ground.CERTAINTY, event.certainty, watch.min_certainty)]


def _confidence(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if not watch.min_confidence:
        return True, []
    fits = event.confidence >= watch.min_confidence
    return fits, [Why(Ground.CONFIDENCE, event.confidence, watch.min_confidence)]


def _figures(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    """Every figure asked for must be reached by the lower end of one that was given."""
    grounds: list[Why] = []
    for kind, least in watch.facts:
        low = max((f.low for f in event.facts if f.kind == kind), default=None)
        told = f"{kind} {'not told' if low is None else f'{low:g}'}"
        grounds.append(Why(Ground.FACT, told, least))
        if low is None or low < least:
            return False, grounds
    return True, grounds


def _evidence(watch: Watch, event: Event) -> tuple[bool, list[Why]]:
    if watch.evidence == "fast":
        return True, []
    sure = event.tier == "official" or len(event.families) >= 2
    if watch.evidence == "balanced":
        sure = sure or event.tier != "unconfirmed" or event.confidence >= BALANCED_CONFIDENCE
    return sure, [Why(Ground.EVIDENCE, event.tier, watch.evidence)]


def reach(radius_km: float, place: Place) -> float:
    """How far from its centre a watch of this radius still meets an event at this place.

    When nothing but the country is known, the centre must lie inside the country's radius.
    """
    if place.kind == "country":
        return place.radius_km
    return radius_km + min(place.radius_km, PLACE_RADIUS_KM)


CHECKS: dict[str, Check] = {
    "hazard": _hazard, "level": _level, "area": _area, "excluded": _spared, "language": _spoken,
    "severity": _severity, "certainty": _certainty, "confidence": _confidence,
    "figures": _figures, "evidence": _evidence,
}  # fmt: skip
"""Conditions of a watch by name, in the order in which they are asked."""


def checks_of(watch: Watch) -> tuple[Check, ...]:
    """The checks that this watch does not leave open, in their order."""
    asked: dict[str, object] = {
        "area": areas_of(watch), "excluded": watch.not_areas, "language": watch.languages,
        "severity": watch.min_severity != "Unknown", "confidence": watch.min_confidence,
        "certainty": watch.min_certainty != "Unknown", "figures": watch.facts,
        "evidence": watch.evidence != "fast",
    }  # fmt: skip
    return tuple(check for name, check in CHECKS.items() if asked.get(name, True))
