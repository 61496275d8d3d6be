"""Adds one report to one event, or takes it out: voices, words, places, facts and shape."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.bursts import roll
from tocsin.detect.state import (
    BIN_MS,
    BINS,
    COUNTED,
    ECHO,
    EVENT_FACTS,
    EVENT_SKETCHES,
    EVENT_TERMS,
    EVENT_VOICES,
    KNOWN,
    OUTSIDE,
)

_F_FIRST, _F_SHORT, _F_LINK, _F_MASKED, _F_INJURY = 1, 2, 4, 32, 128
_ZERO = np.uint64(0)


@kernel(lends=True)
def add_voice(events, e, window, tags):
    """Count the voice of a report; False when it is known under either key."""
    fresh = True
    for side in range(2):
        tag = tags[side]
        if tag == _ZERO:
            continue
        lane = (window - side) % 3
        if events.window[e, lane] != window - side:
            if events.window[e, lane] > window - side:
                continue
            events.window[e, lane] = window - side
            events.n_voice[e, lane] = 0
        known = False
        for v in range(events.n_voice[e, lane]):
            if events.voice[e, lane, v] == tag:
                known = True
                break
        if known:
            fresh = False
        elif events.n_voice[e, lane] < EVENT_VOICES:
            events.voice[e, lane, events.n_voice[e, lane]] = tag
            events.n_voice[e, lane] += 1
    for lane in range(3):
        # Across key windows the maximum of the parts is a true lower bound (contract P3).
        events.voices[e] = max(events.voices[e], events.n_voice[e, lane])
    return fresh


@kernel(lends=True)
def add_terms(events, e, terms, n):
    """Count a report's terms into an event's; a full table forgets its rarest by halving."""
    for i in range(n):
        free, found = -1, False
        for j in range(EVENT_TERMS):
            if events.term_count[e, j] > 0:
                if events.terms[e, j] == terms[i]:
                    events.term_count[e, j] += np.float32(1)
                    found = True
                    break
            elif free < 0:
                free = j
        if found:
            continue
        if free >= 0:
            events.terms[e, free] = terms[i]
            events.term_count[e, free] = np.float32(1)
    full = True
    for j in range(EVENT_TERMS):
        full = full and events.term_count[e, j] > 0
    if full and events.reports[e] % 16 == 0:
        for j in range(EVENT_TERMS):
            if events.term_count[e, j] <= 1:
                events.term_count[e, j] = np.float32(0)


@part(lends=True)
def add_vote(ids, votes, wanted, weight):
    """Add weight to an id in a small table; a full table replaces its weakest."""
    weakest = 0
    for i in range(len(ids)):
        if ids[i] == wanted:
            votes[i] += np.float32(weight)
            return
        if ids[i] < 0:
            ids[i] = wanted
            votes[i] = np.float32(weight)
            return
        if votes[i] < votes[weakest]:
            weakest = i
    if votes[weakest] <= weight:
        ids[weakest] = wanted
        votes[weakest] = np.float32(weight)


@part(lends=True)
def add_places(events, e, places, country):
    """Vote for a report's places and their countries; several share one vote."""
    n = 0
    for p in range(4):
        n += places[p] >= 0
    for p in range(n):
        add_vote(events.places[e], events.place_votes[e], places[p], 1.0 / n)
        if country[places[p]] >= 0:
            add_vote(events.countries[e], events.country_votes[e], country[places[p]], 1.0 / n)


@part(lends=True)
def add_facts(events, e, kinds, values, time_ms, voice):
    """Add the figures of one report."""
    for f in range(len(kinds)):
        if kinds[f] < 0:
            break
        add_fact(events, e, kinds[f], values[f], time_ms, voice)


@kernel(lends=True)
def add_fact(events, e, kind, value, time_ms, voice):
    """Keep the newest figure of a voice and kind; at EVENT_FACTS the oldest makes room."""
    slot = -1
    for i in range(events.n_facts[e]):
        if events.fact_kind[e, i] == kind and events.fact_voice[e, i] == voice:
            slot = i
    if slot >= 0 and events.fact_ms[e, slot] > time_ms:
        return
    if slot < 0 and events.n_facts[e] < EVENT_FACTS:
        slot = events.n_facts[e]
        events.n_facts[e] += 1
    elif slot < 0:
        slot = 0
        for i in range(EVENT_FACTS):
            if events.fact_ms[e, i] < events.fact_ms[e, slot]:
                slot = i
    events.fact_kind[e, slot] = kind
    events.fact_value[e, slot] = value
    events.fact_ms[e, slot] = time_ms
    events.fact_voice[e, slot] = voice


@part(lends=True)
def is_copy_in(events, e, sketch):
    """Whether an event already holds these words; remembers them."""
    size = min(events.distinct[e], EVENT_SKETCHES)
    for i in range(size):
        if sketch != _ZERO and events.sketches[e, i] == sketch:
            return True
    events.sketches[e, events.distinct[e] % EVENT_SKETCHES] = sketch
    events.distinct[e] += 1
    return False


@part(lends=True)
def witness_weight(flags, sense):
    """What one voice adds to the reporting score: a witness most, a link or question less."""
    weight = 1.0
    if flags & _F_LINK:
        weight = 0.8
    if flags & _F_FIRST and flags & _F_SHORT and not flags & _F_LINK:
        weight = 1.2
    if sense == 1:
        weight *= 0.6
    return weight


@part(lends=True)
def join(state, e, slot, country, strong):
    """Add a ring slot's report to an event; `strong` when its own words or place led it there."""
    reports, events = state.reports, state.events
    time_ms = reports.time_ms[slot]
    now_bin = time_ms // BIN_MS
    reports.event[slot] = e
    events.reports[e] += 1
    events.last_ms[e] = max(events.last_ms[e], time_ms)
    events.first_ms[e] = min(events.first_ms[e], time_ms)
    if events.last_bin[e] < now_bin:
        roll(events.bins[e], events.last_bin[e], now_bin)
        roll(events.strong[e], events.last_bin[e], now_bin)
        events.last_bin[e] = now_bin
    if events.last_bin[e] - now_bin < BINS:
        events.bins[e, now_bin % BINS] += np.float32(1)
        if strong:
            events.strong[e, now_bin % BINS] += np.float32(1)
    echo = is_copy_in(events, e, reports.sketch[slot]) or reports.copy[slot]
    add_terms(events, e, reports.terms[slot], reports.n_terms[slot])
    if echo:
        reports.standing[slot] = ECHO
    elif not add_voice(events, e, reports.window[slot], reports.voice[slot]):
        reports.standing[slot] = KNOWN
    else:
        count(state, e, slot, country)


@part(lends=True)
def count(state, e, slot, country):
    """Let a report speak for its voice: one contribution for each author (contract P3)."""
    reports, events = state.reports, state.events
    flags = reports.flags[slot]
    reports.standing[slot] = COUNTED
    events.score[e] += np.float32(witness_weight(flags, reports.sense[slot]))
    events.hazard_votes[e, reports.hazard[slot]] += 1
    events.family_bits[e] |= np.int64(1) << reports.family[slot]
    events.witnesses[e] += (flags & _F_FIRST > 0) and (flags & _F_SHORT > 0)
    events.masked[e] += flags & _F_MASKED > 0
    events.injured[e] += flags & _F_INJURY > 0
    events.langs[e, reports.lang[slot]] += 1
    add_places(events, e, reports.place[slot], country)
    add_facts(
        events,
        e,
        reports.fact_kind[slot],
        reports.fact_value[slot],
        reports.time_ms[slot],
        reports.voice[slot, 0],
    )


@part(lends=True)
def uncount(state, e, slot, country):
    """Take back what `count` added."""
    reports, events = state.reports, state.events
    flags = reports.flags[slot]
    reports.standing[slot] = OUTSIDE
    weight = np.float32(witness_weight(flags, reports.sense[slot]))
    events.score[e] = max(events.score[e] - weight, np.float32(0))
    hazard, lang = reports.hazard[slot], reports.lang[slot]
    events.hazard_votes[e, hazard] = max(events.hazard_votes[e, hazard] - 1, 0)
    events.langs[e, lang] = max(events.langs[e, lang] - 1, 0)
    witness = (flags & _F_FIRST > 0) and (flags & _F_SHORT > 0)
    events.witnesses[e] = max(events.witnesses[e] - witness, 0)
    events.masked[e] = max(events.masked[e] - (flags & _F_MASKED > 0), 0)
    events.injured[e] = max(events.injured[e] - (flags & _F_INJURY > 0), 0)
    n = 0
    for p in range(4):
        n += reports.place[slot, p] >= 0
    for p in range(n):
        place = reports.place[slot, p]
        lower_vote(events.places[e], events.place_votes[e], place, 1.0 / n)
        if country[place] >= 0:
            lower_vote(events.countries[e], events.country_votes[e], country[place], 1.0 / n)
    drop_facts(events, e, reports.time_ms[slot], reports.voice[slot, 0])


@part(lends=True)
def lower_vote(ids, votes, wanted, weight):
    """Take weight from an id of a small table; the id stays, so that no second one is made."""
    for i in range(len(ids)):
        if ids[i] == wanted:
            votes[i] = max(votes[i] - np.float32(weight), np.float32(0))
            return


@part(lends=True)
def drop_facts(events, e, time_ms, voice):
    """Forget the figures one report gave."""
    i = 0
    while i < events.n_facts[e]:
        if events.fact_voice[e, i] != voice or events.fact_ms[e, i] != time_ms:
            i += 1
            continue
        last = events.n_facts[e] - 1
        events.fact_kind[e, i] = events.fact_kind[e, last]
        events.fact_value[e, i] = events.fact_value[e, last]
        events.fact_ms[e, i] = events.fact_ms[e, last]
        events.fact_voice[e, i] = events.fact_voice[e, last]
        clear_fact(events, e, last)
        events.n_facts[e] = last


@part(lends=True)
def clear_fact(events, e, i):
    """Empty one row of an event's figures."""
    events.fact_kind[e, i] = 0
    events.fact_value[e, i] = 0.0
    events.fact_ms[e, i] = 0
    events.fact_voice[e, i] = _ZERO
