"""A watch says hazards and places or is refused; each crossing is told once, and so its end."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invented_events import ALMERA, BRUNNTAL, IBERIA, alert, event, too_few, watch
from tocsin.errors import WatchRefused
from tocsin.model import Ground, Place
from tocsin.watch import Matcher, compile_watch, match
from tocsin.watch.nearby import Nearby
from tocsin.watch.place_choice import chosen

HAZARDS = ("wildfire", "flood", "flash_flood", "earthquake")
TWIN = Place("g9", "Brunntal", "city", "Uplands", "CH", 46.8, 8.2, 5.5)


def town(place_id: str, radius_km: float, lat: float, kind="city", **changes) -> Place:
    place = Place(place_id, "Twinford", kind, "North", "GB", lat, -2.0, radius_km)
    return msgspec.structs.replace(place, **changes)


def find(text: str) -> list[Place]:
    """A gazetteer of three names."""
    known = {
        "almera": [ALMERA],
        "almera, spain": [ALMERA],
        "st. almera": [ALMERA],
        "brunntal": [BRUNNTAL, TWIN],
        "brunntal, austria": [BRUNNTAL],
        "brunntal, uplands, ch": [TWIN],
        "iberland": [IBERIA],
    }
    return known.get(text.casefold(), [])


def compiled(**table):
    return compile_watch({"hazards": "any", "channel": "ops", **table}, HAZARDS, find)


def refusal(**table) -> WatchRefused:
    with pytest.raises(WatchRefused) as caught:
        compiled(**table)
    return caught.value


# ---- compile ----


def test_a_watch_becomes_ids_and_says_what_it_means():
    made = compiled(hazards=["wildfire"], place="Almera, Spain", radius_km=50)
    assert (made.hazards, made.place, made.lat, made.lon) == (("wildfire",), "g1", 39.5, -0.4)
    assert (made.radius_km, made.min_level, made.channel) == (50.0, "yellow", "ops")
    assert made.meaning == "wildfire, level yellow or above, within 50 km of Almera (ES)"


@pytest.mark.parametrize(
    ("table", "meaning"),
    [
        ({}, "any hazard, level yellow or above, anywhere"),
        ({"min_level": "red"}, "any hazard, level red, anywhere"),
        (
            {"hazards": ["flood", "wildfire", "flash_flood", "flood"]},
            "flash flood, flood or wildfire, level yellow or above, anywhere",
        ),
        ({"hazards": "flood"}, "flood, level yellow or above, anywhere"),
        (
            {"lat": 39.46999, "lon": 2, "radius_km": 1},
            "any hazard, level yellow or above, within 1 km of 39.470, 2.000",
        ),
        ({"place": "Almera"}, "any hazard, level yellow or above, within 50 km of Almera (ES)"),
        (
            {"place": "Iberland"},
            "any hazard, level yellow or above, within 500 km of Iberland (ES)",
        ),
    ],
)
def test_meaning_in_words(table, meaning):
    assert compiled(**table).meaning == meaning


def test_equal_meaning_is_an_equal_id_and_other_meaning_another():
    base = {"hazards": ["flood", "wildfire"], "place": "Almera", "radius_km": 50}
    same = {"hazards": ["wildfire", "flood", "flood"], "place": " ALMERA\u200b ", "radius_km": 50.0}
    assert compiled(**base).id == compiled(**same).id
    others = [
        {**base, "hazards": ["flood"]},
        {**base, "hazards": "any"},
        {**base, "place": "Brunntal, Austria"},
        {**base, "radius_km": 51},
        {**base, "min_level": "red"},
        {**base, "channel": "other"},
    ]
    ids = {compiled(**table).id for table in (base, *others)}
    assert len(ids) == len(others) + 1
    assert compiled(**base).id == "456651546b404aa3", "ids are remembered across restarts"


def test_an_unknown_hazard_is_met_with_near_ones():
    error = refusal(hazards=["flood", "Wild-fires"])
    assert (error.category, error.reason) == ("unknown_hazard", "Hazard 2 is not known.")
    assert error.suggestion == "Did you mean wildfire?"
    assert "earthquake" in refusal(hazards=["zzz"]).suggestion


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("@some_handle", "account"),
        ("someone@example.org", "account"),
        ("#almera", "account"),
        ("did:plc:abcdefgh", "account"),
        ("https://example.org", "address"),
        ("www.example", "address"),
        ("example.org", "address"),
        ("t.example", "address"),
        ("12 Acacia Avenue flat 3", "number"),
        ("Acacia Avenue 12b", "number"),
        ("Almera \u0661\u0662", "number"),
        ("Almera \uff11\uff12", "number"),
        ("+34 600 000", "number"),
        ("Almera OR Brunntal", "operator"),
        ("Almer*", "operator"),
        ('"Almera"', "operator"),
        ("from:Almera", "operator"),
        ("^Alm|Bru", "operator"),
        ("Mayor Almera", "person"),
        ("dr. Almera", "person"),
        ("Almera suspect", "person"),
        ("x" * 121, "too_long"),
        ("Alm\x07era", "control"),
        ("  \u200b ", "empty"),
        ("...", "empty"),
        ("Nowhereville", "no_place"),
        ("Brunntal", "ambiguous"),
        (7, "no_place"),
    ],
)
def test_what_is_no_place_is_refused_without_repeating_it(text, category):
    error = refusal(place=text)
    assert error.category == category
    assert error.reason and error.suggestion
    if category != "ambiguous":
        for word in str(text).split():
            assert len(word) < 4 or word not in str(error)


def test_a_doubtful_place_is_asked_about_with_answers_that_work():
    assert refusal(place="Brunntal").suggestion == "Write one of: Brunntal, AT; Brunntal, CH."
    assert compiled(place="Brunntal, AT").place == "g2"
    assert compiled(place="Brunntal, CH").place == "g9"
    assert compiled(place="Brunntal, Austria").place == "g2"
    assert refusal(place="Brunntal, ES").category == "no_place"
    assert compiled(place="St. Almera").place == "g1"
    assert compiled(place="\uff21lmera").place == "g1", "full width letters are letters"


@pytest.mark.parametrize(
    ("others", "sure"),
    [
        ([], True),
        ([town("b", 10.0, 55.0)], True),
        ([town("b", 10.1, 55.0)], False),
        ([town("b", 4.9, 55.0, "admin1"), town("c", 4.9, 56.0)], True),
        ([town("b", 9.9, 55.0, "country")], True),
        ([town("b", 10.0, 55.0, "country")], False),
        ([town("b", 90.0, 51.2, "admin1")], True),
        ([town("b", 90.0, 53.0, "admin1")], False),
        ([town("b", 15.0, 51.1)], True),
    ],
)
def test_a_name_is_taken_for_its_first_place_only_when_nobody_could_mean_another(others, sure):
    first = town("a", 20.0, 51.0)
    assert (chosen([first, *others]) is first) is sure


def test_one_state_has_one_and_the_questions_tell_them_apart():
    north, south = town("n", 12.0, 55.0), town("s", 11.0, 51.0, admin1="South")

    def by_state(text):
        every = {"Twinford": [north, south], "Twinford, North, GB": [north]}
        return every.get(text, [south] if text == "Twinford, South, GB" else [])

    with pytest.raises(WatchRefused) as caught:
        compile_watch({"hazards": "any", "place": "Twinford", "channel": "x"}, HAZARDS, by_state)
    assert caught.value.suggestion == ("Write one of: Twinford, North, GB; Twinford, South, GB.")


def test_without_a_question_that_helps_coordinates_do():
    def same(text):
        return [town("a", 12.0, 55.0), town("b", 11.0, 51.0)]

    with pytest.raises(WatchRefused, match="Give lat and lon"):
        compile_watch({"hazards": "any", "place": "Twinford", "channel": "x"}, HAZARDS, same)


@pytest.mark.parametrize(
    ("table", "category"),
    [
        ({"keywords": ["flood"]}, "unknown_key"),
        ({"hazards": []}, "no_hazard"),
        ({"hazards": None}, "no_hazard"),
        ({"hazards": [1]}, "no_hazard"),
        ({"hazards": ["flood"] * 65}, "too_many"),
        ({"place": "Almera", "lat": 1.0, "lon": 1.0}, "two_areas"),
        ({"lat": 1.0}, "bad_number"),
        ({"lat": 91, "lon": 1.0}, "bad_number"),
        ({"lat": True, "lon": 1.0}, "bad_number"),
        ({"lat": float("nan"), "lon": 1.0}, "bad_number"),
        ({"lat": 1.0, "lon": "1"}, "bad_number"),
        ({"radius_km": 5}, "no_centre"),
        ({"place": "Almera", "radius_km": 0.9}, "geofence"),
        ({"place": "Almera", "radius_km": 20_001}, "geofence"),
        ({"place": "Almera", "radius_km": float("nan")}, "geofence"),
        ({"place": "Almera", "radius_km": "5"}, "geofence"),
        ({"min_level": "purple"}, "level"),
        ({"min_level": ["red"]}, "level"),
        ({"channel": "No Such"}, "channel"),
        ({"channel": None}, "channel"),
    ],
)
def test_what_is_no_watch_is_refused(table, category):
    assert refusal(**table).category == category


def test_a_channel_must_be_known_when_channels_are():
    table = {"hazards": "any", "channel": "ops"}
    assert compile_watch(table, HAZARDS, find, {"ops"}).channel == "ops"
    with pytest.raises(WatchRefused, match="Choose one of: page"):
        compile_watch(table, HAZARDS, find, {"page"})


# ---- match ----


def near(radius_km: float, **changes):
    return watch(lat=39.5, lon=-0.4, radius_km=radius_km, **changes)


def at(lon: float, radius_km: float, kind: str = "city") -> Place:
    return msgspec.structs.replace(ALMERA, lon=lon, radius_km=radius_km, kind=kind)


@pytest.mark.parametrize(
    ("chosen", "of", "fits"),
    [
        (watch(), {}, True),
        (watch(hazards=("flood", "wildfire")), {}, True),
        (watch(hazards=("flood",)), {}, False),
        (watch(min_level="red"), {}, False),
        (watch(min_level="green"), {}, True),
        (watch(), {"place": None}, True),
        (near(10), {"place": None}, False),
        (near(10), {}, True),
        # One degree of longitude here is 85.8 km.
        (near(60), {"place": at(0.6, 30.0)}, True),
        (near(50), {"place": at(0.6, 30.0)}, False),
        (near(30), {"place": at(0.6, 400.0)}, False),
        (near(40), {"place": at(0.6, 400.0)}, True),
        (near(1), {"place": at(0.6, 400.0, "country")}, True),
        (near(1000), {"place": at(5.6, 400.0, "country")}, False),
    ],
)
def test_what_fits_a_watch(chosen, of, fits):
    found, why = match(chosen, event(**of))
    assert found is fits
    assert why
    assert bool(Nearby([chosen]).ids(event(**of))) is fits


def test_the_grounds_say_what_was_held_against_what():
    _, why = match(near(60, hazards=("wildfire",)), event(place=at(0.6, 400.0, "country")))
    assert [(w.ground, w.value, w.bound) for w in why] == [
        (Ground.HAZARD, "wildfire", "wildfire"),
        (Ground.LEVEL, "yellow", "yellow"),
        (Ground.DISTANCE_KM, 86, 400),
        (Ground.COUNTRY_ONLY, "ES", None),
    ]
    fits, why = match(near(60, min_level="red"), event())
    assert not fits and why[-1].ground is Ground.LEVEL


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["any", ("wildfire",), ("flood", "wildfire"), ("flood",)]),
            st.sampled_from(["green", "yellow", "red"]),
            st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(1, 20_000)),
        ),
        max_size=20,
    ),
    st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(1, 2_000)),
    st.sampled_from(["city", "country"]),
)
def test_the_index_never_misses_a_watch(rows, where, kind):
    watches = []
    for number, (hazards, level, area) in enumerate(rows):
        lat, lon, radius_km = area or (None, None, None)
        circle = {"lat": lat, "lon": lon, "radius_km": radius_km}
        watches.append(watch(f"w{number}", hazards=hazards, min_level=level, **circle))
    place = where and Place("p", "Somewhere", kind, None, "ES", *where)
    of = event(place=place)
    wanted = {each.id for each in watches if match(each, of)[0]}
    assert wanted <= set(Nearby(watches).ids(of))


# ---- matcher ----


def kinds(matcher, *revisions):
    return [[made.kind for made in matcher.alerts(of)] for of in revisions]


def test_a_crossing_is_told_once_and_then_only_what_matters():
    matcher = Matcher([watch()])
    assert kinds(
        matcher,
        event(level="green"),
        event(revision=2),
        event(revision=3, confidence=0.9, voices="15-49"),
        event(revision=4, level="red"),
        event(revision=4, level="red"),
        event(revision=3, level="red"),
        event(revision=5, level="red", tier="corroborated"),
    ) == [[], ["alert"], [], ["update"], [], [], ["update"]]


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ({"phase": "withdrawn"}, "withdrawal"),
        ({"phase": "resolved"}, "update"),
        ({"phase": "merged", "merged_into": "f" * 16}, "update"),
        ({"level": "green"}, "update"),
        ({"hazard": "earthquake"}, "withdrawal"),
        ({"place": BRUNNTAL}, "withdrawal"),
        ({"place": None}, "withdrawal"),
    ],
)
def test_whoever_got_the_first_hears_of_the_end_once(end, kind):
    matcher = Matcher([near(60, hazards=("wildfire",))])
    assert kinds(matcher, event(), event(revision=2, **end), event(revision=3, **end)) == [
        ["alert"],
        [kind],
        [],
    ]


@pytest.mark.parametrize("first", [{"phase": "resolved"}, {"level": "green"}])
def test_a_withdrawal_reaches_those_who_thought_it_over(first):
    matcher = Matcher([watch()])
    ends = [event(revision=2, **first), event(revision=3, phase="withdrawn", level="green")]
    assert kinds(matcher, event(), *ends) == [["alert"], ["update"], ["withdrawal"]]


def test_who_never_heard_of_it_hears_of_no_end():
    matcher = Matcher([watch(min_level="red")])
    assert kinds(matcher, event(), event(revision=2, phase="withdrawn")) == [[], []]


def test_a_second_crossing_is_a_second_alert():
    matcher = Matcher([watch()])
    revisions = [event(), event(revision=2, level="green"), event(revision=3)]
    assert kinds(matcher, *revisions) == [["alert"], ["update"], ["alert"]]


def test_an_alert_carries_key_meaning_channel_and_grounds():
    (made,) = Matcher([watch("abc", channel="sirens")]).alerts(event(revision=7))
    assert made.key == f"{event().event_id}.7.abc.sirens"
    assert (made.meaning, made.channel) == ("meaning of abc", "sirens")
    assert [why.ground for why in made.why] == [Ground.HAZARD, Ground.LEVEL]


def test_a_restored_matcher_goes_on_where_the_first_stopped():
    watches = [watch("w", min_level="yellow"), watch("v", min_level="red")]
    revisions = [
        event(),
        event(revision=2, level="red"),
        event(revision=3, level="yellow"),
        event(revision=4, level="red"),
        too_few(revision=5, level="red"),
    ]
    whole = Matcher(watches)
    expected = [whole.alerts(of) for of in revisions]
    for cut in range(len(revisions)):
        before, after = Matcher(watches), Matcher(watches)
        told = [made for of in revisions[:cut] for made in before.alerts(of)]
        last = {made.watch: made for made in told}
        after.restore(last.values())
        assert [after.alerts(of) for of in revisions[cut:]] == expected[cut:], cut


def test_a_watch_taken_out_still_owes_the_withdrawal():
    matcher = Matcher([watch("new")])
    matcher.restore([alert()])
    assert kinds(matcher, event(revision=2, level="red")) == [["alert"]]
    made = matcher.alerts(event(revision=3, phase="withdrawn"))
    assert {(a.watch, a.kind, a.channel, a.meaning) for a in made} == {
        ("w", "withdrawal", "ops", "meaning of w"),
        ("new", "withdrawal", "ops", "meaning of new"),
    }


def test_memory_is_bounded_and_forgets_closed_events_first():
    matcher = Matcher([watch()], bound=10)
    matcher.alerts(event("live"))
    for number in range(50):
        matcher.alerts(event(f"x{number}x"))
        matcher.alerts(event(f"x{number}x", 2, phase="resolved"))
        assert len(matcher) <= 10
    assert kinds(matcher, event("live", 2)) == [[]], "the live one is still known"
    for number in range(50):
        matcher.alerts(event(f"y{number}y"))
        assert len(matcher) <= 10


REVISIONS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["a", "b"]),
            "level": st.sampled_from(["green", "yellow", "red"]),
            "phase": st.sampled_from(["updated", "updated", "resolved", "withdrawn", "merged"]),
            "hazard": st.sampled_from(["wildfire", "wildfire", "flood"]),
            "place": st.sampled_from([ALMERA, ALMERA, BRUNNTAL, None]),
            "again": st.booleans(),
        }
    ),
    max_size=25,
)
WATCHES = [near(60, hazards=("wildfire",)), watch("v", min_level="red"), watch("u")]


@settings(max_examples=150, deadline=None)
@given(REVISIONS)
def test_each_crossing_gives_exactly_one_alert_and_no_key_comes_twice(steps):
    matcher, keys = Matcher(WATCHES), []
    told: dict[tuple[str, str], str] = {}
    numbers = {"a": 0, "b": 0}
    for step in steps:
        fields = {k: v for k, v in step.items() if k not in ("name", "again")}
        numbers[step["name"]] += 1
        of = event(step["name"], numbers[step["name"]], **fields)
        made = {a.watch: a.kind for a in matcher.alerts(of)}
        keys += [f"{of.event_id}.{of.revision}.{w}" for w in made]
        for each in WATCHES:
            pair = (each.id, of.event_id)
            crosses = of.phase in ("reported", "updated") and match(each, of)[0]
            kind, before = made.get(each.id), told.get(pair)
            if crosses and before != "live":
                assert kind == "alert"
            elif crosses:
                assert kind in (None, "update")
            elif before == "live":
                assert kind in ("update", "withdrawal")
            elif before == "lapsed" and of.phase == "withdrawn":
                assert kind == "withdrawal"
            else:
                assert kind is None
            if kind is not None:
                after = "gone" if kind == "withdrawal" else "lapsed"
                told[pair] = "live" if crosses else after
        if step["again"]:
            assert matcher.alerts(of) == []
    assert len(keys) == len(set(keys))
