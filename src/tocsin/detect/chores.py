"""What time does to memory: rows expire, tags go with their keys, words grow old."""

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.detect.advance import LIFE_MS, SHARED_MS
from tocsin.detect.cells import sweep_cells
from tocsin.detect.removal import wipe_expired
from tocsin.detect.state import BIN_MS, CELLS, FREE, State
from tocsin.detect.usual import Usual
from tocsin.model import K_VOICES

PERIOD_MS = 6 * HOUR_MS
"""Document frequencies turn over at these hours, each period worth 3/4 of the next."""
KEY_WINDOW_MS = 12 * HOUR_MS
_AGE = np.float32(0.75)
_FEW = np.float32(0.75 * K_VOICES)
_LAG_AND_WINDOW_BINS = 150


class Chores:
    """Keeps the state within its bounds and within contract P9."""

    def __init__(self, state: State, countries: NDArray[np.int32]) -> None:
        """`countries[p]` is that of place p, below 0 for none."""
        self._state, self.usual = state, Usual(state, countries)
        self.period_ms = 0
        """When the period of the document frequencies began that has not turned yet."""

    def begin(self, first_ms: int) -> None:
        """Stream time begins here."""
        self.period_ms = first_ms
        self.usual.begin(first_ms)

    def is_blank(self) -> bool:
        """Whether no report, no cell and no sketch is remembered."""
        state = self._state
        if state.cells.used[0] > 0 or bool(state.flow.sketch.any()):
            return False
        return not bool((state.reports.dies_ms > 0).any())

    def every_ten_minutes(self, now_ms: int) -> None:
        """Wipe what is over, turn periods, keep tables within bounds."""
        state = self._state
        # Before rows of the hour that ends are wiped: who spoke in it can be counted but now.
        self.usual.close_hour(now_ms)
        wipe_expired(state, now_ms, SHARED_MS)
        state.flow.sketch[state.flow.sketch_ms <= now_ms - LIFE_MS] = 0
        self._drop_tags(now_ms)
        self._drop_words(now_ms)
        if self.turn_periods(now_ms) or state.cells.used[0] > CELLS // 2:
            moves = sweep_cells(state.cells, now_ms // BIN_MS, _LAG_AND_WINDOW_BINS)
            cells = state.reports.cells
            cells[:] = np.where(cells >= 0, moves[cells], -1)

    def turn_periods(self, now_ms: int) -> bool:
        """Let document frequencies age at fixed hours, however late we look."""
        flow = self._state.flow
        turned = False
        while self.period_ms // PERIOD_MS < now_ms // PERIOD_MS:
            self.period_ms += PERIOD_MS
            turned = True
            if flow.term_total.any():
                flow.term_old[:] *= _AGE
                # What few said, and nobody for a whole period, is forgotten (contract P9).
                flow.term_old[(flow.term_now == 0) & (flow.term_old < _FEW)] = 0
                flow.term_old[:] += flow.term_now
                flow.term_now[:] = 0
                flow.term_total[1] = flow.term_total[1] * _AGE + flow.term_total[0]
                flow.term_total[0] = 0
        return turned

    def _drop_tags(self, now_ms: int) -> None:
        """Tags of key windows that are over, and of events that have long been silent."""
        events = self._state.events
        stale = (events.window >= 0) & (events.window <= now_ms // KEY_WINDOW_MS - 2)
        silent = (events.stage != FREE) & (events.last_ms + SHARED_MS <= now_ms)
        gone = stale | silent[:, None]
        events.voice[gone] = 0
        events.n_voice[gone] = 0
        events.window[stale] = -1
        events.sketches[silent] = 0
        events.fact_voice[silent] = 0
        # Nobody can take these voices back any more, so they must not carry a new revision.
        for counts in (events.voices, events.masked, events.injured, events.witnesses):
            counts[silent] = 0

    def _drop_words(self, now_ms: int) -> None:
        """Words of events that were silent for a day."""
        events = self._state.events
        old = (events.stage != FREE) & (events.last_ms + LIFE_MS <= now_ms)
        events.terms[old] = 0
        events.term_count[old] = 0
