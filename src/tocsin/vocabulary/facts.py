"""Kinds of impact facts: their units and the bounds outside which a figure is nonsense."""

from typing import NamedTuple


class FactKind(NamedTuple):
    """One kind; a closure has no figure and reads as 1."""

    key: str
    unit: str | None
    low: float
    high: float
    counted: bool

    @property
    def measure(self) -> int:
        """Position in MEASURES of the unit its figures are read in, 0 for a bare count."""
        return MEASURES.index(self.unit) if self.unit in MEASURES else 0


FACT_KINDS = (
    FactKind("killed", "people", 1, 500_000, True),
    FactKind("injured", "people", 1, 1_000_000, True),
    FactKind("missing", "people", 1, 500_000, True),
    FactKind("trapped", "people", 1, 100_000, True),
    FactKind("evacuated", "people", 1, 20_000_000, True),
    FactKind("homeless", "people", 1, 20_000_000, True),
    FactKind("magnitude", "Mw", 2.0, 9.9, True),
    FactKind("without_power", "customers", 1, 500_000_000, True),
    FactKind("road_closed", None, 1, 1, False),
    FactKind("rail_closed", None, 1, 1, False),
    FactKind("airport_closed", None, 1, 1, False),
    FactKind("depth", "km", 1, 800, True),
    FactKind("wind_speed", "km/h", 20, 450, True),
    FactKind("water_level", "m", 0.1, 60, True),
    FactKind("area_burnt", "ha", 0.1, 30_000_000, True),
    FactKind("school_closed", None, 1, 1, False),
    FactKind("aftershock", None, 1, 1, False),
    FactKind("all_clear", None, 1, 1, False),
)
"""A fact kind of Batch.fact_kind is a position here."""

MEASURES = ("", "km", "km/h", "m", "ha")
"""Units that figures are turned into; 0 is a figure without one."""

FACT_IDS = {kind.key: number for number, kind in enumerate(FACT_KINDS)}
