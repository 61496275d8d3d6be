"""Gathers what is said of official words: their events grow, and new ones are founded."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect import nucleus
from tocsin.detect.prompt import Prompts
from tocsin.detect.register import Register
from tocsin.detect.state import PlaceTable, State

PROMPT_S = 3_600
"""The window an event founded on a word is said to have."""
MOSTLY = 0.7
"""Share of a candidate that must speak of an official word for it to be what the word is about."""


class Births(NamedTuple):
    """What the detector does with an event that is founded."""

    make_room: Callable[[int], None]
    """(now in ms): free a slot if none is."""
    note_joined: Callable[[NDArray[np.int64]], None]
    """((j, 2) ordinals of reports and event slots)."""
    settle: Callable[[int, int], None]
    """(slot, now in ms): an official word speaks of it."""
    forget: Callable[[int], None]


class Hearing:
    """Looks once a minute at what was reported of the words that hold."""

    def __init__(
        self, state: State, places: PlaceTable, prompts: Prompts, register: Register, births: Births
    ) -> None:
        self._state, self._places = state, places
        self._prompts, self._register, self._births = prompts, register, births

    def hear(self, upto: int, start_bin: int, now_ms: int) -> None:
        """Look at reports up to an ordinal."""
        if not self._prompts.active():
            return
        self._prompts.turn(upto, now_ms)
        for w, rows in self._prompts.ripe(start_bin, now_ms):
            number = self._prompts.event_of(w)
            e = self._register.slot_of(number)
            if number and e is None:
                # Its event is over: the next one takes as many voices again.
                self._prompts.note(w, 0)
                continue
            if e is None:
                e = self._event_of(w, rows, start_bin, now_ms)
            rows = rows[::-1].copy()
            self._births.note_joined(nucleus.gather_rows(self._state, e, rows, self._places))
            if not number:
                self._prompts.note(w, int(self._state.events.number[e]))
                self._births.settle(e, now_ms)

    def _event_of(self, w: int, rows: NDArray[np.int64], start_bin: int, now_ms: int) -> int:
        """The event a word speaks of: one that was told, a candidate, or a new one."""
        known = self._prompts.told(w)
        if known is None:
            known = self._break_up(w, rows)
        if known is not None:
            return known
        self._births.make_room(now_ms)
        hazard = int(np.bincount(self._state.reports.hazard[rows]).argmax())
        return self._register.found_of(hazard, -1 - w, PROMPT_S, now_ms, start_bin)

    def _break_up(self, w: int, rows: NDArray[np.int64]) -> int | None:
        """The candidate that is what a word speaks of; others give the rows they hold back.

        What was not convincing by itself may well be two things in one.
        """
        held = self._state.reports.event[rows]
        for e in (int(e) for e in np.unique(held[held >= 0])):
            mostly = (held == e).sum() >= MOSTLY * int(self._state.events.voices[e])
            if mostly and self._prompts.speaks_of(w, e):
                return e
            nucleus.release(self._state, e, self._places.country, self._places.admin1)
            self._births.forget(e)
        return None
