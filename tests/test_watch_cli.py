"""`tocsin watch` teaches, answers in JSON, keeps nothing, and tries watches on the past."""

import msgspec
import pytest

from invented_events import event
from watch_command import tocsin as tocsin  # a fixture

CANARY = "quollivander"


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.jsonl"
    story = [event("a", 1, confidence=0.55), event("a", 2, tier="official"), event("b", 1)]
    path.write_bytes(b"\n".join(msgspec.json.encode(of) for of in story))
    return path


def test_a_watch_is_shown_back(tocsin):
    status, out, _ = tocsin("check", "wildfire within 50 km of Valencia, Spain", "--json")
    said = msgspec.json.decode(out)
    assert (status, said["verdict"]) == (0, "accept")
    assert said["meaning"].endswith("within 50 km of Valencia (ES)")
    assert said["watch"]["hazards"] == ["wildfire"]
    assert "accepted" in tocsin("check", "flood Lisbon")[1]


def test_a_file_of_watches_gives_a_verdict_a_line(tocsin, tmp_path):
    (tmp_path / "some.txt").write_text("flood Lisbon\nrail strike\n", encoding="utf-8")
    status, out, _ = tocsin("check", "--file", "some.txt", "--json")
    said = [msgspec.json.decode(line) for line in out.splitlines()]
    assert (status, [each["verdict"] for each in said]) == (1, ["accept", "refuse"])
    assert said[1]["category"] == "labour" and said[1]["suggestion"]


def test_a_refused_text_is_in_no_file_and_no_word(tocsin, tmp_path):
    status, out, err = tocsin("check", f"flood {CANARY} protest")
    assert status == 1 and "refused (assembly)" in out
    assert CANARY not in (out + err).casefold()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    status, out, err = tocsin("test", f"flood {CANARY}", "--json")
    assert status == 2 and CANARY not in (out + err).casefold()


def test_sites_are_read_from_a_list(tocsin, tmp_path):
    head = "id,label,latitude,longitude,radius_km\n"
    (tmp_path / "sites.csv").write_text(head + "1,North depot,50.1,8.6,2\n", encoding="utf-8")
    status, out, _ = tocsin("check", "flood near my sites", "--sites", "sites.csv")
    assert status == 0 and "within 2 km of North depot" in out


def test_configured_watches_are_listed(tocsin, tmp_path):
    text = '[[watches]]\ntext = "flood Lisbon"\nevidence = "fast"\nchannel = "page"\n'
    (tmp_path / "tocsin.toml").write_text(text, encoding="utf-8")
    status, out, _ = tocsin("list", "--json")
    (watch,) = msgspec.json.decode(out)
    assert status == 0 and watch["evidence"] == "fast" and "Lisbon (PT)" in watch["meaning"]
    assert watch["id"] in tocsin("list")[1]
    (tmp_path / "tocsin.toml").write_text(text.replace("Lisbon", CANARY), encoding="utf-8")
    status, out, err = tocsin("list")
    assert status == 2 and "watches[1]" in err and CANARY not in out + err


def test_a_backtest_shows_every_preset(tocsin, events):
    status, out, _ = tocsin("test", "any hazard", "--json", "--per-day", 1)
    said = msgspec.json.decode(out)
    assert status == 0
    assert [row["alerts"] for row in said["presets"]] == [2, 2, 1]
    assert [row["delay_s"] for row in said["presets"]] == [0.0, 30.0, 60.0]
    assert said["budget"]["chosen"]["busiest_day"] <= 1
    assert "busiest day" in tocsin("test", "any hazard")[1]


def test_an_event_says_why_and_why_not(tocsin, events):
    key = event("b").event_id
    status, out, _ = tocsin("why", "flood Lisbon", key, "--json")
    said = msgspec.json.decode(out)
    assert (status, said["alerts"], said["failed"]) == (0, False, "hazard")
    assert {c["name"] for c in said["conditions"]} >= {"hazard", "level", "area", "evidence"}
    assert "alerts" in tocsin("why", "wildfire", key)[1]
    status, _, err = tocsin("why", "wildfire", "no-such-event")
    assert status == 2 and "nothing is kept of this event" in err


@pytest.mark.parametrize("content", [b"nonsense\n", b'{"a": 1}\n', None])
def test_a_file_that_holds_no_events_is_refused(tocsin, tmp_path, content):
    if content is not None:
        (tmp_path / "events.jsonl").write_bytes(content)
    status, _, err = tocsin("test", "flood Lisbon")
    assert status == 2 and "events.jsonl" in err
