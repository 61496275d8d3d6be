"""The polled earthquake feed: conditional, patient, bounded, and never late."""

import gzip
import threading
import zlib
from pathlib import Path

import pytest

from loopback_feed import Answer, LoopbackFeed
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.official import parse
from tocsin.sources.fetch import BODY_BYTES, WIRE_BYTES
from tocsin.sources.polling import retry_after_s
from tocsin.sources.usgs import PERIOD_LOW_S, UsgsSource

SAMPLE = (Path(__file__).parent / "samples" / "usgs.geojson").read_bytes()
NOON_MS = 1_767_268_800_000
WAIT_S = 20.0


def source(server, clock, **settings):
    return UsgsSource(UsgsSource.spec.checked("sources.x", {"url": server.url, **settings}), clock)


def ask(reader):
    """One poll that is due, waited for on the real network."""
    frames, cursor = reader.read(WAIT_S)
    assert cursor is None
    return frames


def test_a_body_comes_once_per_change_and_the_server_is_told_what_we_have():
    clock = HeldClock(NOON_MS)
    answers = (
        Answer(body=b"one", ETag='"a1"', Last_Modified="Thu, 01 Jan 2026 12:00:00 GMT"),
        Answer(304),
        Answer(body=b"one"),
        Answer(body=b"two"),
    )
    with LoopbackFeed(*answers) as server:
        reader = source(server, clock, contact="ops@tocsin.example")
        reader.open(None)
        came = []
        for _ in range(4):
            came.append(ask(reader))
            clock.advance(PERIOD_LOW_S)
        reader.close()
    assert came == [[b"one"], [], [], [b"two"]]
    first, second, third, fourth = (headers for _, headers in server.requests)
    assert "If-None-Match" not in first
    assert (second["If-None-Match"], third["If-None-Match"]) == ('"a1"', '"a1"')
    assert second["If-Modified-Since"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    # The third answer carried no mark, so there is nothing to hold against it any more.
    assert "If-None-Match" not in fourth
    assert "ops@tocsin.example" in first["User-Agent"]


def test_it_asks_once_per_period_and_waits_on_the_clock():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(body=b"one")) as server:
        reader = source(server, clock, period_s=90)
        reader.open(None)
        ask(reader)
        for _ in range(4):
            assert reader.read(WAIT_S) == ([], None)
        assert len(server.requests) == 1
        assert clock.now_ms() == NOON_MS + 80_000
        reader.read(WAIT_S)
        assert len(server.requests) == 2
        reader.close()
    assert clock.now_ms() == NOON_MS + 90_000


@pytest.mark.parametrize(("asked", "waited_s"), [("300", 300), ("999999999", 3_600), ("x", 60)])
def test_retry_after_is_honoured_over_a_reopening(asked, waited_s):
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(429, Retry_After=asked), Answer(body=b"one")) as server:
        reader = source(server, clock)
        reader.open(None)
        with pytest.raises(SourceLost, match="429"):
            ask(reader)
        reader.close()
        reader.open(None)
        while len(server.requests) < 2:
            frames = ask(reader)
        reader.close()
    assert frames == [b"one"]
    assert clock.now_ms() == NOON_MS + waited_s * 1000


def test_retry_after_may_be_a_date():
    assert retry_after_s("Thu, 01 Jan 2026 12:05:00 GMT", NOON_MS) == 300
    assert retry_after_s("Thu, 01 Jan 2026 11:00:00 GMT", NOON_MS) == 0


@pytest.mark.parametrize(
    ("status", "error"), [(404, SourceRefused), (403, SourceRefused), (500, SourceLost)]
)
def test_an_answer_that_is_no_feed_says_whether_to_come_back(status, error):
    with LoopbackFeed(Answer(status)) as server:
        reader = source(server, HeldClock(NOON_MS))
        with pytest.raises(error, match=str(status)):
            ask(reader)
        reader.close()


def test_a_redirect_stays_on_its_host():
    with (
        LoopbackFeed(Answer(body=b"strange")) as other,
        LoopbackFeed(Answer(302, Location=other.url), Answer(302, Location="/b"), Answer()) as feed,
    ):
        clock = HeldClock(NOON_MS)
        reader = source(feed, clock)
        with pytest.raises(SourceRefused, match="another host"):
            ask(reader)
        assert other.requests == []
        feed.answers[-1] = Answer(body=b"moved")
        clock.advance(PERIOD_LOW_S)
        assert ask(reader) == [b"moved"]
        reader.close()
    assert [path for path, _ in feed.requests] == ["/feed.geojson", "/feed.geojson", "/b"]


def test_redirects_in_circles_end():
    with LoopbackFeed(Answer(302, Location="/feed.geojson")) as feed:
        reader = source(feed, HeldClock(NOON_MS))
        with pytest.raises(SourceRefused, match="circles"):
            ask(reader)
        reader.close()
    assert len(feed.requests) == 4


def _bomb(size):
    return zlib.compress(b"\0" * size, wbits=31)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(chunks=[b"x" * 1_000_000] * 6), "Choose a smaller feed"),
        (Answer(body=_bomb(BODY_BYTES + 1), Content_Encoding="gzip"), "unfolds"),
        (Answer(body=_bomb(2_000_000), Content_Encoding="gzip"), "unfolds"),
        (Answer(body=gzip.compress(b"feed" * 50)[:-9], Content_Encoding="gzip"), "broke off"),
        (Answer(body=b"\x1f\x8bno gzip at all", Content_Encoding="gzip"), "damaged"),
        (Answer(body=b"x", Content_Encoding="br"), "coding"),
        (Answer(body=b"x", Content_Length="9"), "no answer"),
    ],
)
def test_a_body_without_bounds_or_end_is_no_body(answer, why):
    with LoopbackFeed(answer) as server:
        reader = source(server, HeldClock(NOON_MS))
        with pytest.raises(SourceLost, match=why):
            ask(reader)
        reader.close()


def test_a_compressed_body_is_unfolded():
    body = gzip.compress(SAMPLE)
    with LoopbackFeed(Answer(body=body, Content_Encoding="gzip")) as server:
        reader = source(server, HeldClock(NOON_MS))
        assert ask(reader) == [SAMPLE]
        reader.close()
    assert server.requests[0][1]["Accept-Encoding"] == "gzip"
    assert len(SAMPLE) < WIRE_BYTES


def test_read_returns_while_a_slow_server_keeps_it_waiting():
    gate = threading.Event()
    with LoopbackFeed(Answer(chunks=[b"on", b"e"], gate=gate)) as server:
        reader = source(server, HeldClock(NOON_MS))
        # The server holds the body back until these two reads have returned.
        assert reader.read(0.0) == ([], None)
        assert reader.read(0.01) == ([], None)
        gate.set()
        assert ask(reader) == [b"one"]
        reader.close()
    assert len(server.requests) == 1


def test_a_body_that_drips_for_a_minute_is_given_up():
    gate = threading.Event()
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(chunks=[b"a", b"b"], gate=gate)) as server:
        reader = source(server, clock)
        reader.read(0.0)
        while not server.requests:
            reader.read(0.01)
        clock.advance(61)
        gate.set()
        with pytest.raises(SourceLost, match="too slow"):
            ask(reader)
        reader.close()


def test_nobody_listening_is_lost():
    with LoopbackFeed(Answer()) as server:
        reader = source(server, HeldClock(NOON_MS))
    with pytest.raises(SourceLost, match="no answer"):
        ask(reader)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://feeds.example/x"},
        {"url": "https://user:pass@feeds.example/x"},
        {"url": "file:///etc/hostname"},
        {"period_s": 59.0},
        {"contact": "a\nb"},
    ],
)
def test_a_wrong_setting_is_named(settings):
    with pytest.raises(ConfigError) as caught:
        UsgsSource(settings, HeldClock())
    assert caught.value.path in settings


def test_its_frames_are_for_the_usgs_reader_and_hold_no_post():
    bulletins, _ = parse(SAMPLE, UsgsSource.wire, {"earthquake"})
    assert bulletins
    assert UsgsSource({}, HeldClock()).decode(SAMPLE) is Reason.OTHER_KIND
