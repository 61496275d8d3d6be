"""Burst cells: a table of (hazard, something) with counts and the newest reports of each."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.bursts import bins_sum, roll
from tocsin.detect.state import BIN_MS, BINS, CELLS, RECENT, REPORT_CELLS
from tocsin.vocabulary.token_kernel import mixed

SORT_HAZARD, SORT_COUNTRY, SORT_PLACE, SORT_WORD = range(4)
WORD_CELLS = 8
COMMON_SHARE = 0.005
"""A word in more than this share of earlier reports makes no cell."""
COMMON_MIN = 20.0
_ZERO = np.uint64(0)


@kernel(lends=True)
def cell_key(hazard, sort, value):
    """Key of a cell, never 0."""
    key = mixed(
        np.uint64(hazard) * np.uint64(0x9E3779B97F4A7C15)
        + np.uint64(sort) * np.uint64(0xC2B2AE3D27D4EB4F)
        + np.uint64(value + 1) * np.uint64(0x165667B19E3779F9)
    )
    return key | np.uint64(1)


@part(lends=True)
def cell_slot(cells, key, sort, now_bin):
    """Slot of a cell, taken if new; -1 when the table is full until the next sweep."""
    mask = CELLS - 1
    slot = np.int64(key & np.uint64(mask))
    for _ in range(CELLS):
        if cells.key[slot] == key:
            return slot
        if cells.key[slot] == _ZERO:
            if cells.used[0] >= CELLS * 3 // 4:
                return -1
            cells.key[slot] = key
            cells.sort[slot] = sort
            cells.last_bin[slot] = now_bin
            cells.since[slot] = 0
            cells.used[0] += 1
            return slot
        slot = (slot + 1) & mask
    return -1


@kernel(lends=True)
def said_of(cells, key, first, last):
    """Reports of a cell in bins first..last, none of a cell that is not remembered."""
    mask = CELLS - 1
    slot = np.int64(key & np.uint64(mask))
    for _ in range(CELLS):
        if cells.key[slot] == _ZERO:
            break
        if cells.key[slot] == key:
            return bins_sum(cells.counts[slot], cells.last_bin[slot], first, last)
        slot = (slot + 1) & mask
    return 0.0


@part
def rare_words(terms, n, flow, out):
    """Up to WORD_CELLS rarest terms of a report by earlier document frequency; returns how many."""
    taken = np.zeros(n, np.bool_)
    count = 0
    for _ in range(WORD_CELLS):
        best, best_df = -1, np.float32(0.0)
        for t in range(n):
            if taken[t]:
                continue
            earlier = flow.term_old[terms[t]]
            if earlier > COMMON_MIN and earlier > COMMON_SHARE * flow.term_total[1]:
                continue
            df = flow.term_now[terms[t]] + earlier
            if best < 0 or df < best_df:
                best, best_df = t, df
        if best < 0:
            break
        taken[best] = True
        out[count] = terms[best]
        count += 1
    return count


@part
def enlist(state, slot, countries, admin1, now_bin):
    """Put a report into its cells: counts and lists."""
    reports, cells = state.reports, state.cells
    hazard = reports.hazard[slot]
    n = 0
    reports.cells[slot, :] = -1
    reports.cells[slot, 0] = cell_slot(cells, cell_key(hazard, SORT_HAZARD, 0), 0, now_bin)
    n = 1
    seen_country = -1
    for p in range(4):
        place = reports.place[slot, p]
        if place < 0 or n >= 4:
            continue
        country = countries[place]
        if country >= 0 and country != seen_country:
            key = cell_key(hazard, SORT_COUNTRY, country)
            reports.cells[slot, n] = cell_slot(cells, key, 1, now_bin)
            n += 1
            seen_country = country
        if admin1[place] >= 0 and n < 4:
            key = cell_key(hazard, SORT_PLACE, place)
            reports.cells[slot, n] = cell_slot(cells, key, 2, now_bin)
            n += 1
    words = np.zeros(WORD_CELLS, np.uint32)
    n_words = rare_words(reports.terms[slot], reports.n_terms[slot], state.flow, words)
    for w in range(n_words):
        if n < REPORT_CELLS:
            key = cell_key(hazard, SORT_WORD, np.int64(words[w]))
            reports.cells[slot, n] = cell_slot(cells, key, 3, now_bin)
            n += 1
    for c in range(n):
        cell = reports.cells[slot, c]
        if cell < 0:
            continue
        if now_bin > cells.last_bin[cell]:
            roll(cells.counts[cell], cells.last_bin[cell], now_bin)
            cells.last_bin[cell] = now_bin
        if not reports.copy[slot] and cells.last_bin[cell] - now_bin < BINS:
            cells.counts[cell, now_bin % BINS] += np.uint16(1)
        cells.recent[cell, cells.head[cell] % RECENT] = slot
        cells.head[cell] += 1
    return n


@part(lends=True)
def same_voice(reports, a, b):
    """Whether two reports share a voice under any key both carry."""
    for i in range(2):
        for j in range(2):
            if reports.voice[a, i] != _ZERO and reports.voice[a, i] == reports.voice[b, j]:
                return True
    return False


@kernel(lends=True)
def distinct_voices(state, cell, now_ms, window_ms, out):
    """Ring slots of distinct voices with distinct words in a cell's window, newest first.

    Copies, reports of events and wiped rows do not count. Returns how many.
    """
    reports, cells = state.reports, state.cells
    n = 0
    head = cells.head[cell]
    for back in range(1, min(head, RECENT) + 1):
        slot = cells.recent[cell, (head - back) % RECENT]
        if slot < 0 or reports.dies_ms[slot] == 0 or reports.time_ms[slot] < now_ms - window_ms:
            continue
        if reports.event[slot] >= 0 or reports.copy[slot] or not holds(reports, slot, cell):
            continue
        known = False
        for j in range(n):
            other = out[j]
            alike = reports.sketch[slot] != _ZERO and reports.sketch[other] == reports.sketch[slot]
            if alike or same_voice(reports, other, slot):
                known = True
                break
        if not known:
            out[n] = slot
            n += 1
    return n


@kernel(lends=True)
def holds(reports, slot, cell):
    """Whether the report now in a ring slot belongs to a cell (slots are re-used)."""
    for c in range(REPORT_CELLS):
        if reports.cells[slot, c] == cell:
            return True
    return False


@part(lends=True)
def discount(state, slot):
    """Take a report that joined an event out of the counts its cells and hazard stand for."""
    reports, cells, flow = state.reports, state.cells, state.flow
    b = reports.time_ms[slot] // BIN_MS
    if reports.copy[slot]:
        return
    for c in range(REPORT_CELLS):
        cell = reports.cells[slot, c]
        if cell >= 0 and cells.last_bin[cell] - b < BINS and cells.counts[cell, b % BINS] > 0:
            cells.counts[cell, b % BINS] -= np.uint16(1)
    hazard = reports.hazard[slot]
    if flow.last_bin[0] - b < BINS:
        flow.left[hazard, b % BINS] += np.float32(1)
    if flow.last_bin[0] - b < BINS and flow.hazard[hazard, b % BINS] > 0:
        flow.hazard[hazard, b % BINS] -= np.float32(1)
        flow.total[b % BINS] -= np.float32(1)


@kernel
def sweep_cells(cells, now_bin, alive_bins):
    """Rebuild the table without cells that were silent for `alive_bins`; returns the moves.

    moves[old slot] = new slot, or -1.
    """
    moves = np.full(CELLS, -1, np.int32)
    keep = np.zeros(CELLS, np.int64)
    n = 0
    for slot in range(CELLS):
        if cells.key[slot] == _ZERO:
            continue
        total = 0
        for b in range(BINS):
            total += cells.counts[slot, b]
        idle = now_bin - cells.last_bin[slot]
        if idle <= 6 or (idle <= alive_bins and total >= 5):
            keep[n] = slot
            n += 1
    keys, sorts = cells.key[keep[:n]].copy(), cells.sort[keep[:n]].copy()
    counts, lasts = cells.counts[keep[:n]].copy(), cells.last_bin[keep[:n]].copy()
    recents, heads = cells.recent[keep[:n]].copy(), cells.head[keep[:n]].copy()
    sinces = cells.since[keep[:n]].copy()
    cells.key[:] = _ZERO
    cells.counts[:] = np.uint16(0)
    cells.recent[:] = -1
    cells.head[:] = 0
    cells.used[0] = 0
    for i in range(n):
        slot = cell_slot(cells, keys[i], sorts[i], now_bin)
        cells.counts[slot] = counts[i]
        cells.last_bin[slot] = lasts[i]
        cells.since[slot] = sinces[i]
        cells.recent[slot] = recents[i]
        cells.head[slot] = heads[i]
        moves[keep[i]] = slot
    return moves
