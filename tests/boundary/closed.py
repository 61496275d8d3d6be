"""Holds a record of an event to its closed lists, field by field."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from tocsin import model
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards

KEYS = frozenset((
    "event_id", "revision", "phase", "at", "first_seen", "hazard", "category", "origin", "tier",
    "headline", "lang", "place", "level", "severity", "urgency", "certainty", "confidence",
    "voices", "families", "facts", "bulletins", "why", "contract", "merged_into", "expires",
    "extent", "population", "sensitive", "drill",
))  # fmt: skip
PLACE_KEYS = frozenset((
    "id", "name", "kind", "admin1", "country", "lat", "lon", "radius_km",
))  # fmt: skip
BULLETIN_KEYS = frozenset((
    "source", "id", "sent", "url", "lead_time_s",
))  # fmt: skip
FACT_KEYS = frozenset((
    "kind", "low", "high", "unit", "as_of", "from",
))  # fmt: skip
BANDS = ("0", "5-14", "15-49", "50-199", "200+")
FAMILIES = frozenset({"bluesky", "mastodon", "posts", "synthetic", "usgs", "file"})
WORDS = frozenset((
    "unconfirmed", "reported", "by", "independent", "sources", "official", "word", "over",
    "withdrawn", "merged", "place", "unknown", "killed", "injured", "missing", "trapped",
    "evacuated", "homeless", "magnitude", "without", "power", "road", "rail", "airport", "closed",
    "to",
))  # fmt: skip
"""Every word of a headline that is neither a hazard's nor a place's."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_GROUND_TEXTS = {
    "voices": re.compile("|".join(map(re.escape, BANDS))),
    "severity_prior": re.compile("Extreme|Severe|Moderate|Minor|Unknown"),
    "bulletin": re.compile(r"[a-z0-9_-]{1,40} [A-Za-z0-9._:-]{1,118}"),
    "fact": re.compile(r"[a-z_]+ [0-9.e+]+"),
    "one_family_cap": re.compile("yellow|red"),
    # Told to ten minutes: a finer time would say when one person spoke.
    "latest": re.compile(r"\d{4}-\d\d-\d\dT\d\d:[0-5]0:00\.000Z"),
    "raises": re.compile(
        "second_family|official_word|more_voices|severe_figures|corroborated|official|yellow|red"
    ),
    "lowers": re.compile(
        "figures_taken_back|silence|official_word_withdrawn|reports_deleted|resolved|unconfirmed"
        "|withdrawn|green|yellow"
    ),
}
_NAMED = {"other_place", "set_aside"}
"""Grounds whose words are names: of a place of the gazetteer, and of a hazard."""
_TOKEN = re.compile(r"\w+")


def records(data: bytes) -> Iterator[dict[str, Any]]:
    """Every event record in a channel: JSON Lines, an API answer, a stream, a message."""
    for line in data.split(b"\n"):
        text = line.removeprefix(b"data:").strip()
        if text.startswith(b"{"):
            try:
                yield from _inside(json.loads(text))
            except ValueError:
                continue


def _inside(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        # A line about a correction names its event and hazard too, but is no record of it.
        if isinstance(value.get("event_id"), str) and "certainty" in value:
            yield value
        for part in value.values():
            yield from _inside(part)
    elif isinstance(value, list):
        for part in value:
            yield from _inside(part)


def problems(event: dict[str, Any]) -> list[str]:
    """What in this record is on no closed list; names field and value."""
    said = [f"unknown key {key!r}" for key in set(event) - KEYS]
    said += [f"unknown key place.{k}" for k in set(event.get("place") or {}) - PLACE_KEYS]
    for name, known in (("bulletins", BULLETIN_KEYS), ("facts", FACT_KEYS)):
        said += [f"unknown key {name}.{k}" for one in event[name] for k in set(one) - known]
    for name, kind in (("phase", model.Phase), ("category", model.Category),
                       ("level", model.LevelWord), ("severity", model.Severity),
                       ("urgency", model.Urgency), ("certainty", model.Certainty),
                       ("tier", model.Tier)):  # fmt: skip
        if event[name] not in get_args(kind):
            said.append(f"{name} is {event[name]!r}")
    if event["voices"] not in BANDS:
        said.append(f"voices is {event['voices']!r}, no band")
    if event["lang"] != "en" or event["hazard"] not in {h.key for h in load_hazards()}:
        said.append(f"lang or hazard is {event['lang']!r}, {event['hazard']!r}")
    if not re.fullmatch("[0-9a-z]{16}", event["event_id"]):
        said.append(f"event_id is {event['event_id']!r}")
    for place_id in event.get("extent") or ():
        if _gazetteer().index_of(place_id) is None:
            said.append(f"extent holds {place_id!r}")
    said += [f"families holds {f!r}" for f in event["families"] if f not in FAMILIES]
    if abs(event["confidence"] * 20 - round(event["confidence"] * 20)) > 1e-9:
        said.append(f"confidence {event['confidence']} is finer than .05")
    return said + _times(event) + _place(event) + _grounds(event["why"]) + _headline(event)


def _times(event: dict[str, Any]) -> list[str]:
    said = []
    for name in ("at", "first_seen", "expires"):
        value = event.get(name)
        if value is not None and not _TIME.fullmatch(value):
            said.append(f"{name} is {value!r}")
    step = ("00", "05", "10", "15", "20", "25", "30", "35", "40", "45", "50", "55")
    if not event["first_seen"].endswith(":00.000Z"):
        said.append(f"first_seen {event['first_seen']} is finer than a minute")
    if event.get("sensitive") and event["first_seen"][14:16] not in step:
        said.append(f"first_seen {event['first_seen']} is finer than five minutes")
    return said


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer.load()


def _place(event: dict[str, Any]) -> list[str]:
    """A place is an entry of the gazetteer, with the coordinates of that entry."""
    place = event.get("place")
    if place is None:
        return []
    for index in _gazetteer().find(place["name"]):
        known = _gazetteer().place(index)
        if known.id == place["id"]:
            same = (known.lat, known.lon) == (place["lat"], place["lon"])
            return [] if same else [f"coordinates of {place['id']} are not the gazetteer's"]
    return [f"place {place['id']!r} {place['name']!r} is not in the gazetteer"]


def _grounds(why: list[dict[str, Any]]) -> list[str]:
    said = []
    grounds = {ground.value for ground in model.Ground}
    for one in why:
        if one["ground"] not in grounds or set(one) - {"ground", "value", "bound"}:
            said.append(f"why has a ground {one['ground']!r} with keys {sorted(one)}")
        for part in (one["value"], one.get("bound")):
            if one["ground"] in _NAMED and part == one["value"]:
                said += _name(one["ground"], part)
                continue
            pattern = _GROUND_TEXTS.get(one["ground"])
            if isinstance(part, str) and not (pattern and pattern.fullmatch(part)):
                said.append(f"why.{one['ground']} is {part!r}")
        if one["ground"] == "voices" and one["value"] not in BANDS:
            said.append(f"why.voices is {one['value']!r}, no band")
    return said


def _name(ground: str, value: str) -> list[str]:
    if ground == "set_aside":
        known = value in {hazard.key for hazard in load_hazards()}
    else:
        known = _is_place(value)
    return [] if known else [f"why.{ground} is {value!r}"]


def _is_place(value: str) -> bool:
    """Whether it is a name of the gazetteer, alone or before its country."""
    if value in _names():
        return True
    name, _, country = value.rpartition(", ")
    return (name, country) in _names_by_country()


@cache
def _names() -> frozenset[str]:
    known = _gazetteer()
    return frozenset(known.name(index) for index in range(len(known)))


@cache
def _names_by_country() -> frozenset[tuple[str, str]]:
    known = _gazetteer()
    return frozenset((known.name(index), known.iso(index)) for index in range(len(known)))


def _headline(event: dict[str, Any]) -> list[str]:
    """Every token is a word of the hazard, the place or a template, or a number."""
    hazard = next(h for h in load_hazards() if h.key == event["hazard"])
    known = set(WORDS)
    place = event.get("place") or {}
    for text in (*hazard.labels.values(), hazard.key.replace("_", " "),
                 place.get("name") or "", place.get("country") or ""):  # fmt: skip
        known |= set(_TOKEN.findall(text.casefold()))
    said = []
    for token in _TOKEN.findall(event["headline"].casefold()):
        if token not in known and not token.isdigit():
            said.append(f"headline says {token!r}")
    return said
