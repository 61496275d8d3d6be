"""Near misses are exact, and advice follows from what was judged."""

import random

import msgspec
import pytest

from invented_events import ALMERA, NOON_MS, alert, event, watch
from test_watch_many import some_event, some_watch
from tocsin.model import Area, Fact
from tocsin.store import Store
from tocsin.watch.advice import advice, in_words
from tocsin.watch.distance import apart_km
from tocsin.watch.match import areas_of, beyond, match
from tocsin.watch.near import near_of, words_of
from tocsin.watch.shape import geojson_of
from tocsin.watch.trace import trace
from tocsin.watch.wish import Threshold
from watch_command import tocsin as tocsin  # a fixture

WIDE = 111.2


def eased(asked, of, near, less_km=0.0):
    """The watch with the bounds a near miss names."""
    changes = {}
    for each in near:
        if each.setting == "radius_km":
            areas = list(areas_of(asked))
            circles = [a for a in areas if not a.ring and a.country is None]
            nearest = min(circles, key=lambda area: beyond(area, of.place)[0])
            wider = msgspec.structs.replace(nearest, radius_km=each.needed - less_km)
            areas[areas.index(nearest)] = wider
            changes |= {"areas": tuple(areas), "lat": None, "lon": None, "radius_km": None}
        elif each.setting.startswith("facts."):
            told = dict(changes.get("facts", asked.facts)) | {each.setting[6:]: each.needed}
            changes["facts"] = tuple(Threshold(*one) for one in told.items())
        elif each.setting == "hazards":
            changes["hazards"] = (*asked.hazards, each.needed)
        elif each.setting == "not_places":
            changes["not_areas"] = ()
        elif each.setting == "languages":
            changes["languages"] = ()
        else:
            changes[each.setting] = each.needed
    return msgspec.structs.replace(asked, **changes)


def test_with_the_bounds_a_near_miss_names_it_would_have_alerted():
    dice = random.Random(11)
    watches = [some_watch(dice, number) for number in range(60)]
    missed = none = radii = 0
    for number in range(120):
        of = some_event(dice, number, watches)
        for asked in watches:
            fits, near = match(asked, of)[0], near_of(asked, of)
            assert fits == (near == ())
            if near is None:
                none += 1
                continue
            missed += bool(near)
            assert match(eased(asked, of, near), of)[0], (asked, of, near)
            if [each.setting for each in near] == ["radius_km"]:
                radii += 1
                assert not match(eased(asked, of, near, 1.001), of)[0]
    assert missed > 500 and none > 100 and radii > 5


def test_a_near_miss_is_said_in_words():
    at = msgspec.structs.replace(ALMERA, lat=ALMERA.lat + 48 / WIDE, radius_km=8.0)
    circle = {"lat": ALMERA.lat, "lon": ALMERA.lon, "radius_km": 30.0}
    told = trace(watch(**circle), event(place=at))
    assert told.words == "It would have alerted with radius_km 40; yours is 30."
    both = trace(watch(**circle, min_level="red"), event(place=at))
    assert both.words == (
        "It would have alerted with min_level yellow and radius_km 40; yours are red and 30."
    )
    killed = watch(facts=(Threshold("killed", 5.0),))
    assert trace(killed, event()).near is None
    low = event(facts=(Fact("killed", 2.0, 3.0, "people", ""),))
    assert words_of(near_of(killed, low)).startswith("It would have alerted with facts.killed 2")
    assert trace(watch(), event(phase="withdrawn")).near is None
    assert trace(watch(), event()).words == ""


def judged(*verdicts):
    """Verdicts on events of which the useless ones are yellow and the right ones red."""
    said = {event(f"j{n}x").event_id: verdict for n, verdict in enumerate(verdicts)}
    levels = {"useless": "yellow", "wrong": "yellow"}
    history = {key: [event(key, level=levels.get(verdict, "red"))] for key, verdict in said.items()}
    return said, history


def test_a_bound_is_suggested_that_spares_the_bad_and_keeps_the_good():
    found = advice(watch(), *judged("useless", "wrong", "right", "right", "useless", "late"))
    assert (found.verdicts["useless"], found.precision) == (2, 0.5)
    first = found.suggestions[0]
    assert (first.setting, first.value, first.bad_dropped, first.good_kept) == (
        "min_level", "red", 3, 3,
    )  # fmt: skip
    assert "would have spared 3 of 3 bad alerts and kept 3 of 3" in in_words(first)
    assert all(each.good_kept == each.good for each in found.suggestions)


def test_too_few_words_suggest_nothing_and_late_ones_suggest_a_faster_preset():
    few = advice(watch(), *judged("useless", "right"))
    assert few.suggestions == () and few.precision is None
    late = advice(watch(evidence="confirmed"), *judged(*["late"] * 5))
    assert [(each.setting, each.value) for each in late.suggestions] == [("evidence", "balanced")]
    assert advice(watch(evidence="fast"), *judged(*["late"] * 5)).suggestions == ()
    pleased = advice(watch(), *judged(*["right"] * 6))
    assert pleased.precision == 1.0 and pleased.suggestions == ()


@pytest.fixture
def kept(tocsin, tmp_path):
    """A store with a stored watch and what it told."""
    (tmp_path / "tocsin.toml").write_text("", encoding="utf-8")
    store = Store.open(tmp_path / "tocsin.db")
    one = watch("0123456789abcdef", channel="page")
    store.watches.change([one], [], NOON_MS)
    events = [event("a"), event("b", level="green"), event("c", 1, hazard="flood")]
    told = msgspec.structs.replace(alert("a"), watch=one.id)
    store.commit_step(events, [told], {}, NOON_MS)
    store.close()
    return one.id


def test_the_commands_read_what_the_store_keeps(tocsin, kept, monkeypatch):
    from tocsin.cli import watch_past
    from tocsin.clock import HeldClock

    monkeypatch.setattr(watch_past, "SystemClock", lambda: HeldClock(NOON_MS + 7_200_000))
    tried = msgspec.json.decode(tocsin("test", kept, "--since", "12h", "--json")[1])
    assert (tried["revisions"], tried["chosen"]["alerts"]) == (3, 2)
    assert len(tried["thresholds"]) == 15
    shown = tocsin("test", "wildfire", "--per-day", 1)
    assert shown[0] == 0 and "Under other bounds" in shown[1] and "1 a day" in shown[2]
    assert msgspec.json.decode(tocsin("test", kept, "--since", "1h", "--json")[1])["revisions"] == 0
    assert tocsin("test", kept, "--since", "500d")[0] == 2
    status, out, _ = tocsin("why-not", kept, event("b").event_id)
    assert status == 0 and "with min_level green; yours is yellow" in out
    key = event("a").event_id
    (message,) = msgspec.json.decode(tocsin("why", kept, key, "--json")[1])["messages"]
    assert (message["kind"], message["channel"], message["state"]) == ("alert", "ops", "pending")
    assert "alert to ops: pending" in tocsin("why", kept, key)[1]
    assert tocsin("feedback", kept, key, "useless")[0] == 0
    assert tocsin("feedback", kept, key, "boring")[0] == 2
    assert tocsin("feedback", kept, event("c").event_id, "right")[0] == 2
    said = msgspec.json.decode(tocsin("show", kept, "--json")[1])
    assert said["feedback"]["verdicts"] == {"useless": 1}


def test_areas_are_shown_where_they_are():
    box = ((39.0, -1.0), (40.0, -1.0), (40.0, 0.0), (39.0, -1.0))
    areas = (
        Area(64.1, 179.9, 200.0, label="Far north"),
        Area(40.0, -3.7, 500.0, "g3", country="ES", label="Iberland"),
        Area(39.5, -0.6, 80.0, ring=box),
    )
    made = geojson_of(watch(areas=areas, not_areas=(Area(50.0, 8.0, 3.0, "g9"),)))
    circle, country, outline, spared = made["features"]
    corners = circle["geometry"]["coordinates"][0]
    apart = [apart_km(64.1, 179.9, lat, lon) for lon, lat in corners]
    assert all(abs(each - 200.0) < 0.5 for each in apart)
    assert max(lon for lon, _ in corners) > 180, "it runs on over the date line"
    assert country["geometry"]["type"] == "Point" and country["properties"]["country"] == "ES"
    assert outline["geometry"]["coordinates"][0][0] == [-1.0, 39.0]
    assert spared["properties"]["role"] == "outside"
    assert [corners[0]] == [corners[-1]]
