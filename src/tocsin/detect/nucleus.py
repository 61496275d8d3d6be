"""What a burst gathers when it becomes an event, and gives back when it turns out to be none."""

import numpy as np

from tocsin.clock import HOUR_MS
from tocsin.compiled import kernel, part
from tocsin.detect.attach import ATTACH, best_event, likeness, place_fit
from tocsin.detect.cells import discount, enlist, holds
from tocsin.detect.state import BIN_MS, BINS, LIVE, OUTSIDE, RECENT, RING
from tocsin.detect.tally import join

RIVAL_VOTES = 2
"""Reports of a burst that must name a second country before the burst is taken for two."""


@part(lends=True)
def is_waiting(reports, slot, cell, since_ms):
    """Whether a slot that a cell lists holds a report of its own, outside any event."""
    if slot < 0 or reports.dies_ms[slot] == 0 or reports.event[slot] >= 0:
        return False
    return reports.time_ms[slot] >= since_ms and holds(reports, slot, cell)


@part(lends=True)
def is_abroad(reports, slot, home, country):
    """Whether a report names places, and none of them in a country."""
    if reports.place[slot, 0] < 0:
        return False
    for p in range(4):
        place = reports.place[slot, p]
        if place >= 0 and country[place] == home:
            return False
    return True


@kernel
def home_country(state, cell, since_ms, country):
    """The country most of a cell's waiting reports name where two are named twice; else -1.

    A burst of a hazard at large may be two, an ocean apart: only one of them is founded.
    """
    reports, cells = state.reports, state.cells
    named = np.full(RECENT, -1, np.int64)
    votes = np.zeros(RECENT, np.int64)
    for back in range(1, min(cells.head[cell], RECENT) + 1):
        slot = cells.recent[cell, (cells.head[cell] - back) % RECENT]
        if not is_waiting(reports, slot, cell, since_ms):
            continue
        if reports.copy[slot] or reports.place[slot, 0] < 0:
            continue
        nation = country[reports.place[slot, 0]]
        for c in range(RECENT):
            if named[c] == nation or named[c] < 0:
                named[c] = nation
                votes[c] += 1
                break
    best, second = -1, 0
    for c in range(RECENT):
        if best < 0 or votes[c] > votes[best]:
            second = votes[best] if best >= 0 else 0
            best = c
        elif votes[c] > second:
            second = votes[c]
    return named[best] if second >= RIVAL_VOTES else -1


@kernel
def gather(state, e, cell, since_ms, places, traits):
    """Join a burst cell's reports to a new event, then what resembles them in the last hour.

    (j, 2) int64: ordinal of each report that joined, slot of the event.
    """
    reports, cells, events = state.reports, state.cells, state.events
    joined = np.zeros((RING, 2), np.int64)
    n_joined = 0
    home = home_country(state, cell, since_ms, places.country)
    for back in range(min(cells.head[cell], RECENT), 0, -1):
        slot = cells.recent[cell, (cells.head[cell] - back) % RECENT]
        if not is_waiting(reports, slot, cell, since_ms):
            continue
        if home >= 0 and is_abroad(reports, slot, home, places.country):
            continue
        n_joined = claim(state, e, slot, places, joined, n_joined)
    for slot in range(RING):
        if reports.dies_ms[slot] == 0 or reports.event[slot] >= 0:
            continue
        if reports.time_ms[slot] < min(since_ms, events.born_ms[e] - HOUR_MS):
            continue
        hazard = reports.hazard[slot]
        if hazard != events.hazard[e] and not traits.related[hazard, events.hazard[e]]:
            continue
        fit = place_fit(state, slot, e, places, traits.reach[events.hazard[e]])
        cosine = likeness(
            state.flow, reports.terms[slot], reports.n_terms[slot],
            events.terms[e], events.term_count[e], events.reports[e],
        )  # fmt: skip
        if cosine + fit >= ATTACH:
            n_joined = claim(state, e, slot, places, joined, n_joined)
    return joined[:n_joined]


@kernel
def gather_rows(state, e, slots, places):
    """Join those of some ring rows that stand outside any event to one; (j, 2) as `gather`."""
    joined = np.zeros((len(slots), 2), np.int64)
    n_joined = 0
    for slot in slots:
        if state.reports.event[slot] < 0:
            n_joined = claim(state, e, slot, places, joined, n_joined)
    return joined[:n_joined]


@kernel
def look_again(state, places, traits, now_ms):
    """Let waiting reports join a live event that meanwhile has their words; (j, 2) as `gather`.

    An event knows few words when it is young. No report changes its event: these had none. Nor
    does an event's beginning move: what was said before it has the same words by chance.
    """
    reports, events = state.reports, state.events
    joined = np.zeros((RING, 2), np.int64)
    n_joined = 0
    for slot in range(RING):
        if reports.dies_ms[slot] == 0 or reports.event[slot] >= 0:
            continue
        e, strong = best_event(state, slot, places, traits, now_ms // BIN_MS)
        if strong and events.stage[e] == LIVE and reports.time_ms[slot] >= events.first_ms[e]:
            n_joined = claim(state, e, slot, places, joined, n_joined)
    return joined[:n_joined]


@kernel
def release(state, e, countries, admin1):
    """Give the reports of an event that was none back to the counts that a baseline rests on."""
    reports, flow = state.reports, state.flow
    for slot in range(RING):
        if reports.dies_ms[slot] == 0 or reports.event[slot] != e:
            continue
        reports.event[slot] = -1
        reports.standing[slot] = OUTSIDE
        at_bin = reports.time_ms[slot] // BIN_MS
        enlist(state, slot, countries, admin1, at_bin)
        if not reports.copy[slot] and flow.last_bin[0] - at_bin < BINS:
            flow.total[at_bin % BINS] += np.float32(1)
            flow.hazard[reports.hazard[slot], at_bin % BINS] += np.float32(1)


@part(lends=True)
def claim(state, e, slot, places, joined, n_joined):
    """Move a waiting report into an event."""
    discount(state, slot)
    join(state, e, slot, places.country, True)
    if n_joined < len(joined):
        joined[n_joined, 0], joined[n_joined, 1] = state.reports.ordinal[slot], e
        n_joined += 1
    return n_joined
