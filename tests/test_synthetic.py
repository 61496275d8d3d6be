"""The synthetic sources give what fell due by the clock, go on at a cursor and bear any frame."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.clock import HeldClock
from tocsin.errors import SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post, load_sources
from tocsin.sources.synthetic import (
    FRAMES_PER_READ,
    HISTORY_FRAMES,
    SyntheticBulletins,
    SyntheticSource,
)
from tocsin.sources.synthetic_world import planted_number

NOW_MS = 1_790_000_000_000


def source(clock, cls=SyntheticSource, **settings):
    return cls(cls.spec.checked("sources.world", settings), clock)


def drained(one):
    """Everything due at this moment of the held clock."""
    found = []
    while frames := one.read(0.0)[0]:
        found += frames
    return found


def test_both_are_installed_and_their_examples_stand():
    installed = load_sources()
    assert installed["synthetic"] is SyntheticSource
    assert installed["synthetic_bulletins"] is SyntheticBulletins
    for cls in (SyntheticSource, SyntheticBulletins):
        (table,) = tomllib.loads(cls.spec.example)["sources"].values()
        assert table.pop("type") == cls.spec.name
        cls.spec.checked("sources.world", table)
    assert SyntheticSource.spec.deletes


def test_history_comes_first_then_what_falls_due():
    clock = HeldClock(NOW_MS)
    one = source(clock, history_s=60.0, posts_per_s=5.0)
    one.open(None)
    past = [one.decode(frame) for frame in drained(one)]
    assert 280 < len(past) < 420
    assert NOW_MS - 60_000 <= past[0].at_ms < past[-1].at_ms < NOW_MS
    clock.advance(10)
    posts = [one.decode(frame) for frame in drained(one)]
    assert NOW_MS <= posts[0].at_ms <= posts[-1].at_ms < NOW_MS + 10_000
    assert sum(planted_number(post.id) == 0 for post in posts) > 15
    assert [event.start_ms for event in one.world.truth] == [NOW_MS + 4_000]


def test_history_is_bounded_at_any_rate_and_reads_are_short():
    one = source(HeldClock(NOW_MS), posts_per_s=2000.0)
    one.open(None)
    found = 0
    while frames := one.read(0.0)[0]:
        assert len(frames) < FRAMES_PER_READ + 100
        found += len(frames)
    assert HISTORY_FRAMES * 0.9 < found < HISTORY_FRAMES * 1.1


@given(st.lists(st.floats(0.0, 4.0), min_size=1, max_size=12))
def test_waiting_never_goes_past_what_was_asked(waits):
    clock = HeldClock(NOW_MS)
    one = source(clock, history_s=0.0, posts_per_s=0.5, first_event_s=60.0)
    one.open(None)
    for wait_s in waits:
        before_ms = clock.now_ms()
        frames, cursor = one.read(wait_s)
        assert clock.now_ms() <= before_ms + round(wait_s * 1000) + 1
        assert int(cursor) <= clock.now_ms()
        assert frames or clock.now_ms() >= before_ms + int(wait_s * 1000) - 2
        assert all(one.decode(frame).at_ms < int(cursor) for frame in frames)


def test_a_fixed_start_is_repeatable_and_resumes_in_another_process():
    first, clock = [], HeldClock(NOW_MS)
    one = source(clock, start_ms=NOW_MS, history_s=5.0)
    one.open(None)
    cursors = []
    for _ in range(40):
        clock.advance(1.0)
        frames, cursor = one.read(0.0)
        first.append(frames)
        cursors.append(cursor)
    again_clock = HeldClock(NOW_MS + 86_400_000)
    again = source(again_clock, start_ms=NOW_MS, history_s=5.0)
    again.open(cursors[17])
    again_clock.advance(22.0)
    assert drained(again) == [frame for frames in first[18:] for frame in frames]


def test_reopening_goes_on_at_the_cursor_or_from_the_start():
    clock = HeldClock(NOW_MS)
    one = source(clock, history_s=5.0)
    one.open(None)
    head, cursor = one.read(0.0)
    clock.advance(5)
    tail = drained(one)
    one.close()
    one.close()
    with pytest.raises(SourceLost, match="open"):
        one.read(0.0)
    one.open(cursor)
    assert drained(one) == tail
    one.open(None)
    assert drained(one) == head + tail


def test_stream_time_may_run_faster_than_the_clock():
    clock = HeldClock(NOW_MS)
    one = source(clock, history_s=0.0, speed=60.0, event_every_s=60.0)
    one.open(None)
    clock.advance(10)
    drained(one)
    assert int(one.read(0.0)[1]) == NOW_MS + 600_000
    assert len(one.world.truth) == 10


@pytest.mark.parametrize("cls", [SyntheticSource, SyntheticBulletins])
@pytest.mark.parametrize("cursor", ["", "soon", "-5", "1" * 40, "12.5"])
def test_a_cursor_that_is_none_is_refused(cls, cursor):
    with pytest.raises(SourceRefused, match="cursor"):
        source(HeldClock(NOW_MS), cls).open(cursor)


@given(st.binary(max_size=400))
def test_garbage_is_refused_with_a_reason(frame):
    assert isinstance(source(HeldClock(NOW_MS)).decode(frame), Reason)


@given(st.integers(0, 900), st.integers(0, 255), st.booleans())
def test_a_damaged_frame_never_raises(at, byte, cut):
    one = source(HeldClock(NOW_MS), history_s=1.0)
    one.open(None)
    frame = bytearray(one.read(0.0)[0][0])
    frame[at % len(frame)] = byte
    assert isinstance(one.decode(bytes(frame[:at] if cut else frame)), Post | Reason)


def test_endless_deep_and_empty_frames_are_refused():
    one = source(HeldClock(NOW_MS))
    assert one.decode(b"[" * FRAME_BYTES * 2) is Reason.TOO_LARGE
    assert one.decode(b"[" * 60_000) is Reason.BAD_FRAME
    row = {"created_at": "2026-09-21T14:15:19.982Z", "author": "a1", "text": "", "id": "1"}
    assert one.decode(json.dumps(row).encode()) is Reason.NO_TEXT
    assert one.decode(json.dumps(row | {"created_at": "tomorrow"}).encode()) is Reason.BAD_TIME
    assert one.decode(json.dumps(row | {"text": "a", "op": "shout"}).encode()) is Reason.BAD_FRAME


def test_reposts_are_told_apart():
    clock = HeldClock(NOW_MS)
    one = source(clock, history_s=0.0, posts_per_s=0.1)
    one.open(None)
    clock.advance(40)
    posts = [one.decode(frame) for frame in drained(one)]
    reposts = [post for post in posts if post.repost]
    assert 5 < len(reposts) < len(posts) / 3
    assert all(post.text.startswith("RT @") == post.repost for post in posts)


def test_bulletins_come_when_sent_and_go_on_at_the_cursor():
    clock = HeldClock(NOW_MS)
    one = source(clock, SyntheticBulletins, start_ms=NOW_MS)
    one.open(None)
    assert one.read(0.0) == ([], str(NOW_MS))
    found, cursors = [], []
    for _ in range(120):
        clock.advance(10.0)
        frames, cursor = one.read(0.0)
        for frame in frames:
            row = json.loads(frame)
            assert one.decode(frame) is Reason.OTHER_KIND
            assert {"source", "id", "sent", "hazard", "lat", "lon"} <= set(row)
        found.append(frames)
        cursors.append(cursor)
    assert sum(map(len, found)) > 20
    other_clock = HeldClock(NOW_MS)
    other = source(other_clock, SyntheticBulletins, start_ms=NOW_MS)
    other.open(cursors[59])
    other_clock.advance(600.0)
    assert other.read(0.0)[0] == [frame for frames in found[60:] for frame in frames]
    one.close()
    one.close()
    with pytest.raises(SourceLost, match="open"):
        one.read(0.0)


def test_bulletins_speak_of_the_events_of_the_posts():
    clock = HeldClock(NOW_MS)
    posts, words = source(clock, history_s=0.0), source(clock, SyntheticBulletins)
    posts.open(None)
    words.open(None)
    clock.advance(400)
    drained(posts)
    sent = [json.loads(frame) for frame in words.read(0.0)[0]]
    planted = {(event.hazard, round(event.lat)) for event in posts.world.truth}
    matching = [row for row in sent if (row["hazard"], round(row["lat"])) in planted]
    assert len(matching) >= 3
