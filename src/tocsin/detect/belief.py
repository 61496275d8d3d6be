"""How likely a burst is a real event: a few shares and counts, weighed by one fitted table."""

import math
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.detect.attach import hour_count
from tocsin.detect.state import BIN_MS, Events, PlaceTable

A_F64 = NDArray[np.float64]
K_VOICES = 5
CORE_TERMS = 3
HEARD_H = 24.0
"""Hours after which what is usual counts as known."""


class Weight(msgspec.Struct, frozen=True):
    """One line of the table: what is weighed, how much, and why it should tell."""

    name: str
    weight: float
    reason: str


class _Table(msgspec.Struct):
    bar: float
    weight: tuple[Weight, ...]


@cache
def weights() -> _Table:
    """The shipped table, `belief.toml`."""
    raw = files("tocsin.detect").joinpath("belief.toml").read_bytes()
    return msgspec.toml.decode(raw, type=_Table)


class Scene(msgspec.Struct, frozen=True):
    """What is known of the stream and the hazard when a burst is weighed."""

    heard_ms: int
    now_ms: int
    candidates: int
    """Bursts looked at within a day."""
    chronic: bool
    """Whether the hazard lasts for weeks: people talk of it without news."""
    sudden: bool
    """Whether it begins at a moment."""


def signs(events: Events, places: PlaceTable, e: int, scene: Scene) -> dict[str, float]:
    """What speaks for and against an event, by the names of the table; all within about ±3."""
    voices = max(int(events.voices[e]), 1)
    where = _where(events, places, e)
    hour = float(hour_count(events, e, scene.now_ms // BIN_MS))
    counts = np.sort(events.term_count[e])[::-1][:CORE_TERMS]
    reports = max(int(events.reports[e]), 1)
    return {
        "one": 1.0,
        "voices": math.log2(voices / K_VOICES) if voices > K_VOICES else 0.0,
        "surprise": min(float(events.surprise[e]), 18.0) / 6.0 - 1.0,
        "pace": math.log2((hour + 1.0) / (6.0 * float(events.base[e]) + 1.0)),
        "unit_votes": math.log2(1.0 + where.leading),
        "unit_share": min(where.leading / voices, 1.0),
        "gathered": where.leading / where.total if where.total else 0.0,
        "country": where.country,
        "placed": min(where.total / voices, 1.0),
        "witnesses": min(int(events.witnesses[e]) / voices, 1.0),
        "figured": min(int(events.n_facts[e]) / voices, 1.0),
        "injured": min(int(events.injured[e]) / voices, 1.0),
        "doubt": 1.0 - min(float(events.score[e]) / voices, 1.0),
        "core": min(float(counts.mean()) / reports, 1.0),
        "diverse": min(int(events.distinct[e]) / reports, 1.0),
        "alone": float(events.sort[e] == 0),
        "quick": float(events.window_s[e] <= 600),
        "long": float(events.window_s[e] >= 43_200),
        "sudden": float(scene.sudden),
        "chronic": float(scene.chronic),
        "crowded": math.log10(1.0 + scene.candidates / 10.0),
        "unheard": max(1.0 - scene.heard_ms / HOUR_MS / HEARD_H, 0.0),
    }


class _Where(msgspec.Struct, frozen=True):
    leading: float
    total: float
    country: float


def _where(events: Events, places: PlaceTable, e: int) -> _Where:
    """Votes of the leading first-level unit, of all places, and the leading country's share."""
    known = events.places[e] >= 0
    if not known.any():
        return _Where(0.0, 0.0, 0.0)
    named, votes = events.places[e][known], events.place_votes[e][known]
    unit = np.where(places.admin1[named] >= 0, places.admin1[named], named)
    leading = max(float(votes[unit == u].sum()) for u in np.unique(unit))
    country = events.country_votes[e][events.countries[e] >= 0]
    whole = float(country.sum())
    share = float(country.max(initial=0.0)) / whole if whole else 0.0
    # Three places of one country say more than one.
    share *= min(whole / 3.0, 1.0)
    return _Where(leading, float(votes.sum()), share)
