"""Stored watches: ids alone, made equal to a file, and taken up by an engine that runs."""

import random

import msgspec
import pytest

from invented_events import NOON_MS, alert, event, watch
from test_engine import Scripted, engine_of
from tocsin.clock import HeldClock
from tocsin.config_file import parse
from tocsin.engine.assemble import compile_tables, place_finder
from tocsin.errors import Corruption, InputError
from tocsin.store import Store
from tocsin.store import watches as shelf
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import compile_watch, table_of
from tocsin.watch.matcher import Matcher
from watch_command import tocsin as tocsin  # a fixture

CANARY = "quollivander"
CORNERS = [[-1.0, 39.0], [0.0, 39.0], [0.0, 40.0], [-1.0, 40.0], [-1.0, 39.0]]
TABLES = [
    {"text": "wildfire within 50 km of Valencia, Spain"},
    {"text": "earthquake M5+ Japan or Taiwan"},
    {"text": "rail disruption London, not Heathrow"},
    {"text": "any red event near my sites", "sites": "id,label,latitude,longitude,radius_km\n"
     "1,North depot,50.1,8.6,2\n2,Ask for John Marlowe,51.0,8.0,3\n"},
    {"text": "flood killed >= 1", "evidence": "confirmed", "min_confidence": 0.6},
    {"hazards": "any", "not_hazards": ["hail", "storms"], "places": ["Japan", "Lisbon, Portugal"],
     "not_places": ["Osaka"], "min_severity": "Severe", "languages": ["pt", "ja"],
     "quiet": "22:00-07:00", "zone": "Europe/Madrid"},
    {"hazards": ["flood"], "lang": "ja", "zone": "Asia/Tokyo", "units": "imperial"},
    {"hazards": ["power_outage"], "facts": {"without_power": 10_000}, "lat": 39.4, "lon": -0.4},
    {"hazards": ["flood"], "outline": {"type": "Polygon", "coordinates": [CORNERS]},
     "facilities": ["mosque"]},
]  # fmt: skip


@pytest.fixture(scope="module")
def find():
    return place_finder()


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


def compiled(table, find):
    return compile_watch({"channel": "page", **table}, hazard_ids(), find)


@pytest.mark.parametrize("table", TABLES)
def test_a_watch_written_out_in_ids_means_the_same_watch(table, find):
    first = compiled(table, find)
    written = table_of(first)
    assert "text" not in written and "John" not in str(written)
    assert compiled(written, find) == first
    through_json = msgspec.json.decode(msgspec.json.encode(written))
    assert compiled(through_json, find) == first


def test_two_watches_that_differ_in_one_thing_have_two_ids(find):
    tables = [{"hazards": ["flood"]}, {"hazards": ["flood"], "languages": ["pt"]},
              {"hazards": ["flood"], "quiet": "22:00-07:00"},
              {"hazards": ["flood"], "quiet": "22:00-07:00", "zone": "Asia/Tokyo"}]  # fmt: skip
    assert len({compiled(table, find).id for table in tables}) == len(tables)


@pytest.mark.parametrize(
    ("table", "category"),
    [
        ({"areas": [{"place": "Valencia"}]}, "no_place"),
        ({"areas": [{"place": "2509954", "radius_km": 0.5}]}, "geofence"),
        ({"areas": [{"lat": 1.0, "lon": 2.0}]}, "geofence"),
        ({"areas": [{"person": "x"}]}, "areas"),
        ({"areas": "everywhere"}, "areas"),
        ({"languages": ["xx"]}, "languages"),
        ({"quiet": "22-7"}, "quiet"),
        ({"quiet": "22:00-07:00", "zone": "Mars/Base"}, "zone"),
        ({"lang": "tlh"}, "lang"),
        ({"units": "furlongs"}, "units"),
        ({"facilities": ["embassy of nowhere"]}, "facilities"),
    ],
)
def test_what_is_no_area_language_or_hour_is_refused(table, category, find):
    with pytest.raises(Exception, match=r"\.") as refusal:
        compiled({"hazards": ["flood"], **table}, find)
    assert refusal.value.category == category


def test_watches_are_kept_once_counted_and_bounded(store, monkeypatch):
    assert store.watches.version() == 0
    assert store.watches.change([watch("a"), watch("b"), watch("a")], [], NOON_MS) == (2, 0)
    assert store.watches.change([watch("a")], [], NOON_MS) == (0, 0)
    assert store.watches.version() == 1
    with pytest.raises(InputError, match="changed meanwhile"):
        store.watches.change([watch("c")], [], NOON_MS, version=0)
    assert store.watches.change([watch("c")], ["a", "zz"], NOON_MS + 1, version=1) == (1, 1)
    assert [each.watch.id for each in store.watches.all()] == ["b", "c"]
    assert store.watches.get("b").at_ms == NOON_MS and store.watches.get("a") is None
    monkeypatch.setattr(shelf, "WATCHES", 2)
    with pytest.raises(InputError, match="more than 2"):
        store.watches.change([watch("d")], [], NOON_MS)
    assert store.watches.version() == 2 and len(store.watches.all()) == 2
    monkeypatch.setattr(shelf, "WATCH_BYTES", 10)
    with pytest.raises(InputError, match="Split it"):
        store.watches.change([watch("e")], ["b"], NOON_MS)
    store._base.execute("UPDATE watches SET json = '{}'")
    with pytest.raises(Corruption, match="another version"):
        store.watches.all()


def test_feedback_is_kept_for_what_was_told_and_goes_with_its_event(store):
    store.commit_step([event("a")], [alert("a")], {}, NOON_MS)
    key = event("a").event_id
    store.watches.judge(key, "w", "useless", NOON_MS)
    store.watches.judge(key, "w", "right", NOON_MS + 1)
    assert [each.verdict for each in store.watches.judged("w")] == ["right"]
    assert store.watches.judged("other") == []
    with pytest.raises(InputError, match="no alert of this watch"):
        store.watches.judge(key, "other", "right", NOON_MS)
    store.mark(alert("a").key, "sent", NOON_MS)
    store.prune(NOON_MS + 86_400_000)
    assert store.watches.judged() == []


def test_a_running_engine_takes_up_what_is_stored_and_lets_go_of_what_is_not(tmp_path):
    clock, store = HeldClock(NOON_MS), Store.open(tmp_path / "kept.db")
    engine, _ = engine_of(tmp_path, {"recorded": Scripted(clock=clock)}, clock, store)
    red = event("r", level="red")
    first = {each.watch for each in engine._matcher.alerts(red)}
    store.watches.change([watch("x", quiet="00:00-23:59")], [], NOON_MS)
    engine._step([])
    told = {each.watch for each in engine._matcher.alerts(event("s", level="red"))}
    assert (first, told) == ({"w1"}, {"w1", "x"})
    mild = Matcher([watch("x")]).alerts(event("m"))
    kept, held = engine.desk.take(mild, NOON_MS)
    assert not kept and [each.reason for each in held] == ["quiet_hours"]
    store.watches.change([], ["x"], NOON_MS)
    engine._step([])
    assert {each.watch for each in engine._matcher.alerts(event("t"))} == {"w1"}
    store.close()


def test_add_show_and_take_out(tocsin, tmp_path):
    (tmp_path / "tocsin.toml").write_text("", encoding="utf-8")
    words = ("add", "wildfire within 50 km of Valencia, Spain", "--quiet", "22:00-07:00")
    status, out, err = tocsin(*words, "--json")
    added = msgspec.json.decode(out)
    assert status == 0 and added["added"] and "quiet 22:00-07:00" in added["meaning"]
    assert msgspec.json.decode(tocsin(*words, "--json")[1])["added"] is False
    shown = msgspec.json.decode(tocsin("show", added["id"], "--json")[1])
    assert shown["table"]["areas"] == [{"place": "2509954", "radius_km": 50.0}]
    assert added["id"] in tocsin("list")[1]
    assert b"within 50 km of Valencia, Spain" not in (tmp_path / "tocsin.db").read_bytes()
    assert tocsin("rm", added["id"])[0] == 0
    assert tocsin("rm", added["id"])[0] == 2
    status, out, err = tocsin("add", f"flood {CANARY} protest", "--json")
    assert status == 2 and CANARY not in (out + err).casefold()
    for file in tmp_path.rglob("*"):
        assert CANARY.encode() not in file.read_bytes().lower()


def test_a_store_is_made_equal_to_a_file(tocsin, tmp_path):
    (tmp_path / "tocsin.toml").write_text("", encoding="utf-8")
    text = '[[watches]]\ntext = "flood Lisbon"\nchannel = "page"\n\n[[watches]]\n'
    text += 'hazards = ["storms"]\nplaces = ["Japan"]\nchannel = "page"\n'
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    tocsin("add", "wildfire Athens, Greece", "--json")
    status, out, _ = tocsin("diff", "ours.toml", "--json")
    plan = msgspec.json.decode(out)
    assert (status, len(plan["add"]), len(plan["remove"])) == (1, 2, 1)
    assert tocsin("apply", "ours.toml", "--yes")[0] == 0
    assert tocsin("diff", "ours.toml")[0] == 0
    assert tocsin("apply", "ours.toml")[0] == 0
    (tmp_path / "out.toml").write_text(tocsin("export")[1], encoding="utf-8")
    (tmp_path / "out.json").write_text(tocsin("export", "--json")[1], encoding="utf-8")
    assert tocsin("diff", "out.toml")[0] == tocsin("diff", "out.json")[0] == 0
    (tmp_path / "more.toml").write_text(text.replace("Lisbon", "Porto"), encoding="utf-8")
    said = msgspec.json.decode(tocsin("import", "more.toml", "--json")[1])
    assert said == {"added": 1, "known": 1}
    (tmp_path / "bad.toml").write_text(text.replace("Lisbon", CANARY), encoding="utf-8")
    status, out, err = tocsin("apply", "bad.toml", "--yes")
    assert status == 2 and CANARY not in out + err and "watches[1]" in err
    assert len(msgspec.json.decode(tocsin("export", "--json")[1])["watches"]) == 3


@pytest.mark.parametrize("content", ["[[watch", "watches = 3\n", "watches = [1]\n", None])
def test_what_is_no_list_of_watches_is_refused(tocsin, tmp_path, content):
    (tmp_path / "tocsin.toml").write_text("", encoding="utf-8")
    if content is not None:
        (tmp_path / "ours.toml").write_text(content, encoding="utf-8")
    status, _, err = tocsin("apply", "ours.toml", "--yes")
    assert status == 2 and "ours.toml" in err


def test_any_watch_survives_the_way_through_a_file(find):
    dice = random.Random(5)
    keys, configuration = sorted(hazard_ids()), parse("")
    for _ in range(40):
        table = {
            "hazards": sorted(dice.sample(keys, 3)),
            "channel": "page",
            "min_level": dice.choice(["green", "yellow", "red"]),
            "evidence": dice.choice(["fast", "balanced", "confirmed"]),
            "languages": dice.choice([[], ["es"], ["fr", "ar"]]),
            "areas": [
                {"lat": round(dice.uniform(-89, 89), 3), "lon": round(dice.uniform(-179, 179), 3),
                 "radius_km": float(dice.randint(1, 900))}
                for _ in range(dice.choice([0, 1, 3]))
            ],
        }  # fmt: skip
        (first,) = compile_tables([table], configuration)
        assert compile_tables([table_of(first)], configuration) == [first]
