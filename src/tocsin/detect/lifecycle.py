"""Where the planes meet: arrays of reports become events that live, merge and end."""

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Batch, Removals
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tocsin.detect import advance as adv
from tocsin.detect import nucleus
from tocsin.detect.chores import Chores
from tocsin.detect.describe import describe
from tocsin.detect.hearing import Births, Hearing
from tocsin.detect.links import find_rows
from tocsin.detect.merge import absorb, clear_event
from tocsin.detect.outcome import Found, Outcome
from tocsin.detect.pace import YOUNG_MS, is_quiet, settle
from tocsin.detect.parts import WHOLE, Parts
from tocsin.detect.prompt import Prompts, Word
from tocsin.detect.register import Register
from tocsin.detect.removal import remove_report
from tocsin.detect.state import (
    BIN_MS,
    CANDIDATE,
    DORMANT,
    FREE,
    LIVE,
    RING,
    PlaceTable,
    new_state,
)
from tocsin.detect.traits import Traits
from tocsin.detect.weigh import RIPE_SCORE, Watcher
from tocsin.model import Evidence, Phase

CANDIDATE_MS = 12 * HOUR_MS
REOPEN_MS = 48 * HOUR_MS


class Detector:
    """Stories and bursts over admitted reports; the same feed gives the same evidence."""

    def __init__(
        self,
        places: PlaceTable,
        traits: Traits,
        n_langs: int,
        identity_key: bytes,
        ordinal: int = 0,
        watcher: Watcher | None = None,
        parts: Parts = WHOLE,
    ) -> None:
        """`ordinal`: events founded before; `watcher` sees each weighing; `parts`: all, live."""
        self._places, self._traits = places, traits
        self.state = new_state(len(traits.related), n_langs)
        self._chores = Chores(self.state, places.country)
        self.usual = self._chores.usual
        self._company, self._scales = parts.equip(self.state, places, traits, watcher)
        self._register = Register(self.state, identity_key, ordinal)
        self._prompts = Prompts(self.state, len(traits.related), places, parts.prompts)
        self.dropped = self._prompts.dropped
        self._hearing = Hearing(
            self.state, places, self._prompts, self._register,
            Births(self._make_room, self._note_joined, self._settle_word, self._forget),
        )  # fmt: skip
        self._ordinal = self._taken = 0
        self._next_tick_ms = self._start_bin = 0
        self._dirty: set[int] = set()
        self._outcome = Outcome()

    def feed(self, batch: Batch, removals: Removals, now_ms: int) -> Found:
        """Take a batch and its removals in order of arrival, then let minutes pass up to now."""
        if self._next_tick_ms == 0 and batch.rows:
            # Time begins with the first report: what the gate refused before leaves no trace.
            self._begin(int(batch.time_ms[0]))
        row = 0
        for r in range(removals.rows):
            row = self._rows(batch, row, int(removals.before[r]))
            self._pass_time(int(removals.time_ms[r]))
            self._remove(removals.post[r], removals.voice[r], int(removals.time_ms[r]))
        self._rows(batch, row, batch.rows)
        self._ordinal += batch.rows
        self._pass_time(now_ms)
        return self._outcome.take()

    def tell(self, word: Word, at_ms: int) -> None:
        """Listen for what is said of an official word, from the next minute after `at_ms` on."""
        self._prompts.tell(word, at_ms)

    @property
    def ordinal(self) -> int:
        """How many events were founded so far."""
        return self._register.ordinal

    def active(self) -> bool:
        """Whether any event could still change by time alone."""
        return bool((self.state.events.stage != FREE).any())

    def _begin(self, first_ms: int) -> None:
        self._next_tick_ms = (first_ms // MINUTE_MS + 1) * MINUTE_MS
        self._start_bin = first_ms // BIN_MS
        self._chores.begin(first_ms)
        self.state.flow.last_bin[0] = self._start_bin

    def _rows(self, batch: Batch, row: int, stop: int) -> int:
        """Run the kernel over rows up to `stop`, doing what it comes back for."""
        while row < stop:
            out = np.zeros((stop - row, 2), np.int64)
            row, signal, what, found, window_s, n = adv.advance(
                self.state, batch, row, stop, self._ordinal, self._next_tick_ms, self._start_bin,
                self._places, self._traits, RIPE_SCORE, out, 0,
            )  # fmt: skip
            self._taken = self._ordinal + row
            self._note_joined(out[:n])
            if signal == adv.TICK:
                self._pass_time(int(batch.time_ms[row]))
            elif signal == adv.NUCLEUS:
                self._nucleate(what, found, window_s, int(batch.time_ms[row - 1]))
            elif signal == adv.RIPE:
                self._report_if_ripe(what, int(batch.time_ms[row - 1]))
        return row

    def _note_joined(self, pairs: NDArray[np.int64]) -> None:
        """Rows are (ordinal of a report, slot of its event)."""
        if len(pairs):
            self._dirty.update(int(e) for e in np.unique(pairs[:, 1]))
            self._outcome.note_joined(pairs[:, 0], self.state.events.number[pairs[:, 1]])

    # -- births ---------------------------------------------------------------------------

    def _nucleate(self, cell: int, surprise: float, window_s: int, now_ms: int) -> None:
        """A cell burst: found an event, or find that it belongs to one we know."""
        self._make_room(now_ms)
        e = self._register.found(cell, surprise, window_s, now_ms, self._start_bin)
        since_ms = now_ms - window_s * 1_000
        self._note_joined(nucleus.gather(self.state, e, cell, since_ms, self._places, self._traits))
        self._settle(e, now_ms)

    def _make_room(self, now_ms: int) -> None:
        """Free a slot if none is."""
        crowded = self._register.crowded_out()
        if crowded is not None:
            if self.state.events.stage[crowded] == LIVE:
                self._emit(crowded, "resolved", now_ms)
            self._forget(crowded)

    def _settle_word(self, e: int, now_ms: int) -> None:
        """An official word speaks of an event: it stands, or is part of one that was told."""
        self._scales.backed.add(int(self.state.events.number[e]))
        self._settle(e, now_ms, told_only=True)

    def _settle(self, e: int, now_ms: int, told_only: bool = False) -> None:
        """Let a new event become part of the one it belongs to, or stand, and be told if ripe."""
        events = self.state.events
        settle(self.state, e, self._start_bin)
        home = self._company.home_of(e) if events.stage[e] == CANDIDATE else None
        if home is not None and (events.stage[home] != CANDIDATE or not told_only):
            self._merge(home, e, now_ms)
            if events.stage[home] == DORMANT:
                events.stage[home], events.born_ms[home] = LIVE, now_ms
            e = home
        self._report_if_ripe(e, now_ms)

    def _report_if_ripe(self, e: int, now_ms: int) -> None:
        events = self.state.events
        if events.stage[e] != CANDIDATE:
            return
        heard_ms, tried = self._heard(now_ms)
        quiet = now_ms - events.born_ms[e] > YOUNG_MS and is_quiet(events, e, now_ms // BIN_MS)
        shadowed = self._company.is_shadowed(e)
        if not self._scales.weigh(e, heard_ms, now_ms, tried, quiet, shadowed):
            return
        events.stage[e] = LIVE
        settle(self.state, e, self._start_bin)
        self._outcome.note_reported(int(events.number[e]))
        self._emit(e, "reported", now_ms)

    def _heard(self, now_ms: int) -> tuple[int, int]:
        """How long the stream has been heard in ms, and the bursts looked at within a day."""
        tried = self._register.born_within(DAY_MS, now_ms)
        return now_ms - self._start_bin * BIN_MS, tried

    def _merge(self, home: int, e: int, now_ms: int) -> None:
        """Event e becomes part of home; if it was reported, say so."""
        events = self.state.events
        old, new = int(events.number[e]), int(events.number[home])
        if events.stage[e] in (LIVE, DORMANT):
            self._emit(e, "merged", now_ms, merged_into=self._register.id_of(home))
        absorb(self.state, home, e)
        self._prompts.rename(old, new)
        if old in self._scales.backed:
            self._scales.backed.add(new)
        self._outcome.merged.append((old, new))
        self._register.strike_out(old)
        self._dirty.discard(e)
        self._dirty.add(home)
        settle(self.state, home, self._start_bin)

    # -- time -----------------------------------------------------------------------------

    def _pass_time(self, now_ms: int) -> None:
        """Run every minute up to now at its own time, so that cutting batches changes nothing."""
        while self._next_tick_ms and self._next_tick_ms <= now_ms:
            if self.active() or self._prompts.active():
                self._tick(self._next_tick_ms)
                self._next_tick_ms += MINUTE_MS
                continue
            # Without events only the ten-minute chores remain, and without memory not even they.
            if self._next_tick_ms % BIN_MS == 0:
                self._chores.every_ten_minutes(self._next_tick_ms)
            following = (self._next_tick_ms // BIN_MS + 1) * BIN_MS
            if self._chores.is_blank():
                self._chores.turn_periods(now_ms)
                following = max(following, (now_ms // MINUTE_MS + 1) * MINUTE_MS)
            self._next_tick_ms = min(following, (now_ms // MINUTE_MS + 1) * MINUTE_MS)

    def _tick(self, now_ms: int) -> None:
        events = self.state.events
        if now_ms % BIN_MS == 0:
            self._chores.every_ten_minutes(now_ms)
            self._note_joined(nucleus.look_again(self.state, self._places, self._traits, now_ms))
        self._hearing.hear(self._taken, self._start_bin, now_ms)
        for e in (int(e) for e in np.flatnonzero(events.stage != FREE)):
            stage = events.stage[e]
            if stage == CANDIDATE and now_ms - events.born_ms[e] > CANDIDATE_MS:
                nucleus.release(self.state, e, self._places.country, self._places.admin1)
                self._forget(e)
            elif stage == CANDIDATE:
                self._grow(e, now_ms)
            elif stage == LIVE:
                self._tend(e, now_ms)
            elif stage == DORMANT and now_ms - events.last_ms[e] > REOPEN_MS:
                self._forget(e)

    def _grow(self, e: int, now_ms: int) -> None:
        """One minute of a candidate: it joins the live event whose words it has by now."""
        if now_ms % BIN_MS == 0 and e in self._dirty:
            self._dirty.discard(e)
            if (home := self._company.live_home_of(e)) is not None:
                return self._merge(home, e, now_ms)
        self._report_if_ripe(e, now_ms)

    def _tend(self, e: int, now_ms: int) -> None:
        """One minute of a live event: merge, update or end it."""
        events = self.state.events
        if events.stage[e] != LIVE:
            return
        if e in self._dirty:
            home = self._company.elder_of(e)
            if home is not None:
                self._merge(home, e, now_ms)
                return
            settle(self.state, e, self._start_bin)
            self._emit(e, "updated", now_ms)
        if now_ms - events.born_ms[e] > YOUNG_MS and is_quiet(events, e, now_ms // BIN_MS):
            self._emit(e, "resolved", now_ms)
            events.stage[e] = DORMANT

    def _forget(self, e: int) -> None:
        """Free a slot; its reports stay in the ring, outside any event, until their time."""
        self._register.strike_out(int(self.state.events.number[e]))
        self._scales.backed.discard(int(self.state.events.number[e]))
        self.state.reports.event[self.state.reports.event == e] = -1
        clear_event(self.state.events, e)
        self._dirty.discard(e)

    # -- removals -------------------------------------------------------------------------

    def _remove(self, posts: NDArray[np.uint64], voices: NDArray[np.uint64], now_ms: int) -> None:
        """Honour one removal: reports go at once, an event below its floor is withdrawn."""
        rows = np.zeros(RING, np.int64)
        n = find_rows(self.state, posts, voices, rows)
        self._take_back(rows[:n], now_ms)

    def _take_back(self, rows: NDArray[np.int64], now_ms: int) -> None:
        touched = {int(remove_report(self.state, r, self._places.country)) for r in rows}
        for e in sorted(touched - {-1}):
            self._dirty.add(e)
            if self.state.events.stage[e] in (LIVE, DORMANT) and not self._scales.enough(e):
                self._emit(e, "withdrawn", now_ms)
                self._forget(e)

    def purge(self, family: int, now_ms: int) -> list[Evidence]:
        """Take back every report of a family; events below their floor are withdrawn."""
        reports = self.state.reports
        rows = np.flatnonzero((reports.dies_ms > 0) & (reports.family == family))
        self._take_back(rows, now_ms)
        return self._outcome.take_evidence()

    # -- words ----------------------------------------------------------------------------

    def _emit(self, e: int, phase: Phase, at_ms: int, merged_into: str | None = None) -> None:
        self._dirty.discard(e)
        heard_ms, tried = self._heard(at_ms)
        scene = self._scales.scene(e, int(self.state.events.hazard[e]), heard_ms, at_ms, tried)
        self._outcome.evidence.append(
            describe(
                self.state.events, e, self._register.id_of(e), phase, at_ms, merged_into,
                self._scales.belief(e, scene),
            )
        )  # fmt: skip
