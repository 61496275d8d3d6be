"""Which of many watches an event might concern, found with arrays before any is asked."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.model import LEVELS, Event, Watch
from tocsin.watch.match import reach

EARTH_KM = 6_371.0
_SLACK_KM = 25.0
"""More than the sphere and any ellipsoid can disagree by near a watch of usual size."""


class Nearby:
    """An index of watches by hazard and position; may name too many, never too few."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._ids = [watch.id for watch in watches]
        self._by_hazard: dict[str, list[int]] = {}
        self._any: list[int] = []
        for row, watch in enumerate(watches):
            if watch.hazards == "any":
                self._any.append(row)
                continue
            for hazard in watch.hazards:
                self._by_hazard.setdefault(hazard, []).append(row)
        self._rows: dict[str, NDArray[np.int64]] = {}
        self._level = np.array([LEVELS.index(w.min_level) for w in watches], dtype=np.int64)
        self._world = np.array([w.lat is None for w in watches], dtype=np.bool_)
        self._radius_km = np.array([w.radius_km or 0.0 for w in watches], dtype=np.float64)
        self._xyz = _unit(
            np.array([w.lat or 0.0 for w in watches], dtype=np.float64),
            np.array([w.lon or 0.0 for w in watches], dtype=np.float64),
        )

    def ids(self, event: Event) -> list[str]:
        """Ids of watches that the event may concern, in the order they were given."""
        rows = self._candidates(event.hazard)
        rows = rows[self._level[rows] <= LEVELS.index(event.level)]
        keep = self._world[rows]
        place = event.place
        if place is not None and len(rows):
            here = _unit(np.array([place.lat]), np.array([place.lon]))[0]
            apart_km = EARTH_KM * np.arccos(np.clip(self._xyz[rows] @ here, -1.0, 1.0))
            extra_km = reach(0.0, place) + _SLACK_KM
            own_km = 0.0 if place.kind == "country" else self._radius_km[rows]
            # One part in a hundred for the shape of the Earth.
            keep = keep | (apart_km <= (own_km + extra_km) * 1.01)
        return [self._ids[row] for row in rows[keep]]

    def _candidates(self, hazard: str) -> NDArray[np.int64]:
        if hazard not in self._by_hazard:
            hazard = ""
        rows = self._rows.get(hazard)
        if rows is None:
            every = sorted((*self._by_hazard.get(hazard, ()), *self._any))
            rows = self._rows[hazard] = np.array(every, dtype=np.int64)
        return rows


def _unit(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) unit vectors of n positions in degrees."""
    phi, lam = lat * (math.pi / 180), lon * (math.pi / 180)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
