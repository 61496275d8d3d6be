"""The words of a watch, all of them explained, become hazards, areas and bounds."""

from typing import NamedTuple

from tocsin.errors import WatchRefused
from tocsin.model import Area, LevelWord, Place, Preset, Severity
from tocsin.watch.areas import excluded, kilometres, of_place
from tocsin.watch.place_choice import chosen as sure
from tocsin.watch.place_choice import is_setting
from tocsin.watch.policy import Kind
from tocsin.watch.policy_places import spoken_in
from tocsin.watch.refusals import refused
from tocsin.watch.spans import Span
from tocsin.watch.wish import Threshold

_MILE_KM = 1.609344
_LEVELS: dict[str, LevelWord] = {"red": "red", "yellow": "yellow", "green": "green"}
_SEVERITIES: dict[str, Severity] = {"extreme": "Extreme", "severe": "Severe"}
_UNITS = {"km": 1.0, "miles": _MILE_KM}
_HAZARDS = (Kind.HAZARD, Kind.GROUP)
_DENIABLE = (*_HAZARDS, Kind.PLACE)
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


def read(spans: list[Span], every: list[Span]) -> Sentence:
    """The sentence of spans that cover a text. Raises WatchRefused for a number or a branch
    that belongs to nothing.
    """
    radius_km, facts = _figures(spans, every)
    _refuse_open_branch(spans)
    denied = _denied(spans)
    yes = [s for s, no in zip(spans, denied, strict=True) if not no]
    no = [s for s, no in zip(spans, denied, strict=True) if no]
    home = _home(every)
    places, doubtful = _meant(yes, home)
    spared, _ = _meant(no, home)
    grammar = {s.key for s in yes if s.kind is Kind.GRAMMAR}
    named = _keys(yes, Kind.HAZARD, Kind.GROUP)
    return Sentence(
        # Words such as "evacuation" name an incident of no kind: beside a hazard they add none.
        hazards=tuple(key for key in named if key != "incident") or named,
        not_hazards=_keys(no, Kind.HAZARD, Kind.GROUP),
        areas=tuple(of_place(place, radius_km) for place in places),
        not_areas=tuple(excluded(place) for place in spared),
        facilities=_keys(yes, Kind.FACILITY),
        facts=facts,
        level=next((level for key, level in _LEVELS.items() if key in grammar), "yellow"),
        severity=next((s for key, s in _SEVERITIES.items() if key in grammar), "Unknown"),
        evidence="confirmed" if "official" in grammar else "balanced",
        sites="sites" in grammar,
        doubtful=doubtful,
        aside=sum(s.kind in (Kind.ASIDE, Kind.MONTH) for s in spans),
    )


def _keys(spans: list[Span], *kinds: Kind) -> tuple[str, ...]:
    return tuple(sorted({s.key for s in spans if s.kind in kinds}))


def _denied(spans: list[Span]) -> list[bool]:
    """Whether each span is denied: the first hazard or place behind a "not", and its like
    joined to it by an "or".
    """
    denied, waiting, joined = list[bool](), False, False
    like: tuple[Kind, ...] = ()
    for span in spans:
        if span.kind is Kind.GRAMMAR:
            if span.key == "not":
                waiting, like = True, ()
            joined = joined or span.key == "or"
            denied.append(False)
            continue
        content = span.kind in _DENIABLE
        alike = joined and span.kind in like
        denied.append(content and (waiting or alike))
        if denied[-1]:
            like = _HAZARDS if span.kind in _HAZARDS else (Kind.PLACE,)
        elif content:
            like = ()
        waiting, joined = waiting and not content, False
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


def _figures(spans: list[Span], every: list[Span]) -> tuple[float | None, tuple[Threshold, ...]]:
    """The radius and the figures asked for; `every` span counts, as a longer phrase may hold
    the word a number belongs to.
    """
    radius_km: float | None = None
    facts: list[Threshold] = []
    little = {n for s in spans if s.kind is Kind.GRAMMAR and s.key in _SKIPPED
              for n in range(s.start, s.end)}  # fmt: skip
    for span in spans:
        if span.kind is not Kind.NUMBER:
            continue
        first, last = span.start, span.end
        while first - 1 in little:
            first -= 1
        while last in little:
            last += 1
        beside = [s for s in every if s.end == first] + [s for s in every if s.start == last]
        quake = any(s.kind is Kind.HAZARD and s.key == "earthquake" for s in beside)
        units = [s.key for s in beside if s.start == last and s.key in _UNITS]
        kinds = [kind for s in beside if (kind := _figured(s))]
        if units:
            radius_km = round(kilometres(span.value * _UNITS[units[0]]), 3)
        elif kinds:
            facts.append(Threshold(kinds[0], span.value))
        elif quake and 3.0 <= span.value < 10.0:
            facts.append(Threshold("magnitude", span.value))
        elif not _dated(span, every):
            raise refused("number", position=span.start + 1)
    # Of two figures of one kind the higher asks for both.
    least = dict(sorted(facts))
    return radius_km, tuple(Threshold(*each) for each in least.items())[:_FACTS_MAX]


def _figured(span: Span) -> str | None:
    """The kind of fact a neighbour of a number names."""
    if span.kind is Kind.FACT:
        return span.key
    return "magnitude" if span.kind is Kind.GRAMMAR and span.key == "magnitude" else None


def _dated(span: Span, every: list[Span]) -> bool:
    """Whether a number is the day or the year of a month beside it."""
    month = any(s.kind is Kind.MONTH and span.start - 2 <= s.start <= span.end for s in every)
    return month and (1 <= span.value <= 31 or 1900 <= span.value <= 2200)


def _home(spans: list[Span]) -> frozenset[str]:
    """Countries where the one language of the hazard's words is spoken; empty when unclear."""
    tongues = {s.lang for s in spans if s.kind is Kind.HAZARD and s.lang}
    if "en" in tongues:
        return frozenset()
    return frozenset().union(*map(spoken_in, tongues))


def _meant(spans: list[Span], home: frozenset[str]) -> tuple[list[Place], tuple[Place, ...]]:
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
        if home and first.country not in home:
            # Of two places of like size, the one where the words are spoken.
            like = (p for p in span.places if p.country in home)
            first = next((p for p in like if 2 * p.radius_km >= first.radius_km), first)
        meant.append(first)
        if sure(span.places) is None:
            doubtful += [place for place in span.places if place.id != first.id][:3]
    apart = {s.places[0].id for s in named if _joined(spans, s)}
    kept = [p for p in meant if not (p.kind == "country" and p.country in context)]
    kept = [p for p in kept if p.id in apart or not is_setting(p, kept)]
    unique = {place.id: place for place in kept}
    return list(unique.values()), tuple(doubtful)


def _joined(spans: list[Span], span: Span) -> bool:
    """Whether an "or" stands right behind: then the next place is a second one."""
    at = spans.index(span)
    after = spans[at + 1] if at + 1 < len(spans) else None
    return after is not None and after.kind is Kind.GRAMMAR and after.key == "or"
