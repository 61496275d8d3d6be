"""Which of many watches an event might concern, found by hazard, country and grid cell."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.model import LEVELS, Area, Event, Place, Watch
from tocsin.vocabulary.geometry import distance_km
from tocsin.watch.match import areas_of, reach

CELL_DEG = 2.0
CELLS_MAX = 128
"""An area over more cells than this is asked about at every event instead."""
_DEGREE_KM = 111.2
_Cell = tuple[int, int]
_NONE: NDArray[np.int64] = np.zeros(0, np.int64)


class Nearby:
    """An index of watches by hazard and area; may name too many, never too few."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._ids = [watch.id for watch in watches]
        self._level = np.array([LEVELS.index(w.min_level) for w in watches], dtype=np.int64)
        self._any = np.array([w.hazards == "any" for w in watches], dtype=np.bool_)
        self._hazard: dict[str, NDArray[np.bool_]] = {}
        pairs = [(row, area) for row, w in enumerate(watches) for area in areas_of(w)]
        self._row = np.array([row for row, _ in pairs], dtype=np.int64)
        self._lat = np.array([area.lat for _, area in pairs], dtype=np.float64)
        self._lon = np.array([area.lon for _, area in pairs], dtype=np.float64)
        self._radius_km = np.array([area.radius_km for _, area in pairs], dtype=np.float64)
        self._ring = np.array([bool(area.ring) for _, area in pairs], dtype=np.bool_)
        bounded = set(self._row.tolist())
        world = [row for row in range(len(watches)) if row not in bounded]
        self._world = np.array(world, dtype=np.int64)
        self._sort_hazards(watches)
        self._sort_areas(pairs)

    def _sort_hazards(self, watches: Sequence[Watch]) -> None:
        for row, watch in enumerate(watches):
            if watch.hazards == "any":
                continue
            for hazard in watch.hazards:
                if hazard not in self._hazard:
                    self._hazard[hazard] = self._any.copy()
                self._hazard[hazard][row] = True

    def _sort_areas(self, pairs: Sequence[tuple[int, Area]]) -> None:
        cells: dict[_Cell, list[int]] = {}
        countries: dict[str, list[int]] = {}
        wide: list[int] = []
        for number, (row, area) in enumerate(pairs):
            if area.country is not None:
                countries.setdefault(area.country, []).append(row)
            own = _cells(area.lat, area.lon, area.radius_km)
            if own is None:
                wide.append(number)
            else:
                for cell in own:
                    cells.setdefault(cell, []).append(number)
        self._cells = {cell: np.array(of, dtype=np.int64) for cell, of in cells.items()}
        self._countries = {code: np.array(of, dtype=np.int64) for code, of in countries.items()}
        self._wide = np.array(wide, dtype=np.int64)
        self._every = np.arange(len(pairs), dtype=np.int64)

    def ids(self, event: Event) -> list[str]:
        """Ids of watches that the event may concern, in the order they were given."""
        rows = self._world
        if event.place is not None:
            country = self._countries.get(event.place.country or "", _NONE)
            rows = np.concatenate((rows, country, self._row[self._close(event.place)]))
        fits = self._hazard.get(event.hazard, self._any)[rows]
        fits &= self._level[rows] <= LEVELS.index(event.level)
        return [self._ids[row] for row in np.unique(rows[fits])]

    def _close(self, place: Place) -> NDArray[np.int64]:
        """Areas the place may lie in or near."""
        own = _cells(place.lat, place.lon, reach(0.0, place))
        if own is None:
            near = self._every
        else:
            held = [self._cells[cell] for cell in own if cell in self._cells]
            near = np.unique(np.concatenate((self._wide, *held)))
        apart_km = distance_km(self._lat[near], self._lon[near], place.lat, place.lon)
        ring = self._ring[near]
        own_km = np.where(ring | (place.kind != "country"), self._radius_km[near], 0.0)
        # A metre of slack: the exact word is `match`'s. The circle around an outline holds it,
        # but the outline is measured flat, so a share of the distance is let pass as well.
        slack_km = 0.001 + np.where(ring, 0.05 * own_km + 5.0, 0.0)
        return near[apart_km <= own_km + reach(0.0, place) + slack_km]


def _cells(lat: float, lon: float, radius_km: float) -> list[_Cell] | None:
    """Cells a circle touches; None for one too wide, or so near a pole that all would be."""
    high = radius_km / _DEGREE_KM
    widest = max(abs(lat - high), abs(lat + high))
    if widest >= 88.0:
        return None
    # A circle is widest a little polewards of its middle; its outermost latitude bounds that.
    across = high / math.cos(math.radians(widest))
    north, south = _cell(lat + high), _cell(lat - high)
    west, east = _cell(lon - across), _cell(lon + across)
    if (north - south + 1) * (east - west + 1) > CELLS_MAX:
        return None
    around = int(360 / CELL_DEG)
    return [(y, x % around) for y in range(south, north + 1) for x in range(west, east + 1)]


def _cell(degrees: float) -> int:
    return math.floor(degrees / CELL_DEG)
