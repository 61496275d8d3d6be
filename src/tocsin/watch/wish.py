"""What a watch asks for, whichever way it was said, and the one way it becomes a Watch."""

from hashlib import blake2b
from typing import Literal, NamedTuple

import msgspec

from tocsin.model import Area, Certainty, LevelWord, Preset, Severity, Watch

SHOWN = 4
"""So many areas are named in a meaning; the others are counted."""


class Threshold(NamedTuple):
    """An impact figure an event must reach."""

    kind: str
    least: float


class Wish(msgspec.Struct, frozen=True):
    """The parts of a watch, compiled; no areas means anywhere."""

    hazards: tuple[str, ...] | Literal["any"]
    areas: tuple[Area, ...] = ()
    not_areas: tuple[Area, ...] = ()
    min_level: LevelWord = "yellow"
    min_severity: Severity = "Unknown"
    min_certainty: Certainty = "Unknown"
    min_confidence: float = 0.0
    facts: tuple[Threshold, ...] = ()
    evidence: Preset = "balanced"
    facilities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    quiet: str = ""
    zone: str = "UTC"
    lang: str = ""
    units: str = ""

    def watch(self, channel: str) -> Watch:
        """The watch that stands for this wish, on one channel."""
        sole = self.areas[0] if len(self.areas) == 1 else None
        named = sole is not None and bool(sole.place or not sole.label)
        plain = sole is not None and named and not sole.ring and sole.country is None
        only = sole if plain else None
        return Watch(
            id=self._identity(only, channel),
            hazards=self.hazards,
            place=only.place if only else None,
            lat=only.lat if only else None,
            lon=only.lon if only else None,
            radius_km=only.radius_km if only else None,
            min_level=self.min_level,
            channel=channel,
            meaning=self.meaning(),
            areas=() if only else self.areas,
            not_areas=self.not_areas,
            min_severity=self.min_severity,
            min_certainty=self.min_certainty,
            min_confidence=self.min_confidence,
            facts=self.facts,
            evidence=self.evidence,
            facilities=self.facilities,
            languages=self.languages,
            quiet=self.quiet,
            zone=self.zone,
            lang=self.lang,
            units=self.units,
        )

    def _identity(self, only: Area | None, channel: str) -> str:
        """A stable name: equal meaning gives an equal id, in every run and on every machine.

        A plain watch keeps the id it always had; whatever more is said comes behind.
        """
        if only is None:
            centre, radius_km = (None, None), None
        else:
            centre, radius_km = only.place or (only.lat, only.lon), only.radius_km  # type: ignore[assignment]
        meaning: list[object] = [self.hazards, centre, radius_km, self.min_level, channel]
        bare = Wish(self.hazards, self.areas if only else (), min_level=self.min_level)
        if self != bare:
            meaning += [self.areas, self.not_areas, self.min_severity, self.min_certainty]
            meaning += [self.min_confidence, self.facts, self.evidence, self.facilities]
        if self.languages or self.quiet:
            meaning += [self.languages, self.quiet, self.zone]
        if self.lang or self.units or (self.zone != "UTC" and not self.quiet):
            meaning += [self.lang, self.units, self.zone]
        return blake2b(msgspec.json.encode(meaning), digest_size=8).hexdigest()

    def meaning(self) -> str:
        """The watch in words, made of our own words only."""
        grade = "level red" if self.min_level == "red" else f"level {self.min_level} or above"
        parts = [_what(self.hazards), grade, *self._bounds(), _where(self.areas)]
        if self.not_areas:
            parts.append(f"not {_where(self.not_areas)}")
        if self.languages:
            parts.append(f"where {' or '.join(self.languages)} is spoken")
        if self.quiet:
            parts.append(f"quiet {self.quiet} {self.zone}")
        parts += self._speech()
        if self.facilities:
            kinds = " or ".join(kind.replace("_", " ") for kind in self.facilities)
            parts.append(f"whether or not at a {kinds}")
        return ", ".join(parts)

    def _speech(self) -> list[str]:
        """How it is told, where that is not as the channel speaks."""
        told = [f"told in {self.lang}"] if self.lang else []
        told += [f"in {self.units} units"] if self.units else []
        if self.zone != "UTC" and not self.quiet:
            told.append(f"times of {self.zone}")
        return told

    def _bounds(self) -> list[str]:
        bounds = []
        if self.min_severity != "Unknown":
            bounds.append(f"severity {self.min_severity} or above")
        if self.min_certainty != "Unknown":
            bounds.append(f"certainty {self.min_certainty} or above")
        if self.min_confidence:
            bounds.append(f"confidence {self.min_confidence:g} or above")
        bounds += [f"{f.kind.replace('_', ' ')} {f.least:g} or more" for f in self.facts]
        if self.evidence != "balanced":
            bounds.append("on the first report" if self.evidence == "fast" else "once confirmed")
        return bounds


def _what(hazards: tuple[str, ...] | Literal["any"]) -> str:
    if hazards == "any":
        return "any hazard"
    words = [hazard.replace("_", " ") for hazard in hazards]
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _where(areas: tuple[Area, ...]) -> str:
    if not areas:
        return "anywhere"
    shown = [_area(area) for area in areas[:SHOWN]]
    if len(areas) > SHOWN:
        shown.append(f"{len(areas) - SHOWN} more areas")
    return " or ".join(shown)


def _area(area: Area) -> str:
    if area.country is not None:
        return f"in {area.label} ({area.country})"
    if area.ring:
        return f"in an outline of {len(area.ring)} corners around {area.lat:.3f}, {area.lon:.3f}"
    name = area.label or f"{area.lat:.3f}, {area.lon:.3f}"
    return f"within {area.radius_km:g} km of {name}"
