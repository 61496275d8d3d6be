"""Feeds say what the page says, hold ids that never change, and put corrections apart."""

import defusedxml.ElementTree as ET
import httpx
import pytest

import web_events as invented
from cap_rules import broken
from invented_events import event
from tocsin.web.app import create_app
from tocsin.web.board import Board
from tocsin.web.server import serve

NS = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}


@pytest.fixture
def ask():
    board = Board()
    for one in (event("a"), event("a", 2, level="red"), event("b", place=None),
                event("c"), event("c", 2, phase="withdrawn")):  # fmt: skip
        board.publish(one)
    served = serve(create_app(board, invented.health, invented.metrics), port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        yield client.get
    served.stop()


def test_atom_has_an_entry_for_each_event_under_a_constant_id(ask):
    answer = ask("/api/events.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    ids = [e.text for e in root.findall("a:entry/a:id", NS)]
    assert ids == [f"urn:tocsin:event:{event(n).event_id}" for n in "cba"]
    assert root.findtext("a:updated", None, NS) == event("a", 2).at
    assert [e.text for e in root.findall("a:entry/g:point", NS)] == ["39.500 -0.400"] * 2
    for entry in root.findall("a:entry", NS):
        assert "Not an official warning" in entry.findtext("a:summary", "", NS)


def test_filters_are_those_of_the_events_and_bad_ones_are_refused(ask):
    assert len(ET.fromstring(ask("/api/events.atom?level=red").content).findall("a:entry", NS)) == 1
    assert len(ask("/api/events.geojson?level=red").json()["features"]) == 1
    for path in ("/api/events.atom", "/api/events.geojson", "/api/corrections.atom"):
        assert ask(f"{path}?nothing=1").status_code == 400


def test_corrections_are_a_feed_of_their_own(ask):
    root = ET.fromstring(ask("/api/corrections.atom?since=2026-11-22T12:00:00Z").content)
    (entry,) = root.findall("a:entry", NS)
    assert entry.findtext("a:title", "", NS).startswith("Withdrawn: ")


def test_geojson_puts_longitude_first_and_leaves_the_unknown_out(ask):
    answer = ask("/api/events.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    points = {f["id"][0]: f["geometry"] for f in answer.json()["features"]}
    assert points["a"] == {"type": "Point", "coordinates": [-0.4, 39.5]}
    assert points["b"] is None


def test_one_event_as_cap_keeps_the_rules(ask):
    answer = ask(f"/api/events/{event('a').event_id}/cap")
    assert answer.headers["content-type"].startswith("application/cap+xml")
    assert broken(answer.content) == []
    assert b"<status>Exercise</status>" in answer.content
    assert ask("/api/events/zzzzzzzzzzzzzzzz/cap").status_code == 404
