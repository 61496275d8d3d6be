"""An official warning from a real server to an event, a change and its end, through the engine."""

import threading

from loopback_feed import Answer, LoopbackFeed
from test_cap_source import MESSAGE, index_of
from test_engine import engine_of, running, stop
from tocsin.clock import HeldClock, SystemClock
from tocsin.metrics import Reason
from tocsin.sources.cap import CapSource
from tocsin.web.board import Board
from tocsin.web.live import metrics_of

SENT_MS = 1_767_268_800_000
UPDATE = (
    MESSAGE.replace(b"2026.1</identifier>", b"2026.2</identifier>")
    .replace(b"T13:00:00+01:00", b"T13:05:00+01:00")
    .replace(b"<scope>", b"<references>a,urn:oid:2.49.0.0.000.0.2026.1,b</references><scope>")
    .replace(b"Severe<", b"Extreme<")
    .replace(b"<msgType>Alert", b"<msgType>Update")
)
CANCEL = (
    UPDATE.replace(b"2026.2</identifier>", b"2026.3</identifier>")
    .replace(b"2026.1,b", b"2026.2,b")
    .replace(b"T13:05", b"T13:06")
    .replace(b"<msgType>Update", b"<msgType>Cancel")
)
PERSON = MESSAGE.replace(b"Flash Flood Warning<", b"Child Abduction Emergency<")


def heard(ear, count):
    # On a machine that never ran this, the kernels are compiled first: a minute or two.
    for _ in range(15_000):
        if len(ear.events) >= count:
            return [(e.phase, e.severity, [b.id[-6:] for b in e.bulletins]) for e in ear.events]
        threading.Event().wait(0.02)
    return ear.events


def test_a_warning_stands_changes_and_is_taken_back(tmp_path):
    clock = HeldClock(SENT_MS + 600_000)
    with LoopbackFeed(Answer(body=index_of("/1", "/2", "/p", "/3"))) as server:
        pages = {"/1": MESSAGE, "/2": UPDATE, "/p": PERSON, "/3": CANCEL}
        server.pages = {path: Answer(body=body) for path, body in pages.items()}
        table = {"url": server.url, "agency": "met", "pause_s": 0.2}
        source = CapSource(CapSource.spec.checked("sources.x", table), SystemClock())
        engine, ear = engine_of(tmp_path, {"weather": source}, clock)
        thread = running(engine)
        told = heard(ear, 3)
        stop(engine, thread)
    assert told == [
        ("reported", "Severe", ["2026.1"]),
        ("updated", "Extreme", ["2026.2"]),
        ("withdrawn", "Unknown", []),
    ]
    assert {event.bulletins[0].source for event in ear.events[:2]} == {"met"}
    tally = engine.intakes[0].tally
    assert tally.balanced
    assert tally.refused == {Reason.PERSON_BULLETIN: 1}


def test_what_is_let_go_for_want_of_room_is_told_in_the_metrics(tmp_path):
    engine, _ = engine_of(tmp_path, {}, HeldClock(0))
    engine._line._official._dropped["bulletins_held"] += 2
    told = metrics_of(engine, Board(), HeldClock(0))
    assert b'tocsin_official_words_dropped_total{reason="bulletins_held"} 2.0' in told
