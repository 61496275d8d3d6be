"""What scoring one stream finds, event by event, as plain values."""

import math
from collections.abc import Sequence

import msgspec

from tocsin.eval.metrics import quantile


class PlantScore(msgspec.Struct, frozen=True):
    """What became of one planted event."""

    event: str
    event_type: str
    posts: int
    hazard_posts: int
    dense: bool
    found: bool
    duplicates: int
    duplicates_merged: int
    """Those of the duplicates that ended as part of another event."""
    delay_s: float | None
    """First report minus the 5th hazard-bearing post within 10 min; sudden hazards only."""
    hazard: str | None
    hazard_right: bool
    country_right: bool
    place_error_km: float | None
    place_right: bool
    radius_covers: bool
    certainty: str | None
    lead_s: float | None
    """True bulletin sent minus first report (simulated)."""


class FalseReport(msgspec.Struct, frozen=True):
    """An event that stands for nothing planted."""

    event_id: str
    hazard: str
    at: str
    withdrawn: bool
    part: str
    """What most of its rows were put into the stream as."""
    member: int
    confidence: float
    level: str


class StreamScore(msgspec.Struct, frozen=True):
    """One stream, scored."""

    name: str
    seed: int
    received: int
    seconds: float
    plants: tuple[PlantScore, ...]
    false: tuple[FalseReport, ...]
    decoys: int
    decoys_reported: int
    lead_in_events: int
    """Events first reported before scoring began: neither right nor wrong."""
    official_only: int
    """Events no post ever stood for: a bulletin relayed, not a detection."""
    early: tuple[str, ...]
    """Events reported before their k-th contributing row: the scorer rejects the stream."""
    misled: int
    """Events a false bulletin was taken to speak of (simulated)."""
    confidence: tuple[tuple[float, bool], ...]
    """Stated at the first report, and whether it was right."""

    @property
    def found(self) -> int:
        """Planted events that were found."""
        return sum(plant.found for plant in self.plants)

    @property
    def precision(self) -> float:
        """Found over found and false; NaN when nothing was reported."""
        reported = self.found + len(self.false)
        return self.found / reported if reported else math.nan


def delays(scores: Sequence[StreamScore]) -> tuple[float, float]:
    """Median and 90th percentile of the delay in seconds over all found sudden events."""
    found = [p.delay_s for s in scores for p in s.plants if p.delay_s is not None]
    return quantile(found, 0.5), quantile(found, 0.9)
