"""The place of the gazetteer by which an official circle is called."""

from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.model import Origin, Place
from tocsin.vocabulary.gazetteer import CITY, Gazetteer
from tocsin.vocabulary.geometry import distance_km

ORIGINS_MAX = 6
NEAR_KM = 100.0
"""Within this distance of the middle the largest town gives the name, farther off the nearest."""
FAR_KM = 300.0
"""Beyond this and outside the circle nothing gives it: a town that far off says nothing."""
KM_A_DEGREE = 111.0


class Circle(NamedTuple):
    """A centre in degrees and a radius in km."""

    lat: float
    lon: float
    radius_km: float


def place_of(circle: Circle, gazetteer: Gazetteer) -> Place | None:
    """A town of the gazetteer with a radius that takes the whole circle in; None far out at sea.

    The coordinates are the town's own: nothing finer than the gazetteer leaves, also not by way
    of an official feed (contract P8).
    """
    towns = gazetteer.kind == CITY
    wide_km = min(NEAR_KM, max(circle.radius_km, 1.0))
    # A band of latitude first: most of the world needs no distance.
    rows = np.flatnonzero(towns & (np.abs(gazetteer.lat - circle.lat) <= wide_km / KM_A_DEGREE))
    away_km = distance_km(circle.lat, circle.lon, gazetteer.lat[rows], gazetteer.lon[rows])
    if (away_km <= wide_km).any():
        # The side of a border counts on which the middle is: the largest may lie across a lake.
        same = gazetteer.country[rows] == gazetteer.country[rows[away_km.argmin()]]
        near = same & (away_km <= wide_km)
        at = int(np.argmax(np.where(near, gazetteer.population[rows], -1)))
    else:
        far_km = max(FAR_KM, circle.radius_km)
        rows = np.flatnonzero(towns & (np.abs(gazetteer.lat - circle.lat) <= far_km / KM_A_DEGREE))
        away_km = distance_km(circle.lat, circle.lon, gazetteer.lat[rows], gazetteer.lon[rows])
        if not (away_km <= far_km).any():
            return None
        at = int(np.argmin(away_km))
    place = gazetteer.place(int(rows[at]))
    radius_km = max(place.radius_km, round(float(away_km[at]) + circle.radius_km, 1))
    return msgspec.structs.replace(place, radius_km=radius_km)


def told_by(
    circle: Circle, origins: tuple[Origin, ...], gazetteer: Gazetteer, measured: bool
) -> tuple[Origin, ...]:
    """Origins with the official one in front, unless what people name lies within its circle.

    People say where they are, an agency where a thing is: what they name stays where it is as
    fine and agrees, unless the agency has `measured` the place; then its radius takes the middle
    of the circle in, since both were said of one thing. `share` is that of the votes.
    """
    away_km = distance_km(
        circle.lat, circle.lon, [o.place.lat for o in origins], [o.place.lon for o in origins]
    )
    within = [away <= circle.radius_km for away in away_km.tolist()]
    fine_km = max(circle.radius_km, NEAR_KM)
    agreed = [
        (origin, away)
        for origin, inside, away in zip(origins, within, away_km.tolist(), strict=True)
        if inside and origin.place.radius_km <= fine_km
    ]
    if agreed and not measured:
        first, away = agreed[0]
        return (_taking_in(first, away), *[o for o in origins if o is not first])
    place = place_of(circle, gazetteer)
    at = gazetteer.index_of(place.id) if place is not None else None
    if place is None or at is None:
        return origins
    share = max((o.share for o, inside in zip(origins, within, strict=True) if inside), default=0.0)
    rest = [origin for origin in origins if origin.gazetteer_id != at]
    return (Origin(place, at, share), *rest[: ORIGINS_MAX - 1])


def _taking_in(origin: Origin, away_km: float) -> Origin:
    """The same place with a radius of so many km at least."""
    place = origin.place
    radius_km = max(place.radius_km, round(away_km, 1))
    wider = msgspec.structs.replace(place, radius_km=radius_km)
    return msgspec.structs.replace(origin, place=wider)
