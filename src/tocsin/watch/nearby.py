"""Which of many watches an event might concern, found with arrays before any is asked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.model import LEVELS, Event, Watch
from tocsin.vocabulary.geometry import distance_km
from tocsin.watch.match import reach


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
        self._lat = np.array([w.lat or 0.0 for w in watches], dtype=np.float64)
        self._lon = np.array([w.lon or 0.0 for w in watches], dtype=np.float64)

    def ids(self, event: Event) -> list[str]:
        """Ids of watches that the event may concern, in the order they were given."""
        rows = self._candidates(event.hazard)
        rows = rows[self._level[rows] <= LEVELS.index(event.level)]
        keep = self._world[rows]
        place = event.place
        if place is not None and len(rows):
            apart_km = distance_km(self._lat[rows], self._lon[rows], place.lat, place.lon)
            own_km = 0.0 if place.kind == "country" else self._radius_km[rows]
            # A metre of slack: the exact word is `match`'s.
            keep = keep | (apart_km <= own_km + reach(0.0, place) + 0.001)
        return [self._ids[row] for row in rows[keep]]

    def _candidates(self, hazard: str) -> NDArray[np.int64]:
        if hazard not in self._by_hazard:
            hazard = ""
        rows = self._rows.get(hazard)
        if rows is None:
            every = sorted((*self._by_hazard.get(hazard, ()), *self._any))
            rows = self._rows[hazard] = np.array(every, dtype=np.int64)
        return rows
