"""The detector's inner loop: one report after the other, until people-sized work is due."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.attach import best_event
from tocsin.detect.bursts import WINDOWS_S, bins_sum, cell_surprise, crowding, roll
from tocsin.detect.cells import SORT_HAZARD, distinct_voices, enlist, holds
from tocsin.detect.links import enlink, unlink
from tocsin.detect.state import (
    BIN_MS,
    CANDIDATE,
    OUTSIDE,
    RECENT,
    REPORT_FACTS,
    REPORT_TERMS,
    RING,
    SKETCHES,
)
from tocsin.detect.tally import join

DONE, TICK, NUCLEUS, RIPE = range(4)
"""Why the loop came back: batch over, a minute is due, a cell burst, a candidate is ripe."""
NUCLEATE = 6.0
"""Surprise (-log10 p) at which a cell nucleates."""
LEAST_VOICES = 5
HEARD_BINS = 12
"""Bins that must have been heard before a hazard alone, without place or word, can burst."""
ALONE_MS = 3_600_000
SHARED_MS = 6 * 3_600_000
LIFE_MS = 24 * 3_600_000
"""How long a report lives (contract P9): alone, after its cell's last report, at most."""
_ZERO = np.uint64(0)


@part(lends=True)
def write_report(state, slot, ordinal, batch, i):
    """Copy row i of a batch into the ring."""
    reports = state.reports
    unlink(state, slot)
    reports.time_ms[slot] = batch.time_ms[i]
    reports.dies_ms[slot] = batch.time_ms[i] + ALONE_MS
    reports.ordinal[slot] = ordinal
    reports.hazard[slot] = batch.hazard[i]
    reports.flags[slot] = batch.flags[i]
    reports.sense[slot] = batch.sense[i]
    reports.lang[slot] = batch.lang[i]
    reports.family[slot] = batch.family[i]
    reports.voice[slot, 0] = batch.voice[i, 0]
    reports.voice[slot, 1] = batch.voice[i, 1]
    reports.window[slot] = batch.voice_window[i]
    reports.post[slot] = batch.post[i]
    enlink(state, slot)
    reports.sketch[slot] = batch.sketch[i]
    reports.event[slot] = -1
    reports.standing[slot] = OUTSIDE
    reports.place[slot, :] = -1
    for p in range(min(4, batch.place_at[i + 1] - batch.place_at[i])):
        reports.place[slot, p] = batch.place[batch.place_at[i] + p]
    n = min(REPORT_TERMS, batch.term_at[i + 1] - batch.term_at[i])
    reports.n_terms[slot] = n
    for t in range(n):
        reports.terms[slot, t] = batch.term[batch.term_at[i] + t]
    reports.fact_kind[slot, :] = -1
    for f in range(min(REPORT_FACTS, batch.fact_at[i + 1] - batch.fact_at[i])):
        reports.fact_kind[slot, f] = batch.fact_kind[batch.fact_at[i] + f]
        reports.fact_value[slot, f] = batch.fact_value[batch.fact_at[i] + f]
    reports.copy[slot] = fold_copy(state.flow, batch.sketch[i], batch.time_ms[i])


@kernel(lends=True)
def fold_copy(flow, sketch, time_ms):
    """Whether the same words were seen within a day; remembers them."""
    if sketch == _ZERO:
        return False
    at = np.int64(sketch & np.uint64(SKETCHES - 1))
    known = flow.sketch[at] == sketch and flow.sketch_ms[at] > time_ms - LIFE_MS
    flow.sketch[at] = sketch
    flow.sketch_ms[at] = time_ms
    return known


@part(lends=True)
def turn_bins(flow, now_bin):
    """Clear the flow's bins up to now."""
    if flow.last_bin[0] == now_bin:
        return
    roll(flow.total, flow.last_bin[0], now_bin)
    for h in range(len(flow.hazard)):
        roll(flow.hazard[h], flow.last_bin[0], now_bin)
        roll(flow.left[h], flow.last_bin[0], now_bin)
    flow.last_bin[0] = now_bin


@part(lends=True)
def count_terms(state, slot):
    """Count a report's words into the document frequencies of the current period."""
    reports, flow = state.reports, state.flow
    if reports.copy[slot]:
        return
    flow.term_total[0] += np.float32(1)
    for t in range(reports.n_terms[slot]):
        flow.term_now[reports.terms[slot, t]] += np.float32(1)


@part(lends=True)
def keep_company(state, slot, n_cells):
    """Lengthen the life of a report and its neighbours where a narrow cell holds another voice."""
    reports, cells = state.reports, state.cells
    now = reports.time_ms[slot]
    for c in range(1, n_cells):
        cell = reports.cells[slot, c]
        if cell < 0 or cells.head[cell] < 2:
            continue
        for back in range(2, min(cells.head[cell], RECENT) + 1):
            other = cells.recent[cell, (cells.head[cell] - back) % RECENT]
            if other < 0 or other == slot or reports.dies_ms[other] == 0:
                continue
            if not holds(reports, other, cell):
                continue
            until = min(reports.time_ms[other] + LIFE_MS, now + SHARED_MS)
            reports.dies_ms[other] = max(reports.dies_ms[other], until)
            reports.dies_ms[slot] = now + SHARED_MS


@part(lends=True)
def burst_of(state, slot, start_bin, n_cells, out):
    """The most surprising (surprise, cell, window in seconds) among a report's cells."""
    reports, cells, flow = state.reports, state.cells, state.flow
    now = reports.time_ms[slot]
    now_bin = now // BIN_MS
    best, best_cell, best_window = 0.0, -1, 0
    for c in range(n_cells):
        cell = reports.cells[slot, c]
        if cell < 0 or cells.head[cell] < LEAST_VOICES:
            continue
        since = cells.since[cell] if cells.since[cell] > 0 else start_bin
        for window_s in WINDOWS_S:
            if cells.sort[cell] == SORT_HAZARD and now_bin - since < HEARD_BINS:
                # How often a hazard is named at all is not known yet.
                break
            n = distinct_voices(state, cell, now, window_s * 1_000, out)
            if n < LEAST_VOICES:
                continue
            if n > RECENT // 2:
                # The list is short; where it overflows its share of voices stands for the rest.
                first = now_bin - window_s // 600 + 1
                total = bins_sum(cells.counts[cell], cells.last_bin[cell], first, now_bin)
                n = max(n, np.int64(total * n / RECENT))
            found = cell_surprise(
                flow, since, cells.counts[cell], cells.last_bin[cell], cells.sort[cell],
                reports.hazard[slot], n, window_s // 600, now_bin,
            )  # fmt: skip
            if found > best:
                best, best_cell, best_window = found, cell, window_s
    return best, best_cell, best_window


@kernel
def advance(state, batch, row, rows, ordinal, next_tick_ms, start_bin, places, traits, ripe_score,
            joined, n_joined):  # fmt: skip
    """Take rows until one of the signals; returns (row, signal, what, surprise, window_s, joined).

    `what` is a cell for NUCLEUS and an event slot for RIPE; `joined` collects (ordinal, slot).
    """
    reports, events = state.reports, state.events
    scratch = np.zeros(RECENT, np.int64)
    while row < rows:
        time_ms = batch.time_ms[row]
        if time_ms >= next_tick_ms:
            return row, TICK, 0, 0.0, 0, n_joined
        slot = (ordinal + row) % RING
        now_bin = time_ms // BIN_MS
        turn_bins(state.flow, now_bin)
        write_report(state, slot, ordinal + row, batch, row)
        count_terms(state, slot)
        row += 1
        e, strong = best_event(state, slot, places, traits, now_bin)
        if e >= 0:
            reports.cells[slot, :] = -1
            join(state, e, slot, places.country, strong)
            joined[n_joined, 0], joined[n_joined, 1] = reports.ordinal[slot], e
            n_joined += 1
            if events.stage[e] == CANDIDATE and events.score[e] >= ripe_score:
                return row, RIPE, e, 0.0, 0, n_joined
            continue
        n_cells = enlist(state, slot, places.country, places.admin1, now_bin)
        keep_company(state, slot, n_cells)
        if reports.copy[slot]:
            continue
        hazard = reports.hazard[slot]
        state.flow.total[now_bin % len(state.flow.total)] += np.float32(1)
        state.flow.hazard[hazard, now_bin % len(state.flow.total)] += np.float32(1)
        found, cell, window_s = burst_of(state, slot, start_bin, n_cells, scratch)
        if found >= NUCLEATE + crowding(state.flow, now_bin):
            return row, NUCLEUS, cell, found, window_s, n_joined
    return row, DONE, 0, 0.0, 0, n_joined
