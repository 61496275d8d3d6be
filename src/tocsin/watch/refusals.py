"""What a refused watch is told: one line why, and what to write instead."""

from tocsin.errors import WatchRefused

_REASONS = {
    "assembly": "Tocsin does not follow assemblies; hazards are told whatever the setting.",
    "labour": "Tocsin does not follow labour disputes.",
    "politics": "Tocsin does not follow politics.",
    "religion": "Leave out the name of the religion or its people.",
    "ethnicity": "Leave out the name of the group.",
    "health": "Tocsin does not follow the health of people.",
    "sexuality": "Tocsin does not follow whom people love or are.",
    "migration": "Leave out who the people are.",
    "account": "Tocsin follows hazards, never accounts.",
    "person": "Tocsin follows hazards, never people.",
    "ambiguous": "The word alone may mean a hazard or not.",
    "number": "A number belongs to nothing that Tocsin knows.",
    "no_hazard": "The watch names no hazard.",
    "sites": "The watch speaks of your sites, and none are given.",
}
_OTHERWISE = {
    "labour": "Try: rail disruption, London.",
    "ambiguous": "Try: air strike, lightning strike or bird strike, with a place.",
    "sites": "Give them as a table of id, label, latitude, longitude, radius_km.",
    "number": "Write a radius (within 50 km of) or a figure (magnitude 6 or more).",
}
QUIET = ("person", "account", "address")
"""Refusals whose advice holds no place: the words of a name may be one."""


def refused(category: str, hazard: str = "", place: str = "", position: int = 0) -> WatchRefused:
    """The refusal of a category; `hazard` and `place` are words of our own that would compile.

    `position` counts the words from 1 and names the one that is meant, never the word itself.
    """
    reason = _REASONS[category]
    if position:
        reason = f"Word {position}: {reason}"
    return WatchRefused(category, reason, _advice(category, hazard, place))


def unknown(position: int, near: list[str], hazard: str, place: str) -> WatchRefused:
    """The refusal of a word nothing explains; `near` are words of ours that look like it."""
    reason = f"Word {position} is no hazard, place, kind of site or figure that is known."
    if near:
        return WatchRefused("unknown", reason, f"Did you mean {' or '.join(near)}?")
    return WatchRefused("unknown", reason, _advice("unknown", hazard, place))


def _advice(category: str, hazard: str, place: str) -> str:
    if category in _OTHERWISE:
        return _OTHERWISE[category]
    if category in QUIET:
        place = ""
    if hazard or place:
        return f"Try: {', '.join(part for part in (hazard or 'any hazard', place) if part)}."
    return "Try a hazard and a place, as in: wildfire, Valencia."
