"""A written watch becomes hazards, an area and a level, or a refusal that explains itself."""

import difflib
import math
import re
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import msgspec

from tocsin.errors import WatchRefused
from tocsin.model import LEVELS, LevelWord, Place, Watch
from tocsin.watch.place_choice import Resolver, candidates, chosen, questions
from tocsin.watch.place_text import cleaned

RADIUS_KM = (1.0, 20_000.0)
"""Smallest and largest geofence; the smaller bound is a floor of the contract (P8)."""
DEFAULT_RADIUS_KM = 50.0
HAZARDS_PER_WATCH = 64
KEYS = ("hazards", "place", "lat", "lon", "radius_km", "min_level", "channel")
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_NOTHING_ELSE = f"A watch holds {', '.join(KEYS)}, and nothing else can be said."


class Area(NamedTuple):
    """A circle on the globe, or the whole of it when the centre is None."""

    place: Place | None
    lat: float | None
    lon: float | None
    radius_km: float | None


def compile_watch(
    table: Mapping[str, Any],
    hazards: Collection[str],
    find: Resolver,
    channels: Collection[str] | None = None,
) -> Watch:
    """The watch a TOML table means.

    `hazards` are the known keys, `find` resolves place names, `channels` are the known
    channels (None: any). Raises WatchRefused, whose text never repeats the table's.
    """
    if any(key not in KEYS for key in table):
        raise WatchRefused("unknown_key", "The watch has a key that is not known.", _NOTHING_ELSE)
    wanted = _hazards(table.get("hazards"), hazards)
    area = _area(table, find)
    level = _level(table.get("min_level", "yellow"))
    channel = _channel(table.get("channel"), channels)
    return Watch(
        id=_identity(wanted, area, level, channel),
        hazards=wanted,
        place=area.place.id if area.place else None,
        lat=area.lat,
        lon=area.lon,
        radius_km=area.radius_km,
        min_level=level,
        channel=channel,
        meaning=_meaning(wanted, area, level),
    )


def _hazards(value: Any, known: Collection[str]) -> tuple[str, ...] | Literal["any"]:
    if value == "any":
        return "any"
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given or not all(isinstance(h, str) for h in given):
        raise WatchRefused(
            "no_hazard", "The watch names no hazard.", 'Write hazards = "any" or a list of keys.'
        )
    if len(given) > HAZARDS_PER_WATCH:
        raise WatchRefused(
            "too_many", f"More than {HAZARDS_PER_WATCH} hazards.", 'Write hazards = "any".'
        )
    for position, hazard in enumerate(given, start=1):
        if hazard not in known:
            near = _nearest(hazard, known)
            raise WatchRefused("unknown_hazard", f"Hazard {position} is not known.", near)
    return tuple(sorted(set(given)))


def _nearest(hazard: str, known: Collection[str]) -> str:
    folded = "_".join(hazard[:64].casefold().replace("-", " ").split())
    near = difflib.get_close_matches(folded, sorted(known), n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known hazards begin with: {', '.join(sorted(known)[:8])}."


def _area(table: Mapping[str, Any], find: Resolver) -> Area:
    pinned = "lat" in table or "lon" in table
    if "place" in table and pinned:
        raise WatchRefused("two_areas", "Both place and lat/lon are given.", "Keep one of them.")
    radius_km = _radius(table["radius_km"]) if "radius_km" in table else None
    if "place" in table:
        place = _place(table["place"], find)
        wide = max(DEFAULT_RADIUS_KM, math.ceil(place.radius_km))
        return Area(place, place.lat, place.lon, radius_km or min(wide, RADIUS_KM[1]))
    if pinned:
        # Three decimals are about 100 m: finer says more of a home than of a hazard.
        lat = round(_number(table.get("lat"), "lat", 90.0), 3)
        lon = round(_number(table.get("lon"), "lon", 180.0), 3)
        return Area(None, lat, lon, radius_km or DEFAULT_RADIUS_KM)
    if radius_km is not None:
        raise WatchRefused(
            "no_centre", "A radius is given without a centre.", "Add place, or lat and lon."
        )
    return Area(None, None, None, None)


def _place(value: Any, find: Resolver) -> Place:
    if not isinstance(value, str):
        raise WatchRefused("no_place", "The place is no text.", 'Write place = "Valencia, Spain".')
    found = candidates(find, cleaned(value))
    if not found:
        raise WatchRefused(
            "no_place",
            "The place is not in the gazetteer.",
            "Name a larger place near it with its country, or give lat and lon.",
        )
    place = chosen(found)
    if place is None:
        asked = questions(find, found)
        remedy = f"Write one of: {'; '.join(asked)}." if asked else "Give lat and lon."
        raise WatchRefused("ambiguous", "Several places have this name.", remedy)
    return place


def _number(value: Any, name: str, bound: float) -> float:
    fine = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not fine or not abs(value) <= bound:
        raise WatchRefused(
            "bad_number", f"{name} is no number of degrees.", f"Give {-bound:g} to {bound:g}."
        )
    return float(value)


def _radius(value: Any) -> float:
    low, high = RADIUS_KM
    fine = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not fine or not low <= value <= high:
        raise WatchRefused(
            "geofence",
            f"radius_km lies outside {low:g} to {high:g}.",
            f"Give at least {low:g} km; this floor is part of the contract.",
        )
    return float(value)


def _level(value: Any) -> LevelWord:
    for level in LEVELS:
        if value == level:
            return level
    raise WatchRefused("level", "min_level is no level.", f"Choose one of: {', '.join(LEVELS)}.")


def _channel(value: Any, channels: Collection[str] | None) -> str:
    if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
        raise WatchRefused(
            "channel", "The watch has no channel.", "Name one: small letters, digits, - and _."
        )
    if channels is not None and value not in channels:
        raise WatchRefused(
            "channel",
            "The channel is not configured.",
            f"Choose one of: {', '.join(sorted(channels)) or 'none yet, add [sinks.NAME]'}.",
        )
    return value


def _identity(hazards: tuple[str, ...] | str, area: Area, level: LevelWord, channel: str) -> str:
    """A stable name: equal meaning gives an equal id, in every run and on every machine."""
    centre = area.place.id if area.place else (area.lat, area.lon)
    meaning = msgspec.json.encode((hazards, centre, area.radius_km, level, channel))
    return blake2b(meaning, digest_size=8).hexdigest()


def _meaning(hazards: tuple[str, ...] | str, area: Area, level: LevelWord) -> str:
    if isinstance(hazards, str):
        what = "any hazard"
    else:
        words = [hazard.replace("_", " ") for hazard in hazards]
        what = " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    grade = "level red" if level == "red" else f"level {level} or above"
    if area.radius_km is None:
        return f"{what}, {grade}, anywhere"
    if area.place is None:
        return f"{what}, {grade}, within {area.radius_km:g} km of {area.lat:.3f}, {area.lon:.3f}"
    country = f" ({area.place.country})" if area.place.country else ""
    return f"{what}, {grade}, within {area.radius_km:g} km of {area.place.name}{country}"
