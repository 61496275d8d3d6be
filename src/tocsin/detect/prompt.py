"""Official words as prompts: where an agency has spoken, reports of the same thing are gathered."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.bursts import baseline_span, crowding, exposure, surprise
from tocsin.detect.state import BIN_MS, LIVE, RING, PlaceTable, State
from tocsin.detect.words import LISTED, WORDS_MOST, listen, new_words, said_before, voices_of
from tocsin.model import K_VOICES

WINDOWS_BINS = (6, 24, 72)
"""Within how many times ten minutes the voices must have spoken."""
UNUSUAL = 2.6
"""Surprise (-log10 p) that will do where an agency has spoken: one in four hundred."""
PRIOR_SEEN, PRIOR_WEIGHT = 0.1, 180.0
"""What is said of a hazard in an area where nothing was heard yet, in so many reports of other
hazards: about one in a day of a post a second, and stated so that it holds at any rate."""
INSIDE = 0.5
"""Share of a candidate's votes for places that must lie in the area of a word it is about."""
OWN_LEAST = 3
"""Voices that must name the hazard itself and not only what may come with it."""


class Word(NamedTuple):
    """What the detector need know of an official word."""

    names: NDArray[np.uint64]
    """Up to NAMES hashes, none 0: of the message, then of those it replaces."""
    hazards: tuple[int, ...]
    """Hazards it may be another word for."""
    own: tuple[int, ...]
    """Of these, words for its own hazard and not for what may come with it."""
    fine: NDArray[np.int64]
    """Gazetteer rows of places finer than a country that lie in its area."""
    wide: NDArray[np.int64]
    """Rows of the country it lies in."""
    from_ms: int
    """Reports from here on may be about it."""
    until_ms: int
    holds: bool
    """False for a word that was taken back or is over: what it names is listened for no more."""


class Prompts:
    """The words that hold, and what was reported of them."""

    def __init__(
        self, state: State, n_hazards: int, places: PlaceTable, listens: bool = True
    ) -> None:
        """One that does not listen forgets every word it is told."""
        self._listens = listens
        self._state = state
        self.words = new_words(n_hazards, len(places.country))
        self._waiting: list[tuple[int, Word]] = []
        self.dropped: Counter[str] = Counter()
        """Words that are listened for no more because there were too many, by reason."""

    def tell(self, word: Word, at_ms: int) -> None:
        """Hear a word from the first minute at or after `at_ms` on."""
        if not self._listens:
            return
        self._waiting.append((at_ms, word))
        self._waiting.sort(key=lambda pair: pair[0])
        self.dropped["words_waiting"] += max(len(self._waiting) - WORDS_MOST, 0)
        del self._waiting[:-WORDS_MOST]

    def turn(self, upto: int, now_ms: int) -> None:
        """Let words begin and end by now, and list what was reported since the last look."""
        words = self.words
        for over in np.flatnonzero((words.until_ms > 0) & (words.until_ms <= now_ms)):
            self._leave(int(over))
        if words.until_ms.any():
            listen(self._state, words, -1, int(words.seen[0]), upto, now_ms)
        words.seen[0] = upto
        while self._waiting and self._waiting[0][0] <= now_ms:
            self._take(self._waiting.pop(0)[1], upto, now_ms)

    def ripe(self, start_bin: int, now_ms: int) -> list[tuple[int, NDArray[np.int64]]]:
        """(word, ring slots) of words spoken of anew: by enough voices, or of a known event."""
        found = []
        out = np.zeros(LISTED, np.int64)
        for w in (int(w) for w in np.flatnonzero(self.words.fresh)):
            self.words.fresh[w] = False
            for bins in WINDOWS_BINS:
                since_ms = now_ms - bins * BIN_MS
                n, own = voices_of(self._state, self.words, w, since_ms, out)
                enough = n >= K_VOICES and own >= OWN_LEAST
                known = own > 0 and self.words.event[w] > 0
                if (known or enough) and self._unusual(w, own, bins, start_bin, now_ms):
                    found.append((w, out[:n].copy()))
                    break
        return found

    def _unusual(self, w: int, n: int, bins: int, start_bin: int, now_ms: int) -> bool:
        """Whether so many voices are more than is usually said there."""
        now_bin = now_ms // BIN_MS
        flow = self._state.flow
        hazards = np.flatnonzero(_holding(self.words.allowed, w))
        first, edge = baseline_span(start_bin, bins, now_bin)
        seen, lagged = PRIOR_SEEN, PRIOR_WEIGHT
        if first <= edge:
            places = np.flatnonzero(_holding(self.words.fine, w))
            seen += said_before(self._state.cells, hazards, places, first, edge)
            lagged += exposure(flow, hazards[0], first, edge)
        window = exposure(flow, hazards[0], now_bin - bins + 1, now_bin)
        least = UNUSUAL + crowding(flow, now_bin)
        return bool(surprise(float(n), seen, lagged, window) >= least)

    def event_of(self, w: int) -> int:
        """Number of the event that gathers what is said of a word, 0 for none."""
        return int(self.words.event[w])

    def note(self, w: int, number: int) -> None:
        """From now on an event gathers what is said of a word."""
        self.words.event[w] = number

    def rename(self, old: int, new: int) -> None:
        """An event became part of another one."""
        self.words.event[self.words.event == old] = new

    def told(self, w: int) -> int | None:
        """The event told already that a word speaks of, the one most in its area."""
        events = self._state.events
        allowed = _holding(self.words.allowed, w)
        found = [
            (-self._inside(w, e), int(events.number[e]), e)
            for e in (int(e) for e in np.flatnonzero(events.stage >= LIVE))
            if allowed[events.hazard[e]] and self.speaks_of(w, e)
        ]
        return min(found)[2] if found else None

    def speaks_of(self, w: int, e: int) -> bool:
        """Whether most of what an event's reports name lies in the area of a word."""
        return self._inside(w, e) >= INSIDE

    def _inside(self, w: int, e: int) -> float:
        """The share of an event's votes for places that lie in the area of a word."""
        events = self._state.events
        known = events.places[e] >= 0
        places, votes = events.places[e][known], events.place_votes[e][known]
        inside = _holding(self.words.fine[places], w) | _holding(self.words.wide[places], w)
        return float(votes[inside].sum() / votes.sum()) if votes.sum() > 0 else 0.0

    def active(self) -> bool:
        """Whether any word holds or is about to."""
        return bool(self._waiting) or bool(self.words.until_ms.any())

    def _take(self, word: Word, upto: int, now_ms: int) -> None:
        events = [0]
        same = np.isin(self.words.names, word.names).any(axis=1) & (self.words.until_ms > 0)
        for old in np.flatnonzero(same):
            events.append(int(self.words.event[old]))
            self._leave(int(old))
        if not word.holds or word.until_ms <= now_ms:
            return
        free = np.flatnonzero(self.words.until_ms == 0)
        if not len(free):
            self.dropped["words_held"] += 1
            self._leave(int(self.words.until_ms.argmin()))
            free = np.flatnonzero(self.words.until_ms == 0)
        w = int(free[0])
        words, (lane, bit) = self.words, _lane_and_bit(w)
        words.allowed[list(word.hazards), lane] |= bit
        words.own[list(word.own), lane] |= bit
        words.fine[word.fine, lane] |= bit
        words.wide[word.wide, lane] |= bit
        words.from_ms[w], words.until_ms[w] = word.from_ms, word.until_ms
        words.event[w] = max(events)
        words.names[w, : len(word.names)] = word.names
        listen(self._state, words, w, max(upto - RING, 0), upto, now_ms)

    def _leave(self, w: int) -> None:
        words, (lane, bit) = self.words, _lane_and_bit(w)
        for table in (words.allowed, words.own, words.fine, words.wide):
            table[:, lane] &= ~bit
        words.recent[w] = -1
        words.names[w] = 0
        words.head[w] = words.from_ms[w] = words.until_ms[w] = words.event[w] = 0
        words.fresh[w] = False


def _lane_and_bit(w: int) -> tuple[int, np.uint64]:
    """Where the tables of words hold a word."""
    return w // 64, np.uint64(1) << np.uint64(w % 64)


def _holding(table: NDArray[np.uint64], w: int) -> NDArray[np.bool_]:
    """(rows,): which rows of a table hold a word."""
    lane, bit = _lane_and_bit(w)
    return np.asarray(table[:, lane] & bit != 0)
