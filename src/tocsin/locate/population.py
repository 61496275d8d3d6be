"""How many people live inside the radius of a place, as a band."""

from functools import lru_cache

import numpy as np

from tocsin.model import Place
from tocsin.vocabulary.gazetteer import CITY, Gazetteer
from tocsin.vocabulary.geometry import distance_km

BANDS = (
    (10_000, "under 10,000"),
    (100_000, "10,000-100,000"),
    (1_000_000, "100,000-1 million"),
    (10_000_000, "1-10 million"),
)
LAST_BAND = "over 10 million"
_LARGE_TOWNS = 200
"""So many of the largest towns swallow their own districts, which the table lists apart."""


@lru_cache(maxsize=1024)
def population_band(gazetteer: Gazetteer, place: Place | None) -> str | None:
    """Band of the people inside the radius of a place; None for no place or open water.

    An event keeps its place over many revisions, so answers are remembered.
    """
    if place is None or place.kind == "water":
        return None
    at = gazetteer.index_of(place.id)
    if place.kind == "country" and at is not None:
        return band_of(int(gazetteer.population[at]))
    least = int(gazetteer.population[at]) if at is not None else 0
    return band_of(max(least, _inside(gazetteer, place)))


def band_of(people: int) -> str:
    """The band a number of inhabitants falls into."""
    return next((name for bound, name in BANDS if people < bound), LAST_BAND)


def _inside(gazetteer: Gazetteer, place: Place) -> int:
    near = np.flatnonzero(
        (gazetteer.kind == CITY) & (np.abs(gazetteer.lat - place.lat) <= place.radius_km / 110.0)
    )
    away = distance_km(gazetteer.lat[near], gazetteer.lon[near], place.lat, place.lon)
    near = near[away <= place.radius_km]
    near = near[np.argsort(-gazetteer.population[near], kind="stable")]
    counted = np.ones(len(near), bool)
    for i in range(min(len(near), _LARGE_TOWNS)):
        if not counted[i]:
            continue
        town = near[i]
        apart = distance_km(
            gazetteer.lat[near], gazetteer.lon[near], gazetteer.lat[town], gazetteer.lon[town]
        )
        part = apart <= gazetteer.radius_km[town]
        part[: i + 1] = False
        counted &= ~part
    return int(gazetteer.population[near][counted].sum())
