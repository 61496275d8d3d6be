"""Many watches: the index agrees with the exact matcher, presets wait, backtests tell the truth."""

import random

import msgspec
import pytest

from invented_events import ALMERA, event, watch
from naive_watch import fits
from tocsin.errors import WatchRefused
from tocsin.model import Area, Fact, Place
from tocsin.watch import Matcher, compile_watch, many
from tocsin.watch.areas import of_geojson, of_sites, read_sites
from tocsin.watch.backtest import alerts_of, backtest, budget
from tocsin.watch.distance import outline_km
from tocsin.watch.match import CHECKS, checks_of, match
from tocsin.watch.nearby import Nearby
from tocsin.watch.trace import nearest_trace, trace
from tocsin.watch.wish import Threshold

HAZARDS = ("wildfire", "flood", "earthquake", "storm", "hail")
COUNTRIES = ("ES", "FR", "JP", None)


def some_area(dice):
    lat, lon = round(dice.uniform(-70, 80), 3), round(dice.uniform(-180, 179), 3)
    shape = dice.random()
    if shape < 0.2:
        return Area(lat, lon, 600.0, "c", country=dice.choice(COUNTRIES[:3]))
    if shape < 0.4 and abs(lon) < 170:
        high, wide = dice.uniform(0.2, 3), dice.uniform(0.2, 3)
        north, east = lat + high, lon + wide
        ring = [[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]
        return of_geojson({"type": "Polygon", "coordinates": [ring]})[0]
    return Area(lat, lon, dice.choice([1.0, 50.0, 300.0, 3_000.0]), dice.choice(["p1", None]))


def some_watch(dice, number):
    return watch(
        f"w{number}",
        hazards=dice.choice(["any", ("flood",), ("hail", "storm"), ("wildfire", "flood")]),
        min_level=dice.choice(["green", "yellow", "red"]),
        areas=tuple(some_area(dice) for _ in range(dice.choice([0, 1, 1, 2, 3]))),
        not_areas=tuple(some_area(dice) for _ in range(dice.choice([0, 0, 1]))),
        min_severity=dice.choice(["Unknown", "Unknown", "Severe"]),
        min_certainty=dice.choice(["Unknown", "Unknown", "Likely"]),
        min_confidence=dice.choice([0.0, 0.0, 0.6]),
        facts=dice.choice([(), (), (Threshold("killed", 3.0),)]),
        evidence=dice.choice(["fast", "balanced", "confirmed"]),
    )


def some_event(dice, number, watches):
    place = None
    aimed = [area for each in watches for area in each.areas]
    if dice.random() < 0.95:
        area = dice.choice(aimed)
        lat = max(-89.0, min(89.0, area.lat + dice.uniform(-4, 4)))
        lon = (area.lon + dice.uniform(-4, 4) + 180) % 360 - 180
        kind = dice.choice(["city", "city", "admin1", "country"])
        radius_km = dice.choice([1.0, 9.0, 45.0, 400.0])
        named = dice.choice(["p1", "p2"])
        place = Place(named, "Somewhere", kind, None, dice.choice(COUNTRIES), lat, lon, radius_km)
    return event(
        f"e{number}x",
        hazard=dice.choice(HAZARDS),
        place=place,
        level=dice.choice(["yellow", "red", "green"]),
        severity=dice.choice(["Minor", "Severe", "Extreme", "Unknown"]),
        certainty=dice.choice(["Possible", "Likely", "Observed"]),
        confidence=dice.choice([0.55, 0.7, 0.95]),
        tier=dice.choice(["unconfirmed", "corroborated", "official"]),
        families=dice.choice([("bluesky",), ("bluesky", "usgs")]),
        facts=dice.choice([(), (Fact("killed", 2.0, 4.0, "people", ""),),
                           (Fact("killed", 3.0, 4.0, "people", ""),)]),
    )  # fmt: skip


def test_the_index_and_the_matcher_agree_with_the_plain_twin():
    dice = random.Random(7)
    watches = [some_watch(dice, number) for number in range(1_200)]
    index, matched, asked = Nearby(watches), 0, 0
    by_id = {each.id: each for each in watches}
    for number in range(150):
        of = some_event(dice, number, watches)
        wanted = [each.id for each in watches if fits(each, of)]
        near = index.ids(of)
        assert [key for key in near if match(by_id[key], of)[0]] == wanted
        matched, asked = matched + len(wanted), asked + len(near)
    assert matched > 500, "the twin says no to nearly everything: the test shows nothing"
    assert asked < 150 * len(watches) / 3, "the index spares nothing"


def test_checks_that_a_watch_leaves_open_are_skipped_and_change_nothing():
    dice = random.Random(13)
    watches = [some_watch(dice, number) for number in range(80)]
    skipped = 0
    for number in range(60):
        of = some_event(dice, number, watches)
        for asked in watches:
            checks = checks_of(asked)
            assert match(asked, of, checks) == match(asked, of)
            skipped += len(CHECKS) - len(checks)
    assert skipped > 10_000


def test_of_thousands_of_sites_the_same_one_answers(monkeypatch):
    dice = random.Random(17)
    watches = [some_watch(dice, number) for number in range(20)]
    sites = tuple(some_area(dice) for _ in range(1_500)) + tuple(
        Area(round(dice.uniform(35, 60), 3), round(dice.uniform(-10, 30), 3), 2.0)
        for _ in range(1_500)
    )
    only_circles = tuple(area for area in sites if not area.ring and area.country is None)
    events = [some_event(dice, number, watches) for number in range(150)]
    asked = [watch("s", areas=sites), watch("c", areas=only_circles)]
    found = [match(each, of) for each in asked for of in events]
    monkeypatch.setattr(many, "FEW", 10_000)
    assert found == [match(each, of) for each in asked for of in events]
    assert len({fits for fits, _ in found}) == 2


def test_an_outline_measures_from_its_nearest_side():
    square = ((0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0), (0.0, 0.0))
    assert outline_km(square, 1.0, 1.0) == 0.0
    assert outline_km(square, 1.0, 3.0) == pytest.approx(111.2, rel=0.01)
    assert outline_km(square, -1.0, 1.0) == pytest.approx(111.2, rel=0.01)


@pytest.mark.parametrize(
    ("shape", "category"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "outline"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "outline"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [0, 91], [1, 1], [0, 0]]]}, "bad_number"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]]]},
         "geofence"),
        ({"type": "Polygon", "coordinates": [[[-179, 0], [179, 0], [179, 1], [-179, 0]]]},
         "outline"),
    ],
)  # fmt: skip
def test_what_is_no_outline_is_refused(shape, category):
    with pytest.raises(WatchRefused) as caught:
        of_geojson(shape)
    assert caught.value.category == category


def test_sites_keep_a_label_that_says_nothing_of_people():
    text = (
        "id,label,latitude,longitude,radius_km\n"
        "1,North depot,50.1,8.6,2\n2,Home of Bertil Quast,50.2,8.7,5\n3,@quast,50.3,8.8,5\n"
    )
    areas = of_sites(read_sites(text), lambda label: "depot" in label)
    assert [area.label for area in areas] == ["North depot", "site-2", "site-3"]
    assert [area.radius_km for area in areas] == [2.0, 5.0, 5.0]
    for spoiled in (text.replace(",2\n", ",0.9\n"), text.replace("50.1", "north")):
        with pytest.raises(WatchRefused, match="site 1"):
            of_sites(read_sites(spoiled), lambda label: True)


def compiled(**table):
    def find(name):
        return [ALMERA] if name.casefold() == "almera" else []

    return compile_watch({"channel": "ops", **table}, HAZARDS, find)


def test_the_structured_form_takes_groups_bounds_and_exclusions():
    made = compiled(
        hazards=["storms", "flood"], not_hazards=["hail"], not_places=["Almera"],
        min_severity="Severe", facts={"killed": 2}, evidence="confirmed", min_confidence=0.5,
    )  # fmt: skip
    assert made.hazards == ("flood", "storm")
    assert made.not_areas[0].radius_km == ALMERA.radius_km
    assert made.facts == (Threshold("killed", 2.0),)
    assert "severity Severe or above" in made.meaning and "once confirmed" in made.meaning
    assert not match(made, event(hazard="flood", severity="Severe"))[0]


@pytest.mark.parametrize(
    ("table", "category"),
    [
        ({"hazards": "flood", "evidence": "rumour"}, "evidence"),
        ({"hazards": "flood", "facts": {"sheep": 2}}, "facts"),
        ({"hazards": "flood", "facts": {"killed": 0}}, "facts"),
        ({"hazards": "flood", "min_confidence": 2}, "confidence"),
        ({"hazards": "flood", "min_severity": "bad"}, "severity"),
        ({"hazards": ["flood"], "not_hazards": ["flood"]}, "no_hazard"),
        ({"hazards": "flood", "sites": "a,b\n1,2\n"}, "sites"),
        ({"hazards": "flood", "sites": []}, "sites"),
        ({"hazards": "flood", "text": "flood"}, "two_forms"),
        ({"hazards": "flood", "places": "Almera"}, "no_place"),
    ],
)
def test_what_the_structured_form_refuses(table, category):
    with pytest.raises(WatchRefused) as caught:
        compiled(**table)
    assert caught.value.category == category


STORY = [
    event("a", 1, confidence=0.55),
    event("b", 1, confidence=0.75),
    event("a", 2, confidence=0.8),
    event("c", 1, level="green", tier="official", confidence=0.95),
    event("a", 3, tier="official", confidence=0.95),
    event("b", 2, phase="withdrawn"),
    event("a", 4, level="green", tier="official"),
]


def test_each_preset_waits_for_its_evidence_and_the_wait_is_told():
    tried = backtest(watch(evidence="balanced"), STORY)
    fast, balanced, confirmed = tried.presets
    assert tried.chosen == balanced
    assert [row.alerts for row in tried.presets] == [2, 2, 1]
    assert [row.lost for row in tried.presets] == [0, 0, 1]
    assert (fast.delay_s, balanced.delay_s, confirmed.delay_s) == (0.0, 30.0, 120.0)
    assert (fast.updates, fast.withdrawals) == (2, 1)
    (missed,) = fast.missed_official
    assert (missed.event, missed.failed) == (event("c").event_id, "level")


@pytest.mark.parametrize("seed", range(5))
def test_live_alerts_equal_the_backtest_of_the_same_recording(seed):
    dice = random.Random(seed)
    watches = [some_watch(dice, number) for number in range(40)]
    firsts = [some_event(dice, number, watches) for number in range(40)]
    phases = ["updated", "resolved", "withdrawn"]
    later = [
        msgspec.structs.replace(of, revision=2, phase=dice.choice(phases), tier="official")
        for of in firsts
    ]
    recording = [*firsts, *later]
    live = Matcher(watches)
    told = [alert for of in recording for alert in live.alerts(of)]
    assert any(alert.kind == "withdrawal" for alert in told)
    for each in watches:
        assert alerts_of([each], recording) == [a for a in told if a.watch == each.id]
        rung = [a for a in told if a.watch == each.id and a.kind == "alert"]
        assert [f.event for f in backtest(each, recording).chosen.firings] == [
            a.event.event_id for a in rung
        ]


def test_a_budget_gives_up_the_least_it_can():
    asked = watch(evidence="fast", min_level="green")
    within = budget(asked, STORY, 2)
    assert within.chosen and within.chosen.busiest_day <= 2
    assert (within.chosen.min_level, within.chosen.min_confidence) == ("green", 0.8)
    assert within.given_up == 1
    none = budget(asked, STORY, 0)
    assert none.chosen is None or none.chosen.alerts == 0


def test_why_not_names_the_first_condition_that_fails_and_all_others():
    asked = watch(min_level="red", evidence="confirmed", facts=(Threshold("killed", 1.0),))
    told = trace(asked, event())
    assert (told.alerts, told.failed) == (False, "level")
    assert [c.name for c in told.conditions if not c.holds] == ["level", "figures", "evidence"]
    assert "5-14" not in str(told), "of the watch, not of the posts"
    near = nearest_trace(asked, [event(), event(revision=2, level="red")])
    assert (near.revision, near.failed) == (2, "figures")
    assert trace(watch(), event()).alerts
    assert trace(watch(), event(phase="withdrawn")).failed == "phase"
