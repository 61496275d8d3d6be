"""Array work between the rows: births, mergers, removals, wiping."""

import math

import numpy as np

from tocsin.compiled import kernel
from tocsin.detect.attach import add_vote, idf, main_country, main_unit
from tocsin.detect.bursts import (
    LAG_BINS,
    PRIOR_HAZARD,
    PRIOR_WEIGHT,
    bins_sum,
    exposure,
    roll,
)
from tocsin.detect.cells import cell_key, discount
from tocsin.detect.state import (
    BIN_MS,
    BINS,
    EVENT_COUNTRIES,
    EVENT_FACTS,
    EVENT_PLACES,
    EVENT_SKETCHES,
    EVENT_TERMS,
    EVENT_VOICES,
    RING,
)
from tocsin.vocabulary.token_kernel import mixed

_ZERO = np.uint64(0)
_ = mixed


@kernel
def base_rate(state, hazard, start_bin, now_bin):
    """Reports per bin a hazard usually gets, by its lagged baseline."""
    cells, flow = state.cells, state.flow
    key = cell_key(hazard, 0, 0)
    slot = np.int64(key & np.uint64(len(cells.key) - 1))
    seen = PRIOR_HAZARD
    edge = now_bin - 24
    first = max(edge - LAG_BINS + 1, start_bin)
    for _ in range(len(cells.key)):
        if cells.key[slot] == _ZERO:
            break
        if cells.key[slot] == key:
            seen += bins_sum(cells.count[slot], cells.last_bin[slot], first, edge)
            break
        slot = (slot + 1) & (len(cells.key) - 1)
    lagged = PRIOR_WEIGHT
    if first <= edge:
        lagged += exposure(flow, hazard, first, edge)
    return seen / lagged * exposure(flow, hazard, now_bin - 5, now_bin) / 6.0


@kernel
def clear_event(events, e):
    """Empty an event slot."""
    events.stage[e] = 0
    events.hazard_votes[e, :] = 0
    events.terms[e, :] = np.uint32(0)
    events.term_count[e, :] = np.float32(0)
    events.places[e, :] = -1
    events.place_votes[e, :] = np.float32(0)
    events.countries[e, :] = -1
    events.country_votes[e, :] = np.float32(0)
    events.bins[e, :] = np.float32(0)
    events.last_bin[e] = 0
    events.voice[e, :, :] = _ZERO
    events.n_voice[e, :] = 0
    events.window[e, :] = -1
    events.voices[e] = 0
    events.family_bits[e] = 0
    events.reports[e] = 0
    events.witnesses[e] = 0
    events.masked[e] = 0
    events.injured[e] = 0
    events.distinct[e] = 0
    events.sketches[e, :] = _ZERO
    events.score[e] = np.float32(0)
    events.langs[e, :] = 0
    events.fact_voice[e, :] = _ZERO
    events.n_facts[e] = 0
    events.surprise[e] = np.float32(0)
    events.window_s[e] = 0


@kernel
def event_cosine(flow, events, a, b):
    """Cosine of two events' terms weighted by idf."""
    dot, one, two = 0.0, 0.0, 0.0
    for i in range(EVENT_TERMS):
        if events.term_count[b, i] > 0:
            weight = idf(flow, events.terms[b, i]) * events.term_count[b, i]
            two += weight * weight
        if events.term_count[a, i] == 0:
            continue
        weight = idf(flow, events.terms[a, i])
        one += (weight * events.term_count[a, i]) ** 2
        for j in range(EVENT_TERMS):
            if events.term_count[b, j] > 0 and events.terms[b, j] == events.terms[a, i]:
                dot += weight * weight * events.term_count[a, i] * events.term_count[b, j]
                break
    return dot / math.sqrt(one * two) if one > 0 and two > 0 else 0.0


@kernel
def places_agree(events, a, b, admin1):
    """1 same place, -1 contradiction, 0 when either says too little."""
    one, two = main_country(events, a), main_country(events, b)
    if one < 0 or two < 0:
        return 0
    if one != two:
        return -1
    unit_one, unit_two = main_unit(events, a, admin1), main_unit(events, b, admin1)
    if unit_one < 0 or unit_two < 0:
        return 0
    return 1 if unit_one == unit_two else -1


@kernel
def absorb(state, a, b):
    """Pour event b into event a and empty b; distinct voices unite within each key window."""
    reports, events = state.reports, state.events
    for slot in range(RING):
        if reports.dies_ms[slot] > 0 and reports.event[slot] == b:
            reports.event[slot] = a
    for lane in range(3):
        if events.window[b, lane] < 0:
            continue
        if events.window[a, lane] < events.window[b, lane]:
            events.window[a, lane] = events.window[b, lane]
            events.n_voice[a, lane] = 0
        if events.window[a, lane] != events.window[b, lane]:
            continue
        for v in range(events.n_voice[b, lane]):
            known = False
            for u in range(events.n_voice[a, lane]):
                known = known or events.voice[a, lane, u] == events.voice[b, lane, v]
            if not known and events.n_voice[a, lane] < EVENT_VOICES:
                events.voice[a, lane, events.n_voice[a, lane]] = events.voice[b, lane, v]
                events.n_voice[a, lane] += 1
        events.voices[a] = max(events.voices[a], events.n_voice[a, lane])
    events.voices[a] = max(events.voices[a], events.voices[b])
    for p in range(EVENT_PLACES):
        if events.places[b, p] >= 0:
            add_vote(events.places[a], events.place_votes[a], events.places[b, p],
                     events.place_votes[b, p])  # fmt: skip
    for c in range(EVENT_COUNTRIES):
        if events.countries[b, c] >= 0:
            add_vote(events.countries[a], events.country_votes[a], events.countries[b, c],
                     events.country_votes[b, c])  # fmt: skip
    for j in range(EVENT_TERMS):
        if events.term_count[b, j] > 0:
            add_term(events, a, events.terms[b, j], events.term_count[b, j])
    newest = max(events.last_bin[a], events.last_bin[b])
    roll(events.bins[a], events.last_bin[a], newest)
    roll(events.bins[b], events.last_bin[b], newest)
    events.last_bin[a] = newest
    for i in range(BINS):
        events.bins[a, i] += events.bins[b, i]
    for f in range(events.n_facts[b]):
        if events.n_facts[a] < EVENT_FACTS:
            n = events.n_facts[a]
            events.fact_kind[a, n] = events.fact_kind[b, f]
            events.fact_value[a, n] = events.fact_value[b, f]
            events.fact_ms[a, n] = events.fact_ms[b, f]
            events.fact_voice[a, n] = events.fact_voice[b, f]
            events.n_facts[a] += 1
    for i in range(min(events.distinct[b], EVENT_SKETCHES)):
        events.sketches[a, events.distinct[a] % EVENT_SKETCHES] = events.sketches[b, i]
        events.distinct[a] += 1
    events.hazard_votes[a] += events.hazard_votes[b]
    events.langs[a] += events.langs[b]
    events.first_ms[a] = min(events.first_ms[a], events.first_ms[b])
    events.last_ms[a] = max(events.last_ms[a], events.last_ms[b])
    events.family_bits[a] |= events.family_bits[b]
    events.reports[a] += events.reports[b]
    events.witnesses[a] += events.witnesses[b]
    events.masked[a] += events.masked[b]
    events.injured[a] += events.injured[b]
    events.score[a] += events.score[b]
    events.surprise[a] = max(events.surprise[a], events.surprise[b])
    clear_event(events, b)


@kernel
def add_term(events, e, term, count):
    """Add a count for one term to an event, if there is room."""
    free = -1
    for j in range(EVENT_TERMS):
        if events.term_count[e, j] > 0 and events.terms[e, j] == term:
            events.term_count[e, j] += count
            return
        if events.term_count[e, j] == 0 and free < 0:
            free = j
    if free >= 0:
        events.terms[e, free] = term
        events.term_count[e, free] = count


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


_ = BIN_MS
