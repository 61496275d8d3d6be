"""Whether two events are one: hazard, place, words, and whether one drowns the other."""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.attach import DOMINANT_PLUS, DOMINANT_TIMES, hour_count
from tocsin.detect.merge import event_cosine, places_agree
from tocsin.detect.state import BIN_MS, FREE, LIVE, PlaceTable, State

MERGE_COSINE = 0.12
MERGE_ACROSS_COSINE = 0.6
"""Words alone join two events across contradicting places only from here."""
_BINS_AN_HOUR = 6


class Company:
    """Finds the known event that another one belongs to."""

    def __init__(self, state: State, places: PlaceTable, related: NDArray[np.bool_]) -> None:
        self._state, self._places, self._related = state, places, related

    def home_of(self, e: int) -> int | None:
        """The event, of any stage, that a new event belongs to; the older one on a tie."""
        slots = np.flatnonzero(self._state.events.stage != FREE)
        return self._best(e, [int(o) for o in slots if o != e])

    def elder_of(self, e: int) -> int | None:
        """The older live event that a live event turned out to be part of."""
        events = self._state.events
        slots = np.flatnonzero(events.stage == LIVE)
        return self._best(e, [int(o) for o in slots if events.number[o] < events.number[e]])

    def _best(self, e: int, others: list[int]) -> int | None:
        numbers = self._state.events.number
        scored = [(self._alike(o, e), -int(numbers[o]), o) for o in others]
        best = max(scored, default=(0.0, 0, -1))
        return best[2] if best[0] > 0.0 else None

    def _alike(self, a: int, b: int) -> float:
        """How much two events are one: 0 not at all, else a score to choose the best by."""
        events = self._state.events
        one, two = int(events.hazard[a]), int(events.hazard[b])
        if not self._related[one, two]:
            return 0.0
        cosine = float(event_cosine(self._state.flow, events, a, b))
        agree = int(places_agree(events, a, b, self._places.admin1))
        if agree < 0:
            return cosine if cosine >= MERGE_ACROSS_COSINE else 0.0
        if agree > 0 and one == two:
            return 1.0 + cosine
        if one != two:
            return cosine if cosine >= (MERGE_COSINE if agree > 0 else 2 * MERGE_COSINE) else 0.0
        if cosine >= MERGE_COSINE:
            return cosine
        return 0.05 if self._drowns(a, b) else 0.0

    def _drowns(self, a: int, b: int) -> bool:
        """Whether live event a is so large that a small b of its hazard is its echo."""
        events = self._state.events
        if events.stage[a] != LIVE:
            return False
        now_bin = int(max(events.last_ms[a], events.last_ms[b])) // BIN_MS
        big = float(hour_count(events, a, now_bin))
        usual = DOMINANT_TIMES * _BINS_AN_HOUR * float(events.base[a]) + DOMINANT_PLUS
        return big >= usual and big >= 2.0 * float(events.reports[b])
