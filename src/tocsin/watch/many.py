"""Of the thousands of sites of one watch those that one place may concern."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model import Area, Place
from tocsin.vocabulary.geometry import distance_km

FEW = 64
"""So many areas are asked one by one."""
KEPT = 256
"""Lists of sites that are remembered as arrays."""
PLACES = 5_000
"""Places whose answer is remembered, for each list."""
_SLACK_KM = 1.0


class _Circles(NamedTuple):
    areas: Sequence[Area]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    radius_km: NDArray[np.float64]
    other: NDArray[np.bool_]
    """Outlines and countries, whose circle says little."""
    asked: dict[tuple[float, float, float], list[Area]]
    """Answers by place: a trial asks about the same places again and again."""


_known: OrderedDict[int, _Circles] = OrderedDict()


def worth_asking(areas: Sequence[Area], place: Place) -> Sequence[Area]:
    """All areas the place lies in, the nearest of the others, and perhaps some more; in order."""
    if len(areas) <= FEW or place.kind == "country":
        return areas
    circles = _circles(areas)
    key = (place.lat, place.lon, place.radius_km)
    if key in circles.asked:
        return circles.asked[key]
    beyond_km = distance_km(circles.lat, circles.lon, place.lat, place.lon) - circles.radius_km
    plain = beyond_km[~circles.other]
    nearest_km = float(plain.min()) if len(plain) else 0.0
    # What makes an event's own place wide is the same for every circle.
    keep = (beyond_km <= max(nearest_km, place.radius_km) + _SLACK_KM) | circles.other
    found = [areas[at] for at in np.flatnonzero(keep).tolist()]
    if len(circles.asked) >= PLACES:
        circles.asked.clear()
    circles.asked[key] = found
    return found


def _circles(areas: Sequence[Area]) -> _Circles:
    known = _known.pop(id(areas), None)
    # The list is kept beside its arrays, so that its identity is nobody else's meanwhile.
    if known is None or known.areas is not areas:
        known = _Circles(
            areas,
            np.array([area.lat for area in areas]),
            np.array([area.lon for area in areas]),
            np.array([area.radius_km for area in areas]),
            np.array([bool(area.ring) or area.country is not None for area in areas]),
            {},
        )
    _known[id(areas)] = known
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return known
