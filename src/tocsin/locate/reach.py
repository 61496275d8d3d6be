"""How far the truth may lie from the place that was voted for."""

import numpy as np

from tocsin.vocabulary.gazetteer import ADMIN1, CITY, COUNTRY, Gazetteer
from tocsin.vocabulary.geometry import distance_km

CITY_FLOOR_KM = 15.0
"""Posts say the name of the nearest town they know."""
HELD = 0.8
"""Share of the fine votes in the country that the radius of a town must take in."""
DOUBT = 0.6
"""How much of its region's reach a town takes on when hardly anybody names it; a town named
by half of those who name the region takes on none."""


def reach_km(at: int, votes: dict[int, float], chain: list[int], gazetteer: Gazetteer) -> float:
    """Radius in km around a place, by its kind, the spread of the votes and their doubt.

    Regions and countries reach as far as they are wide. A town reaches over the other towns
    named beside it, and the further into its region the smaller its share of the votes.
    """
    own = float(gazetteer.radius_km[at])
    if gazetteer.kind[at] in (ADMIN1, COUNTRY) or at != chain[-1]:
        return own if gazetteer.kind[at] != CITY else max(CITY_FLOOR_KM, own)
    reach = max(CITY_FLOOR_KM, own) if gazetteer.kind[at] == CITY else own
    reach = max(reach, _spread(at, votes, chain[0], gazetteer))
    if len(chain) < 2:
        return reach
    outer = chain[-2]
    inside = sum(v for p, v in votes.items() if gazetteer.is_inside(p, at))
    around = sum(v for p, v in votes.items() if gazetteer.is_inside(p, outer))
    doubt = max(0.0, 1.0 - 2.0 * inside / around) if around > 0 else 0.0
    wide = float(gazetteer.radius_km[outer])
    return min(max(reach, DOUBT * doubt * wide), max(wide, own))


def _spread(at: int, votes: dict[int, float], top: int, gazetteer: Gazetteer) -> float:
    fine = [p for p in votes if gazetteer.kind[p] == CITY and gazetteer.is_inside(p, top)]
    if len(fine) < 2:
        return 0.0
    rows = np.array(fine)
    away = distance_km(
        gazetteer.lat[rows], gazetteer.lon[rows], gazetteer.lat[at], gazetteer.lon[at]
    )
    order = np.argsort(away, kind="stable")
    held = np.cumsum(np.array([votes[p] for p in fine])[order])
    return float(away[order[int(np.searchsorted(held, HELD * held[-1]))]])
