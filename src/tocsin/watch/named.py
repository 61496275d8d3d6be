"""Given names beside other names: a person's, unless a storm bears it or a place does."""

from tocsin.watch.policy import Kind
from tocsin.watch.spans import Span, Words

_STORMS = frozenset({"storm", "tropical_cyclone", "blizzard"})
_SETTLED = (Kind.HAZARD, Kind.FACILITY, Kind.GRAMMAR, Kind.FACT, Kind.GROUP, Kind.ASIDE,
            Kind.MONTH, Kind.NUMBER)  # fmt: skip
_HOLDING = (Kind.PLACE, Kind.ASIDE, Kind.HAZARD, Kind.FACILITY)


def named_person(words: Words, spans: list[Span]) -> bool:
    """Whether a given name stands before a word that has no sense of its own."""
    for span in spans:
        if span.kind is not Kind.GIVEN or span.end >= len(words.text):
            continue
        after = [s for s in spans if s.start == span.end and s.kind in _SETTLED]
        held = [s for s in spans if s.kind in _HOLDING and _inside(span, s)]
        if not after and not held and not _of_storm(span, spans):
            return True
    return False


def storm_names(spans: list[Span]) -> list[Span]:
    """Names right behind the word of a storm, to be set aside."""
    return [
        Span(span.start, span.end, Kind.ASIDE, "storm", rank=9)
        for span in spans
        if span.kind in (Kind.GIVEN, Kind.STORM_NAME) and _of_storm(span, spans)
    ]


def _inside(inner: Span, outer: Span) -> bool:
    longer = outer.end - outer.start > inner.end - inner.start
    return longer and outer.start <= inner.start and outer.end >= inner.end


def _of_storm(span: Span, spans: list[Span]) -> bool:
    return any(s.kind is Kind.HAZARD and s.key in _STORMS and s.end == span.start for s in spans)
