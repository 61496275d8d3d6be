"""`tocsin alerts` lists, acknowledges and silences, and refuses with a remedy."""

import json
import sys

import pytest

from invented_events import NOON_MS, alert, event
from tocsin.cli import app as command_line
from tocsin.clock import HOUR_MS, SystemClock
from tocsin.store import Store, Unsaid


@pytest.fixture
def store(tmp_path):
    (tmp_path / "tocsin.toml").write_text('[store]\npath = "kept.db"\n')
    store = Store.open(tmp_path / "kept.db")
    held = Unsaid(alert("h"), "quiet_hours", NOON_MS, NOON_MS + HOUR_MS)
    store.commit_step([event()], [alert(), alert("b")], {}, NOON_MS, held=[held])
    store.mark(alert("b").key, "rejected", NOON_MS, detail="no such hook")
    yield store
    store.close()


@pytest.fixture
def tocsin(monkeypatch, capsys, tmp_path, store):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command_line, "quieten", lambda: None)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["tocsin", "alerts", *words])
        try:
            command_line.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return status, told.out, " ".join(told.err.split())

    return run


def listed(tocsin, *options):
    status, out, _ = tocsin("list", "--json", *options)
    assert status == 0
    return json.loads(out)["alerts"]


def test_lists_say_what_was_sent_what_was_lost_and_what_was_held(tocsin):
    assert [row["state"] for row in listed(tocsin)] == ["rejected", "pending"]
    (lost,) = listed(tocsin, "--undelivered")
    assert lost["detail"] == "no such hook"
    (held,) = listed(tocsin, "--held")
    assert (held["reason"], held["event"]) == ("quiet_hours", event("h").event_id)
    shown = tocsin("list", "--held")[1]
    assert "quiet_hours" in shown and event("h").event_id in shown
    assert event().event_id in tocsin("list")[1]


def test_an_acknowledgement_is_seen_by_all(tocsin, store):
    assert tocsin("ack", event().event_id, "--outcome", "exaggerated")[0] == 0
    assert [(a.event_id, a.outcome) for a in store.acks()] == [(event().event_id, "exaggerated")]
    assert {row["event"][0]: row["ack"] for row in listed(tocsin)} == {"e": "exaggerated", "b": ""}


def test_a_silence_begins_and_ends(tocsin, store):
    assert tocsin("silence", "--for", "2h", "--hazard", "wildfire", "--country", "es")[0] == 0
    now_ms = SystemClock().now_ms()
    (one,) = store.silences(now_ms)
    assert (one.hazard, one.country, one.max_level) == ("wildfire", "ES", "yellow")
    assert HOUR_MS < one.until_ms - now_ms <= 2 * HOUR_MS
    assert tocsin("unmute", one.id)[0] == 0
    assert store.silences(now_ms) == []


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("ack", "x" * 16), "tocsin alerts list"),
        (("ack", "e" * 16, "--outcome", "nice"), "exaggerated"),
        (("silence",), "--maintenance"),
        (("silence", "--maintenance", "--for", "soon"), "Write 30m"),
        (("silence", "--maintenance", "--for", "31d"), "shorter time"),
        (("silence", "--hazard", "dragons"), "hazards.md"),
        (("silence", "--maintenance", "--max-level", "blue"), "green, yellow, red"),
        (("unmute", "00000000"), "ended by itself"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(tocsin, words, remedy):
    status, _, err = tocsin(*words)
    assert status == 2
    assert remedy in err


def test_before_the_first_run_it_says_how_to_begin(tocsin, store, tmp_path):
    (tmp_path / "tocsin.toml").write_text('[store]\npath = "other.db"\n')
    status, _, err = tocsin("list")
    assert (status, "tocsin run" in err) == (2, True)
    assert not (tmp_path / "other.db").exists()
