"""A restart reads one source again from some time ago; the others wait until it has caught up."""

import pytest

from loopback_jetstream import START_US, LoopbackJetstream
from streams import START_MS, burst, chatter, merged
from test_engine import Ear, Official, Scripted, reads, running, stop
from test_jetstream import numbers, source, take
from tocsin.clock import HOUR_MS, MINUTE_MS, HeldClock
from tocsin.engine.keys import seeded_keys
from tocsin.engine.listeners import Listeners
from tocsin.engine.live import Engine
from tocsin.engine.look_back import PATIENCE_S, LookBack
from tocsin.store import Store

BURST_MS = START_MS + 4 * HOUR_MS
LONG_S = 60.0


class Kept(Scripted):
    """A source that keeps its log: its cursor is a number of reads, ten minutes each."""

    def rewound(self, cursor, back_ms):
        return str(max(int(cursor) - back_ms // (10 * MINUTE_MS), 0)) if cursor.isdigit() else None


class Started:
    """An intake that only notes whether it was started."""

    def __init__(self, name, kind="posts"):
        self.name, self.kind, self.state, self.started = name, kind, "connecting", 0

    def start(self):
        self.started += 1


def look(sources, cursors, until_ms=START_MS, back_ms=HOUR_MS):
    clock = HeldClock(START_MS)
    return LookBack(sources, cursors, until_ms, back_ms, clock), clock


def test_one_source_is_read_again_and_only_one_that_can_be():
    back, _ = look(
        {"plain": Scripted(), "odd": Kept(), "one": Kept(), "two": Kept()},
        {"plain": "9", "odd": "x", "one": "40", "two": "40"},
    )
    assert back.cursors == {"plain": "9", "odd": "x", "one": "34", "two": "40"}


@pytest.mark.parametrize("more", [{"until_ms": 0}, {"back_ms": 0}, {"cursors": {}}])
def test_a_first_start_or_none_wanted_or_no_cursor_reads_nothing_again(more):
    given = {"cursors": {"one": "40"}, **more}
    back, _ = look({"one": Kept()}, **given)
    assert back.cursors == given["cursors"]
    intakes = [Started("one"), Started("two")]
    back.start(intakes)
    assert [each.started for each in intakes] == [1, 1]


@pytest.mark.parametrize("why", ["caught up", "too slow", "refused", "ended"])
def test_the_others_wait_until_it_has_caught_up_or_will_not(why):
    back, clock = look({"one": Kept(), "two": Scripted()}, {"one": "40", "two": "3"})
    one, two, feed = Started("one"), Started("two"), Started("feed", "bulletins")
    back.start([one, two, feed])
    back.go_on(START_MS - HOUR_MS)
    assert (one.started, two.started, feed.started) == (1, 0, 1)
    if why == "too slow":
        clock.advance(PATIENCE_S + 1)
    elif why != "caught up":
        one.state = why
    back.go_on(START_MS - (0 if why == "caught up" else HOUR_MS))
    back.go_on(START_MS)
    assert (one.started, two.started, feed.started) == (1, 1, 1)


def test_no_cursor_before_the_stored_one_is_stored():
    back, _ = look({"one": Kept(), "two": Kept()}, {"one": "40", "two": "3"})
    assert back.kept({"one": "35", "two": "4"}, START_MS - 1) == {"two": "4"}
    assert back.kept({"one": "41", "two": "4"}, START_MS) == {"one": "41", "two": "4"}


def test_a_source_that_cannot_say_where_it_was_is_blind_but_not_at_the_first_start():
    intakes = [Started("one"), Started("piped"), Started("feed", "bulletins")]
    assert look({}, {"one": "40"})[0].blind(intakes) == ["piped"]
    assert look({}, {}, until_ms=0)[0].blind(intakes) == []


@pytest.mark.parametrize("wire", ["v1", "v2"])
def test_a_jetstream_is_asked_by_time(wire):
    with LoopbackJetstream(wires=(wire,), count=30) as server:
        reader = source(server, wire=wire)
        reader.open(None)
        _, cursor = take(reader, 30)
        assert reader.rewound("no cursor", 10_000) is None
        reader.open(reader.rewound(cursor, 10_000))
        frames, last = take(reader, 16)
        assert not reader.gap
        reader.close()
    # Ten seconds, and the margin that a cursor by time has.
    assert server.requests[-1][1]["cursor"] == [str(START_US + 14_000_000)]
    assert numbers(frames) == list(range(14, 30))
    assert last == cursor


def test_an_engine_reads_again_tells_nothing_twice_and_lets_the_others_in(tmp_path):
    rows = merged(chatter(4.5), burst(BURST_MS, 12))
    clock, store = HeldClock(START_MS), Store.open(tmp_path / "kept.db")
    script = reads(rows, 40)
    told, notices = Ear(store), []

    def engine(log, beside):
        return Engine(
            {"log": log, "beside": beside, "official": Official()}, [], {}, store,
            seeded_keys(0), clock, Listeners(told.event, told.alerts.append, notices.append), 0.01,
        )  # fmt: skip

    first = engine(Kept(*script, clock=clock), Scripted())
    thread = running(first)
    assert told.heard.wait(LONG_S)
    for _ in range(6_000):
        if store.cursors().get("log") == str(len(script)):
            break
        told.heard.clear()
        told.heard.wait(0.01)
    stop(first, thread)
    assert not [n for n in notices if n.what == "blind"]
    before, stored = list(told.events), store.cursors()["log"]
    clock.advance(MINUTE_MS / 1000)
    log, beside = Kept(*script, clock=clock), Scripted()
    second = engine(log, beside)
    thread = running(second)
    for _ in range(6_000):
        if beside.opened and log.at == len(script):
            break
        told.heard.clear()
        told.heard.wait(0.01)
    stop(second, thread)
    assert log.opened == [str(int(stored) - 6)]
    assert beside.opened, "it was let in"
    assert [n.source for n in notices if n.what == "blind"] == ["beside"]
    # Whoever has just begun to listen hears what stands, and nothing else.
    assert {event.event_id for event in told.events} == {event.event_id for event in before}
    assert told.events[len(before) :] == [before[-1]]
    assert store.cursors()["log"] == stored
