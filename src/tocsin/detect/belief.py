"""How likely a burst is a real event: a few shares and counts, weighed by one fitted table."""

import math
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np

from tocsin.clock import HOUR_MS
from tocsin.detect.attach import hour_count
from tocsin.detect.state import BIN_MS, Events, PlaceTable
from tocsin.model import K_VOICES

CORE_TERMS = 3
ENOUGH = 4.0
"""Times five voices from which size says nothing more."""
FEW_PLACES = 3.0
HEARD_H = 24.0
"""Hours after which what is usual counts as known."""


class Weight(msgspec.Struct, frozen=True):
    """One line of the table: what is weighed, how much, and why it should tell."""

    name: str
    weight: float
    reason: str


class Table(msgspec.Struct, frozen=True):
    """All weights, and the belief from which an event is reported."""

    bar: float
    shadow_bar: float
    """The bar while an event of its kin or region is on everybody's lips: much is said then."""
    weight: tuple[Weight, ...]

    def belief(self, signs: dict[str, float]) -> float:
        """Probability, by logistic regression, that a burst with these signs is an event."""
        total = sum(line.weight * signs[line.name] for line in self.weight)
        return 1.0 / (1.0 + math.exp(-max(min(total, 30.0), -30.0)))


PATH = Path(str(files("tocsin.detect"))) / "belief.toml"


@cache
def shipped() -> Table:
    """The shipped table, `belief.toml`."""
    return msgspec.toml.decode(PATH.read_bytes(), type=Table)


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
    official: bool = False
    """Whether an official word speaks of it as well."""


def signs(events: Events, places: PlaceTable, e: int, scene: Scene) -> dict[str, float]:
    """What speaks for and against an event, by the names of the table; mostly within -3 to 3."""
    voices = max(int(events.voices[e]), 1)
    where = where_of(events, places, e)
    hour = float(hour_count(events, e, scene.now_ms // BIN_MS))
    counts = np.sort(events.term_count[e])[::-1][:CORE_TERMS]
    reports = max(int(events.reports[e]), 1)
    return {
        "one": 1.0,
        "voices": math.log2(min(max(voices / K_VOICES, 1.0), ENOUGH)),
        "surprise": min(float(events.surprise[e]), 18.0) / 6.0 - 1.0,
        "pace": min(max(math.log2((hour + 1.0) / (6.0 * float(events.base[e]) + 1.0)), -1.0), 3.0),
        "unit_votes": math.log2(1.0 + min(where.leading, ENOUGH * K_VOICES)),
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
        "official": float(scene.official),
        "unheard": max(1.0 - scene.heard_ms / HOUR_MS / HEARD_H, 0.0),
    }


class Where(msgspec.Struct, frozen=True):
    """How the votes for places lie; a report that names several shares its vote."""

    leading: float
    """Votes for the leading first-level unit (or country, named as a whole)."""
    single: float
    """Votes for the leading single place."""
    total: float
    country: float
    """The leading country's share, lowered while fewer than three votes are in."""


def where_of(events: Events, places: PlaceTable, e: int) -> Where:
    """Votes of an event's places."""
    known = events.places[e] >= 0
    if not known.any():
        return Where(0.0, 0.0, 0.0, 0.0)
    named, votes = events.places[e][known], events.place_votes[e][known]
    unit = np.where(places.admin1[named] >= 0, places.admin1[named], named)
    leading = max(float(votes[unit == u].sum()) for u in np.unique(unit))
    country = events.country_votes[e][events.countries[e] >= 0]
    whole = float(country.sum())
    share = float(country.max(initial=0.0)) / whole if whole else 0.0
    return Where(
        leading, float(votes.max()), float(votes.sum()), share * min(whole / FEW_PLACES, 1.0)
    )
