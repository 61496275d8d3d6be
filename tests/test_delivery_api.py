"""What is owed to the channels and what was given up, over the API."""

import httpx
import pytest

import web_events as invented
from invented_events import NOON_MS, alert, event
from tocsin.clock import MINUTE_MS, rfc3339
from tocsin.store import Store
from tocsin.web import Board, create_app, serve
from tocsin.web.blindness import Blindness
from tocsin.web.delivery_api import DELIVERY_ROUTES, Outbound


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


@pytest.fixture
def blindness():
    return Blindness(NOON_MS, lambda: ["network"])


@pytest.fixture
def ask(store, blindness):
    outbound = Outbound(store, lambda: ("ops", "page"), lambda: ("ops",), blindness)
    served = serve(
        create_app(Board(), invented.health, invented.metrics, outbound=outbound), port=0
    )
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        yield client
    served.stop()


def test_channels_tell_what_waits_and_what_was_given_up(ask, store):
    store.commit_step([event("a"), event("b")], [alert("a"), alert("b")], {}, NOON_MS)
    owed = store.pending()
    channel = owed[0].alert.channel
    store.mark(owed[0].alert.key, "rejected", NOON_MS + MINUTE_MS, NOON_MS, "HTTP 410")
    told = ask.get("/api/channels").json()
    assert told["counts"] == {"pending": 1, "rejected": 1}
    found = {one["name"]: one for one in told["channels"]}
    assert set(found) == {"ops", "page", channel}
    assert (found[channel]["waiting"], found[channel]["given_up"]) == (1, 1)
    assert found["ops"]["resting"] and not found["page"]["resting"]
    (dead,) = ask.get("/api/undelivered").json()["messages"]
    assert dead["state"] == "rejected" and dead["detail"] == "HTTP 410"
    assert dead["event_id"] == owed[0].alert.event.event_id
    assert dead["at"] == rfc3339(NOON_MS + MINUTE_MS)


def test_blind_times_are_told_newest_first(ask, blindness):
    empty = ask.get("/api/blind").json()
    assert empty == {"known_since": rfc3339(NOON_MS), "blind": [], "sources": {}}
    blindness.hear("network", "deaf", NOON_MS + MINUTE_MS)
    blindness.hear("network", "heard", NOON_MS + 2 * MINUTE_MS)
    blindness.hear("network", "deaf", NOON_MS + 5 * MINUTE_MS)
    told = ask.get("/api/blind").json()
    assert [(one["since"][11:16], one["until"]) for one in told["blind"]] == [
        ("12:05", None), ("12:01", rfc3339(NOON_MS + 2 * MINUTE_MS)),
    ]  # fmt: skip
    assert told["sources"] == {"network": told["blind"]}


def test_without_an_engine_nothing_is_known():
    served = serve(create_app(Board(), invented.health, invented.metrics), port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        for spec in DELIVERY_ROUTES:
            assert client.get(spec.path).status_code == 503
    served.stop()
