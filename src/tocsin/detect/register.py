"""Gives events their numbers, ids and slots."""

import hashlib

import numpy as np

from tocsin.detect.cells import SORT_PLACE
from tocsin.detect.merge import base_rate, clear_event
from tocsin.detect.state import BIN_MS, CANDIDATE, DORMANT, FREE, LIVE, RECENT, State

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LETTERS = 16
BIRTHS_KEPT = 4096


class Register:
    """Numbers grow by one for each event founded; an id is a keyed hash and says nothing."""

    def __init__(self, state: State, key: bytes, ordinal: int) -> None:
        """`ordinal` is how many events were founded before, so that no id comes twice."""
        self._state, self._key = state, key
        self.ordinal = ordinal
        self._ids: dict[int, str] = {}
        self.births_ms = np.zeros(BIRTHS_KEPT, np.int64)

    def born_within(self, span_ms: int, now_ms: int) -> int:
        """Bursts that were made candidates in the last `span_ms`, as far as BIRTHS_KEPT goes."""
        return int((self.births_ms > now_ms - span_ms).sum())

    def id_of(self, e: int) -> str:
        """Id of the event in a slot."""
        return self._ids[int(self._state.events.number[e])]

    def slot_of(self, number: int) -> int | None:
        """The slot of an event, None when it is over."""
        if number not in self._ids:
            return None
        return int(np.flatnonzero(self._state.events.number == number)[0])

    def ids(self) -> list[str]:
        """Id of the event in each slot, empty where there is none."""
        return [self._ids.get(int(number), "") for number in self._state.events.number]

    def recall(self, ids: list[bytes]) -> None:
        """Know the ids again that `ids` gave of the same slots."""
        numbers = self._state.events.number.tolist()
        self._ids = {n: told.decode() for n, told in zip(numbers, ids, strict=True) if told}

    def crowded_out(self) -> int | None:
        """The slot that must be freed before another event can be founded, None when one is free.

        Dormant events go first, then candidates, then the live one that was silent longest.
        """
        events = self._state.events
        if (events.stage == FREE).any():
            return None
        for stage in (DORMANT, CANDIDATE, LIVE):
            slots = np.flatnonzero(events.stage == stage)
            if len(slots):
                return int(slots[np.argmin(events.last_ms[slots])])
        return None

    def found(self, cell: int, surprise: float, window_s: int, now_ms: int, start_bin: int) -> int:
        """Take a free slot for an event of a burst cell; returns the slot."""
        cells = self._state.cells
        newest = cells.recent[cell, (cells.head[cell] - 1) % RECENT]
        hazard = int(self._state.reports.hazard[newest])
        e = self.found_of(hazard, int(cells.key[cell]), window_s, now_ms, start_bin)
        self._state.events.surprise[e] = surprise
        self._state.events.sort[e] = cells.sort[cell]
        return e

    def found_of(self, hazard: int, key: int, window_s: int, now_ms: int, start_bin: int) -> int:
        """Take a free slot for an event of a hazard at a place; `key` goes into its id."""
        events = self._state.events
        e = int(np.flatnonzero(events.stage == FREE)[0])
        clear_event(events, e)
        events.stage[e] = CANDIDATE
        events.hazard[e] = hazard
        events.first_ms[e] = events.last_ms[e] = events.born_ms[e] = now_ms
        events.last_bin[e] = now_ms // BIN_MS
        events.base[e] = base_rate(self._state, hazard, start_bin, now_ms // BIN_MS)
        events.window_s[e] = window_s
        events.sort[e] = SORT_PLACE
        self.births_ms[self.ordinal % BIRTHS_KEPT] = now_ms
        self.ordinal += 1
        events.number[e] = self.ordinal
        self._ids[self.ordinal] = self._event_id(hazard, key)
        return e

    def strike_out(self, number: int) -> None:
        """Forget the id of an event that is over."""
        self._ids.pop(number, None)

    def _event_id(self, hazard: int, cell: int) -> str:
        """16 letters: a keyed hash of hazard, first cell and ordinal (contract P4)."""
        text = f"{hazard} {cell} {self.ordinal}".encode()
        value = int.from_bytes(hashlib.blake2b(text, key=self._key, digest_size=16).digest(), "big")
        letters = []
        for _ in range(ID_LETTERS):
            value, rest = divmod(value, len(_LETTERS))
            letters.append(_LETTERS[rest])
        return "".join(letters)
