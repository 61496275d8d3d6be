"""Towns within a hazard's reach and towns beyond it: kernels against plain distances."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from reports import PLACES
from tocsin.detect.apart import FAR, NEAR, TOWN_SHARE, UNKNOWN, events_apart, own_town
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
