"""Watches over the API: checked, confirmed, stored as ids, tried, explained; not from elsewhere."""

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import web_events as invented
from invented_events import NOON_MS, alert, event
from tocsin.clock import HeldClock
from tocsin.engine.assemble import place_finder
from tocsin.errors import WatchRefused
from tocsin.store import Store
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import compile_watch
from tocsin.watch.compile import KEYS
from tocsin.web import Board, create_app, serve
from tocsin.web.watch_shelf import REFUSALS, Shelf

CANARY = "quollivander"
FLOOD = {"text": "flood within 30 km of Lisbon, Portugal"}


@pytest.fixture(scope="module")
def find():
    return place_finder()


@pytest.fixture
def clock():
    return HeldClock(NOON_MS + 3_600_000)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


@pytest.fixture
def api(store, find, clock):
    fixed = compile_watch({"hazards": "any", "channel": "page"}, hazard_ids(), find)
    shelf = Shelf(store, [fixed], ("ops", "page"), find, clock)
    served = serve(create_app(Board(), invented.health, invented.metrics, shelf=shelf), port=0)
    with httpx.Client(base_url=served.url, timeout=30.0) as client:
        yield client
    served.stop()


def checked(api, table):
    return api.post("/api/watches/check", json={"watch": table}).json()


def stored(api, table):
    confirm = checked(api, table)["confirm"]
    return api.post("/api/watches", json={"watch": table, "confirm": confirm})


def test_a_watch_is_shown_in_words_and_on_the_map_before_it_is_stored(api, store):
    said = checked(api, FLOOD)
    assert said["verdict"] == "accept" and "within 30 km of Lisbon (PT)" in said["meaning"]
    (feature,) = said["geometry"]["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] and 38 < ring[0][1] < 40 and len(ring) == 49
    assert store.watches.all() == []
    unread = api.post("/api/watches", json={"watch": FLOOD, "confirm": "guessed"})
    assert unread.status_code == 412 and store.watches.all() == []
    answer = stored(api, FLOOD)
    assert answer.status_code == 201 and answer.json()["id"] == said["id"]
    assert stored(api, FLOOD).json()["changed"] is False
    (kept,) = store.watches.all()
    assert kept.watch.meaning == said["meaning"]


def test_watches_are_listed_changed_and_taken_out_by_their_version(api):
    first = stored(api, FLOOD).json()
    listed = api.get("/api/watches")
    assert [each["kept"] for each in listed.json()["watches"]] == ["file", "store"]
    assert listed.headers["etag"] == listed.json()["version"] == first["version"]
    fixed = listed.json()["watches"][0]["id"]
    wider = {"text": "flood within 80 km of Lisbon, Portugal"}
    sent = {"watch": wider, "confirm": checked(api, wider)["confirm"]}
    stale = {"if-match": '"0"'}
    path = f"/api/watches/{first['id']}"
    assert api.put(path, json=sent, headers=stale).status_code == 412
    second = api.put(path, json=sent, headers={"if-match": first["version"]}).json()
    assert api.get(path).status_code == 404
    kept = api.get(f"/api/watches/{second['id']}").json()
    assert kept["table"]["areas"][0]["radius_km"] == 80.0
    shape = api.get(f"/api/watches/{second['id']}/geojson").json()
    assert shape["features"][0]["properties"]["role"] == "inside"
    assert api.delete(f"/api/watches/{fixed}").status_code == 403
    assert api.put(f"/api/watches/{fixed}", json=sent).status_code == 403
    assert api.delete(f"/api/watches/{second['id']}", headers=stale).status_code == 412
    assert api.delete(f"/api/watches/{second['id']}").status_code == 200
    assert api.delete(f"/api/watches/{second['id']}").status_code == 404


def test_a_refusal_explains_and_repeats_nothing(api, store, caplog, tmp_path):
    caplog.set_level(0)
    for path in ("/api/watches/check", "/api/watches", "/api/watches/try"):
        answer = api.post(path, json={"watch": {"text": f"flood {CANARY} protest"}})
        assert answer.status_code in (200, 422) and answer.json()["category"] == "assembly"
        assert CANARY not in answer.text
    nowhere = api.get(f"/api/watches/{CANARY}/why", params={"event_id": CANARY})
    assert nowhere.status_code == 404 and CANARY not in nowhere.text
    assert "a watch was refused: assembly" in caplog.text
    # The client of this test and the server's own word about addresses are not Tocsin's logs.
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("tocsin")]
    assert ours and CANARY not in str(ours)
    store.checkpoint()
    for file in tmp_path.rglob("*"):
        assert CANARY.encode() not in file.read_bytes()


def test_many_refusals_are_followed_by_a_pause(api, clock):
    for _ in range(REFUSALS):
        assert checked(api, {"text": "rail strike"})["verdict"] == "refuse"
    paused = api.post("/api/watches/check", json={"watch": FLOOD})
    assert paused.status_code == 429
    clock.advance(3_601)
    assert checked(api, FLOOD)["verdict"] == "accept"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"host": "elsewhere.example"}, 421),
    ],
)
def test_no_other_site_can_change_anything(api, store, headers, status):
    sent = {"watch": FLOOD, "confirm": checked(api, FLOOD)["confirm"]}
    heads = {"content-type": "application/json", **headers}
    answer = api.post("/api/watches", content=msgspec.json.encode(sent), headers=heads)
    assert answer.status_code == status and store.watches.all() == []
    own = {"origin": str(api.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert api.post("/api/watches", json=sent, headers=own).status_code == 201


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"watch": 3}', b'{"watch": {}, "x": 1}'])
def test_a_body_of_another_form_is_told_so(api, raw):
    heads = {"content-type": "application/json"}
    assert api.post("/api/watches/check", content=raw, headers=heads).status_code == 400


def test_a_body_has_a_bound_whatever_its_header_says(api):
    def endless():
        for _ in range(6):
            yield b" " * (1 << 20)

    heads = {"content-type": "application/json"}
    assert api.post("/api/watches/check", content=endless(), headers=heads).status_code == 413
    large = b" " * (5 << 20)
    assert api.post("/api/watches/check", content=large, headers=heads).status_code == 413


def test_a_list_of_sites_becomes_areas_of_a_watch(api):
    csv = "id,label,latitude,longitude,radius_km\n1,North depot,50.1,8.6,2\n2,Dr Marlowe,51,8,3\n"
    heads = {"content-type": "text/csv"}
    read = api.post("/api/watches/sites", content=csv, headers=heads).json()
    assert [area["label"] for area in read["areas"]] == ["North depot", "site-2"]
    assert read["renamed"] == 1
    said = checked(api, {"hazards": ["flood"], "areas": read["areas"]})
    assert "within 2 km of North depot" in said["meaning"]
    small = csv.replace(",2\n", ",0.2\n")
    refused = api.post("/api/watches/sites", content=small, headers=heads)
    assert refused.status_code == 422 and "1 km" in refused.json()["remedy"]


def test_a_watch_is_tried_on_what_is_kept_and_says_why(api, store):
    late = event("c", 2, tier="official")
    store.commit_step([event("a"), event("b", level="green"), event("c"), late], [], {}, NOON_MS)
    fire = {"hazards": ["wildfire"], "evidence": "fast"}
    tried = api.post("/api/watches/try", json={"watch": fire, "days": 1, "per_day": 1}).json()
    assert (tried["revisions"], tried["whole"], tried["chosen"]["alerts"]) == (4, True, 2)
    assert [row["evidence"] for row in tried["presets"]] == ["fast", "balanced", "confirmed"]
    assert [row["alerts"] for row in tried["presets"]] == [2, 2, 1]
    assert tried["budget"]["chosen"]["busiest_day"] <= 1
    key = stored(api, fire).json()["id"]
    assert api.get(f"/api/watches/{key}/test", params={"days": 1}).json()["chosen"]["alerts"] == 2
    asked = {"event_id": event("b").event_id}
    told = api.get(f"/api/watches/{key}/why", params=asked).json()
    assert (told["alerts"], told["failed"]) == (False, "level")
    for query in ({"days": 401}, {"days": "x"}, {"per_day": 1001}, {"author": "x"}):
        assert api.get(f"/api/watches/{key}/test", params=query).status_code == 400
    missing = api.get(f"/api/watches/{key}/why", params={"event_id": "0" * 16})
    assert missing.status_code == 404


def test_feedback_is_one_of_four_words_about_what_was_told(api, store, find):
    key = stored(api, {"hazards": ["wildfire"]}).json()["id"]
    told = msgspec.structs.replace(alert("a"), watch=key)
    store.commit_step([event("a")], [told], {}, NOON_MS)
    path, said = f"/api/watches/{key}/feedback", {"event_id": event("a").event_id}
    assert api.post(path, json={**said, "verdict": "useless"}).status_code == 200
    assert api.post(path, json={**said, "verdict": CANARY}).status_code == 400
    assert api.post(path, json={"event_id": "x", "verdict": "right"}).status_code == 404
    assert api.get(f"/api/watches/{key}").json()["feedback"] == {"useless": 1}
    assert api.get("/api/watches").json()["watches"][1]["feedback"] == {"useless": 1}


def test_without_an_engine_there_are_no_watches():
    served = serve(create_app(Board(), invented.health, invented.metrics), port=0)
    try:
        assert httpx.get(f"{served.url}api/watches").status_code == 503
    finally:
        served.stop()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-500, 500) | st.floats(-1e3, 1e3) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*KEYS, "lat", "outline", "type", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(table=st.dictionaries(st.sampled_from([*KEYS, "x"]), ANY_JSON, max_size=4))
def test_any_table_compiles_or_is_refused(table, find):
    try:
        watch = compile_watch({"hazards": ["flood"], **table}, hazard_ids(), find)
    except WatchRefused as refusal:
        assert refusal.reason and refusal.suggestion
    else:
        assert watch.hazards
