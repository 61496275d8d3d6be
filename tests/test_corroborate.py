"""Which official bulletin supports which event: hazard, time, distance, and what is over."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.clock import HOUR_MS
from tocsin.model import Bulletin, Place
from tocsin.official import Corroborator
from tocsin.official.corroborate import HELD_MOST, HELD_MS, SUPPORTS_MOST

NOON_MS = 1_767_268_800_000


def place(lat=45.0, lon=11.0, radius_km=20.0, kind="city"):
    return Place("p1", "Brackwater", kind, None, "XX", lat, lon, radius_km)


def bulletin(**told):
    plain = Bulletin("usgs", "b1", NOON_MS, "earthquake", 45.0, 11.0, 30.0, "Severe")
    return msgspec.structs.replace(plain, **told)


def support(*bulletins, hazard="earthquake", where=None, first=NOON_MS, last=NOON_MS, now=None):
    corroborator = Corroborator(Counter())
    for each in bulletins:
        corroborator.add(each)
    now = NOON_MS + 24 * HOUR_MS if now is None else now
    return corroborator.supports(hazard, where or place(), first, last, now)


def ids(supports):
    return [s.bulletin.id for s in supports]


def test_a_bulletin_supports_the_event_it_speaks_of_and_tells_the_lead():
    (one,) = support(bulletin(sent_ms=NOON_MS + 90_500, lat=45.1))
    assert one.lead_time_s == 90.5
    assert one.distance_km == pytest.approx(11.1, abs=0.1)
    (first,) = support(bulletin(sent_ms=NOON_MS - 60_000))
    assert first.lead_time_s == -60.0


def test_an_event_without_a_place_has_no_support():
    corroborator = Corroborator(Counter())
    corroborator.add(bulletin())
    assert corroborator.supports("earthquake", None, NOON_MS, NOON_MS, NOON_MS) == ()


@pytest.mark.parametrize(
    ("told", "hazard", "supports"),
    [
        ({"hazard": "earthquake", "severity": "Severe"}, "tsunami", True),
        ({"hazard": "earthquake", "severity": "Moderate"}, "tsunami", False),
        ({"hazard": "tsunami"}, "earthquake", True),
        ({"hazard": "tropical_cyclone"}, "storm", True),
        ({"hazard": "storm"}, "tropical_cyclone", True),
        ({"hazard": "tropical_cyclone"}, "flood", True),
        ({"hazard": "wildfire"}, "fire", True),
        ({"hazard": "fire"}, "wildfire", True),
        ({"hazard": "wildfire"}, "building_fire", False),
        ({"hazard": "earthquake"}, "shooting", False),
        ({"hazard": "power_outage"}, "earthquake", False),
        ({"hazard": "rail_accident"}, "rail_accident", True),
    ],
)
def test_only_a_hazard_that_may_be_the_same_thing_is_supported(told, hazard, supports):
    assert bool(support(bulletin(**told), hazard=hazard)) is supports


@pytest.mark.parametrize(
    ("hazard", "before_h", "after_h"), [("earthquake", 6, 12), ("flood", 24, 72)]
)
def test_the_window_in_time_depends_on_the_hazard(hazard, before_h, after_h):
    last = NOON_MS + 2 * HOUR_MS
    for sent_ms, supports in (
        (NOON_MS - before_h * HOUR_MS, True),
        (NOON_MS - before_h * HOUR_MS - 1, False),
        (last + after_h * HOUR_MS, True),
        (last + after_h * HOUR_MS + 1, False),
    ):
        found = support(
            bulletin(hazard=hazard, sent_ms=sent_ms), hazard=hazard, last=last, now=sent_ms
        )
        assert bool(found) is supports, sent_ms - NOON_MS


def test_what_is_not_sent_yet_supports_nothing():
    assert support(bulletin(sent_ms=NOON_MS + 1), now=NOON_MS) == ()
    assert ids(support(bulletin(sent_ms=NOON_MS + 1), now=NOON_MS + 1)) == ["b1"]


def _north(km):
    return 45.0 + km / 111.195


@pytest.mark.parametrize(
    ("hazard", "where", "away_km", "supports"),
    [
        ("flood", place(), 49.9, True),
        ("flood", place(), 50.1, False),
        ("earthquake", place(), 99.9, True),
        ("earthquake", place(), 100.1, False),
        ("flood", place(radius_km=500, kind="country"), 499, True),
        ("flood", place(radius_km=500, kind="country"), 501, False),
        ("earthquake", place(radius_km=60, kind="country"), 61, False),
    ],
)
def test_the_circles_have_to_meet(hazard, where, away_km, supports):
    told = bulletin(hazard=hazard, lat=_north(away_km))
    assert bool(support(told, hazard=hazard, where=where)) is supports


def test_cancelled_and_test_bulletins_support_nothing():
    assert support(bulletin(status="test")) == ()
    cancelled = bulletin(status="cancelled", sent_ms=NOON_MS + 5)
    assert support(bulletin(), cancelled) == ()
    # The end of a message holds even when it comes first.
    assert support(cancelled, bulletin()) == ()
    by_reference = bulletin(id="c9", status="cancelled", references=("b1",), sent_ms=NOON_MS + 5)
    assert support(bulletin(), by_reference) == ()
    assert support(by_reference, bulletin()) == ()


def test_a_feed_cannot_end_or_replace_the_word_of_another():
    strange = bulletin(source="other", id="c9", references=("b1",), sent_ms=NOON_MS + 5)
    assert ids(support(bulletin(), strange)) == ["b1", "c9"]
    ended = msgspec.structs.replace(strange, status="cancelled")
    assert ids(support(bulletin(), ended)) == ["b1"]


def test_an_update_replaces_and_the_lead_counts_from_the_first_word():
    update = bulletin(id="b2", sent_ms=NOON_MS + HOUR_MS, references=("b1",), severity="Extreme")
    (one,) = support(bulletin(sent_ms=NOON_MS + 30_000), update)
    assert (one.bulletin.id, one.bulletin.severity, one.lead_time_s) == ("b2", "Extreme", 30.0)
    again = bulletin(sent_ms=NOON_MS + HOUR_MS, radius_km=60.0)
    for order in ((bulletin(), again), (again, bulletin())):
        (one,) = support(*order)
        assert (one.bulletin.radius_km, one.lead_time_s) == (60.0, 0.0)


def test_the_order_is_by_sending_source_and_id_and_bounded():
    many = [bulletin(id=f"b{n:02d}", sent_ms=NOON_MS + 60_000 * (n % 5)) for n in range(40)]
    many.append(bulletin(source="aaa", id="z1"))
    found = support(*many)
    assert found == support(*reversed(many))
    assert len(found) == SUPPORTS_MOST
    keys = [(s.bulletin.sent_ms, s.bulletin.source, s.bulletin.id) for s in found]
    assert keys == sorted(keys)
    assert ids(found)[0] == "z1"


def test_bulletins_are_held_for_72_hours_and_in_a_bounded_number():
    corroborator = Corroborator(Counter())
    corroborator.add(bulletin(hazard="flood"))
    at = NOON_MS + HELD_MS
    assert corroborator.supports("flood", place(), NOON_MS, NOON_MS, at)
    assert not corroborator.supports("flood", place(), NOON_MS, NOON_MS, at + 1)
    corroborator.supports("flood", place(), NOON_MS, NOON_MS, at + 120_000)
    assert corroborator.held == 0
    for n in range(HELD_MOST + 1):
        corroborator.add(bulletin(id=f"b{n}", sent_ms=NOON_MS + n))
    assert HELD_MOST // 2 < corroborator.held <= HELD_MOST
    assert corroborator._dropped == {"bulletins_held": HELD_MOST + 1 - corroborator.held}
    # The oldest went, the newest stayed.
    supports = corroborator.supports("earthquake", place(), NOON_MS, NOON_MS, NOON_MS + HOUR_MS)
    assert supports[0].bulletin.sent_ms > NOON_MS


@given(st.permutations(range(10)))
def test_corroboration_does_not_depend_on_the_order_of_arrival(order):
    messages = [
        bulletin(),
        bulletin(sent_ms=NOON_MS + 10),
        bulletin(id="b3", hazard="tsunami"),
        bulletin(id="b4"),
        bulletin(id="c4", status="cancelled", references=("b4",), sent_ms=NOON_MS + 50),
        bulletin(id="b6", source="other"),
        # A chain of three whose last word names only the one before it.
        bulletin(id="u1", source="met", sent_ms=NOON_MS + 1),
        bulletin(id="u2", source="met", sent_ms=NOON_MS + 20, references=("u1",)),
        bulletin(id="u3", source="met", sent_ms=NOON_MS + 30, references=("u2",)),
        bulletin(id="e3", source="met", sent_ms=NOON_MS + 40, status="ended", references=("u3",)),
    ]
    found = support(*(messages[n] for n in order))
    assert found == support(*messages)
    (last,) = (s for s in found if s.bulletin.source == "met")
    assert (last.bulletin.id, last.lead_time_s) == ("u3", 0.001)
    assert (last.bulletin.status, last.bulletin.expires_ms) == ("ended", NOON_MS + 40)


def test_two_names_of_one_quake_stand_as_one_whichever_comes_first():
    """Lists of quakes name each other's ids, so that each seems to replace the other."""
    one = bulletin(id="aa1", references=("bb1",))
    other = bulletin(id="bb1", references=("aa1",), sent_ms=NOON_MS + 60_000)
    for order in ((one, other), (other, one)):
        (left,) = support(*order)
        assert (left.bulletin.id, left.lead_time_s) == ("bb1", 0.0)
    assert ids(support(one, msgspec.structs.replace(other, sent_ms=NOON_MS))) == ["bb1"]


def test_an_update_that_speaks_of_another_hazard_replaces_all_the_earlier_one_said():
    first = bulletin(hazard="flood"), bulletin(hazard="storm")
    update = bulletin(id="b2", hazard="flash_flood", references=("b1",), sent_ms=NOON_MS + 5)
    for order in ((*first, update), (update, *first)):
        assert ids(support(*order, hazard="flood")) == ["b2"]


def test_what_is_over_still_confirms_what_was_reported():
    over = bulletin(id="e1", status="ended", references=("b1",), sent_ms=NOON_MS + HOUR_MS)
    for order in ((bulletin(), over), (over, bulletin())):
        (one,) = support(*order)
        assert (one.bulletin.status, one.bulletin.expires_ms) == ("ended", NOON_MS + HOUR_MS)
    # An end speaks for nothing itself.
    assert support(over) == ()


def test_the_nearest_of_several_areas_decides():
    areas = ((_north(300), 11.0, 30.0), (_north(40), 11.0, 25.0))
    told = bulletin(hazard="flood", lat=_north(170), radius_km=170.0, areas=areas)
    (one,) = support(told, hazard="flood")
    assert one.distance_km == pytest.approx(40.0, abs=0.1)
    # Between two areas lies nothing, although one circle around both would hold it.
    assert support(told, hazard="flood", where=place(lat=_north(200))) == ()


def test_news_are_no_official_word():
    corroborator = Corroborator(Counter())
    corroborator.add(bulletin(source="gazette", kind="news"))
    asked = ("earthquake", place(), NOON_MS, NOON_MS, NOON_MS)
    assert corroborator.supports(*asked) == ()
    assert corroborator.in_the_news(*asked)
    assert not corroborator.in_the_news("flood", *asked[1:])
