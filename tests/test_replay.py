"""Recordings in, events out: the same bytes always, and only what the contract allows."""

import os
import random
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from streams import (
    START_MS,
    burst,
    chatter,
    closure,
    deletion,
    frames,
    merged,
    played,
    row,
    written,
)
from tidy.files import ROOT
from tocsin.clock import HOUR_MS, MINUTE_MS, parse_time_ms
from tocsin.model import Bulletin
from tocsin.sources.frames import decode_replay

BURST_MS = START_MS + 4 * HOUR_MS
SCHEMA = msgspec.json.decode((ROOT / "docs" / "reference" / "event.schema.json").read_bytes())
TALK = chatter(6)


def quake(**more):
    return burst(BURST_MS, **more)


def reported(result):
    return [event for event in result.events if event.phase == "reported"]


def standing(result):
    """The last revision of each event."""
    return {event.event_id: event for event in result.events}


@pytest.fixture(scope="module")
def busy():
    """A stream with two bursts, copies, deletions and a closed account."""
    copies = [
        row(BURST_MS + k * 3_000, f"echo{k}", "Earthquake in Lima, the whole street is on its feet")
        for k in range(30)
    ]
    flood = burst(BURST_MS + HOUR_MS, 18, "flood", "in Porto", name="f")
    gone = [deletion(BURST_MS + 90 * MINUTE_MS, f"f-{k}") for k in range(15)]
    return merged(TALK, quake(), copies, flood, gone, [closure(BURST_MS + 5 * HOUR_MS, "w3")])


@pytest.fixture(scope="module")
def busy_result(busy):
    return played(busy)


def test_a_burst_becomes_an_event_with_a_place_that_ends(busy_result):
    found = standing(busy_result)
    quakes = [event for event in found.values() if event.hazard == "earthquake"]
    assert [(event.place.name, event.phase) for event in quakes] == [("Lima", "resolved")]
    assert busy_result.tally.balanced


@pytest.mark.parametrize("size", [1, 7, 4_096])
def test_equal_bytes_whatever_the_size_of_reads(busy, busy_result, size):
    assert written(played(busy, size)) == written(busy_result)


def test_another_seed_changes_ids_only(busy, busy_result):
    def bare(result):
        return [msgspec.structs.replace(event, event_id="") for event in result.events]

    other = played(busy, seed=5)
    assert bare(other) == bare(busy_result)
    assert not set(standing(other)) & set(standing(busy_result))


def test_every_revision_keeps_the_schema(busy_result):
    lines = written(busy_result).splitlines()
    assert len(lines) >= 4
    for line in lines:
        jsonschema.validate(msgspec.json.decode(line), SCHEMA)


def test_revisions_count_up_and_come_in_order_of_time(busy_result):
    times = [event.at for event in busy_result.events]
    assert times == sorted(times)
    for event_id in standing(busy_result):
        mine = [event for event in busy_result.events if event.event_id == event_id]
        assert [event.revision for event in mine] == list(range(1, len(mine) + 1))
        assert mine[0].phase == "reported"


def test_fifteen_of_eighteen_deleted_withdraw_the_event_and_leave_nothing(busy_result):
    flood = [event for event in busy_result.events if event.hazard == "flood"]
    assert flood[0].place is not None and flood[0].place.name == "Porto"
    last = flood[-1]
    assert last.phase == "withdrawn"
    assert (last.place, last.facts, last.families, last.bulletins) == (None, (), (), ())
    assert (last.voices, last.confidence, last.level) == ("0", 0.0, "green")
    assert "Porto" not in last.headline


def test_first_seen_is_floored_to_the_minute(busy_result):
    for event in busy_result.events:
        assert event.first_seen.endswith(":00.000Z")
        assert parse_time_ms(event.first_seen) <= parse_time_ms(event.at)


def test_posts_of_one_family_are_never_red_nor_more_than_likely():
    tails = ("120 killed here", "hundreds trapped", "150 people killed", "130 killed in our road")
    result = played(merged(TALK, quake(voices=80, tails=tails, step_ms=2_000)))
    assert reported(result)
    for event in result.events:
        assert event.level in ("green", "yellow")
        assert event.certainty in ("Likely", "Possible")
        assert event.tier == "unconfirmed"


def small_numbers(value, where=""):
    """Every figure of a record, with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from small_numbers(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from small_numbers(inner, where)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield where, value


def test_no_count_of_posts_leaves_as_a_number():
    # Contract P13: streams that differ by a few authors within a band read the same.
    def told(voices):
        result = played(merged(TALK, quake(voices=voices)))
        return {name for event in result.events for name, _ in small_numbers(
            msgspec.json.decode(msgspec.json.encode(event)))}, {
            (why.ground, why.value) for event in result.events for why in event.why
            if why.ground == "voices"}  # fmt: skip

    for voices in (6, 9, 13):
        paths, grounds = told(voices)
        assert grounds == {("voices", "5-14")}
        assert paths <= {
            ".revision", ".confidence", ".place.lat", ".place.lon", ".place.radius_km",
            ".why.value", ".why.bound", ".facts.low", ".facts.high",
        }  # fmt: skip


@pytest.mark.parametrize(("voices", "events"), [(4, 0), (5, 1)])
def test_the_floor_of_voices(voices, events):
    loud = [
        row(BURST_MS + k * 2_000, f"w{k % voices}",
            f"I felt the earthquake in Lima, number {'x' * (k % 9)} {'shake ' * (k % 5)} again {k}")
        for k in range(1_000)
    ]  # fmt: skip
    assert len(reported(played(merged(TALK, loud)))) == events


def test_copies_fold_into_one_voice():
    words = "Earthquake in Lima! Everything shook and the dog ran into the street at once"
    copies = [row(BURST_MS + k * 2_000, f"w{k}", words + "!" * (k % 4)) for k in range(200)]
    assert reported(played(merged(TALK, copies))) == []


@pytest.mark.parametrize("take_back", [
    lambda k, at_ms: deletion(at_ms, f"w-{k}"), lambda k, at_ms: closure(at_ms, f"w{k}"),
])  # fmt: skip
def test_deletions_and_closures_below_the_floor_withdraw(take_back):
    back = [take_back(k, BURST_MS + 20 * MINUTE_MS + k * 1_000) for k in range(8)]
    result = played(merged(TALK, quake(), back))
    assert [event.phase for event in standing(result).values()] == ["withdrawn"]
    kept = played(merged(TALK, quake(), back[:5]))
    assert [event.phase for event in standing(kept).values()] == ["resolved"]


def test_two_quakes_in_two_countries_at_once_are_two_events():
    there = burst(BURST_MS + 3_000, 12, "earthquake", "in Osaka", name="o")
    found = standing(played(merged(TALK, quake(), there)))
    assert sorted(e.place.country for e in found.values() if e.phase == "resolved") == ["JP", "PE"]


def test_one_quake_told_in_two_ways_is_one_event():
    other = (
        "lampposts are leaning over", "the museum lost its roof", "trams have stopped",
        "plaster came down", "my shelves are empty now", "water is running from the wall",
    )  # fmt: skip
    again = burst(BURST_MS + 60_000, 10, "earthquake", "in Lima", name="v", tails=other)
    found = standing(played(merged(TALK, quake(), again)))
    assert [e.phase for e in found.values() if e.phase != "merged"] == ["resolved"]


def test_an_event_opens_again_under_its_id():
    # Talk of the day before comes slowly; what comes within minutes would be another shock.
    at_ms, step_ms = BURST_MS + 9 * HOUR_MS, 5 * MINUTE_MS
    later = burst(at_ms, 12, "earthquake", "in Lima", name="later", step_ms=step_ms)
    result = played(merged(chatter(15), quake(), later))
    phases = [event.phase for event in result.events]
    assert len(standing(result)) == 1
    assert "updated" in phases[phases.index("resolved") :]
    assert phases[-1] == "resolved"


def bulletin(sent_ms, **more):
    given = {"severity": "Severe", "magnitude": 6.1, **more}
    return Bulletin("usgs", "xx0001", sent_ms, "earthquake", -12.2, -77.2, 60.0, **given)


def test_a_bulletin_confirms_and_tells_how_early_we_were():
    result = played(merged(TALK, quake()), bulletins=[bulletin(BURST_MS + 15 * MINUTE_MS)])
    first, *later = result.events
    assert (first.tier, first.certainty) == ("unconfirmed", "Possible")
    told = next(event for event in later if event.bulletins)
    assert (told.tier, told.certainty, told.origin) == ("official", "Observed", "both")
    assert parse_time_ms(told.at) == BURST_MS + 15 * MINUTE_MS
    assert 14 * 60 <= told.bulletins[0].lead_time_s <= 15 * 60
    assert [(f.kind, f.low, f.from_) for f in told.facts] == [("magnitude", 6.1, "official")]


@pytest.mark.parametrize("size", [1, 50, 4_096])
def test_bulletins_come_out_alike_whatever_the_size_of_reads(size):
    sent = [bulletin(BURST_MS - MINUTE_MS), bulletin(BURST_MS + 3 * HOUR_MS, magnitude=6.4)]
    stream = merged(TALK, quake())
    assert written(played(stream, size, bulletins=sent)) == written(
        played(stream, 512, bulletins=sent)
    )


@pytest.mark.parametrize("wrong", [
    {"hazard": "flood"}, {"lat": 45.0}, {"status": "test"}, {"sent_ms": BURST_MS - 90 * HOUR_MS},
])  # fmt: skip
def test_a_bulletin_about_something_else_confirms_nothing(wrong):
    other = msgspec.structs.replace(bulletin(BURST_MS + MINUTE_MS), **wrong)
    result = played(merged(TALK, quake()), bulletins=[other])
    assert reported(result)
    # It may be an event of its own, but it says nothing of the one that was reported.
    told = {event.tier for event in result.events if event.origin != "official"}
    assert told == {"unconfirmed"}


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_and_repeated_the_same_events_are_found(seed):
    # Reliability R8; the posts that make the events keep their ids, as in every real source.
    rng = random.Random(seed)
    rows = merged(chatter(5), quake(), burst(BURST_MS + HOUR_MS, 14, "flood", "in Porto", name="f"))
    for k, each in enumerate(rows):
        each.setdefault("id", f"c{k}")
    noisy = [
        (each["created_at"] + rng.randrange(5 * MINUTE_MS), each)
        for each in rows
        for _ in range(rng.randint(1, 3))
    ]
    noisy.sort(key=lambda pair: pair[0])

    def kinds(stream):
        found = standing(played(stream)).values()
        return {(e.hazard, e.place.name) for e in found if e.phase == "resolved"}

    assert kinds([each for _, each in noisy]) == kinds(rows) == {
        ("earthquake", "Lima"), ("flood", "Porto")
    }  # fmt: skip


def test_rows_are_assigned_to_the_event_they_finally_stand_under():
    rows = merged(TALK, quake())
    result = played(rows, observe=True)
    assert len(result.assignments) == len(rows)
    (event_id,) = standing(result)
    held = [each["author"] for each, own in zip(rows, result.assignments, strict=True) if own]
    assert {f"w{k}" for k in range(12)} <= set(held)
    assert set(result.assignments) == {None, event_id}
    assert result.arrival is not None
    assert 5 <= len(result.reported_rows[event_id]) <= 12


def test_an_empty_recording_has_no_events():
    assert played([]).events == []
    assert played([row(START_MS, "a", "")]).tally.as_dict() == {
        "received": 1, "admitted": 0, "no_text": 1,
    }  # fmt: skip


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from streams import chunked, played, written
from tocsin.compiled import is_compiled
from tocsin.engine import replay
from tocsin.sources.frames import decode_replay
lines = Path(sys.argv[2]).read_bytes().splitlines()
assert is_compiled() == (sys.argv[4] == "on")
Path(sys.argv[3]).write_bytes(written(replay(chunked(lines, 64), decode_replay)))
"""


def test_plain_python_gives_the_same_bytes(tmp_path):
    # The detector's sweeps over whole rings are slow as plain Python, so the stream is short.
    talk = chatter(0.5, BURST_MS - 30 * MINUTE_MS, per_minute=6)
    lines = frames(
        merged(talk, quake(voices=8, step_ms=2_000), [deletion(BURST_MS + 60_000, "w-2")])
    )
    recording = tmp_path / "rows.jsonl"
    recording.write_bytes(b"\n".join(lines))
    for compiler in ("on", "off"):
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(recording),
             str(tmp_path / compiler), compiler],
            check=True, env={**os.environ, "TOCSIN_COMPILER": compiler},
        )  # fmt: skip
    assert (tmp_path / "on").read_bytes() == (tmp_path / "off").read_bytes()
    assert b'"reported"' in (tmp_path / "on").read_bytes()


def test_a_recording_of_rubbish_is_counted_and_harmless():
    lines = [b"", b"{", b"\xff\xff", b"[]", *frames(quake())]
    assert isinstance(decode_replay(lines[1]), str)
    from tocsin.engine import replay

    result = replay([lines], decode_replay)
    assert result.tally.balanced
    assert result.tally.received == len(lines)
