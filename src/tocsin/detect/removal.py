"""Takes reports back: deletions, closed accounts, and what has lived its time."""

import numpy as np

from tocsin.compiled import kernel
from tocsin.detect.cells import discount
from tocsin.detect.state import EVENT_COUNTRIES, EVENT_PLACES, EVENT_TERMS, RING

_ZERO = np.uint64(0)


@kernel
def drop_voice(state, e, slot):
    """Take the voice of a ring row out of an event unless another of its rows stays there."""
    reports, events = state.reports, state.events
    for other in range(RING):
        if other == slot or reports.dies_ms[other] == 0 or reports.event[other] != e:
            continue
        if not reports.copy[other] and reports.voice[other, 0] == reports.voice[slot, 0]:
            return
    gone = False
    for side in range(2):
        tag = reports.voice[slot, side]
        for lane in range(3):
            for v in range(events.n_voice[e, lane]):
                if tag != _ZERO and events.voice[e, lane, v] == tag:
                    last = events.n_voice[e, lane] - 1
                    events.voice[e, lane, v] = events.voice[e, lane, last]
                    events.voice[e, lane, last] = _ZERO
                    events.n_voice[e, lane] -= 1
                    gone = True
                    break
    if gone and events.voices[e] > 0:
        events.voices[e] -= 1
    for i in range(events.n_facts[e]):
        if events.fact_voice[e, i] == reports.voice[slot, 0]:
            events.fact_kind[e, i] = -1


@kernel
def remove_report(state, slot, country):
    """Take one report back everywhere; returns the event it was in, or -1."""
    reports, events = state.reports, state.events
    e = reports.event[slot]
    if e < 0:
        discount(state, slot)
    else:
        events.reports[e] -= 1
        if not reports.copy[slot]:
            drop_voice(state, e, slot)
            events.hazard_votes[e, reports.hazard[slot]] -= 1
            events.langs[e, reports.lang[slot]] -= 1
            n = 0
            for p in range(4):
                n += reports.place[slot, p] >= 0
            for p in range(n):
                for i in range(EVENT_PLACES):
                    if events.places[e, i] == reports.place[slot, p]:
                        events.place_votes[e, i] -= np.float32(1.0 / n)
                for i in range(EVENT_COUNTRIES):
                    if events.countries[e, i] == country[reports.place[slot, p]]:
                        events.country_votes[e, i] -= np.float32(1.0 / n)
        for t in range(reports.n_terms[slot]):
            for j in range(EVENT_TERMS):
                if events.terms[e, j] == reports.terms[slot, t] and events.term_count[e, j] > 0:
                    events.term_count[e, j] -= np.float32(1)
    wipe(reports, slot)
    return e


@kernel
def wipe(reports, slot):
    """Forget a ring row: no tag, word, place or count of it stays."""
    reports.time_ms[slot] = 0
    reports.dies_ms[slot] = 0
    reports.ordinal[slot] = -1
    reports.hazard[slot] = 0
    reports.flags[slot] = 0
    reports.voice[slot, :] = _ZERO
    reports.post[slot] = _ZERO
    reports.sketch[slot] = _ZERO
    reports.place[slot, :] = -1
    reports.event[slot] = -1
    reports.copy[slot] = False
    reports.terms[slot, :] = np.uint32(0)
    reports.n_terms[slot] = 0
    reports.cells[slot, :] = -1
    reports.fact_kind[slot, :] = -1


@kernel
def find_rows(reports, posts, voices, out):
    """Ring rows of removed posts or closed accounts (any of their tags); returns how many."""
    n = 0
    for slot in range(RING):
        if reports.dies_ms[slot] == 0:
            continue
        found = False
        for t in range(len(posts)):
            if posts[t] != _ZERO and reports.post[slot] == posts[t]:
                found = True
            if voices[t] != _ZERO:
                if reports.voice[slot, 0] == voices[t] or reports.voice[slot, 1] == voices[t]:
                    found = True
        if found and n < len(out):
            out[n] = slot
            n += 1
    return n


@kernel
def wipe_expired(state, now_ms, shared_ms):
    """Wipe rows whose time is over: alone, or with an event silent for `shared_ms`."""
    reports, events = state.reports, state.events
    for slot in range(RING):
        if reports.dies_ms[slot] == 0:
            continue
        e = reports.event[slot]
        over = reports.dies_ms[slot] <= now_ms
        if e >= 0:
            over = (
                events.last_ms[e] + shared_ms <= now_ms
                or reports.time_ms[slot] + 4 * shared_ms <= now_ms
            )
        if over:
            wipe(reports, slot)
