"""Which event a report belongs to: words, place and the hazard decide together."""

import math

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.apart import FAR, NARROW, NEAR, is_near, report_apart
from tocsin.detect.bursts import bins_sum
from tocsin.detect.state import (
    CANDIDATE,
    DORMANT,
    EVENT_COUNTRIES,
    EVENT_PLACES,
    EVENT_TERMS,
    EVENTS,
    FREE,
)

ATTACH = 0.18
ATTACH_RELATED = 0.30
SAME_PLACE, OTHER_COUNTRY, OTHER_UNIT = 0.10, -0.30, -0.18
"""Bonuses to the cosine, as fitted on the DEV streams."""
VETO = -2.0
"""Two fires, however alike in words, are not one when their towns are out of a fire's reach."""
ABROAD_REACH, ABROAD_TIMES = 160.0 / 6_371.0, 10.0
"""Hazards that cross an ocean have a wider reach; beyond ten times theirs the others do not go."""
DOMINANT_TIMES, DOMINANT_PLUS = 2.0, 8.0
"""An event draws in what names its hazard while its last hour is this far above its baseline."""
MARK, MARK_FULL, MARK_LEAST = 0.3, 6.0, 3.0
"""What marks add to the cosine, the log-likelihood ratio at which they add all of it, and the
reports of an event that must hold a word before it is a mark."""
BESIDE = 0.1
"""Share of an event's votes for places at which reports of a kindred hazard there are its own."""
SIZE_SAYS = 0.01
"""What the logarithm of its size adds to an event's claim on a report."""


@kernel(lends=True)
def idf(flow, term):
    """Inverse document frequency of a term slot over the reports so far; 0 when unseen."""
    df = flow.term_now[term] + flow.term_old[term]
    if df < 2.0:
        return 0.0
    total = flow.term_total[0] + flow.term_total[1]
    return max(math.log((total + 1.0) / (df + 0.5)), 0.0)


@kernel(lends=True)
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


@kernel(lends=True)
def marked(flow, terms, n, e_terms, e_count, e_reports):
    """How far a report's words speak for an event, 0 to 1: log-likelihood ratio over MARK_FULL.

    A rare word that an event's reports share, such as its hashtag, marks a report as one of
    them however much else it says; a cosine drowns it in the rest.
    """
    total = flow.term_total[0] + flow.term_total[1]
    ratio = 0.0
    for i in range(n):
        for j in range(EVENT_TERMS):
            if e_count[j] >= MARK_LEAST and e_terms[j] == terms[i]:
                inside = (e_count[j] + 0.5) / (e_reports + 1.0)
                df = flow.term_now[terms[i]] + flow.term_old[terms[i]]
                outside = (max(df - e_count[j], 0.0) + 1.0) / (max(total - e_reports, 0.0) + 1.0)
                ratio += max(math.log(inside / outside), 0.0)
                break
    return min(ratio, MARK_FULL) / MARK_FULL


@kernel(lends=True)
def likeness(flow, terms, n, e_terms, e_count, e_reports):
    """Cosine of a report and an event, and what the event's own marks add."""
    cosine = similarity(flow, terms, n, e_terms, e_count)
    if cosine == 0.0:
        return 0.0
    return cosine + MARK * marked(flow, terms, n, e_terms, e_count, e_reports)


@part(lends=True)
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


@part(lends=True)
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


@kernel(lends=True)
def is_abroad_far(reports, slot, events, e, places, reach):
    """Whether all that a report names lies far beyond the reach of what an event's places say."""
    best = -1
    for q in range(EVENT_PLACES):
        if events.places[e, q] >= 0:
            if best < 0 or events.place_votes[e, q] > events.place_votes[e, best]:
                best = q
    if best < 0 or reach > ABROAD_REACH:
        return False
    own = events.places[e, best]
    for p in range(4):
        place = reports.place[slot, p]
        if place >= 0 and is_near(places, own, place, ABROAD_TIMES * reach + places.radius[place]):
            return False
    return True


@part(lends=True)
def place_fit(state, slot, e, places, reach):
    """Bonus of a report's places for an event; contradiction is negative, silence is 0."""
    reports, events = state.reports, state.events
    where = main_country(events, e)
    if where < 0 or reports.place[slot, 0] < 0:
        return 0.0
    unit = main_unit(events, e, places.admin1)
    same_country, same_unit, named_unit = False, False, False
    for p in range(4):
        place = reports.place[slot, p]
        if place < 0:
            continue
        if places.country[place] == where:
            same_country = True
            if places.admin1[place] >= 0:
                named_unit = True
                same_unit = same_unit or places.admin1[place] == unit
    if not same_country:
        return VETO if is_abroad_far(reports, slot, events, e, places, reach) else OTHER_COUNTRY
    apart = report_apart(reports, slot, events, e, places, reach)
    if apart == FAR:
        return VETO if reach <= NARROW else OTHER_UNIT
    if apart == NEAR:
        return SAME_PLACE
    if unit >= 0 and named_unit and not same_unit:
        return OTHER_UNIT
    return SAME_PLACE


@kernel(lends=True)
def is_beside(reports, slot, events, e, admin1):
    """Whether a report names a first-level unit that BESIDE of an event's votes for places do."""
    total = np.float32(0.0)
    for q in range(EVENT_PLACES):
        if events.places[e, q] >= 0:
            total += events.place_votes[e, q]
    for p in range(4):
        place = reports.place[slot, p]
        if place < 0 or admin1[place] < 0:
            continue
        votes = np.float32(0.0)
        for q in range(EVENT_PLACES):
            other = events.places[e, q]
            if other >= 0 and admin1[other] == admin1[place]:
                votes += events.place_votes[e, q]
        if votes >= BESIDE * total and votes > 0:
            return True
    return False


@kernel(lends=True)
def hour_count(events, e, now_bin):
    """Reports an event took in the last hour by words or place of their own.

    Those it drew in by size alone do not count, or it would feed on another event's.
    """
    return bins_sum(events.strong[e], events.last_bin[e], now_bin - 5, now_bin)


@part(lends=True)
def best_event(state, slot, places, traits, now_bin):
    """(event a report joins or -1, whether by words and place rather than by dominance)."""
    reports, events, flow = state.reports, state.events, state.flow
    hazard = reports.hazard[slot]
    best, best_score = -1, 0.0
    ruling, ruling_claim = -1, -1.0
    for e in range(EVENTS):
        stage = events.stage[e]
        if stage == FREE or stage == DORMANT:
            continue
        kin = events.hazard[e] == hazard
        if not kin and not traits.related[hazard, events.hazard[e]]:
            continue
        fit = place_fit(state, slot, e, places, traits.reach[events.hazard[e]])
        cosine = likeness(
            flow, reports.terms[slot], reports.n_terms[slot], events.terms[e],
            events.term_count[e], events.reports[e],
        )  # fmt: skip
        score = cosine + fit
        bar = ATTACH if kin else ATTACH_RELATED
        if score >= bar and score - bar > best_score - (0.0 if best >= 0 else 1.0):
            best, best_score = e, score - bar
        # What is not yet reported must not grow by size alone, nor eat its own baseline.
        # Of another hazard it draws in what is said beside it: one country holds many events.
        drawn = kin or (fit > 0.0 and is_beside(reports, slot, events, e, places.admin1))
        if stage != CANDIDATE and fit >= 0.0 and drawn:
            count = hour_count(events, e, now_bin) + 5.0 * (fit > 0.0)
            quiet = 6.0 * events.base[e] * DOMINANT_TIMES + DOMINANT_PLUS
            # Where several rule, words decide, however few, and size only between equals.
            claim = cosine + fit + SIZE_SAYS * math.log(1.0 + count)
            if count >= quiet and claim > ruling_claim:
                ruling, ruling_claim = e, claim
    return (best, True) if best >= 0 else (ruling, False)
