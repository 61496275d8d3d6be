"""The Jetstream source: wires, cursor, ends of a connection, hostile frames."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopback_jetstream import (
    SEQ_0,
    START_US,
    V2_PATH,
    LoopbackJetstream,
    event,
    info,
    sync,
)
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Post
from tocsin.sources.frames import JSON_DEPTH, decode_jetstream
from tocsin.sources.jetstream import MESSAGE_BYTES, JetstreamSource
from tocsin.sources.jetstream_cursor import Cursor, Tracker
from tocsin.sources.jetstream_servers import FALLBACKS

SAMPLES = Path(__file__).parent / "samples"
NOON_MS = START_US // 1000
WAIT_S = 10.0


def source(server, **settings):
    table = {"url": server.url, **settings}
    return JetstreamSource(JetstreamSource.spec.checked("sources.x", table), HeldClock(NOON_MS))


def take(reader, count):
    """The next `count` frames, however the network cuts them."""
    frames: list[bytes] = []
    cursor = None
    for _ in range(count + 5):
        came, cursor = reader.read(WAIT_S)
        frames += came
        if len(frames) >= count:
            return frames, cursor
    raise AssertionError("the server held events back")


def drain(reader):
    """All frames until the connection is lost, the last cursor, and why."""
    frames: list[bytes] = []
    cursor = None
    while True:
        try:
            came, cursor = reader.read(WAIT_S)
        except SourceLost as lost:
            return frames, cursor, str(lost)
        frames += came


def numbers(frames):
    posts = [decode_jetstream(frame) for frame in frames]
    texts = [post.text for post in posts if isinstance(post, Post)]
    assert len(texts) == len(frames)
    return [int(text.removeprefix("invented post ")) for text in texts]


SEEN = {
    0: ("create", "did:plc:invented0000000000000001", "en"),
    1: Reason.OTHER_KIND,
    2: ("create", "did:plc:invented0000000000000003", "es"),
    3: ("create", "did:plc:invented0000000000000004", "ja"),
    4: ("create", "did:plc:invented0000000000000005", "en"),
    5: Reason.OPTED_OUT,
    6: Reason.NO_TEXT,
    7: ("edit", "did:plc:invented0000000000000001", "en"),
    8: ("delete", "did:plc:invented0000000000000005", None),
    9: Reason.OTHER_KIND,
    10: Reason.OTHER_KIND,
    11: Reason.OTHER_KIND,
    12: ("account_deleted", "did:plc:invented0000000000000004", None),
    13: ("account_deleted", "did:plc:invented0000000000000003", None),
}


@pytest.mark.parametrize("wire", ["v1", "v2"])
def test_every_frame_of_the_sample_is_read_as_it_should(wire):
    lines = (SAMPLES / f"jetstream_{wire}.jsonl").read_bytes().splitlines()
    for number, line in enumerate(lines):
        seen = decode_jetstream(line)
        if isinstance(seen, Post):
            assert (seen.op, seen.author, seen.lang) == SEEN[number]
            # The server's time, not the 2019 that the author's client claims.
            assert seen.at_ms == NOON_MS + number * 250
        else:
            assert seen is SEEN[number]
    assert len(lines) == len(SEEN)


@pytest.mark.parametrize("wire", ["v1", "v2"])
def test_a_delete_and_an_edit_carry_the_id_of_their_post(wire):
    lines = (SAMPLES / f"jetstream_{wire}.jsonl").read_bytes().splitlines()
    ids = [getattr(decode_jetstream(line), "id", None) for line in lines]
    assert ids[7] == ids[0] == "did:plc:invented0000000000000001/3kinvent0001a"
    assert ids[8] == ids[4] is not None


def test_a_repository_set_anew_takes_back_what_was_read_of_it():
    post = decode_jetstream(sync(3).encode())
    assert isinstance(post, Post)
    assert (post.op, post.author, post.text) == ("account_deleted", "did:plc:voice3", "")


def test_nothing_of_links_mentions_parents_or_cards_is_kept():
    for line in (SAMPLES / "jetstream_v2.jsonl").read_bytes().splitlines():
        said = str(decode_jetstream(line))
        assert "soup.example" not in said
        assert "soup of the day" not in said
        assert "0000000000000077" not in said and "0000000000000078" not in said


def _frame(record=None, operation="create", **top):
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": "3k"}
    if record is not None:
        commit["record"] = record
    return json.dumps(
        {"did": "did:plc:a", "time_us": START_US, "kind": "commit", "commit": commit, **top}
    ).encode()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", Reason.BAD_FRAME),
        (b"\x00\xff", Reason.BAD_FRAME),
        (b"null", Reason.BAD_FRAME),
        (b"[]", Reason.BAD_FRAME),
        (_frame({"text": "a"})[:-9], Reason.BAD_FRAME),
        (_frame({"text": 5}), Reason.BAD_FRAME),
        (_frame({"text": "a", "labels": 5}), Reason.BAD_FRAME),
        (_frame({"text": "a"}, operation="burn"), Reason.BAD_FRAME),
        (_frame({"text": "a"}, did="handle.example"), Reason.BAD_FRAME),
        (_frame(), Reason.BAD_FRAME),
        (_frame({"text": "a"}, time_us=1), Reason.BAD_TIME),
        (_frame({"text": "a"}, time_us=10**30), Reason.BAD_TIME),
        (_frame({"text": " \n "}), Reason.NO_TEXT),
        (_frame({"text": "SURROGATE"}).replace(b"SURROGATE", rb"\ud800"), Reason.BAD_FRAME),
        (_frame({"text": "BYTE"}).replace(b"BYTE", b"\xff\xfe"), Reason.BAD_FRAME),
        (_frame({"text": "a" * FRAME_BYTES}), Reason.TOO_LARGE),
        (b'{"a":' * 9_000, Reason.BAD_FRAME),
        (b"[" * 60_000, Reason.BAD_FRAME),
    ],
)
def test_a_hostile_frame_gets_a_reason(frame, reason):
    assert decode_jetstream(frame) is reason


@pytest.mark.parametrize(("depth", "kept"), [(JSON_DEPTH - 3, True), (JSON_DEPTH - 2, False)])
def test_nesting_is_bounded_exactly_and_brackets_in_text_do_not_count(depth, kept):
    assert JSON_DEPTH == 32, "the bound of reliability R12"
    nested = json.loads("[" * depth + "]" * depth)
    frame = _frame({"text": "[{" * 40 + '\\"', "facets": nested})
    assert isinstance(decode_jetstream(frame), Post) is kept


def test_the_time_is_when_the_server_witnessed_the_post_if_it_says_so():
    line = (SAMPLES / "jetstream_v2.jsonl").read_bytes().splitlines()[0]
    imported = json.loads(line)
    imported["payload"]["time"] = "2020-01-01T00:00:00.000Z"
    imported["payload"]["witnessedAt"] = "2026-01-01T12:00:00.000Z"
    post = decode_jetstream(json.dumps(imported).encode())
    assert isinstance(post, Post)
    assert post.at_ms == NOON_MS


def test_a_long_text_is_cut_at_the_bound():
    post = decode_jetstream(_frame({"text": "é" * (TEXT_CHARS + 1)}))
    assert isinstance(post, Post)
    assert post.text == "é" * TEXT_CHARS


@pytest.mark.parametrize(
    "record",
    [{"text": ""}, {"text": "now hidden", "labels": {"values": [{"val": "!no-unauthenticated"}]}}],
)
def test_an_edit_that_empties_or_opts_out_takes_the_post_back(record):
    post = decode_jetstream(_frame(record, operation="update"))
    assert isinstance(post, Post)
    assert (post.op, post.text, post.id) == ("delete", "", "did:plc:a/3k")


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda s: s.encode("utf-8", "replace")))
def test_no_bytes_make_the_decoder_raise(noise):
    assert isinstance(decode_jetstream(noise), Reason)
    framed = _frame({"text": "a"}).replace(b'"a"', noise)
    assert isinstance(decode_jetstream(framed), (Reason, Post))


@pytest.mark.parametrize("wire", ["v1", "v2"])
def test_the_right_path_query_and_name_are_sent(wire):
    with LoopbackJetstream(count=1) as server:
        reader = source(server, wire=wire, contact="ops@tocsin.example")
        reader.open(None)
        take(reader, 1)
        reader.close()
    path, query, headers = server.requests[-1]
    if wire == "v2":
        assert path == V2_PATH
        kinds = ["commit", "account", "sync"]
        assert query == {"kinds": kinds, "collections": ["app.bsky.feed.post"]}
    else:
        assert path == "/subscribe"
        assert query == {"wantedCollections": ["app.bsky.feed.post"]}
    assert "ops@tocsin.example" in headers["User-Agent"]
    assert headers["User-Agent"].startswith("tocsin/")
    assert "Sec-WebSocket-Extensions" not in headers


def test_auto_falls_back_to_v1_where_v2_is_unknown():
    with LoopbackJetstream(wires=("v1",), count=3) as server:
        reader = source(server)
        reader.open(None)
        frames, cursor = take(reader, 3)
        reader.close()
    assert [path for path, _, _ in server.requests] == [V2_PATH, "/subscribe"]
    assert numbers(frames) == [0, 1, 2]
    assert cursor.startswith("v1:")


@pytest.mark.parametrize("wire", ["v1", "v2"])
@pytest.mark.parametrize("end", ["close", "abort", "slow"])
def test_every_end_of_a_connection_is_a_loss_and_nothing_is_lost_or_doubled(wire, end):
    with LoopbackJetstream(count=4) as server:
        server.afterwards = end
        reader = source(server, wire=wire)
        reader.open(None)
        first, cursor, why = drain(reader)
        assert numbers(first) == [0, 1, 2, 3]
        assert ("ConsumerTooSlow" in why) is (end == "slow")
        for kind in ("v1", "v2"):
            server.events[kind] += [event(kind, n) for n in (4, 5)]
        server.afterwards = "hold"
        later = source(server, wire=wire)
        later.open(cursor)
        second, _ = take(later, 2)
        later.close()
    assert numbers(second) == [4, 5]
    assert not later.gap
    # The cursor is inclusive: the server was asked for the last event again.
    asked = int(server.requests[-1][1]["cursor"][0])
    assert asked == (SEQ_0 + 3 if wire == "v2" else START_US + 3_000_000)


def test_v1_events_of_one_microsecond_are_neither_lost_nor_doubled():
    with LoopbackJetstream(count=0) as server:
        at = START_US + 1_000_000
        server.events["v1"] = [event("v1", 0), event("v1", 1, time_us=at)]
        server.events["v1"].append(event("v1", 2, time_us=at))
        server.afterwards = "close"
        reader = source(server, wire="v1")
        reader.open(None)
        first, cursor, _ = drain(reader)
        server.events["v1"].append(event("v1", 3, time_us=at))
        reader.open(cursor)
        second, cursor, _ = drain(reader)
        reader.open(cursor)
        third, _, _ = drain(reader)
        reader.close()
    assert numbers(first) == [0, 1, 2]
    assert numbers(second) == [3]
    assert third == []


def test_a_cursor_of_another_server_resumes_by_time_with_a_margin():
    with LoopbackJetstream(count=12) as server:
        old = Cursor("v2", 77, START_US + 8_000_000, 0, "other.example")
        reader = source(server, wire="v2")
        reader.open(str(old))
        frames, _ = take(reader, 9)
        reader.close()
    assert server.requests[-1][1]["cursor"] == [str(START_US + 3_000_000)]
    assert numbers(frames) == [3, 4, 5, 6, 7, 8, 9, 10, 11]


def test_a_cursor_too_old_resumes_at_the_oldest_and_says_gap():
    with LoopbackJetstream(count=6, floor=4) as server:
        host = server.url.removeprefix("ws://")
        reader = source(server)
        reader.open(str(Cursor("v2", SEQ_0 + 1, START_US + 4_000_000, 0, host)))
        frames, cursor = take(reader, 2)
        assert reader.gap
        reader.open(cursor)
        assert not reader.gap
        reader.close()
    assert numbers(frames) == [4, 5]
    assert [path for path, _, _ in server.requests] == [V2_PATH] * 3


@pytest.mark.parametrize("name", ["OutdatedCursor", "FutureCursor"])
def test_a_notice_of_a_gap_is_no_frame_but_a_flag(name):
    with LoopbackJetstream(count=1) as server:
        server.first = [info(name)]
        reader = source(server)
        reader.open(None)
        frames, _ = take(reader, 1)
        assert reader.gap
        reader.close()
    assert numbers(frames) == [0]


def test_an_old_v1_cursor_is_a_gap_because_the_server_clamps_it_silently():
    with LoopbackJetstream(count=1) as server:
        host = server.url.removeprefix("ws://")
        for hours, gap in ((35, False), (37, True)):
            reader = source(server, wire="v1")
            reader.open(str(Cursor("v1", 0, START_US - hours * 3_600_000_000, 1, host)))
            assert reader.gap is gap
            reader.close()


def test_a_cursor_that_is_none_starts_live_and_says_gap():
    with LoopbackJetstream(count=1) as server:
        reader = source(server)
        reader.open("9; drop")
        assert reader.gap
        reader.close()
    assert "cursor" not in server.requests[-1][1]


def test_an_endless_message_does_not_hold_the_stream_forever():
    with LoopbackJetstream(count=1) as server:
        server.events["v2"].append(event("v2", 1, text="x" * (MESSAGE_BYTES + 1)))
        reader = source(server, wire="v2")
        reader.open(None)
        frames, cursor, _ = drain(reader)
        assert numbers(frames) == [0]
        server.events["v2"] = [event("v2", 2)]
        reader.open(cursor)
        assert reader.gap
        assert "cursor" not in server.requests[-1][1]
        assert numbers(take(reader, 1)[0]) == [2]
        reader.close()


def test_a_message_over_the_frame_bound_costs_only_itself():
    with LoopbackJetstream(count=1) as server:
        server.events["v2"] += [event("v2", 1, text="x" * FRAME_BYTES), event("v2", 2)]
        reader = source(server)
        reader.open(None)
        frames, _ = take(reader, 3)
        reader.close()
    assert [reader.decode(frame) for frame in frames][1] is Reason.TOO_LARGE
    assert len(frames[1]) == FRAME_BYTES + 1
    assert numbers([frames[0], frames[2]]) == [0, 2]


@pytest.mark.parametrize(
    ("status", "wire", "error"),
    [
        (404, "v2", SourceRefused),
        (404, "auto", SourceRefused),
        (403, "auto", SourceRefused),
        (429, "auto", SourceLost),
        (503, "v1", SourceLost),
    ],
)
def test_an_answer_that_is_no_stream_says_whether_to_come_back(status, wire, error):
    with LoopbackJetstream() as server:
        server.status = status
        reader = source(server, wire=wire)
        with pytest.raises(error, match=str(status)):
            reader.open(None)
        reader.close()


def test_a_server_that_is_not_there_is_lost_not_refused():
    with LoopbackJetstream() as server:
        reader = source(server)
    with pytest.raises(SourceLost, match="cannot be reached"):
        reader.open(None)


def test_a_silent_server_gives_nothing_and_keeps_the_cursor():
    with LoopbackJetstream(count=2) as server:
        reader = source(server)
        reader.open(None)
        _, cursor = take(reader, 2)
        assert reader.read(0.0) == ([], cursor)
        reader.close()
        with pytest.raises(SourceLost, match="not open"):
            reader.read(0.0)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ws://stream.example"},
        {"url": "https://stream.example"},
        {"url": "wss://stream.example/subscribe"},
        {"url": "wss://user:pass@stream.example"},
        {"host": "stream.example/path"},
        {"host": ""},
        {"contact": "two\r\nlines"},
        {"fallback": ["stream.example/path"]},
        {"fallback": ["ws://stream.example"]},
        {"fallback": ["stream.example"] * (FALLBACKS + 1)},
    ],
)
def test_a_wrong_setting_is_named(settings):
    with pytest.raises(ConfigError) as caught:
        JetstreamSource(JetstreamSource.spec.checked("x", settings), HeldClock())
    assert caught.value.path in settings


def test_a_tracker_drops_only_the_very_event():
    tracker = Tracker("v2", "h", Cursor("v2", SEQ_0, START_US, 0, "h"))
    assert tracker.see(event("v2", 0).encode()).repeated
    assert not tracker.see(event("v2", 1).encode()).repeated
    assert not tracker.see(b"garbage").repeated
    assert tracker.text == f"v2:{SEQ_0 + 1}:{START_US + 1_000_000}:0:h"


# Real recordings stay outside the repository; this part runs where they are at hand.
if os.environ.get("TOCSIN_DATA"):
    RECORDED = Path(os.environ["TOCSIN_DATA"]) / "samples"

    def test_recorded_frames_of_both_wires_are_read():
        seen: Counter[str] = Counter()
        for name in ("jetstream_v1.jsonl", "jetstream_v2_shapes.jsonl"):
            for line in (RECORDED / name).read_bytes().splitlines():
                post = decode_jetstream(line)
                seen[post.op if isinstance(post, Post) else post] += 1
        assert seen["create"] >= 10
        assert seen["delete"] >= 2
        assert seen["account_deleted"] == 1
        assert set(seen) - {"create", "delete", "account_deleted"} == {
            Reason.OTHER_KIND,
            Reason.NO_TEXT,
        }
