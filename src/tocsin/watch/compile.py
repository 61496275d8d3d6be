"""A table, from TOML or JSON, becomes a watch, or a refusal that explains itself."""

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeVar, get_args

from tocsin.errors import WatchRefused
from tocsin.model import (
    LEVELS,
    Area,
    Certainty,
    Place,
    Preset,
    Severity,
    Watch,
)
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.watch.areas import (
    DEFAULT_RADIUS_KM,
    degrees,
    excluded,
    kilometres,
    of_geojson,
    of_place,
    of_sites,
    read_sites,
)
from tocsin.watch.listed import listed, listed_out
from tocsin.watch.place_choice import Resolver, candidates, chosen, questions
from tocsin.watch.place_text import cleaned
from tocsin.watch.policy import Kind, load_policy
from tocsin.watch.terms import quiet_of, speech_of, spoken
from tocsin.watch.wish import Threshold, Wish
from tocsin.watch.written import admits_label, compile_text

HAZARDS_PER_WATCH = 64
PLACES = 200
KEYS = (
    "hazards", "place", "lat", "lon", "radius_km", "min_level", "channel", "text", "places",
    "not_places", "not_hazards", "outline", "sites", "min_severity", "min_certainty",
    "min_confidence", "facts", "evidence", "areas", "not_areas", "facilities", "languages",
    "quiet", "zone", "lang", "units",
)  # fmt: skip
_WITH_TEXT = ("text", "channel", "sites", "min_level", "min_severity", "min_certainty",
              "min_confidence", "evidence", "languages", "quiet", "zone", "lang",
              "units")  # fmt: skip
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_NOTHING_ELSE = f"A watch holds {', '.join(KEYS)}, and nothing else can be said."
_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)
_PRESETS: tuple[Preset, ...] = get_args(Preset)
_W = TypeVar("_W", bound=str)


def compile_watch(
    table: Mapping[str, Any],
    hazards: Collection[str],
    find: Resolver,
    channels: Collection[str] | None = None,
) -> Watch:
    """The watch a TOML or JSON table means; with `text`, what the text means.

    `hazards` are the known keys, `find` resolves place names, `channels` are the known
    channels (None: any). Raises WatchRefused, whose text never repeats the table's.
    """
    if any(key not in KEYS for key in table):
        raise WatchRefused("unknown_key", "The watch has a key that is not known.", _NOTHING_ELSE)
    if "text" in table:
        wish = _of_text(table, find)
    else:
        wish = Wish(
            hazards=_hazards(table, hazards),
            areas=_areas(table, find),
            not_areas=(
                *(excluded(p) for p in _places(table, "not_places", find)),
                *listed_out(table.get("not_areas", []), find),
            ),
            facilities=_facilities(table.get("facilities", [])),
            facts=_facts(table.get("facts", {})),
            **_bounds(table),
        )
    return wish.watch(_channel(table.get("channel"), channels))


def _of_text(table: Mapping[str, Any], find: Resolver) -> Wish:
    text = table["text"]
    if not isinstance(text, str) or any(key not in _WITH_TEXT for key in table):
        raise WatchRefused(
            "two_forms", "The watch is said in words and in keys.",
            f"Beside text, only {', '.join(_WITH_TEXT[1:])} may stand.",
        )  # fmt: skip
    wish = compile_text(text, find, _sites(table)).wish
    given = _bounds(table)
    fields = {field: getattr(wish, field) for field in wish.__struct_fields__}
    return Wish(**{**fields, **{key: given[key] for key in given if key in table}})


def _bounds(table: Mapping[str, Any]) -> dict[str, Any]:
    confidence = table.get("min_confidence", 0.0)
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)):
        confidence = -1.0
    if not 0.0 <= confidence <= 1.0:
        raise WatchRefused(
            "confidence", "min_confidence is no share.", "Give a number from 0 to 1, as 0.7."
        )
    return {
        "languages": spoken(table.get("languages", [])),
        **quiet_of(table),
        **speech_of(table),
        "min_level": _word(table, "min_level", LEVELS, "yellow", "level"),
        "min_severity": _word(table, "min_severity", _SEVERITIES, "Unknown", "severity"),
        "min_certainty": _word(table, "min_certainty", _CERTAINTIES, "Unknown", "certainty"),
        "min_confidence": float(confidence),
        "evidence": _word(table, "evidence", _PRESETS, "balanced", "evidence"),
    }


def _word(table: Mapping[str, Any], key: str, known: tuple[_W, ...], usual: _W, kind: str) -> _W:
    value = table.get(key, usual)
    for word in known:
        if value == word:
            return word
    raise WatchRefused(kind, f"{key} is no {kind}.", f"Choose one of: {', '.join(known)}.")


def _hazards(table: Mapping[str, Any], known: Collection[str]) -> tuple[str, ...] | Literal["any"]:
    spared = _named(table["not_hazards"], known) if "not_hazards" in table else ()
    if table.get("hazards") == "any":
        if not spared:
            return "any"
        wanted = tuple(sorted(known))
    else:
        wanted = _named(table.get("hazards"), known)
    left = tuple(hazard for hazard in wanted if hazard not in spared)
    if not left:
        raise WatchRefused("no_hazard", "No hazard is left.", "Take something out of not_hazards.")
    return left


def _named(value: Any, known: Collection[str]) -> tuple[str, ...]:
    """Hazard keys, with the members of groups."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given or not all(isinstance(h, str) for h in given):
        raise WatchRefused(
            "no_hazard", "The watch names no hazard.", 'Write hazards = "any" or a list of keys.'
        )
    if len(given) > max(HAZARDS_PER_WATCH, len(known)):
        raise WatchRefused(
            "too_many", f"More than {HAZARDS_PER_WATCH} hazards.", 'Write hazards = "any".'
        )
    groups = {key: of for key, of in load_policy().groups.items() if of}
    found: set[str] = set()
    for position, hazard in enumerate(given, start=1):
        if hazard in known:
            found.add(hazard)
        elif hazard in groups:
            found |= set(groups[hazard]) & set(known)
        else:
            near = _nearest(hazard, known, groups)
            raise WatchRefused("unknown_hazard", f"Hazard {position} is not known.", near)
    return tuple(sorted(found))


def _nearest(hazard: str, known: Collection[str], groups: Collection[str]) -> str:
    folded = "_".join(hazard[:64].casefold().replace("-", " ").split())
    near = difflib.get_close_matches(folded, sorted(known), n=3, cutoff=0.6)
    near = near or difflib.get_close_matches(folded, sorted(groups), n=1, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known hazards begin with: {', '.join(sorted(known)[:8])}."


def _areas(table: Mapping[str, Any], find: Resolver) -> tuple[Area, ...]:
    pinned = "lat" in table or "lon" in table
    if "place" in table and pinned:
        raise WatchRefused("two_areas", "Both place and lat/lon are given.", "Keep one of them.")
    radius_km = kilometres(table["radius_km"]) if "radius_km" in table else None
    areas: list[Area] = []
    if "place" in table:
        areas.append(of_place(_place(table["place"], find), radius_km, whole=False))
    elif pinned:
        # Three decimals are about 100 m: finer says more of a home than of a hazard.
        lat = round(degrees(table.get("lat"), "lat", 90.0), 3)
        lon = round(degrees(table.get("lon"), "lon", 180.0), 3)
        areas.append(Area(lat, lon, radius_km or DEFAULT_RADIUS_KM))
    elif radius_km is not None and "places" not in table:
        raise WatchRefused(
            "no_centre", "A radius is given without a centre.", "Add place, or lat and lon."
        )
    areas += [of_place(place, radius_km) for place in _places(table, "places", find)]
    areas += listed(table.get("areas", []), find)
    if "outline" in table:
        areas += of_geojson(table["outline"])
    return (*areas, *_sites(table))


def _sites(table: Mapping[str, Any]) -> tuple[Area, ...]:
    if "sites" not in table:
        return ()
    rows = table["sites"]
    if isinstance(rows, str):
        rows = read_sites(rows)
    if not isinstance(rows, list):
        raise WatchRefused("sites", "The sites are no list.", "Give a list of tables, or CSV.")
    return of_sites(rows, admits_label)


def _places(table: Mapping[str, Any], key: str, find: Resolver) -> list[Place]:
    names = table.get(key, [])
    if not isinstance(names, list) or len(names) > PLACES:
        raise WatchRefused(
            "no_place", f"{key} is no list of at most {PLACES} names.", "Write a list of names."
        )
    return [_place(name, find) for name in names]


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


def _facts(value: Any) -> tuple[Threshold, ...]:
    figured = {kind.key: kind for kind in FACT_KINDS if kind.counted}
    known = f"Write facts = {{ killed = 1 }}; known: {', '.join(figured)}."
    if not isinstance(value, dict):
        raise WatchRefused("facts", "facts is no table of figures.", known)
    for kind, least in value.items():
        if kind not in figured or isinstance(least, bool) or not isinstance(least, (int, float)):
            raise WatchRefused("facts", "A fact is not known or has no figure.", known)
        if not 0 < least <= figured[kind].high:
            raise WatchRefused("facts", "A figure lies outside what is believed.", known)
    return tuple(Threshold(kind, float(value[kind])) for kind in sorted(value))


def _facilities(value: Any) -> tuple[str, ...]:
    known = load_policy().keys[Kind.FACILITY]
    if not isinstance(value, list) or any(kind not in known for kind in value):
        raise WatchRefused(
            "facilities", "A kind of site is not known.",
            f"Choose of: {', '.join(sorted(known)[:12])} and others.",
        )  # fmt: skip
    return tuple(sorted(set(value)))


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
