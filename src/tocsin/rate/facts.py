"""Impact figures of many reports become one range, or nothing."""

from collections import defaultdict
from collections.abc import Sequence

from tocsin.clock import HOUR_MS, rfc3339
from tocsin.model import Evidence, Fact, Support
from tocsin.vocabulary.facts import FACT_IDS, FACT_KINDS

LEAST_VOICES = 3
"""A fact appears only when three distinct voices give it."""
_FRESH_MS = 3 * HOUR_MS
_AGREE = 1.5
"""Figures within this factor of each other support one another."""
_CLOSE = 0.3
"""Magnitudes agree within this difference."""
_SHARE = 0.2
"""The newest figure needs this share of the fresh readings behind it: tolls rise, and a handful
of wrong ones must not take the place of what everybody else says."""


def _agreeing(kind: str, values: list[float], centre: float) -> list[float]:
    if kind == "magnitude":
        return [v for v in values if abs(v - centre) <= _CLOSE]
    return [v for v in values if centre / _AGREE <= v <= centre * _AGREE]


def _range_of(kind: str, readings: list[tuple[int, float]]) -> tuple[float, float, int] | None:
    """(low, high, newest ms) of the latest figure that enough voices agree on, else None.

    Never the maximum by default: the newest figure goes first, and a wild claim finds no company.
    """
    newest = max(at for at, _ in readings)
    fresh = [(at, value) for at, value in readings if newest - at <= _FRESH_MS]
    values = [value for _, value in fresh]
    enough = max(LEAST_VOICES, _SHARE * len(fresh))
    for _, value in sorted(fresh, reverse=True):
        company = _agreeing(kind, values, value)
        if len(company) >= enough:
            return min(company), max(company), newest
    return None


def resolve_facts(evidence: Evidence, support: Sequence[Support]) -> tuple[Fact, ...]:
    """Facts of an event in order of kind; a bulletin's own figure stands by itself."""
    by_kind: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for reading in evidence.facts:
        by_kind[reading.kind].append((reading.at_ms, reading.value))
    facts = []
    for number in sorted(by_kind):
        kind = FACT_KINDS[number]
        found = _range_of(kind.key, by_kind[number])
        if found is not None:
            low, high, newest = found
            minute = newest // 60_000 * 60_000
            facts.append(Fact(kind.key, low, high, kind.unit, rfc3339(minute), "posts"))
    for s in support:
        if s.bulletin.magnitude is not None:
            magnitude = s.bulletin.magnitude
            unit = FACT_KINDS[FACT_IDS["magnitude"]].unit
            facts = [f for f in facts if f.kind != "magnitude"]
            sent = rfc3339(s.bulletin.sent_ms)
            facts.append(Fact("magnitude", magnitude, magnitude, unit, sent, "official"))
            break
    return tuple(facts)
