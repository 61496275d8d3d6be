"""Several Jetstream servers: who is asked next, and where the stream goes on there."""

import json

import pytest

from loopback_jetstream import START_US, LoopbackJetstream, event
from test_jetstream import NOON_MS, WAIT_S, drain, numbers, take
from tocsin.clock import HeldClock
from tocsin.errors import SourceLost, SourceRefused
from tocsin.sources.jetstream import STALL_S, JetstreamSource
from tocsin.sources.jetstream_cursor import MARGIN_US


def source(first, *others, clock=None):
    table = {"url": first.url, "fallback": [other.url for other in others]}
    settings = JetstreamSource.spec.checked("sources.x", table)
    return JetstreamSource(settings, clock or HeldClock(NOON_MS))


@pytest.mark.parametrize("wires", [("v2", "v1"), ("v1",)])
def test_the_next_server_goes_on_by_time_where_the_first_broke_off(wires):
    with LoopbackJetstream(count=20) as first, LoopbackJetstream(wires=wires, count=30) as second:
        first.afterwards = "abort"
        reader = source(first, second)
        reader.open(None)
        frames, cursor, _ = drain(reader)
        assert numbers(frames) == list(range(20))
        first.status = 503
        with pytest.raises(SourceLost):
            reader.open(cursor)
        reader.open(cursor)
        assert not reader.gap
        later, cursor = take(reader, 16)
        reader.close()
    # Each server has its own numbers; what the margin repeats is refused by the gate.
    asked = int(second.requests[-1][1]["cursor"][0])
    assert asked == START_US + 19_000_000 - MARGIN_US
    assert numbers(later) == list(range(14, 30))


def test_a_lost_connection_alone_stays_with_its_server():
    with LoopbackJetstream(count=4) as first, LoopbackJetstream(count=4) as second:
        first.afterwards = "slow"
        reader = source(first, second)
        reader.open(None)
        _, cursor, why = drain(reader)
        assert "ConsumerTooSlow" in why
        reader.open(cursor)
        reader.close()
        assert len(first.requests) == 2 and second.requests == []


def test_only_when_every_server_says_no_it_is_a_refusal():
    with LoopbackJetstream() as first, LoopbackJetstream() as second:
        first.status = second.status = 403
        reader = source(first, second)
        with pytest.raises(SourceLost, match="next server"):
            reader.open(None)
        with pytest.raises(SourceRefused):
            reader.open(None)
        second.status = None
        reader.open(None)
        reader.close()


def test_a_server_that_falls_silent_hands_over():
    clock = HeldClock(NOON_MS)
    with LoopbackJetstream(count=1) as first, LoopbackJetstream(count=3) as second:
        reader = source(first, second, clock=clock)
        reader.open(None)
        _, cursor = take(reader, 1)
        clock.advance(STALL_S)
        assert reader.read(0.0) == ([], cursor)
        clock.advance(1)
        with pytest.raises(SourceLost, match="says nothing"):
            reader.read(0.0)
        reader.open(cursor)
        assert numbers(take(reader, 3)[0]) == [0, 1, 2]
        reader.close()


def test_one_server_alone_may_be_silent_for_long():
    clock = HeldClock(NOON_MS)
    with LoopbackJetstream(count=1) as only:
        reader = source(only, clock=clock)
        reader.open(None)
        _, cursor = take(reader, 1)
        clock.advance(100 * STALL_S)
        assert reader.read(0.0) == ([], cursor)
        reader.close()


def test_a_hundred_drops_over_two_servers_lose_and_double_nothing():
    """Each drop comes after some events more; what the margin repeats is told by its frame."""
    with LoopbackJetstream() as first, LoopbackJetstream() as second:
        servers = (first, second)
        reader, cursor, seen = source(*servers), None, {}
        for drop in range(100):
            for server in servers:
                for wire in ("v1", "v2"):
                    server.events[wire] += [event(wire, 2 * drop), event(wire, 2 * drop + 1)]
                server.afterwards = "abort"
            down = servers[drop % 2] if drop % 5 == 4 else None
            for server in servers:
                server.status = 503 if server is down else None
            for _ in range(2):
                try:
                    reader.open(cursor)
                    break
                except SourceLost:
                    continue
            assert not reader.gap
            try:
                while True:
                    frames, cursor = reader.read(WAIT_S)
                    for frame in frames:
                        seen[json.loads(frame)["payload"]["rkey"]] = None
            except SourceLost:
                pass
        reader.close()
    assert list(seen) == [f"3kpost{number}" for number in range(200)]
