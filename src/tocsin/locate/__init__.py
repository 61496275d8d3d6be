"""Gives an event its origins and prefers one."""

from tocsin.locate.population import population_band
from tocsin.locate.vote import locate

__all__ = ["locate", "population_band"]
