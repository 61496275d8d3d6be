"""Surprise, exposure, voices and words: kernels against counting by hand."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import naive
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect import bursts
from tocsin.detect.advance import fold_copy
from tocsin.detect.attach import idf, similarity
from tocsin.detect.cells import cell_key, distinct_voices
from tocsin.detect.merge import clear_event
from tocsin.detect.state import (
    BINS,
    EVENT_TERMS,
    EVENT_VOICES,
    RECENT,
    REPORT_CELLS,
    REPORT_TERMS,
    new_state,
)
from tocsin.detect.tally import add_fact, add_terms, add_voice

STATE = new_state(6, 4)


@given(
    st.integers(1, 32), st.integers(1, 400).map(lambda n: n / 4),
    st.integers(200, 40_000).map(lambda n: n / 4), st.integers(1, 8_000).map(lambda n: n / 4),
)  # fmt: skip
@settings(max_examples=200)
@example(5, 0.25, 70.0, 4.0)
@example(32, 12.0, 50.0, 1_100.0)
@example(32, 5_000.0, 50_000.0, 20_000.0)
def test_surprise_is_the_exact_tail(n, seen, lagged, window):
    found = bursts.surprise(float(n), seen, lagged, window)
    assert found == pytest.approx(naive.surprise(n, seen, lagged, window), abs=0.01, rel=1e-4)


def test_a_usual_count_surprises_nobody_however_busy_the_stream():
    # Two thousand expected, and no cell lists more than RECENT.
    assert bursts.surprise(float(RECENT), 20_000.0, 20_000.0, 2_000.0) == 0.0


@given(st.integers(1, 31), st.floats(0.25, 50), st.floats(50, 5_000), st.floats(1, 500))
def test_surprise_grows_with_the_count_and_shrinks_with_the_window(n, seen, lagged, window):
    one = bursts.surprise(float(n), seen, lagged, window)
    assert 0.0 <= one <= bursts.SURPRISE_MAX
    assert bursts.surprise(float(n + 1), seen, lagged, window) >= one - 1e-9
    assert bursts.surprise(float(n), seen, lagged, window * 1.5) <= one + 1e-9


steps = st.lists(st.tuples(st.integers(0, BINS + 20), st.integers(1, 4)), min_size=1, max_size=12)


@given(steps, st.integers(-BINS - 30, 30), st.integers(0, BINS + 40))
@settings(max_examples=150)
def test_sums_over_a_ring_of_bins(drawn, first, width):
    row, twin, now = np.zeros(BINS, np.float32), naive.Bins(BINS), 5_000
    twin.last = now
    for step, count in drawn:
        bursts.roll(row, now, now + step)
        now += step
        row[now % BINS] += count
        twin.add(now, count)
    low = now + first
    assert bursts.bins_sum(row, now, low, low + width) == twin.sum(low, low + width)


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(1, 12)), min_size=1, max_size=30
    ),
    st.integers(0, 2), st.integers(0, 60), st.integers(0, 8),
)  # fmt: skip
@settings(max_examples=150)
def test_exposure_counts_the_other_hazards(drawn, hazard, width, ahead):
    flow = STATE.flow
    flow.total[:], flow.hazard[:] = 0, 0
    total, own = naive.Bins(BINS), [naive.Bins(BINS) for _ in range(3)]
    now = 5_000
    flow.last_bin[0] = now
    for step, which, count in drawn:
        for ring in (flow.total, *flow.hazard):
            bursts.roll(ring, now, now + step)
        now += step
        flow.last_bin[0] = total.last = now
        flow.total[now % BINS] += count
        flow.hazard[which, now % BINS] += count
        total.add(now, count)
        own[which].add(now, count)
    last = now + ahead
    found = bursts.exposure(flow, hazard, last - width, last)
    assert found == pytest.approx(
        naive.exposure(total, own[hazard], last - width, last, BINS), rel=1e-6
    )


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=60),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=150)
def test_voices_of_an_event_are_sets(drawn, crowded):
    events, twin = STATE.events, naive.VoiceSets()
    clear_event(events, 0)
    posts = [(author, 0) for author in range(300)] if crowded else []
    window = 9_000
    for author, step in [*posts, *drawn]:
        window += step
        tags = (author * 1_000_003 + window, author * 1_000_003 + window - 1)
        assert add_voice(events, 0, window, np.array(tags, np.uint64)) == twin.add(window, tags)
        assert int(events.voices[0]) == twin.bound
    for lane in range(3):
        held = set(events.voice[0, lane, : events.n_voice[0, lane]].tolist())
        assert len(held) == events.n_voice[0, lane] <= EVENT_VOICES


@given(st.lists(st.integers(0, 40), max_size=300))
@settings(max_examples=50)
def test_voices_never_exceed_the_truth_in_one_window(authors):
    events = STATE.events
    clear_event(events, 0)
    for author in authors:
        add_voice(events, 0, 9_000, np.array([author + 1, 0], np.uint64))
    assert int(events.voices[0]) == len(set(authors))


terms = st.integers(0, 9)


@given(
    st.dictionaries(terms, st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=10),
    st.integers(0, 200), st.lists(terms, unique=True, max_size=8),
    st.dictionaries(terms, st.integers(1, 9), max_size=8),
)  # fmt: skip
@settings(max_examples=150)
def test_words_weigh_by_how_rare_they_are(seen, total, own, counted):
    flow = STATE.flow
    flow.term_now[:10], flow.term_old[:10] = 0, 0
    flow.term_total[:] = (total, 10)
    for term, (now, old) in seen.items():
        flow.term_now[term], flow.term_old[term] = now, old

    def weight_of(term):
        return naive.idf(*seen.get(term, (0, 0)), total + 10)

    for term in range(10):
        assert idf(flow, term) == pytest.approx(weight_of(term), abs=1e-6)
    report = np.zeros(REPORT_TERMS, np.uint32)
    report[: len(own)] = own
    ids, counts = np.zeros(EVENT_TERMS, np.uint32), np.zeros(EVENT_TERMS, np.float32)
    for i, (term, count) in enumerate(counted.items()):
        ids[i * 3], counts[i * 3] = term, count
    found = similarity(flow, report, len(own), ids, counts)
    assert found == pytest.approx(naive.similarity(own, counted, weight_of), abs=1e-5)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 6), st.integers(0, 3), st.integers(0, 4),
            st.booleans(), st.booleans(),
        ),
        max_size=RECENT + 8,
    ),
    st.integers(0, 200),
)  # fmt: skip
@settings(max_examples=150)
def test_distinct_voices_of_a_cell(drawn, window_minutes):
    reports, cells, cell = STATE.reports, STATE.cells, 77
    cells.recent[cell], cells.head[cell] = -1, 0
    rows, now = [], HOUR_MS
    for slot, (step, author, shift, sketch, copy, taken) in enumerate(drawn):
        now += step * MINUTE_MS
        tags = (author * 100 + 1 + shift, author * 100 + shift if author * 100 + shift else 0)
        reports.time_ms[slot], reports.dies_ms[slot] = now, now + 1
        reports.voice[slot], reports.sketch[slot] = tags, sketch
        reports.copy[slot], reports.event[slot] = copy, 3 if taken else -1
        reports.cells[slot] = np.full(REPORT_CELLS, -1, np.int32)
        reports.cells[slot, 4] = cell
        cells.recent[cell, cells.head[cell] % RECENT] = slot
        cells.head[cell] += 1
        counts = not copy and not taken
        rows.append({"time_ms": now, "tags": tags, "sketch": sketch, "counts": counts})
    out = np.zeros(RECENT, np.int64)
    n = distinct_voices(STATE, cell, now, window_minutes * MINUTE_MS, out)
    listed = [i for i in range(len(rows)) if i >= len(rows) - RECENT]
    wanted = naive.distinct_voices(
        [row if i in listed else {**row, "counts": False} for i, row in enumerate(rows)],
        now, window_minutes * MINUTE_MS,
    )  # fmt: skip
    assert out[:n].tolist() == wanted


def test_copies_are_known_for_a_day():
    flow, sketch = STATE.flow, np.uint64(0xABCDEF)
    assert not fold_copy(flow, sketch, 100 * HOUR_MS)
    assert fold_copy(flow, sketch, 101 * HOUR_MS)
    assert not fold_copy(flow, sketch, 126 * HOUR_MS)
    assert not fold_copy(flow, np.uint64(0), 126 * HOUR_MS)
    assert not fold_copy(flow, np.uint64(0), 126 * HOUR_MS)


def test_a_voice_has_one_figure_of_a_kind_and_the_newest_counts():
    events = STATE.events
    clear_event(events, 0)
    for voice, value, at_ms in [(1, 3.0, 10), (2, 4.0, 11), (1, 5.0, 12), (2, 9.0, 5)]:
        add_fact(events, 0, 0, value, at_ms, np.uint64(voice))
    assert int(events.n_facts[0]) == 2
    assert events.fact_value[0, :2].tolist() == [5.0, 4.0]


def test_a_full_table_of_words_makes_room():
    events = STATE.events
    clear_event(events, 0)
    for report in range(64):
        events.reports[0] = report
        add_terms(events, 0, np.array([report * 3, report * 3 + 1, 9_999], np.uint32), 3)
    held = {int(t) for t, n in zip(events.terms[0], events.term_count[0], strict=True) if n > 0}
    assert 9_999 in held
    assert {63 * 3, 63 * 3 + 1} & held, "words of the newest reports find room again"


def test_cell_keys_differ():
    keys = {
        int(cell_key(hazard, sort, value))
        for hazard in range(40)
        for sort in range(4)
        for value in range(50)
    }
    assert len(keys) == 40 * 4 * 50
    assert 0 not in keys


@pytest.mark.parametrize(("n", "least"), [(4, 0.0), (5, 6.0), (12, 15.0)])
def test_a_quiet_place_nucleates_at_five_voices(n, least):
    # A town nobody spoke of for a day, at a pace of a report a minute for all hazards together.
    flow = STATE.flow
    flow.total[:], flow.hazard[:], flow.last_bin[0] = 10, 0, 5_000
    row = np.zeros(BINS, np.uint16)
    found = bursts.cell_surprise(flow, 4_000, row, 5_000, 2, 1, n, 1, 5_000)
    assert math.isfinite(found)
    assert found >= least


def test_ten_times_the_reports_ask_for_ten_times_the_surprise():
    flow = STATE.flow
    flow.total[:], flow.last_bin[0] = 0, 5_000
    flow.total[:] = 20_000 / BINS * BINS / bursts.LAG_BINS
    assert bursts.crowding(flow, 5_000) == pytest.approx(1.0, abs=0.01)
    flow.total[:] = 1
    assert bursts.crowding(flow, 5_000) == 0.0


def test_what_was_said_within_four_hours_is_no_baseline():
    flow = STATE.flow
    flow.total[:], flow.hazard[:], flow.last_bin[0] = 10, 0, 5_000
    quiet, rising = np.zeros(BINS, np.uint16), np.zeros(BINS, np.uint16)
    for back in range(24):
        rising[(5_000 - back) % BINS] = 3
    args = (5_000, 2, 1, 9, 1, 5_000)
    assert bursts.cell_surprise(flow, 4_000, rising, *args) == bursts.cell_surprise(
        flow, 4_000, quiet, *args
    )
    rising[(5_000 - 24) % BINS] = 3
    assert bursts.cell_surprise(flow, 4_000, rising, *args) < bursts.cell_surprise(
        flow, 4_000, quiet, *args
    )


def test_a_busy_hazard_does_not_surprise_by_a_swing_of_a_fifth():
    # 600 reports an hour all day long, then 720: far out in a Poisson tail, and yet no news.
    flow = STATE.flow
    flow.total[:], flow.hazard[:], flow.last_bin[0] = 600, 0, 5_000
    flow.hazard[1] = 100
    row = np.full(BINS, 100, np.uint16)
    args = (flow, 4_000, row, 5_000, 0, 1)
    assert bursts.cell_surprise(*args, 720, 6, 5_000) < 2.0
    assert bursts.cell_surprise(*args, 2_400, 6, 5_000) > 6.0
