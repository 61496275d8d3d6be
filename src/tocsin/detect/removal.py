"""Takes reports back: deletions, closed accounts, and what has lived its time."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.cells import discount, same_voice
from tocsin.detect.links import bucket_of, tag_of, unlink
from tocsin.detect.state import (
    COUNTED,
    ECHO,
    EVENT_SKETCHES,
    EVENT_TERMS,
    OUTSIDE,
    RING,
    SIDES,
    SKETCHES,
)
from tocsin.detect.tally import count, uncount

_ZERO = np.uint64(0)


@part(lends=True)
def heir_of(state, e, slot):
    """Another report of the same voice in an event, -1 for none.

    The counted one of the lowest slot if there is, else the one of the highest.
    """
    reports, links = state.reports, state.links
    counted, found = RING, -1
    for side in range(1, SIDES):
        tag = tag_of(reports, slot, side)
        if tag == _ZERO:
            continue
        link = links.head[bucket_of(tag)]
        while link >= 0:
            other = link // SIDES
            link = links.after[link]
            if other == slot or reports.dies_ms[other] == 0 or reports.event[other] != e:
                continue
            if reports.standing[other] == ECHO or not same_voice(reports, other, slot):
                continue
            if reports.standing[other] == COUNTED:
                counted = min(counted, other)
            found = max(found, other)
    return counted if counted < RING else found


@part(lends=True)
def drop_voice(events, e, tags):
    """Take one voice out of an event, also when its tags died with their key before."""
    for side in range(2):
        for lane in range(3):
            for v in range(events.n_voice[e, lane]):
                if tags[side] != _ZERO and events.voice[e, lane, v] == tags[side]:
                    last = events.n_voice[e, lane] - 1
                    events.voice[e, lane, v] = events.voice[e, lane, last]
                    events.voice[e, lane, last] = _ZERO
                    events.n_voice[e, lane] = last
                    break
    events.voices[e] = max(events.voices[e] - 1, 0)


@part(lends=True)
def lose_family(state, e, slot):
    """Forget that a family spoke when the report taken out was the last one that did."""
    reports, events = state.reports, state.events
    for other in range(RING):
        if other == slot or reports.dies_ms[other] == 0 or reports.event[other] != e:
            continue
        if reports.standing[other] == COUNTED and reports.family[other] == reports.family[slot]:
            return
    events.family_bits[e] &= ~(np.int64(1) << reports.family[slot])


@part(lends=True)
def lose_words(state, e, slot):
    """Take a report's words out of an event."""
    reports, events = state.reports, state.events
    for t in range(reports.n_terms[slot]):
        for j in range(EVENT_TERMS):
            if events.terms[e, j] != reports.terms[slot, t] or events.term_count[e, j] <= 0:
                continue
            events.term_count[e, j] = max(events.term_count[e, j] - np.float32(1), np.float32(0))
            if events.term_count[e, j] == 0:
                events.terms[e, j] = np.uint32(0)
    for i in range(EVENT_SKETCHES):
        if events.sketches[e, i] == reports.sketch[slot]:
            events.sketches[e, i] = _ZERO


@kernel(lends=True)
def remove_report(state, slot, country):
    """Take one report back everywhere; returns the event it was in, or -1."""
    reports, events, flow = state.reports, state.events, state.flow
    e = reports.event[slot]
    at = np.int64(reports.sketch[slot] & np.uint64(SKETCHES - 1))
    if flow.sketch[at] == reports.sketch[slot]:
        flow.sketch[at] = _ZERO
    if e < 0:
        discount(state, slot)
        wipe(state, slot)
        return e
    events.reports[e] -= 1
    lose_words(state, e, slot)
    if reports.standing[slot] != ECHO:
        heir = heir_of(state, e, slot)
        if heir < 0:
            drop_voice(events, e, reports.voice[slot])
        if reports.standing[slot] == COUNTED:
            uncount(state, e, slot, country)
            if heir >= 0 and reports.standing[heir] != COUNTED:
                count(state, e, heir, country)
            lose_family(state, e, slot)
    wipe(state, slot)
    return e


@part(lends=True)
def wipe(state, slot):
    """Forget a ring row: no tag, word, place or count of it stays."""
    unlink(state, slot)
    reports = state.reports
    reports.time_ms[slot] = 0
    reports.dies_ms[slot] = 0
    reports.ordinal[slot] = -1
    reports.hazard[slot] = 0
    reports.flags[slot] = 0
    reports.sense[slot] = 0
    reports.lang[slot] = 0
    reports.family[slot] = 0
    reports.voice[slot, :] = _ZERO
    reports.window[slot] = 0
    reports.post[slot] = _ZERO
    reports.sketch[slot] = _ZERO
    reports.place[slot, :] = -1
    reports.event[slot] = -1
    reports.copy[slot] = False
    reports.terms[slot, :] = np.uint32(0)
    reports.n_terms[slot] = 0
    reports.cells[slot, :] = -1
    reports.fact_kind[slot, :] = -1
    reports.fact_value[slot, :] = 0.0
    reports.standing[slot] = OUTSIDE


@kernel(lends=True)
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
            wipe(state, slot)
