"""What the detector must know of hazards and places, as arrays by id."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.state import PlaceTable
from tocsin.vocabulary.gazetteer import ADMIN1, CITY, FACILITY, Gazetteer
from tocsin.vocabulary.hazards import load_hazards

EARTH_KM = 6_371.0
PLAIN_KM = 20.0
CHRONIC_H = 7 * 24
"""Hazards that typically last this long are spoken of without news."""


class Traits(NamedTuple):
    """H hazards."""

    related: NDArray[np.bool_]
    """(H, H): whether two hazards may be words for one event; symmetric, diagonal true."""
    placed_only: NDArray[np.bool_]
    """(H,): disruptions of travel, which are nobody's business without a place."""
    chronic: NDArray[np.bool_]
    """(H,): hazards that last for weeks, of which people speak without news."""
    sudden: NDArray[np.bool_]
    """(H,): hazards that begin at a moment."""
    reach: NDArray[np.float32]
    """(H,): how far apart two places of one event lie at most, in radii of the globe."""


def plain(related: NDArray[np.bool_]) -> Traits:
    """Traits of hazards of which nothing but their kin is known."""
    none = np.zeros(len(related), np.bool_)
    return Traits(
        related, none, none, ~none, np.full(len(related), PLAIN_KM / EARTH_KM, np.float32)
    )


def traits_of_hazards() -> Traits:
    """What the detector must know of the shipped hazards."""
    hazards = load_hazards()
    return Traits(
        related_matrix(),
        np.array([hazard.disruption and hazard.category == "Transport" for hazard in hazards]),
        np.array([hazard.duration_h >= CHRONIC_H for hazard in hazards]),
        np.array([hazard.sudden for hazard in hazards]),
        np.array([hazard.radius_km / EARTH_KM for hazard in hazards], np.float32),
    )


def related_matrix() -> NDArray[np.bool_]:
    """(H, H): whether two hazards may be words for one event; symmetric, diagonal true."""
    hazards = load_hazards()
    ids = {hazard.key: number for number, hazard in enumerate(hazards)}
    matrix = np.eye(len(hazards), dtype=np.bool_)
    for number, hazard in enumerate(hazards):
        for key in hazard.related:
            if key in ids:
                matrix[number, ids[key]] = matrix[ids[key], number] = True
    return matrix


def place_table(gazetteer: Gazetteer) -> PlaceTable:
    """Country, first-level unit, point and radius of every place.

    A region is its own unit; countries and areas, which may lie across units, have none.
    """
    own = np.arange(len(gazetteer), dtype=np.int32)
    unit = np.where(gazetteer.kind == ADMIN1, own, gazetteer.admin1)
    has_unit = np.isin(gazetteer.kind, (CITY, ADMIN1, FACILITY))
    lat, lon = np.radians(gazetteer.lat), np.radians(gazetteer.lon)
    point = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return PlaceTable(
        gazetteer.country.astype(np.int32),
        np.where(has_unit, unit, -1).astype(np.int32),
        point.astype(np.float32),
        (gazetteer.radius_km / EARTH_KM).astype(np.float32),
    )
