"""Whether a burst is part of a known event, talk of one, or a thing of its own."""

import numpy as np
import pytest

from reports import PLACES, START_MS
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.company import GREAT_REPORTS, Company
from tocsin.detect.merge import clear_event
from tocsin.detect.state import BIN_MS, CANDIDATE, DORMANT, LIVE, State, new_state
from tocsin.detect.traits import plain

UNIT, TOWN, FAR_UNIT, FAR_TOWN, ABROAD_UNIT, ABROAD = 1, 2, 3, 4, 6, 7
FIRE, BLAST, FLOOD = 0, 1, 2
AT_LARGE, IN_A_COUNTRY = 0, 2
KIN = np.eye(3, dtype=np.bool_)
KIN[FIRE, BLAST] = KIN[BLAST, FIRE] = True
OLD, NEW = 0, 1


@pytest.fixture
def state() -> State:
    return new_state(3, 2)


@pytest.fixture
def company(state) -> Company:
    return Company(state, PLACES, plain(KIN))


def known(state, slot, votes, **traits):
    """An event in a slot, with votes for places and whatever else is said of it."""
    events = state.events
    clear_event(events, slot)
    events.number[slot], events.stage[slot] = slot + 1, LIVE if slot == OLD else CANDIDATE
    events.voices[slot] = events.reports[slot] = 10
    events.sort[slot], events.window_s[slot] = IN_A_COUNTRY, 600
    events.born_ms[slot] = events.first_ms[slot] = events.last_ms[slot] = START_MS
    for at, (place, count) in enumerate(votes.items()):
        events.places[slot, at], events.place_votes[slot, at] = place, count
        country = PLACES.country[place]
        lane = np.flatnonzero(events.countries[slot] == country)
        lane = int(lane[0]) if len(lane) else int(np.flatnonzero(events.countries[slot] < 0)[0])
        events.countries[slot, lane] = country
        events.country_votes[slot, lane] += count
    for name, value in traits.items():
        getattr(events, name)[slot] = value


def loud(state, slot, at_ms=START_MS, reports=200.0):
    """Let an event's last hour bring many reports."""
    state.events.last_bin[slot] = at_ms // BIN_MS
    state.events.strong[slot, at_ms // BIN_MS % state.events.strong.shape[1]] = reports


@pytest.mark.parametrize(("beside", "shadowed"), [(1.5, True), (0.9, False), (0.0, False)])
def test_who_names_the_place_of_a_known_event_too_speaks_of_that(state, company, beside, shadowed):
    known(state, OLD, {UNIT: 90.0, TOWN: 60.0}, hazard=BLAST)
    known(state, NEW, {ABROAD: 9.0} | ({TOWN: beside} if beside else {}), hazard=FIRE)
    assert company.is_shadowed(NEW) is shadowed
    state.events.hazard[NEW] = FLOOD
    assert not company.is_shadowed(NEW)


@pytest.mark.parametrize(
    ("traits", "shadowed"),
    [({}, True), ({"window_s": 600}, False), ({"hazard": FIRE}, False), ({"hazard": FLOOD}, False)],
)
def test_yesterdays_blast_is_talked_of_slowly_all_over_its_country(
    state, company, traits, shadowed
):
    known(state, OLD, {UNIT: 90.0}, hazard=BLAST, reports=GREAT_REPORTS, stage=DORMANT)
    known(state, NEW, {FAR_TOWN: 5.0}, **{"hazard": BLAST, "window_s": 14_400} | traits)
    assert company.is_shadowed(NEW) is shadowed
    state.events.reports[OLD] = GREAT_REPORTS - 1
    assert not company.is_shadowed(NEW)
    known(state, OLD, {ABROAD: 90.0}, hazard=BLAST, reports=GREAT_REPORTS)
    assert not company.is_shadowed(NEW)


@pytest.mark.parametrize(
    ("votes", "traits", "home"),
    [
        ({}, {}, OLD),
        ({TOWN: 1.0, ABROAD: 0.5}, {}, OLD),
        ({ABROAD: 2.0}, {}, None),
        ({FAR_TOWN: 2.0}, {}, None),
        ({}, {"sort": IN_A_COUNTRY}, None),
        ({}, {"hazard": FLOOD}, None),
        ({}, {"stage": LIVE}, None),
    ],
)
def test_a_kindred_hazard_without_a_place_is_part_of_what_is_loud(
    state, company, votes, traits, home
):
    known(state, OLD, {UNIT: 30.0}, hazard=BLAST)
    known(state, NEW, votes, **{"hazard": FIRE, "sort": AT_LARGE} | traits)
    assert company.home_of(NEW) is None, "nothing is part of what few speak of"
    loud(state, OLD)
    assert company.home_of(NEW) == home


@pytest.mark.parametrize(
    ("votes", "traits", "after_ms", "home"),
    [
        ({}, {}, 5 * MINUTE_MS, OLD),
        ({FAR_TOWN: 1.0, TOWN: 1.0}, {}, 5 * MINUTE_MS, OLD),
        ({}, {}, HOUR_MS, None),
        ({TOWN: 4.0}, {}, 5 * MINUTE_MS, None),
        ({}, {"sort": IN_A_COUNTRY}, 5 * MINUTE_MS, None),
        ({}, {"hazard": FIRE}, 5 * MINUTE_MS, None),
    ],
)
def test_a_cry_at_large_is_the_first_word_of_what_is_placed_soon_after(
    state, company, votes, traits, after_ms, home
):
    first = {"hazard": BLAST, "sort": AT_LARGE, "stage": CANDIDATE} | traits
    known(state, OLD, votes, **first)
    known(state, NEW, {ABROAD: 5.0}, hazard=BLAST, last_ms=START_MS + after_ms)
    assert company.home_of(NEW) == home


@pytest.mark.parametrize(
    ("votes", "home"), [({ABROAD: 1.5, ABROAD_UNIT: 1.5}, OLD), ({ABROAD: 3.0}, None)]
)
def test_names_scattered_abroad_set_nothing_apart_where_the_hazard_burst_at_large(
    state, company, votes, home
):
    known(state, OLD, {UNIT: 30.0}, hazard=BLAST)
    known(state, NEW, votes, hazard=BLAST, sort=AT_LARGE)
    loud(state, OLD)
    assert company.home_of(NEW) == home
