"""Births and mergers of events, as array work."""

import math

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.apart import FAR, UNKNOWN, events_apart
from tocsin.detect.attach import idf, main_country, main_unit
from tocsin.detect.bursts import (
    GUARD_BINS,
    PRIOR_HAZARD,
    PRIOR_WEIGHT,
    baseline_span,
    exposure,
    roll,
)
from tocsin.detect.cells import cell_key, said_of
from tocsin.detect.state import (
    BINS,
    EVENT_COUNTRIES,
    EVENT_FACTS,
    EVENT_PLACES,
    EVENT_SKETCHES,
    EVENT_TERMS,
    EVENT_VOICES,
    RING,
)
from tocsin.detect.tally import add_fact, add_vote, clear_fact

_ZERO = np.uint64(0)


@kernel
def base_rate(state, hazard, start_bin, now_bin):
    """Reports per bin a hazard usually gets, by its lagged baseline."""
    cells, flow = state.cells, state.flow
    first, edge = baseline_span(start_bin, GUARD_BINS, now_bin)
    if flow.rules[1] == 0.0:
        edge = now_bin
    seen = PRIOR_HAZARD + said_of(cells, cell_key(hazard, 0, 0), first, edge)
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
    events.strong[e, :] = np.float32(0)
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
    for i in range(EVENT_FACTS):
        clear_fact(events, e, i)
    events.n_facts[e] = 0
    events.number[e] = 0
    events.hazard[e] = 0
    events.first_ms[e] = 0
    events.last_ms[e] = 0
    events.born_ms[e] = 0
    events.base[e] = np.float32(0)
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
def places_agree(events, a, b, places, reach):
    """2 towns within reach or same first-level unit, 1 same country, 0 when either says too
    little; where they contradict each other -1 in the unit, -2 in the country, -3 in towns that
    are out of reach of each other."""
    one, two = main_country(events, a), main_country(events, b)
    if one < 0 or two < 0:
        return 0
    if one != two:
        return -2
    apart = events_apart(events, a, b, places, reach)
    if apart != UNKNOWN:
        return -3 if apart == FAR else 2
    unit_one = main_unit(events, a, places.admin1)
    unit_two = main_unit(events, b, places.admin1)
    if unit_one < 0 or unit_two < 0:
        return 1
    return 2 if unit_one == unit_two else -1


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
    roll(events.strong[a], events.last_bin[a], newest)
    roll(events.strong[b], events.last_bin[b], newest)
    events.last_bin[a] = newest
    for i in range(BINS):
        events.bins[a, i] += events.bins[b, i]
        events.strong[a, i] += events.strong[b, i]
    for f in range(events.n_facts[b]):
        add_fact(events, a, events.fact_kind[b, f], events.fact_value[b, f],
                 events.fact_ms[b, f], events.fact_voice[b, f])  # fmt: skip
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


@part
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
