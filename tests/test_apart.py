"""Towns within a hazard's reach and towns beyond it: kernels against plain distances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from reports import PLACES
from tocsin.detect.apart import (
    FAR,
    NEAR,
    TOWN_SHARE,
    UNKNOWN,
    events_apart,
    own_town,
    report_apart,
)
from tocsin.detect.attach import ABROAD_TIMES, is_abroad_far
from tocsin.detect.merge import clear_event
from tocsin.detect.state import PlaceTable, new_state
from tocsin.detect.traits import EARTH_KM

STATE = new_state(4, 3)
REACH_KM = 120.0
REACH = np.float32(REACH_KM / EARTH_KM)


def table(towns) -> PlaceTable:
    """Place 0 is the unit, the others its towns at (latitude, longitude)."""
    lat, lon = np.radians(np.array([(0.0, 0.0), *towns], np.float64)).T
    point = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    n = len(point)
    return PlaceTable(
        np.zeros(n, np.int32), np.zeros(n, np.int32), point.astype(np.float32),
        np.full(n, 0.001, np.float32),
    )  # fmt: skip


def event_of(e, votes, voices):
    """Fill an event's slot with votes for places."""
    events = STATE.events
    clear_event(events, e)
    for i, (place, count) in enumerate(votes):
        events.places[e, i], events.place_votes[e, i] = place, count
    events.voices[e] = voices
    return events


votes = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 40).map(lambda n: n / 4)),
    max_size=8, unique_by=lambda one: one[0],
)  # fmt: skip


@given(votes, st.integers(0, 20), st.sampled_from([3.0, 5.0]))
@settings(max_examples=150)
def test_a_town_is_an_events_own_by_votes_and_share(drawn, voices, least):
    events = event_of(0, drawn, voices)
    fine = {2, 4, 7}  # The only towns: the rest are countries, regions, or wider than the reach.
    found = own_town(events, 0, PLACES, np.float32(0.01), least)
    assert found == naive.own_town(drawn, fine, voices, least, TOWN_SHARE)


places = st.tuples(st.integers(-60, 60), st.integers(-179, 179))


@given(places, st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)))
@settings(max_examples=150)
def test_two_events_are_apart_when_their_towns_are_out_of_reach(one, step):
    two = (one[0] + step[0], one[1] + step[1])
    away_km = naive.distance_km(one, two)
    towns = table([one, two])
    event_of(0, [(1, 6.0)], 6)
    events = event_of(1, [(2, 6.0)], 6)
    if abs(away_km - REACH_KM) > 0.1:
        assert events_apart(events, 0, 1, towns, REACH) == (NEAR if away_km < REACH_KM else FAR)
    events = event_of(1, [(2, 2.0)], 6)
    assert events_apart(events, 0, 1, towns, REACH) == UNKNOWN


@given(
    st.lists(places, min_size=2, max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.booleans(),
)
@settings(max_examples=150)
def test_a_report_from_beyond_all_reach_is_abroad(towns, named, wide):
    known = table(towns)
    votes = [(1 + i % len(towns), 1.0 + i) for i in range(len(towns))]
    events = event_of(0, votes, 9)
    slots = [1 + n % len(towns) for n in named]
    STATE.reports.place[0] = [*slots, -1, -1, -1][:4]
    reach_km = 159.0 if not wide else 161.0
    lead = towns[max(votes, key=lambda one: one[1])[0] - 1]
    away = [naive.distance_km(lead, towns[slot - 1]) for slot in slots]
    limit_km = ABROAD_TIMES * reach_km + 0.001 * EARTH_KM
    if min(abs(km - limit_km) for km in away) < 1.0:
        return
    wanted = not wide and min(away) > limit_km
    reach = np.float32(reach_km / EARTH_KM)
    assert is_abroad_far(STATE.reports, 0, events, 0, known, reach) == wanted


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ((2,), NEAR),
        ((4,), FAR),
        ((4, 2), NEAR),
        ((4, 1), UNKNOWN),
        ((1,), UNKNOWN),
        ((7, 1), UNKNOWN),
    ],
)
def test_who_names_the_region_of_an_event_beside_another_town_is_not_turned_away(named, found):
    events = event_of(0, [(2, 9.0)], 9)
    STATE.reports.place[0] = [*named, -1, -1, -1, -1][:4]
    assert report_apart(STATE.reports, 0, events, 0, PLACES, np.float32(0.01)) == found
