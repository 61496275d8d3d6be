"""One sentence about an event: hazard, place, facts and how sure; every word is ours."""

from collections.abc import Sequence

from tocsin.model import Fact, Phase, Place, Tier
from tocsin.vocabulary.hazards import Hazard

HEADLINE_CHARS = 160
_FACT_WORDS = {
    "killed": "{n} killed", "injured": "{n} injured", "missing": "{n} missing",
    "trapped": "{n} trapped", "evacuated": "{n} evacuated", "homeless": "{n} homeless",
    "magnitude": "magnitude {n}", "without_power": "{n} without power",
    "road_closed": "road closed", "rail_closed": "rail closed",
    "airport_closed": "airport closed", "depth": "depth {n} km",
    "wind_speed": "winds of {n} km/h", "water_level": "water level {n} m",
    "area_burnt": "{n} ha burnt", "school_closed": "schools closed", "aftershock": "aftershock",
    "all_clear": "all clear",
}  # fmt: skip
_PHASE_WORDS: dict[Phase, str] = {
    "resolved": "over: ", "withdrawn": "withdrawn: ", "merged": "merged: ",
}  # fmt: skip
_TIER_WORDS: dict[Tier, str] = {
    "unconfirmed": "unconfirmed", "corroborated": "reported by independent sources",
    "official": "official word",
}  # fmt: skip


def _figure(fact: Fact) -> str:
    low, high = f"{fact.low:,.10g}", f"{fact.high:,.10g}"
    return low if low == high else f"{low} to {high}"


def where(place: Place | None) -> str:
    """`Valencia (ES)`, or the honest word when the place is not known."""
    if place is None:
        return "place unknown"
    return f"{place.name} ({place.country})" if place.country else place.name


def headline(
    hazard: Hazard, place: Place | None, facts: Sequence[Fact], tier: Tier, phase: Phase
) -> str:
    """English headline of at most HEADLINE_CHARS characters; whole parts are left out, not cut."""
    label = hazard.labels.get("en", hazard.key.replace("_", " "))
    head = f"{_PHASE_WORDS.get(phase, '')}{label}, {where(place)}"
    head = head[:1].upper() + head[1:]
    tail = f" ({_TIER_WORDS[tier]})"
    line = head
    for fact in facts:
        part = _FACT_WORDS[fact.kind].format(n=_figure(fact))
        if len(line) + len(part) + len(tail) + 2 <= HEADLINE_CHARS:
            line += f", {part}"
    return (line + tail)[:HEADLINE_CHARS]
