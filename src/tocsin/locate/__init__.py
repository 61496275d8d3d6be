"""Gives an event its origins and prefers one."""

from tocsin.locate.circle import Circle, place_of, told_by
from tocsin.locate.population import population_band
from tocsin.locate.units import units_named
from tocsin.locate.vote import further, locate

__all__ = [
    "Circle", "further", "locate", "place_of", "population_band", "told_by", "units_named",
]  # fmt: skip
