"""Which event a report belongs to: words, place and the hazard decide together."""

import math

import numpy as np

from tocsin.compiled import kernel
from tocsin.detect.bursts import bins_sum, roll
from tocsin.detect.state import (
    BIN_MS,
    BINS,
    CANDIDATE,
    DORMANT,
    EVENT_COUNTRIES,
    EVENT_FACTS,
    EVENT_PLACES,
    EVENT_SKETCHES,
    EVENT_TERMS,
    EVENT_VOICES,
    EVENTS,
    FREE,
    LIVE,
)

ATTACH = 0.18
ATTACH_RELATED = 0.30
SAME_PLACE, OTHER_COUNTRY, OTHER_UNIT = 0.10, -0.30, -0.18
"""Bonuses to the cosine, as fitted on the DEV streams."""
DOMINANT_TIMES, DOMINANT_PLUS = 2.0, 3.0
"""An event draws in what names its hazard while its last hour is this far above its baseline."""
_F_FIRST, _F_SHORT, _F_LINK, _F_MASKED, _F_INJURY = 1, 2, 4, 32, 128
_ZERO = np.uint64(0)


@kernel
def idf(flow, term):
    """Inverse document frequency of a term slot over the reports so far; 0 when unseen."""
    df = flow.term_now[term] + flow.term_old[term]
    if df < 2.0:
        return 0.0
    total = flow.term_total[0] + flow.term_total[1]
    return max(math.log((total + 1.0) / (df + 0.5)), 0.0)


@kernel
def similarity(flow, terms, n, e_terms, e_count):
    """Cosine of a report's terms and an event's, both weighted by idf."""
    dot, own, theirs = 0.0, 0.0, 0.0
    for i in range(n):
        weight = idf(flow, terms[i])
        own += weight * weight
        for j in range(EVENT_TERMS):
            if e_count[j] > 0 and e_terms[j] == terms[i]:
                dot += weight * weight * e_count[j]
                break
    if own == 0.0 or dot == 0.0:
        return 0.0
    for j in range(EVENT_TERMS):
        if e_count[j] > 0:
            weight = idf(flow, e_terms[j]) * e_count[j]
            theirs += weight * weight
    return dot / math.sqrt(own * theirs) if theirs > 0 else 0.0


@kernel
def main_country(events, e):
    """The country at least half of an event's placed reports name; -1 when none does."""
    total, best = np.float32(0.0), -1
    for c in range(EVENT_COUNTRIES):
        if events.countries[e, c] < 0:
            continue
        total += events.country_votes[e, c]
        if best < 0 or events.country_votes[e, c] > events.country_votes[e, best]:
            best = c
    if best < 0 or total < 2 or events.country_votes[e, best] < 0.5 * total:
        return -1
    return events.countries[e, best]


@kernel
def main_unit(events, e, admin1):
    """The first-level unit at least half of the placed reports name; -1 when none does."""
    total, best, best_votes = np.float32(0.0), -1, np.float32(0.0)
    for p in range(EVENT_PLACES):
        place = events.places[e, p]
        if place < 0 or admin1[place] < 0:
            continue
        total += events.place_votes[e, p]
        votes = np.float32(0.0)
        for q in range(EVENT_PLACES):
            other = events.places[e, q]
            if other >= 0 and admin1[other] == admin1[place]:
                votes += events.place_votes[e, q]
        if votes > best_votes:
            best, best_votes = admin1[place], votes
    if best < 0 or total < 3 or best_votes < 0.5 * total:
        return -1
    return best


@kernel
def place_fit(state, slot, e, country, admin1):
    """Bonus of a report's places for an event; contradiction is negative, silence is 0."""
    reports, events = state.reports, state.events
    where = main_country(events, e)
    if where < 0 or reports.place[slot, 0] < 0:
        return 0.0
    unit = main_unit(events, e, admin1)
    same_country, same_unit, named_unit = False, False, False
    for p in range(4):
        place = reports.place[slot, p]
        if place < 0:
            continue
        if country[place] == where:
            same_country = True
            if admin1[place] >= 0:
                named_unit = True
                same_unit = same_unit or admin1[place] == unit
    if not same_country:
        return OTHER_COUNTRY
    if unit >= 0 and named_unit and not same_unit:
        return OTHER_UNIT
    return SAME_PLACE


@kernel
def hour_count(events, e, now_bin):
    """Reports an event took in the last hour."""
    return bins_sum(events.bins[e], events.last_bin[e], now_bin - 5, now_bin)


@kernel
def best_event(state, slot, country, admin1, related, now_bin):
    """The event a report joins, -1 for none: first by words and place, then by dominance."""
    reports, events, flow = state.reports, state.events, state.flow
    hazard = reports.hazard[slot]
    best, best_score = -1, 0.0
    ruling, ruling_count = -1, 0.0
    for e in range(EVENTS):
        stage = events.stage[e]
        if stage == FREE or stage == DORMANT:
            continue
        kin = events.hazard[e] == hazard
        if not kin and not related[hazard, events.hazard[e]]:
            continue
        fit = place_fit(state, slot, e, country, admin1)
        cosine = similarity(
            flow, reports.terms[slot], reports.n_terms[slot], events.terms[e], events.term_count[e]
        )
        score = cosine + fit
        bar = ATTACH if kin else ATTACH_RELATED
        if score >= bar and score - bar > best_score - (0.0 if best >= 0 else 1.0):
            best, best_score = e, score - bar
        if fit >= 0.0 and (kin or fit > 0.0):
            count = hour_count(events, e, now_bin) + 5.0 * (fit > 0.0)
            quiet = 6.0 * events.base[e] * DOMINANT_TIMES + DOMINANT_PLUS
            if count >= quiet and count > ruling_count:
                ruling, ruling_count = e, count
    return best if best >= 0 else ruling


@kernel
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


@kernel
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


@kernel
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


@kernel
def add_places(events, e, places, country):
    """Vote for a report's places and their countries; several share one vote."""
    n = 0
    for p in range(4):
        n += places[p] >= 0
    for p in range(n):
        add_vote(events.places[e], events.place_votes[e], places[p], 1.0 / n)
        if country[places[p]] >= 0:
            add_vote(events.countries[e], events.country_votes[e], country[places[p]], 1.0 / n)


@kernel
def add_facts(events, e, kinds, values, time_ms, voice):
    """Keep the newest figure of each voice and kind, at most EVENT_FACTS."""
    for f in range(len(kinds)):
        if kinds[f] < 0:
            break
        slot = -1
        for i in range(events.n_facts[e]):
            if events.fact_kind[e, i] == kinds[f] and events.fact_voice[e, i] == voice:
                slot = i
        if slot < 0:
            if events.n_facts[e] < EVENT_FACTS:
                slot = events.n_facts[e]
                events.n_facts[e] += 1
            else:
                slot = 0
                for i in range(EVENT_FACTS):
                    if events.fact_ms[e, i] < events.fact_ms[e, slot]:
                        slot = i
        events.fact_kind[e, slot] = kinds[f]
        events.fact_value[e, slot] = values[f]
        events.fact_ms[e, slot] = time_ms
        events.fact_voice[e, slot] = voice


@kernel
def is_copy_in(events, e, sketch):
    """Whether an event already holds these words; remembers them."""
    size = min(events.distinct[e], EVENT_SKETCHES)
    for i in range(size):
        if sketch != _ZERO and events.sketches[e, i] == sketch:
            return True
    events.sketches[e, events.distinct[e] % EVENT_SKETCHES] = sketch
    events.distinct[e] += 1
    return False


@kernel
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


@kernel
def join(state, e, slot, country):
    """Add a ring slot's report to an event."""
    reports, events = state.reports, state.events
    time_ms = reports.time_ms[slot]
    now_bin = time_ms // BIN_MS
    reports.event[slot] = e
    events.reports[e] += 1
    events.last_ms[e] = max(events.last_ms[e], time_ms)
    events.first_ms[e] = min(events.first_ms[e], time_ms)
    if events.last_bin[e] < now_bin:
        roll(events.bins[e], events.last_bin[e], now_bin)
        events.last_bin[e] = now_bin
    if events.last_bin[e] - now_bin < BINS:
        events.bins[e, now_bin % BINS] += np.float32(1)
    copy = is_copy_in(events, e, reports.sketch[slot]) or reports.copy[slot]
    flags = reports.flags[slot]
    add_terms(events, e, reports.terms[slot], reports.n_terms[slot])
    if copy:
        return
    if not add_voice(events, e, reports.window[slot], reports.voice[slot]):
        return
    events.score[e] += np.float32(witness_weight(flags, reports.sense[slot]))
    events.hazard_votes[e, reports.hazard[slot]] += 1
    events.family_bits[e] |= np.int64(1) << reports.family[slot]
    events.witnesses[e] += (flags & _F_FIRST > 0) and (flags & _F_SHORT > 0)
    events.masked[e] += flags & _F_MASKED > 0
    events.injured[e] += flags & _F_INJURY > 0
    events.langs[e, reports.lang[slot]] += 1
    add_places(events, e, reports.place[slot], country)
    add_facts(
        events, e, reports.fact_kind[slot], reports.fact_value[slot], time_ms, reports.voice[slot, 0]
    )


_ = (CANDIDATE, LIVE)
