"""Manners of the polled feeds: back-off, one connection a host, what the operator says of them."""

import random
import threading
import tracemalloc
import zlib

import pytest

from loopback_feed import Answer, LoopbackFeed
from tocsin.bulletin import Feed
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceLost
from tocsin.sources.emsc import EmscSource
from tocsin.sources.fetch import Fetch
from tocsin.sources.news import NewsSource
from tocsin.sources.polling import JITTER, ConditionalGet
from tocsin.sources.status_page import StatusPageSource

NOON_MS = 1_767_268_800_000
WAIT_S = 20.0


def waited_s(feed, clock, server):
    """Seconds on the clock until the next request has been answered with a failure."""
    before, count = clock.now_ms(), len(server.requests)
    while len(server.requests) == count:
        try:
            feed.poll(WAIT_S)
        except SourceLost:
            break
    return (clock.now_ms() - before) / 1000


def test_waits_double_while_a_server_fails_and_no_longer_than_an_hour():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(503)) as server:
        feed = ConditionalGet(server.url, 60.0, "", clock)
        waits = [waited_s(feed, clock, server) for _ in range(10)]
        assert waits == [0, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]
        server.answers = [Answer(body=b"one"), Answer(503)]
        clock.advance(3_600)
        assert feed.poll(WAIT_S) == b"one"
        # After an answer it starts over.
        assert [waited_s(feed, clock, server) for _ in range(2)] == [60, 60]
        feed.close()


def test_chance_stretches_a_wait_and_never_shortens_it():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(503)) as server:
        feed = ConditionalGet(server.url, 60.0, "", clock, random.Random(5))
        waits = [waited_s(feed, clock, server) for _ in range(5)][1:]
        feed.close()
    for wait, plain in zip(waits, (60, 120, 240, 480), strict=True):
        assert plain < wait <= plain * (1 + JITTER)


def test_two_feeds_of_one_host_wait_for_each_other():
    gate = threading.Event()
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(chunks=[b"a", b"b"], gate=gate)) as server:
        fetches = [Fetch(server.url, {}, clock) for _ in range(3)]
        while not server.requests:
            gate.wait(0.01)
        gate.set()
        assert all(fetch.done.wait(WAIT_S) for fetch in fetches)
    assert [fetch.body for fetch in fetches] == [b"ab"] * 3
    assert server.most_under_way == 1


@pytest.mark.parametrize("layers", [1, 2])
def test_a_compression_bomb_costs_little_memory(layers):
    bomb = b"\0" * 200_000_000
    for _ in range(layers):
        bomb = zlib.compress(bomb, 9, wbits=31)
    with LoopbackFeed(Answer(body=bomb, Content_Encoding="gzip")) as server:
        tracemalloc.start()
        fetch = Fetch(server.url, {}, HeldClock(NOON_MS))
        assert fetch.done.wait(WAIT_S)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert isinstance(fetch.error, SourceLost)
    assert fetch.body is None
    assert peak < 50_000_000


def test_a_status_page_and_a_news_feed_know_what_the_operator_said():
    table = {"url": "http://127.0.0.1:9/x", "agency": "grid", "lat": 41.9, "lon": 12.5}
    page = StatusPageSource(StatusPageSource.spec.checked("s", table), HeldClock())
    assert page.feed == Feed("grid", None, "cloud_outage", (41.9, 12.5, 50.0))
    news = NewsSource(
        NewsSource.spec.checked("s", {"url": "http://127.0.0.1:9/x", "agency": "gazette"}),
        HeldClock(),
    )
    assert news.feed == Feed("gazette")


def test_a_feed_that_asks_too_often_or_names_no_contact_is_refused():
    with pytest.raises(ConfigError, match="contact"):
        EmscSource({}, HeldClock())
    with pytest.raises(ConfigError, match="below"):
        EmscSource({"period_s": 5.0, "contact": "ops@tocsin.example"}, HeldClock())
    with pytest.raises(ConfigError, match="agency"):
        NewsSource.spec.checked("s", {"url": "http://127.0.0.1:9/x"})
