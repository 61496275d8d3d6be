"""The words of a watch, all of them explained, become hazards, areas and bounds."""

from typing import NamedTuple

from tocsin.errors import WatchRefused
from tocsin.model import Area, LevelWord, Place, Preset, Severity, Threshold
from tocsin.watch.areas import excluded, kilometres, of_place
from tocsin.watch.place_choice import chosen as sure
from tocsin.watch.policy import Kind
from tocsin.watch.refusals import refused
from tocsin.watch.spans import Span, Words

_MILE_KM = 1.609344
_LEVELS: dict[str, LevelWord] = {"red": "red", "yellow": "yellow", "green": "green"}
_SEVERITIES: dict[str, Severity] = {"extreme": "Extreme", "severe": "Severe"}
_UNITS = {"km": 1.0, "miles": _MILE_KM}
_SKIPPED = ("filler", "least", "or")
_FACTS_MAX = 8


class Sentence(NamedTuple):
    """What a text says; `hazards` may hold keys of groups."""

    hazards: tuple[str, ...]
    not_hazards: tuple[str, ...]
    areas: tuple[Area, ...]
    not_areas: tuple[Area, ...]
    facilities: tuple[str, ...]
    facts: tuple[Threshold, ...]
    level: LevelWord
    severity: Severity
    evidence: Preset
    sites: bool
    doubtful: tuple[Place, ...]
    aside: int


def read(words: Words, spans: list[Span]) -> Sentence:
    """The sentence of spans that cover a text. Raises WatchRefused for a number or a branch
    that belongs to nothing.
    """
    radius_km, facts = _figures(spans)
    _refuse_open_branch(spans)
    denied = _denied(spans)
    yes = [s for s, no in zip(spans, denied, strict=True) if not no]
    no = [s for s, no in zip(spans, denied, strict=True) if no]
    places, doubtful = _meant(yes, words)
    spared, _ = _meant(no, words)
    grammar = {s.key for s in yes if s.kind is Kind.GRAMMAR}
    return Sentence(
        hazards=_keys(yes, Kind.HAZARD, Kind.GROUP),
        not_hazards=_keys(no, Kind.HAZARD, Kind.GROUP),
        areas=tuple(of_place(place, radius_km) for place in places),
        not_areas=tuple(excluded(place) for place in spared),
        facilities=_keys(yes, Kind.FACILITY),
        facts=facts,
        level=next((level for key, level in _LEVELS.items() if key in _graded(grammar, yes)),
                   "yellow"),
        severity=next((s for key, s in _SEVERITIES.items() if key in grammar), "Unknown"),
        evidence="confirmed" if "official" in grammar else "balanced",
        sites="sites" in grammar,
        doubtful=doubtful,
        aside=sum(s.kind in (Kind.ASIDE, Kind.MONTH) for s in spans),
    )  # fmt: skip


def _graded(grammar: set[str], spans: list[Span]) -> set[str]:
    """Words of the level; a group "any red event" holds one within."""
    inside = {"red" for s in spans if s.kind is Kind.GROUP and s.key == "any_red"}
    return grammar | inside


def _keys(spans: list[Span], *kinds: Kind) -> tuple[str, ...]:
    return tuple(sorted({s.key for s in spans if s.kind in kinds}))


def _denied(spans: list[Span]) -> list[bool]:
    """Whether each span stands behind a "not"; that reaches to the end of the text."""
    denied, behind = [], False
    for span in spans:
        behind = behind or (span.kind is Kind.GRAMMAR and span.key == "not")
        denied.append(behind)
    return denied


def _refuse_open_branch(spans: list[Span]) -> None:
    """A "not" that denies nothing hides a branch that was meant to say something."""
    for at, span in enumerate(spans):
        if span.kind is Kind.GRAMMAR and span.key == "not":
            rest = {s.kind for s in spans[at + 1 :]}
            if not rest & {Kind.HAZARD, Kind.GROUP, Kind.PLACE}:
                raise WatchRefused(
                    "operator", "A part of the watch denies nothing that is known.",
                    "Name the hazard or the place that is not wanted.",
                )  # fmt: skip


def _figures(spans: list[Span]) -> tuple[float | None, tuple[Threshold, ...]]:
    radius_km: float | None = None
    facts: list[Threshold] = []
    firm = [s for s in spans if not (s.kind is Kind.GRAMMAR and s.key in _SKIPPED)]
    for at, span in enumerate(firm):
        if span.kind is not Kind.NUMBER:
            continue
        before = firm[at - 1] if at else None
        after = firm[at + 1] if at + 1 < len(firm) else None
        if after and after.kind is Kind.GRAMMAR and after.key in _UNITS:
            radius_km = round(kilometres(span.value * _UNITS[after.key]), 3)
        elif (kind := _figured(before) or _figured(after)) is not None:
            facts.append(Threshold(kind, span.value))
        elif not _dated(span, before, after, firm[at - 2] if at > 1 else None):
            raise refused("number", position=span.start + 1)
    return radius_km, tuple(sorted(facts, key=lambda f: (f.kind, f.least)))[:_FACTS_MAX]


def _figured(span: Span | None) -> str | None:
    """The kind of fact a neighbour of a number names."""
    if span is None:
        return None
    if span.kind is Kind.FACT:
        return span.key
    return "magnitude" if span.kind is Kind.GRAMMAR and span.key == "magnitude" else None


def _dated(span: Span, before: Span | None, after: Span | None, earlier: Span | None) -> bool:
    months = [s for s in (before, after, earlier) if s is not None and s.kind is Kind.MONTH]
    return bool(months) and (1 <= span.value <= 31 or 1900 <= span.value <= 2200)


def _meant(spans: list[Span], words: Words) -> tuple[list[Place], tuple[Place, ...]]:
    """The place each span means, told apart by the countries named beside it."""
    named = [s for s in spans if s.kind is Kind.PLACE]
    countries = {s.places[0].country for s in named if s.places[0].kind == "country"}
    meant: list[Place] = []
    doubtful: list[Place] = []
    context: set[str] = set()
    for span in named:
        first = span.places[0]
        inside = [p for p in span.places if p.country in countries and p.kind != "country"]
        if first.kind != "country" and inside:
            meant.append(inside[0])
            if not _joined(spans, span):
                context.add(inside[0].country or "")
            continue
        meant.append(first)
        if sure(span.places) is None:
            doubtful += span.places[1:4]
    kept = [p for p in meant if not (p.kind == "country" and p.country in context)]
    unique = {place.id: place for place in kept}
    return list(unique.values()), tuple(doubtful)


def _joined(spans: list[Span], span: Span) -> bool:
    """Whether an "or" stands right behind: then the next place is a second one."""
    at = spans.index(span)
    after = spans[at + 1] if at + 1 < len(spans) else None
    return after is not None and after.kind is Kind.GRAMMAR and after.key == "or"
