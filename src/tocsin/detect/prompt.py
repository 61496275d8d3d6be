"""Official words as prompts: where an agency has spoken, reports of the same thing are gathered."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.compiled import kernel, part
from tocsin.detect.bursts import baseline_span, bins_sum, surprise
from tocsin.detect.cells import SORT_PLACE, cell_key, same_voice
from tocsin.detect.state import BIN_MS, CANDIDATE, LIVE, RING, Events, PlaceTable, State
from tocsin.model import K_VOICES

LANES = 4
WORDS_MOST = 64 * LANES
"""Official words that are listened for at a time; beyond it the one that ends first goes."""
NAMES = 8
LISTED = 64
"""Newest reports kept for each word."""
WINDOWS_BINS = (6, 24, 72)
"""Within how many times ten minutes the voices must have spoken."""
UNUSUAL = 2.6
"""Surprise (-log10 p) that will do where an agency has spoken: one in a hundred."""
PRIOR_SEEN, PRIOR_BINS = 0.5, 72.0
"""What is said of a hazard in an area where nothing was heard yet: one report in a day."""
INSIDE = 0.5
"""Share of a candidate's votes for places that must lie in the area of a word it is about."""
FINE_LEAST = 3
"""Voices that must name a place finer than a country."""
SHARED_MS, LIFE_MS = 6 * HOUR_MS, 24 * HOUR_MS
"""How long a report lives (contract P9), as everywhere in the detector."""
_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Word(NamedTuple):
    """What the detector need know of an official word."""

    names: NDArray[np.uint64]
    """Up to NAMES hashes, none 0: of the message, then of those it replaces."""
    hazards: tuple[int, ...]
    """Hazards it may be another word for."""
    fine: NDArray[np.int64]
    """Gazetteer rows of places finer than a country that lie in its area."""
    wide: NDArray[np.int64]
    """Rows of the country it lies in."""
    from_ms: int
    """Reports from here on may be about it."""
    until_ms: int
    holds: bool
    """False for a word that was taken back or is over: what it names is listened for no more."""


class Words(NamedTuple):
    """The words as arrays; a word is a bit, in lane w // 64."""

    allowed: NDArray[np.uint64]
    """(H, LANES): words that may speak of a hazard."""
    fine: NDArray[np.uint64]
    """(P, LANES): words whose area holds a place."""
    wide: NDArray[np.uint64]
    """(P, LANES): words in a country, at the country's own row."""
    recent: NDArray[np.int32]
    """(WORDS_MOST, LISTED): ring slots, newest at head - 1."""
    head: NDArray[np.int64]
    fresh: NDArray[np.bool_]
    """Words somebody spoke of since they were last looked at."""
    from_ms: NDArray[np.int64]
    until_ms: NDArray[np.int64]
    """0 for a free row."""
    names: NDArray[np.uint64]
    """(WORDS_MOST, NAMES): messages a word is known by, 0 for none."""
    event: NDArray[np.int64]
    """Number of the event a word's reports belong to, 0 for none yet."""
    seen: NDArray[np.int64]
    """(1,): ordinal up to which reports were looked at."""


def new_words(n_hazards: int, n_places: int) -> Words:
    """No word yet."""
    return Words(
        np.zeros((n_hazards, LANES), np.uint64),
        np.zeros((n_places, LANES), np.uint64),
        np.zeros((n_places, LANES), np.uint64),
        np.full((WORDS_MOST, LISTED), -1, np.int32),
        np.zeros(WORDS_MOST, np.int64),
        np.zeros(WORDS_MOST, np.bool_),
        np.zeros(WORDS_MOST, np.int64),
        np.zeros(WORDS_MOST, np.int64),
        np.zeros((WORDS_MOST, NAMES), np.uint64),
        np.zeros(WORDS_MOST, np.int64),
        np.zeros(1, np.int64),
    )


@kernel(lends=True)
def spoken_of(reports, words, slot, lane):
    """Words of one lane that a ring row may be about: (bits, bits by a place finer than a country)."""
    fine, wide = _ZERO, _ZERO
    for p in range(4):
        place = reports.place[slot, p]
        if place >= 0:
            fine |= words.fine[place, lane]
            wide |= words.wide[place, lane]
    allowed = words.allowed[reports.hazard[slot], lane]
    return (fine | wide) & allowed, fine & allowed


@part(lends=True)
def lengthen(reports, slot, now_ms):
    """A report in company lives on (contract P9)."""
    until = min(reports.time_ms[slot] + LIFE_MS, now_ms + SHARED_MS)
    reports.dies_ms[slot] = max(reports.dies_ms[slot], until)


@part(lends=True)
def list_row(reports, words, w, slot, now_ms):
    """Put a row on the list of a word; those that stand beside each other live longer."""
    words.recent[w, words.head[w] % LISTED] = slot
    words.head[w] += 1
    words.fresh[w] = True
    for back in range(1, min(words.head[w], LISTED) + 1):
        other = words.recent[w, (words.head[w] - back) % LISTED]
        if other == slot or reports.dies_ms[other] == 0:
            continue
        lane, bit = w // 64, _ONE << np.uint64(w % 64)
        if not spoken_of(reports, words, other, lane)[0] & bit:
            continue
        if same_voice(reports, other, slot):
            continue
        lengthen(reports, other, now_ms)
        lengthen(reports, slot, now_ms)


@kernel(lends=True)
def listen(state, words, w, first, last, now_ms):
    """Put reports with ordinals first..last-1 on the lists; of word w alone, or of all if w < 0."""
    reports = state.reports
    for ordinal in range(max(first, last - RING), last):
        slot = ordinal % RING
        if reports.ordinal[slot] != ordinal or reports.dies_ms[slot] == 0 or reports.copy[slot]:
            continue
        for lane in range(LANES):
            bits = spoken_of(reports, words, slot, lane)[0]
            if w >= 0:
                bits &= _ONE << np.uint64(w % 64) if lane == w // 64 else _ZERO
            at = 64 * lane
            while bits != _ZERO:
                if bits & _ONE and words.from_ms[at] <= reports.time_ms[slot]:
                    list_row(reports, words, at, slot, now_ms)
                bits >>= _ONE
                at += 1


@kernel(lends=True)
def voices_of(state, words, w, since_ms, out):
    """Slots of distinct voices with distinct words that speak of a word, newest first.

    Reports of events that were told do not count, those of mere candidates do. Returns (how
    many, how many of them name a place finer than a country).
    """
    reports = state.reports
    n, fine = 0, 0
    lane, bit = w // 64, _ONE << np.uint64(w % 64)
    for back in range(1, min(words.head[w], LISTED) + 1):
        slot = words.recent[w, (words.head[w] - back) % LISTED]
        if reports.dies_ms[slot] == 0 or reports.time_ms[slot] < since_ms:
            continue
        e = reports.event[slot]
        if e >= 0 and state.events.stage[e] != CANDIDATE:
            continue
        about, closely = spoken_of(reports, words, slot, lane)
        if not about & bit:
            continue
        known = False
        for j in range(n):
            alike = reports.sketch[slot] != _ZERO
            alike = alike and reports.sketch[out[j]] == reports.sketch[slot]
            known = known or alike or same_voice(reports, out[j], slot)
        if not known:
            out[n] = slot
            n += 1
            fine += closely & bit != _ZERO
    return n, fine


@kernel(lends=True)
def said_before(cells, hazards, places, first, last):
    """Reports of some hazards at some places in bins first..last, as far as cells remember."""
    total = 0.0
    mask = np.uint64(len(cells.key) - 1)
    for h in hazards:
        for p in places:
            key = cell_key(h, SORT_PLACE, p)
            slot = np.int64(key & mask)
            while cells.key[slot] != _ZERO:
                if cells.key[slot] == key:
                    total += bins_sum(cells.counts[slot], cells.last_bin[slot], first, last)
                    break
                slot = np.int64((np.uint64(slot) + _ONE) & mask)
    return total


class Prompts:
    """The words that hold, and what was reported of them."""

    def __init__(self, state: State, n_hazards: int, places: PlaceTable) -> None:
        self._state = state
        self.words = new_words(n_hazards, len(places.country))
        self._waiting: list[tuple[int, Word]] = []

    def tell(self, word: Word, at_ms: int) -> None:
        """Hear a word from the first minute at or after `at_ms` on."""
        self._waiting.append((at_ms, word))
        self._waiting.sort(key=lambda pair: pair[0])
        del self._waiting[:-WORDS_MOST]

    def turn(self, upto: int, now_ms: int) -> None:
        """Let words begin and end by now, and list what was reported since the last look."""
        words = self.words
        for w in np.flatnonzero((words.until_ms > 0) & (words.until_ms <= now_ms)):
            self._leave(int(w))
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
                n, fine = voices_of(self._state, self.words, w, since_ms, out)
                enough = n >= K_VOICES and fine >= FINE_LEAST
                known = n > 0 and self.words.event[w] > 0 and bins == WINDOWS_BINS[-1]
                if known or (enough and self._unusual(w, fine, bins, start_bin, now_ms)):
                    found.append((w, out[:n].copy()))
                    break
        return found

    def _unusual(self, w: int, n: int, bins: int, start_bin: int, now_ms: int) -> bool:
        """Whether so many voices are more than is usually said there."""
        now_bin = now_ms // BIN_MS
        first, edge = baseline_span(start_bin, bins, now_bin)
        seen, lagged = PRIOR_SEEN, PRIOR_BINS
        if first <= edge:
            lane, bit = w // 64, _ONE << np.uint64(w % 64)
            hazards = np.flatnonzero(self.words.allowed[:, lane] & bit)
            places = np.flatnonzero(self.words.fine[:, lane] & bit)
            seen += said_before(self._state.cells, hazards, places, first, edge)
            lagged += edge - first + 1.0
        return bool(surprise(float(n), seen, lagged, float(bins)) >= UNUSUAL)

    def event_of(self, w: int) -> int:
        """Number of the event that gathers what is said of a word, 0 for none."""
        return int(self.words.event[w])

    def note(self, w: int, number: int) -> None:
        """From now on an event gathers what is said of a word."""
        self.words.event[w] = number

    def rename(self, old: int, new: int) -> None:
        """An event became part of another one."""
        self.words.event[self.words.event == old] = new

    def told(self, w: int, events: Events) -> int | None:
        """The event told already that a word speaks of, the one most in its area."""
        allowed = self.words.allowed[:, w // 64] >> np.uint64(w % 64) & _ONE > 0
        found = [
            (-self.inside(w, events, e), int(events.number[e]), e)
            for e in (int(e) for e in np.flatnonzero(events.stage >= LIVE))
            if allowed[events.hazard[e]] and self.speaks_of(w, events, e)
        ]
        return min(found)[2] if found else None

    def speaks_of(self, w: int, events: Events, e: int) -> bool:
        """Whether most of what an event's reports name lies in the area of a word."""
        return self.inside(w, events, e) >= INSIDE

    def inside(self, w: int, events: Events, e: int) -> float:
        """The share of an event's votes for places that lie in the area of a word."""
        known = events.places[e] >= 0
        votes, lane = events.place_votes[e][known], w // 64
        bits = self.words.fine[events.places[e][known], lane]
        bits |= self.words.wide[events.places[e][known], lane]
        inside = (bits >> np.uint64(w % 64)) & _ONE > 0
        return float(votes[inside].sum() / votes.sum()) if votes.sum() > 0 else 0.0

    def active(self) -> bool:
        """Whether any word holds or is about to."""
        return bool(self._waiting) or bool(self.words.until_ms.any())

    def _take(self, word: Word, upto: int, now_ms: int) -> None:
        events = [0]
        same = np.isin(self.words.names, word.names).any(axis=1) & (self.words.until_ms > 0)
        for w in np.flatnonzero(same):
            events.append(int(self.words.event[w]))
            self._leave(int(w))
        if not word.holds or word.until_ms <= now_ms:
            return
        free = np.flatnonzero(self.words.until_ms == 0)
        if not len(free):
            self._leave(int(self.words.until_ms.argmin()))
            free = np.flatnonzero(self.words.until_ms == 0)
        w = int(free[0])
        words, lane, bit = self.words, w // 64, _ONE << np.uint64(w % 64)
        words.allowed[list(word.hazards), lane] |= bit
        words.fine[word.fine, lane] |= bit
        words.wide[word.wide, lane] |= bit
        words.from_ms[w], words.until_ms[w] = word.from_ms, word.until_ms
        words.event[w] = max(events)
        words.names[w, : len(word.names)] = word.names
        listen(self._state, words, w, max(upto - RING, 0), upto, now_ms)

    def _leave(self, w: int) -> None:
        words, lane, bit = self.words, w // 64, _ONE << np.uint64(w % 64)
        for table in (words.allowed, words.fine, words.wide):
            table[:, lane] &= ~bit
        words.recent[w] = -1
        words.names[w] = 0
        words.head[w] = words.from_ms[w] = words.until_ms[w] = words.event[w] = 0
        words.fresh[w] = False
