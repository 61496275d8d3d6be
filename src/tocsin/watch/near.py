"""How near a watch came to alerting: the bounds under which it would have, beside its own."""

import math
from collections.abc import Callable

import msgspec

from tocsin.model import Event, Watch
from tocsin.watch.distance import apart_km
from tocsin.watch.match import CHECKS, areas_of, beyond, reach

Value = str | float


class Near(msgspec.Struct, frozen=True):
    """One bound that stood in the way, and what it would have had to be."""

    condition: str
    setting: str
    yours: Value
    needed: Value


def near_of(watch: Watch, event: Event) -> tuple[Near, ...] | None:
    """Every failed condition as a bound to change; () when none fails.

    None when some condition no bound would have met: the event ended, lies nowhere that is
    known, or tells no such figure.
    """
    if event.phase not in ("reported", "updated"):
        return None
    found: list[Near] = []
    for name, check in CHECKS.items():
        if check(watch, event)[0]:
            continue
        near = _BOUNDS[name](watch, event)
        if not near:
            return None
        found += near
    return tuple(found)


def words_of(near: tuple[Near, ...]) -> str:
    """The same in a sentence; empty without a near miss."""
    if not near:
        return ""
    needed = " and ".join(f"{each.setting} {_shown(each.needed)}" for each in near)
    yours = " and ".join(_shown(each.yours) for each in near)
    verb = "are" if len(near) > 1 else "is"
    return f"It would have alerted with {needed}; yours {verb} {yours}."


def _hazard(watch: Watch, event: Event) -> list[Near]:
    return [Near("hazard", "hazards", ", ".join(watch.hazards), event.hazard)]


def _level(watch: Watch, event: Event) -> list[Near]:
    return [Near("level", "min_level", watch.min_level, event.level)]


def _area(watch: Watch, event: Event) -> list[Near]:
    """The radius that would have reached, of the area that came nearest."""
    place = event.place
    if place is None:
        return []
    circles = [a for a in areas_of(watch) if not a.ring and a.country is None]
    if not circles or place.kind == "country":
        return []
    area = min(circles, key=lambda area: beyond(area, place)[0])
    away_km = apart_km(area.lat, area.lon, place.lat, place.lon)
    needed_km = float(math.ceil(away_km - reach(0.0, place)))
    return [Near("area", "radius_km", area.radius_km, needed_km)]


def _excluded(watch: Watch, event: Event) -> list[Near]:
    names = ", ".join(area.label for area in watch.not_areas)
    return [Near("excluded", "not_places", names, "none")]


def _language(watch: Watch, event: Event) -> list[Near]:
    return [Near("language", "languages", ", ".join(watch.languages), "any")]


def _severity(watch: Watch, event: Event) -> list[Near]:
    return [Near("severity", "min_severity", watch.min_severity, event.severity)]


def _certainty(watch: Watch, event: Event) -> list[Near]:
    return [Near("certainty", "min_certainty", watch.min_certainty, event.certainty)]


def _confidence(watch: Watch, event: Event) -> list[Near]:
    return [Near("confidence", "min_confidence", watch.min_confidence, event.confidence)]


def _figures(watch: Watch, event: Event) -> list[Near]:
    found = []
    for kind, least in watch.facts:
        low = max((fact.low for fact in event.facts if fact.kind == kind), default=None)
        if low is None:
            return []
        if low < least:
            found.append(Near("figures", f"facts.{kind}", least, low))
    return found


def _evidence(watch: Watch, event: Event) -> list[Near]:
    balanced = msgspec.structs.replace(watch, evidence="balanced")
    enough = watch.evidence == "confirmed" and CHECKS["evidence"](balanced, event)[0]
    return [Near("evidence", "evidence", watch.evidence, "balanced" if enough else "fast")]


_BOUNDS: dict[str, Callable[[Watch, Event], list[Near]]] = {
    "hazard": _hazard, "level": _level, "area": _area, "excluded": _excluded,
    "language": _language, "severity": _severity, "certainty": _certainty,
    "confidence": _confidence, "figures": _figures, "evidence": _evidence,
}  # fmt: skip


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else value
