"""The source of official warnings: new messages only, one at a time, at the agency's pace."""

from pathlib import Path

import pytest

from known_hazards import HAZARDS
from loopback_feed import Answer, LoopbackFeed
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.official import parse
from tocsin.official.where import Context
from tocsin.sources.cap import UNREACHED, CapSource
from tocsin.sources.cap_index import LINKS_MOST, links_in

SAMPLES = Path(__file__).parent / "samples"
MESSAGE = (SAMPLES / "cap_flash_flood.xml").read_bytes()
NOON_MS = 1_767_268_800_000
WAIT_S = 20.0


def source(server, clock, **settings):
    table = {"url": server.url, "agency": "met", **settings}
    return CapSource(CapSource.spec.checked("sources.x", table), clock)


def index_of(*paths, updated="2026-01-01T12:00:00Z"):
    """An Atom index that links to messages."""
    entry = '<entry><updated>{}</updated><link type="application/cap+xml" href="{}"/></entry>'
    rows = "".join(entry.format(updated, path) for path in paths)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{rows}</feed>'.encode()


def message(number):
    return MESSAGE.replace(b"2026.1</identifier>", b"2026.%d</identifier>" % number)


def reads(reader, times):
    """All frames of so many reads, each of which may take its time on the real network."""
    return [frame for _ in range(times) for frame in reader.read(WAIT_S)[0]]


def asked(server):
    return [path for path, _ in server.requests]


def test_new_messages_of_an_index_are_fetched_once_each():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(body=index_of("/1", "/2"))) as server:
        server.pages = {f"/{n}": Answer(body=message(n)) for n in (1, 2, 3)}
        reader = source(server, clock)
        assert reads(reader, 3) == [message(1), message(2)]
        server.answers = [Answer(body=index_of("/1", "/2", "/3"))]
        clock.advance(70)
        assert reads(reader, 2) == [message(3)]
        server.answers = [Answer(body=index_of("/3", updated="2026-01-01T13:00:00Z"))]
        clock.advance(70)
        # The same message in another state is another message.
        assert reads(reader, 2) == [message(3)]
        reader.close()
    assert asked(server) == ["/feed.geojson", "/1", "/2", "/feed.geojson", "/3",
                             "/feed.geojson", "/3"]  # fmt: skip


def test_a_message_is_asked_for_by_name_with_the_operator_s_contact():
    with LoopbackFeed(Answer(body=index_of("/1"))) as server:
        server.pages = {"/1": Answer(body=MESSAGE)}
        reader = source(server, HeldClock(NOON_MS), contact="ops@tocsin.example")
        reads(reader, 2)
        reader.close()
    for _, headers in server.requests:
        assert "ops@tocsin.example" in headers["User-Agent"]
        assert headers["Accept"].startswith("application/cap+xml")


def test_one_pause_lies_between_two_messages_and_the_quota_ends_the_hour():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(body=index_of(*(f"/{n}" for n in range(12))))) as server:
        server.pages = {f"/{n}": Answer(body=MESSAGE) for n in range(12)}
        reader = source(server, clock, pause_s=2, per_hour=10)
        assert len(reads(reader, 11)) == 10
        assert clock.now_ms() - NOON_MS == 9 * 2_000
        assert reads(reader, 3) == []
        assert len(server.requests) == 11
        clock.advance(3_600)
        assert len(reads(reader, 2)) == 2
        reader.close()


def test_an_index_that_holds_its_messages_is_read_as_it_stands():
    body = (SAMPLES / "index_cap.atom").read_bytes().replace(b"<link", b"<lonk")
    with LoopbackFeed(Answer(body=body)) as server:
        reader = source(server, HeldClock(NOON_MS))
        frames = reads(reader, 1)
        reader.close()
    assert frames == [body]
    bulletins, _ = parse(frames[0], CapSource.wire, HAZARDS, context=Context(reader.feed))
    assert {b.source for b in bulletins} == {"met"}
    assert [b.hazard for b in bulletins] == ["flood", "wildfire"]


def test_a_single_message_may_be_polled():
    with LoopbackFeed(Answer(body=MESSAGE)) as server:
        reader = source(server, HeldClock(NOON_MS))
        assert reads(reader, 1) == [MESSAGE]
        reader.close()


def test_messages_elsewhere_are_not_fetched_unless_the_host_is_named():
    with LoopbackFeed(Answer(body=message(7))) as other, LoopbackFeed(Answer()) as server:
        server.answers = [Answer(body=index_of(other.url))]
        reader = source(server, HeldClock(NOON_MS))
        with pytest.raises(SourceRefused, match=r"Add that to hosts"):
            reads(reader, 1)
        reader.close()
        assert other.requests == []
        named = source(server, HeldClock(NOON_MS), hosts=[other.url.split("/")[2]])
        assert reads(named, 2) == [message(7)]
        named.close()
        # One here, one elsewhere: what lies elsewhere is counted, not fetched.
        server.answers = [Answer(body=index_of("/1", "https://elsewhere.example/2.xml"))]
        server.pages = {"/1": Answer(body=MESSAGE)}
        mixed = source(server, HeldClock(NOON_MS))
        assert reads(mixed, 2) == [UNREACHED, MESSAGE]
        mixed.close()
    assert parse(UNREACHED, "cap", HAZARDS)[1] == {Reason.BAD_BULLETIN: 1}


@pytest.mark.parametrize(
    "href",
    ["file:///etc/hostname", "http://elsewhere.example/1.xml", "//elsewhere.example/1", "http://[1"],
)
def test_no_link_leads_off_the_web_or_off_encryption(href):
    with LoopbackFeed(Answer(body=index_of(href, "/1"))) as server:
        server.pages = {"/1": Answer(body=MESSAGE)}
        reader = source(server, HeldClock(NOON_MS))
        assert reads(reader, 2) == [UNREACHED, MESSAGE]
        reader.close()
    assert asked(server) == ["/feed.geojson", "/1"]


def test_a_message_that_cannot_be_had_is_tried_and_given_up():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(body=index_of("/gone", "/ill", "/1"))) as server:
        server.pages = {"/gone": Answer(404), "/ill": Answer(503), "/1": Answer(body=MESSAGE)}
        reader = source(server, clock)
        assert reads(reader, 2) == [UNREACHED]
        came = []
        for _ in range(4):
            try:
                came += reads(reader, 1)
            except SourceLost:
                reader.close()
                reader.open(None)
        reader.close()
    assert came == [MESSAGE, UNREACHED]
    assert asked(server).count("/ill") == 3


def test_retry_after_of_a_message_holds_for_the_next():
    clock = HeldClock(NOON_MS)
    with LoopbackFeed(Answer(body=index_of("/1", "/2"))) as server:
        server.pages = {"/1": Answer(429, Retry_After="120"), "/2": Answer(body=MESSAGE)}
        reader = source(server, clock)
        reads(reader, 1)
        with pytest.raises(SourceLost, match="429"):
            reads(reader, 1)
        before_ms = clock.now_ms()
        frames = []
        while not frames:
            frames = reads(reader, 1)
        reader.close()
    assert frames == [MESSAGE]
    assert clock.now_ms() - before_ms == 120_000


def test_closing_in_the_middle_loses_no_message():
    with LoopbackFeed(Answer(body=index_of("/1", "/2"))) as server:
        server.pages = {f"/{n}": Answer(body=message(n)) for n in (1, 2)}
        reader = source(server, HeldClock(NOON_MS))
        reads(reader, 1)
        reader.read(0.0)
        reader.close()
        reader.open(None)
        assert reads(reader, 2) == [message(1), message(2)]
        reader.close()


INDEX = b'<rss version="2.0"><channel>%s</channel></rss>'


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        (b"<item><link>/a/1.cap</link></item>", "https://met.example/a/1.cap"),
        (b"<item><link>/page</link><enclosure url='1' type='application/cap+xml'/></item>",
         "https://met.example/feeds/1"),
        (b"<item><link>/page.html</link></item>", None),
        (b"<item xmlns:c='urn:oasis:names:tc:emergency:cap:1.1'><link>/x?y=1</link>"
         b"<c:event>Flood</c:event></item>", "https://met.example/x?y=1"),
    ],
)  # fmt: skip
def test_which_link_of_an_entry_is_its_message(entry, url):
    found = links_in(INDEX % entry, "https://met.example/feeds/all")
    assert [link.url for link in found] == ([url] if url else [])


def test_an_index_is_read_within_bounds():
    assert len(links_in(index_of(*(f"/{n}" for n in range(LINKS_MOST + 5))), "https://a/")) == (
        LINKS_MOST
    )
    for body in (b"", b"<html/>", b"<!DOCTYPE feed><feed/>", b"<feed>" * 40):
        assert links_in(body, "https://a/") is None


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"agency": "Met Office"}, "agency"),
        ({"country": "Spain"}, "country"),
        ({"url": "https://met.example/feed"}, "contact"),
        ({"url": "http://met.example/feed", "contact": "a@b.example"}, "url"),
    ],
)
def test_a_wrong_setting_is_named(settings, path):
    table = {"url": "http://127.0.0.1:9/feed", "agency": "met"} | settings
    with pytest.raises(ConfigError) as caught:
        CapSource(CapSource.spec.checked("sources.x", table), HeldClock())
    assert caught.value.path == path
