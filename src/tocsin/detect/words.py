"""Official words as bits over hazards and places, and the reports that speak of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import kernel, part
from tocsin.detect.advance import LIFE_MS, SHARED_MS
from tocsin.detect.cells import SORT_PLACE, cell_key, said_of, same_voice
from tocsin.detect.state import CANDIDATE, RING

LANES = 4
WORDS_MOST = 64 * LANES
"""Official words that are listened for at a time; beyond it the one that ends first goes."""
NAMES = 8
"""Messages one word is known by: its own and those it replaces."""
LISTED = 64
"""Newest reports kept for each word."""
_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Words(NamedTuple):
    """The words as arrays; a word is a bit, in lane w // 64."""

    allowed: NDArray[np.uint64]
    """(H, LANES): words that may speak of a hazard."""
    own: NDArray[np.uint64]
    """(H, LANES): of these, words for the hazard itself and not for what may come with it."""
    fine: NDArray[np.uint64]
    """(P, LANES): words whose area holds a place."""
    wide: NDArray[np.uint64]
    """(P, LANES): words in a country, at the country's own row; who names no more than it may
    mean anything there, so it tells where an event is but not what a report is about."""
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
    """Words of one lane a ring row may be about: (bits, those that name the hazard itself)."""
    fine = _ZERO
    for p in range(4):
        place = reports.place[slot, p]
        if place >= 0:
            fine |= words.fine[place, lane]
    hazard = reports.hazard[slot]
    return fine & words.allowed[hazard, lane], fine & words.own[hazard, lane]


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
    many, how many of them name the hazard itself).
    """
    reports = state.reports
    n, own = 0, 0
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
            own += closely & bit != _ZERO
    return n, own


@kernel(lends=True)
def said_before(cells, hazards, places, first, last):
    """Reports of some hazards at some places in bins first..last, as far as cells remember."""
    total = 0.0
    for h in hazards:
        for p in places:
            total += said_of(cells, cell_key(h, SORT_PLACE, p), first, last)
    return total
