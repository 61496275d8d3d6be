"""What marks a report as an event's, and whose reports a burst is founded with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from reports import ABROAD, START_MS, TOWN, Line, Report
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.attach import (
    BESIDE,
    MARK,
    MARK_FULL,
    MARK_LEAST,
    is_beside,
    likeness,
    marked,
    similarity,
)
from tocsin.detect.merge import base_rate
from tocsin.detect.nucleus import RIVAL_VOTES, home_country
from tocsin.detect.state import BIN_MS, EVENT_TERMS, RECENT, REPORT_CELLS, REPORT_TERMS, new_state

STATE = new_state(6, 4)
terms = st.integers(0, 9)


@given(
    st.dictionaries(terms, st.integers(1, 60), max_size=10), st.integers(0, 900),
    st.lists(terms, unique=True, max_size=8), st.dictionaries(terms, st.integers(1, 9), max_size=8),
    st.integers(1, 40),
)  # fmt: skip
@settings(max_examples=150)
def test_marks_are_a_likelihood_ratio(seen, total, own, counted, reports):
    flow = STATE.flow
    flow.term_now[:10], flow.term_old[:10] = 0, 0
    flow.term_total[:] = (total, 0)
    for term, count in seen.items():
        flow.term_now[term] = count
    report = np.zeros(REPORT_TERMS, np.uint32)
    report[: len(own)] = own
    ids, counts = np.zeros(EVENT_TERMS, np.uint32), np.zeros(EVENT_TERMS, np.float32)
    for i, (term, count) in enumerate(counted.items()):
        ids[i * 3], counts[i * 3] = term, count
    found = marked(flow, report, len(own), ids, counts, reports)
    wanted = naive.marked(own, counted, reports, seen, total, MARK_LEAST, MARK_FULL)
    assert found == pytest.approx(wanted, abs=1e-5)
    cosine = similarity(flow, report, len(own), ids, counts)
    whole = likeness(flow, report, len(own), ids, counts, reports)
    assert whole == pytest.approx(cosine + MARK * wanted if cosine else 0.0, abs=1e-5)


@given(
    st.lists(st.integers(0, 9), max_size=4),
    st.dictionaries(st.integers(0, 9), st.integers(0, 30), max_size=8),
)
@settings(max_examples=150)
def test_what_is_said_beside_an_event_names_a_unit_that_enough_of_its_votes_do(named, votes):
    reports, events, slot, e = STATE.reports, STATE.events, 5, 3
    unit = np.array([-1, 0, 0, 0, 1, 1, 2, 2, 3, -1], np.int32)
    reports.place[slot] = -1
    reports.place[slot, : len(named)] = named
    events.places[e], events.place_votes[e] = -1, 0
    for at, (place, count) in enumerate(votes.items()):
        events.places[e, at * 2], events.place_votes[e, at * 2] = place, count
    wanted = naive.is_beside(named, votes, unit.tolist(), BESIDE)
    assert is_beside(reports, slot, events, e, unit) == wanted


@given(st.lists(st.sampled_from([-1, 0, 1, 2]), max_size=20))
@settings(max_examples=100)
def test_a_burst_of_two_countries_is_that_of_the_one_named_most(nations):
    reports, cells, cell = STATE.reports, STATE.cells, 78
    cells.recent[cell], cells.head[cell] = -1, 0
    country = np.arange(3, dtype=np.int32)
    for slot, nation in enumerate(nations):
        reports.time_ms[slot], reports.dies_ms[slot], reports.event[slot] = 50, 99, -1
        reports.copy[slot] = False
        reports.place[slot] = (nation, -1, -1, -1)
        reports.cells[slot] = np.full(REPORT_CELLS, -1, np.int32)
        reports.cells[slot, 2] = cell
        cells.recent[cell, slot % RECENT] = slot
        cells.head[cell] = slot + 1
    newest_first = [nation for nation in reversed(nations) if nation >= 0]
    wanted = naive.home_country(newest_first, RIVAL_VOTES)
    assert home_country(STATE, cell, 40, country) == wanted


def crowd(n, at_ms=START_MS, name="w", words=(11, 12), **more):
    """Reports of n people who share some words and have two of their own each."""
    own = 1_000 * (1 + ord(name))
    return [
        Report(
            at_ms + k * 5_000, f"{name}{k}", f"{name}-{k}",
            words=(*words, own + k * 2, own + k * 2 + 1), **more,
        )
        for k in range(n)
    ]  # fmt: skip


def test_a_burst_in_two_countries_at_once_is_founded_as_two():
    line = Line()
    here = crowd(12, name="h", words=(11,))
    there = crowd(12, START_MS + 2_000, name="t", words=(51,), places=(ABROAD,))
    line.take(*sorted([*here, *there], key=lambda r: r.at_ms), until_ms=START_MS + HOUR_MS)
    first = [e for e in line.evidence if e.phase == "reported"]
    assert sorted(e.places[0].place for e in first) == [TOWN, ABROAD]
    assert all(len({p.place for p in e.places}) == 1 for e in line.evidence)


def test_a_waiting_report_joins_when_the_event_has_its_words():
    line = Line()
    early, late = (
        Report(START_MS + k, f"lone{k}", words=(77, 900 + k, 910 + k, 920 + k), places=())
        for k in (0, 90_000)
    )
    line.take(early, *crowd(8, START_MS + 1_000, words=(11, 12)), late)
    reports, events = line.detector.state.reports, line.detector.state.events
    e = int(np.flatnonzero(events.stage)[0])
    assert reports.event[[0, 9]].tolist() == [-1, -1]
    later = crowd(30, START_MS + 5 * MINUTE_MS, "x", words=(11, 77))
    line.take(*later, until_ms=START_MS + 30 * MINUTE_MS)
    assert reports.event[[0, 9]].tolist() == [-1, e]
    assert events.first_ms[e] == START_MS + 1_000


def test_an_event_is_held_against_the_pace_of_the_hazard_it_is_called_by():
    line = Line(np.ones((4, 4), np.bool_))
    line.take(*crowd(8, hazard=1))
    events = line.detector.state.events
    e = int(np.flatnonzero(events.stage)[0])
    line.take(*crowd(20, START_MS + 2 * MINUTE_MS, "y", hazard=3))
    assert int(events.hazard[e]) == 1
    line.take(until_ms=START_MS + 10 * MINUTE_MS)
    start_bin = START_MS // BIN_MS
    wanted = base_rate(line.detector.state, 3, start_bin, int(events.born_ms[e]) // BIN_MS)
    assert (int(events.hazard[e]), float(events.base[e])) == (3, pytest.approx(wanted))
