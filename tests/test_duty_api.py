"""Acknowledging, silencing and trying channels over the API, for this machine alone."""

import random

import httpx
import pytest
from typer.testing import CliRunner

import web_events as invented
from invented_events import NOON_MS, SECRET, alert, event
from loopback import Loopback
from tocsin.cli.app import app as commands
from tocsin.clock import HOUR_MS, HeldClock
from tocsin.deliver import Dispatcher
from tocsin.sinks import load_sinks
from tocsin.store import Store
from tocsin.web.app import create_app
from tocsin.web.board import Board
from tocsin.web.duty_api import Duty
from tocsin.web.server import serve


@pytest.fixture
def hook():
    with Loopback() as server:
        yield server


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    store.commit_step([event("a")], [alert("a")], {}, NOON_MS)
    yield store
    store.close()


@pytest.fixture
def ask(store, hook):
    clock, kind = HeldClock(NOON_MS), load_sinks()["webhook"]
    sink = kind(kind.spec.checked("sinks.ops", {"url": hook.url, "secret": SECRET}), clock)
    sender = Dispatcher(store, {"ops": sink}, clock, random.Random(1))
    duty = Duty(store, clock, lambda channel: sender.try_out(channel, NOON_MS))
    served = serve(create_app(Board(), invented.health, invented.metrics, duty=duty), port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        yield client
    served.stop()


def test_an_event_is_acknowledged_and_everybody_sees_it(ask, store):
    answer = ask.post("/api/acks", json={"event_id": event("a").event_id, "outcome": "real"})
    assert answer.status_code == 201
    (seen,) = ask.get("/api/acks").json()["acks"]
    assert seen == {
        "event_id": event("a").event_id, "outcome": "real", "at": "2026-11-22T12:00:00.000Z",
    }  # fmt: skip
    assert ask.post("/api/acks", json={"event_id": "z" * 16}).status_code == 422
    bad = ask.post("/api/acks", json={"event_id": "a", "outcome": "somebody's fault"})
    assert bad.status_code == 400 and "somebody" not in bad.text
    assert len(store.acks()) == 1


def test_silences_come_and_go(ask, store):
    made = ask.post("/api/silences", json={"hazard": "wildfire", "minutes": 60})
    assert made.status_code == 201
    (kept,) = store.silences(NOON_MS)
    assert (kept.hazard, kept.until_ms) == ("wildfire", NOON_MS + HOUR_MS)
    (listed,) = ask.get("/api/silences").json()["silences"]
    assert listed == made.json() and listed["minutes"] == 60
    gone = ask.delete(f"/api/silences/{listed['id']}")
    assert gone.json() == {"silences": []} and store.silences(NOON_MS) == []
    assert ask.delete(f"/api/silences/{listed['id']}").status_code == 404
    area = {"lat": 39.5, "lon": -0.4, "radius_km": 20.0, "max_level": "red"}
    assert ask.post("/api/silences", json=area).status_code == 201
    for wrong in ({}, {"hazard": "unheard_of"}, {"country": "x" * 99}, {"max_level": "blue"},
                  {"lat": 1.0, "lon": 2.0}):  # fmt: skip
        assert ask.post("/api/silences", json=wrong).status_code == 400, wrong
    assert ask.post("/api/silences", json={"country": "es", "minutes": 10**7}).status_code == 422


def test_a_channel_is_tried_with_a_message_that_says_so(ask, hook, store):
    hook.answers += [(204, {}), (503, {}), (410, {})]
    results = [ask.post("/api/channels/ops/test", json={}).json()["result"] for _ in range(3)]
    assert results == ["accepted", "busy", "rejected"]
    assert b'"tocsin.test"' in hook.asked[0][1] and b"[TEST]" in hook.asked[0][1]
    assert ask.post("/api/channels/nowhere/test", json={}).status_code == 422
    assert store.outbox_counts() == {"pending": 1}, "a test is nobody's debt"


@pytest.mark.parametrize("path", ["/api/acks", "/api/silences", "/api/channels/ops/test"])
def test_no_other_site_may_write(ask, path, store, hook):
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"},
                    {"host": "evil.example"}):  # fmt: skip
        answer = ask.post(path, json={"maintenance": True}, headers=headers)
        assert answer.status_code in (403, 421), headers
    assert ask.post(path, data={"maintenance": "1"}).status_code == 415, "a form cannot"
    assert store.silences(NOON_MS) == [] and hook.asked == []


def test_without_a_store_behind_it_nothing_is_taken():
    served = serve(create_app(Board(), invented.health, invented.metrics), port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        assert client.get("/api/acks").status_code == 503
    served.stop()


def test_a_channel_is_tried_from_the_command_line(tmp_path, hook):
    config = tmp_path / "tocsin.toml"
    config.write_text(
        f'[sinks.ops]\ntype = "webhook"\nurl = "{hook.url}"\nsecret = "{SECRET}"\n'
        f'[sinks.file]\ntype = "jsonl"\npath = "{tmp_path / "a.jsonl"}"\n'
    )
    run = CliRunner().invoke
    hook.answers += [(204, {}), (503, {})]
    assert run(commands, ["alerts", "test", "ops", "-c", str(config)]).exit_code == 0
    said = run(commands, ["alerts", "test", "ops", "-c", str(config), "--json"])
    assert said.exit_code == 1 and '"busy"' in said.stdout
    assert run(commands, ["alerts", "test", "file", "-c", str(config)]).exit_code == 0
    assert '"mode":"test"' in (tmp_path / "a.jsonl").read_text()
    assert "Choose one of: file, ops" in str(
        run(commands, ["alerts", "test", "x", "-c", str(config)]).exception
    )


def test_outcomes_and_acts_are_told(ask, store):
    store.mark(alert("a").key, "sent", NOON_MS)
    assert ask.post("/api/acks", json={"event_id": event("a").event_id, "outcome": "false"})
    told = ask.get("/api/outcomes").json()
    (fires,) = told["hazards"]
    assert (fires["of"], fires["alerted"], fires["judged"], fires["right"]) == ("wildfire", 1, 1, 0)
    assert [each["of"] for each in told["watches"]] == ["w"]
    assert (told["corrections"], told["median_to_correct_s"]) == (0, None)
    log = ask.get("/api/audit").json()
    assert [(one["role"], one["act"]) for one in log["acts"]] == [("operator", "acknowledged")]
    assert log["broken"] is None
    assert log["root"] == store.audit.root()
