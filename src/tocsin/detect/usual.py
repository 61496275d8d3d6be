"""What is usually said, hour by hour, as counts of five voices or more that may be written down."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.detect.bursts import GUARD_BINS, LAG_BINS, bins_sum
from tocsin.detect.cells import SORT_COUNTRY, SORT_HAZARD, cell_key, said_of
from tocsin.detect.state import BIN_MS, BINS, CELLS, State
from tocsin.model import K_VOICES

EVERY = -1
"""In place of a hazard: all of them together; in place of a country: wherever it may be."""
BINS_AN_HOUR = HOUR_MS // BIN_MS
HOURS = (LAG_BINS + GUARD_BINS) // BINS_AN_HOUR
"""So far back a baseline reaches."""
LINES_MOST = 4_096
"""Counts of one hour at most; beyond it those of the fewest voices are left out."""


class Habit(NamedTuple):
    """How many reports of a hazard, in a country, were in no event within an hour."""

    hazard: int
    """Row of the hazard, or EVERY."""
    country: int
    """Number of the country, or EVERY."""
    hour_ms: int
    reports: int
    """0: what was told before of this hour is to be forgotten."""


class _Line(NamedTuple):
    """One count of an hour that is over, while its reports may still be taken back."""

    hazard: int
    country: int
    key: np.uint64
    voices: int
    """Distinct when the hour ended."""


class Usual:
    """Keeps counts by hazard and by hazard and country (contract P9); places and words never.

    A count is handed on while it is certain that five voices stand behind it: of those that spoke
    when the hour ended, each report of the hazard that left since may have been the only one.
    """

    def __init__(self, state: State, countries: NDArray[np.int32]) -> None:
        """`countries[p]` is that of place p, below 0 for none."""
        self._state, self._countries = state, countries
        self._waiting: tuple[Habit, ...] = ()
        self._begun_ms = 0
        self._lines: dict[int, list[_Line]] = {}
        self._left: dict[int, NDArray[np.float64]] = {}
        """By hour, reports of each hazard that had left when it ended."""
        self._seen: dict[int, NDArray[np.float64]] = {}
        self._told: dict[tuple[int, int, int], int] = {}

    # -- taking down ----------------------------------------------------------------------

    def close_hour(self, end_ms: int) -> None:
        """An hour of the stream ends; one that was heard in part only is not taken down."""
        hour_ms = end_ms - HOUR_MS
        if end_ms % HOUR_MS or hour_ms < self._begun_ms:
            return
        rows = self._rows_of(hour_ms)
        found = [_Line(EVERY, EVERY, np.uint64(0), self._voices(rows))]
        found += self._by_cell(rows)
        found = [line for line in found if line.voices >= K_VOICES]
        self._lines[hour_ms] = sorted(found, key=lambda line: -line.voices)[:LINES_MOST]
        self._left[hour_ms] = self._gone(hour_ms)
        for old in [h for h in self._lines if h <= end_ms - (HOURS + 1) * HOUR_MS]:
            for line in self._lines.pop(old):
                self._told.pop((line.hazard, line.country, old), None)
            del self._left[old]
            self._seen.pop(old, None)

    def taken(self) -> list[Habit]:
        """What is to be written down, or to be forgotten, since the last call."""
        changed = []
        for hour_ms, lines in self._lines.items():
            gone = self._gone(hour_ms)
            if hour_ms in self._seen and np.array_equal(gone, self._seen[hour_ms]):
                continue
            self._seen[hour_ms] = gone
            left = gone - self._left[hour_ms]
            for line in lines:
                lost = left.sum() if line.hazard == EVERY else left[line.hazard]
                reports = self._count(line, hour_ms)
                sure = line.voices - lost >= K_VOICES and reports >= K_VOICES
                value, name = reports if sure else 0, (line.hazard, line.country, hour_ms)
                if value != self._told.get(name, 0):
                    self._told[name] = value
                    changed.append(Habit(*name, value))
        return changed

    def _rows_of(self, hour_ms: int) -> NDArray[np.int64]:
        """Ring rows of an hour that stand for themselves: in no event, no copies."""
        reports = self._state.reports
        own = (reports.dies_ms > 0) & (reports.event < 0) & ~reports.copy
        return np.flatnonzero(own & (reports.time_ms // HOUR_MS * HOUR_MS == hour_ms))

    def _voices(self, rows: NDArray[np.int64]) -> int:
        """Distinct voices of rows: the most of any one key window (contract P3)."""
        reports = self._state.reports
        tagged = rows[reports.voice[rows, 0] != 0]
        return max(
            (
                len(np.unique(reports.voice[tagged[reports.window[tagged] == window], 0]))
                for window in np.unique(reports.window[tagged])
            ),
            default=0,
        )

    def _by_cell(self, rows: NDArray[np.int64]) -> list[_Line]:
        """The lines of an hour's cells; a row speaks for the cells that counted it."""
        reports, cells = self._state.reports, self._state.cells
        names = self._names(rows)
        held = reports.cells[rows]
        sorts = np.where(held >= 0, cells.sort[held], -1)
        wanted = (sorts == SORT_HAZARD) | (sorts == SORT_COUNTRY)
        at, of = rows[np.nonzero(wanted)[0]], held[wanted]
        order = np.argsort(of, kind="stable")
        at, of = at[order], of[order]
        found = []
        for own in np.split(np.arange(len(of)), np.flatnonzero(np.diff(of)) + 1):
            key = cells.key[of[own[0]]] if len(own) else None
            if key is not None and int(key) in names and len(own) >= K_VOICES:
                found.append(_Line(*names[int(key)], key, self._voices(at[own])))
        return found

    def _names(self, rows: NDArray[np.int64]) -> dict[int, tuple[int, int]]:
        """By key the hazard and country of every cell that rows may have been counted in."""
        reports = self._state.reports
        places = reports.place[rows]
        country = np.where(places >= 0, self._countries[places], EVERY)
        pairs = {
            (int(hazard), int(of))
            for hazard, row in zip(reports.hazard[rows], country, strict=True)
            for of in (EVERY, *row)
        }
        return {int(self._key(*pair)): pair for pair in pairs}

    @staticmethod
    def _key(hazard: int, country: int) -> np.uint64:
        if country == EVERY:
            return np.uint64(cell_key(hazard, SORT_HAZARD, 0))
        return np.uint64(cell_key(hazard, SORT_COUNTRY, country))

    def _gone(self, hour_ms: int) -> NDArray[np.float64]:
        """Reports of an hour that left the counts so far, by hazard."""
        bins = np.arange(BINS_AN_HOUR) + hour_ms // BIN_MS
        gone: NDArray[np.float64] = self._state.flow.left[:, bins % BINS].sum(axis=1, dtype=float)
        return gone

    def _count(self, line: _Line, hour_ms: int) -> int:
        first = hour_ms // BIN_MS
        last = first + BINS_AN_HOUR - 1
        if line.hazard == EVERY:
            flow = self._state.flow
            return int(bins_sum(flow.total, flow.last_bin[0], first, last))
        return int(said_of(self._state.cells, line.key, first, last))

    # -- taking up ------------------------------------------------------------------------

    def recall(self, habits: Iterable[Habit]) -> None:
        """Know these once the stream begins, as far as they are of hours before it."""
        self._waiting = tuple(habits)

    def begin(self, first_ms: int) -> None:
        """Stream time begins; what earlier starts heard is laid right before it.

        Only hours whose whole was heard are known, so those between are left out: what is usual
        is a share of what was heard, and silence that nobody listened to is no evidence.
        """
        self._begun_ms = first_ms
        habits, self._waiting = self._waiting, ()
        known = [h for h in habits if first_ms - 2 * HOURS * HOUR_MS <= h.hour_ms]
        known = [h for h in known if h.hour_ms + HOUR_MS <= first_ms and h.reports >= K_VOICES]
        heard = sorted(h.hour_ms for h in known if h.hazard == EVERY)[-HOURS:]
        end = first_ms // BIN_MS
        bins = {
            hour_ms: np.arange(-BINS_AN_HOUR, 0) + end - BINS_AN_HOUR * back
            for back, hour_ms in enumerate(reversed(heard))
        }
        for habit in known:
            if habit.hour_ms in bins:
                self._into_flow(habit, bins[habit.hour_ms] % BINS)
        self._into_cells(known, heard, bins, end)

    def _into_flow(self, habit: Habit, bins: NDArray[np.int64]) -> None:
        flow = self._state.flow
        if habit.hazard == EVERY:
            flow.total[bins] = habit.reports / BINS_AN_HOUR
        elif habit.country == EVERY:
            flow.hazard[habit.hazard, bins] = habit.reports / BINS_AN_HOUR

    def _into_cells(
        self,
        known: Sequence[Habit],
        heard: Sequence[int],
        bins: dict[int, NDArray[np.int64]],
        end: int,
    ) -> None:
        """A cell is known as far back as every hour tells of it: fewer than five is no number."""
        told = {(h.hazard, h.country, h.hour_ms): h.reports for h in known if h.hazard != EVERY}
        for hazard, country in sorted({name[:2] for name in told}):
            run = []
            for hour_ms in reversed(heard):
                if (hazard, country, hour_ms) not in told:
                    break
                run.append(hour_ms)
            if not run:
                continue
            slot = self._slot(self._key(hazard, country))
            if slot is None:
                return
            cells = self._state.cells
            cells.sort[slot] = SORT_HAZARD if country == EVERY else SORT_COUNTRY
            cells.last_bin[slot], cells.since[slot] = end, bins[run[-1]][0]
            for hour_ms in run:
                whole, rest = divmod(told[hazard, country, hour_ms], BINS_AN_HOUR)
                share = whole + (np.arange(BINS_AN_HOUR) < rest)
                cells.counts[slot, bins[hour_ms] % BINS] = np.minimum(share, 65_535)

    def _slot(self, key: np.uint64) -> int | None:
        """A free slot of the table for a key; None when a quarter is full."""
        cells = self._state.cells
        if cells.used[0] >= CELLS // 4:
            return None
        slot = int(key) & (CELLS - 1)
        while cells.key[slot]:
            slot = (slot + 1) & (CELLS - 1)
        cells.key[slot] = key
        cells.used[0] += 1
        return slot
