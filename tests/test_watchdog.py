"""A Watchdog alert stands while all is well, and its lapse is what speaks."""

import json

import pytest

from invented_events import NOON_MS, alert
from loopback import Loopback
from tocsin.clock import HOUR_MS, HeldClock, parse_time_ms
from tocsin.config_file import parse
from tocsin.deliver import Desk, Policy, Watchdog
from tocsin.errors import ConfigError
from tocsin.store import Silence, Store


def settings(url, **more):
    lines = "".join(f"{k} = {json.dumps(v)}\n" for k, v in {"url": url, **more}.items())
    return parse(f"[watchdog]\n{lines}").watchdog


@pytest.fixture
def clock():
    return HeldClock(NOON_MS)


def test_it_beats_as_often_as_asked_and_not_more(clock):
    with Loopback() as server:
        heart = Watchdog(settings(server.url, every_s=20.0), clock, lambda: "")
        for _ in range(60):
            heart.turn()
            clock.advance(1)
        heart.close()
    assert (len(server.asked), heart.taken) == (3, 3)


def test_it_is_silent_within_a_minute_when_something_is_wrong_and_comes_back(clock):
    state = {"problem": ""}
    with Loopback() as server:
        heart = Watchdog(settings(server.url), clock, lambda: state["problem"])
        heart.turn()
        state["problem"] = "stalled"
        for _ in range(60):
            clock.advance(1)
            heart.turn()
        assert (len(server.asked), heart.withheld) == (1, 41)
        state["problem"] = ""
        assert heart.turn()
        heart.close()


def test_a_failure_on_the_way_is_counted_and_the_next_beat_comes_in_time(clock):
    with Loopback((503, {}), (404, {}), "lost") as server:
        heart = Watchdog(settings(server.url, timeout_s=0.5), clock, lambda: "")
        beats = []
        for _ in range(4):
            beats.append(heart.turn())
            clock.advance(20)
        heart.close()
    assert beats == [False, False, False, True]
    assert (heart.failed, heart.taken) == (3, 1)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_does_not_stop_it(clock, hours):
    with Loopback() as server:
        heart = Watchdog(settings(server.url), clock, lambda: "")
        heart.turn()
        clock.advance(hours * 3600)
        assert heart.turn()
        heart.close()


def test_the_watchdog_of_an_alertmanager_lapses_by_itself(clock):
    with Loopback() as server:
        url = server.url.removesuffix("/hook")
        heart = Watchdog(settings(url, every_s=20.0), clock, lambda: "")
        heart.turn()
        clock.advance(20)
        heart.turn()
        heart.close()
    (first,), (second,) = (json.loads(body) for _, body, _ in server.asked)
    assert {path for _, _, path in server.asked} == {"/api/v2/alerts"}
    assert first["labels"] == second["labels"] == {"alertname": "Watchdog", "service": "tocsin"}
    assert first["startsAt"] == second["startsAt"]
    assert parse_time_ms(first["endsAt"]) == NOON_MS + 60_000
    assert parse_time_ms(second["endsAt"]) == NOON_MS + 80_000


@pytest.mark.parametrize("url", ["ftp://x.example", "http://example.org/", "nowhere"])
def test_an_address_that_cannot_be_is_refused_with_its_setting(clock, url):
    with pytest.raises(ConfigError, match=r"watchdog\.url"):
        Watchdog(settings(url), clock, lambda: "")


def test_it_goes_to_no_private_address(clock):
    heart = Watchdog(settings("https://ping.example.org/x"), clock, lambda: "")
    heart.outlet.lookup = lambda host, port: ["169.254.169.254"]
    assert not heart.turn() and heart.failed == 1
    heart.close()


# ---- maintenance ----


def test_maintenance_quiets_all_but_test_channels_and_marks_what_they_get(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    rest = Silence("s1", NOON_MS + HOUR_MS, maintenance=True, max_level="red")
    store.silence(rest, NOON_MS)
    desk = Desk({"ops": Policy(), "lab": Policy(drill=True)}, store)
    red = [alert("a", channel=name, level="red") for name in ("ops", "lab")]
    owed, held = desk.take(red, NOON_MS)
    assert [(a.channel, a.mode) for a in owed] == [("lab", "maintenance")]
    assert [(h.alert.channel, h.reason) for h in held] == [("ops", "maintenance")]
    owed, _ = desk.take([alert("b", channel="lab")], NOON_MS + 2 * HOUR_MS)
    assert [a.mode for a in owed] == ["live"]
    store.close()
