"""What was wrong is taken back first, everywhere it was told, and until it is taken or given up."""

import random

import httpx
import msgspec
import pytest

import web_events as invented
from invented_events import ALMERA, BRUNNTAL, NOON_MS, alert, event, too_few
from tocsin.clock import DAY_MS, MINUTE_MS, HeldClock
from tocsin.deliver import Desk, Dispatcher, Policy
from tocsin.errors import SinkBusy, SinkRejected
from tocsin.model import Receipt
from tocsin.render import LANGS, Voice, message
from tocsin.render.phrases import phrases
from tocsin.sinks import load_sinks
from tocsin.store import Store, median_ms
from tocsin.web.app import create_app
from tocsin.web.board import Board
from tocsin.web.server import serve


class Sink:
    """Answers as it is told to; `waits_s` is how long it takes before it says no."""

    def __init__(self, clock, no=None, waits_s=0.0) -> None:
        self.clock, self.no, self.waits_s, self.tried = clock, no, waits_s, []

    def send(self, alerts, now_ms):
        self.tried.append(alerts[0].key)
        self.clock.advance(self.waits_s)
        if self.no is not None:
            raise self.no
        return Receipt(len(alerts))

    def close(self):
        pass


@pytest.fixture
def clock():
    return HeldClock(NOON_MS)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


class Office:
    """Desk, store and dispatcher over one clock."""

    def __init__(self, store, clock, sinks, **manners) -> None:
        self.store, self.clock = store, clock
        self.desk = Desk(manners, store)
        self.sender = Dispatcher(store, sinks, clock, random.Random(3))

    def decide(self, *alerts):
        events = {(a.event.event_id, a.event.revision): a.event for a in alerts}
        owed, held = self.desk.take(alerts, self.clock.now_ms())
        self.store.commit_step(list(events.values()), owed, {}, self.clock.now_ms(), held=held)
        return owed

    def run(self, seconds, step_s=0.5):
        """Each channel in a thread of its own would see this; a slow one moves its clock alone."""
        until_ms = self.clock.now_ms() + round(seconds * 1000)
        while self.clock.now_ms() < until_ms:
            for channel in self.sender.channels:
                began_ms = self.clock.now_ms()
                self.sender.run_channel(channel, began_ms)
                # What one receiver costs is no time of the others.
                lasted_s = (self.clock.now_ms() - began_ms) / 1000
                if len(self.sender.channels) > 2:
                    self.clock.advance(-lasted_s)
            self.clock.advance(step_s)


NOES = {
    "well": (None, 0.0),
    "asks_for_an_hour": (SinkBusy("429", 3600.0), 0.0),
    "down": (SinkBusy("503"), 0.0),
    "hangs": (SinkBusy("no answer in time"), 20.0),
    "broken": (ZeroDivisionError("x"), 0.0),
}


@pytest.mark.parametrize("kind", ["lowered", "withdrawn", "elsewhere"])
@pytest.mark.parametrize("how", NOES)
def test_every_receiver_is_tried_within_a_minute_whatever_state_it_is_in(store, clock, how, kind):
    no, waits_s = NOES[how]
    sink = Sink(clock, None)
    office = Office(store, clock, {"ops": sink}, ops=Policy(group_ms=300_000, budget=1))
    office.decide(alert("a", level="red"))
    office.run(5)
    assert sink.tried == [alert("a").key], "it was told while all was well"
    sink.no, sink.waits_s = no, waits_s
    for n in range(40):
        office.decide(alert(f"{n}z", level="red"))
    office.run(120)
    wrong = {
        "lowered": alert("a", 2, "update", level="yellow"),
        "elsewhere": alert("a", 2, "update", level="red", place=BRUNNTAL),
        "withdrawn": alert("a", 2, "withdrawal", phase="withdrawn"),
    }[kind]
    (owed,) = office.decide(wrong)
    assert owed.corrects
    before, decided_ms = len(sink.tried), clock.now_ms()
    office.run(60)
    assert wrong.key in sink.tried[before:]
    # Before it only what was under way when it was decided: one try, or one turn of a hanging one.
    assert sink.tried[before:].index(wrong.key) <= 1
    (delay_ms,) = store.corrections.tries().first_try_ms
    assert 0 <= delay_ms <= 60_000
    assert clock.now_ms() - decided_ms >= 60_000


def test_whoever_heard_of_it_by_escalation_hears_of_the_correction(store, clock):
    sinks = {"ops": Sink(clock), "duty": Sink(clock)}
    office = Office(store, clock, sinks, ops=Policy(escalate_to="duty", escalate_ms=60_000))
    office.decide(alert("a", level="red"))
    office.run(2)
    clock.advance(61)
    office.decide()
    office.run(2)
    assert len(sinks["duty"].tried) == 1
    owed = office.decide(alert("a", 2, "update", level="yellow"))
    assert {a.channel for a in owed if a.corrects} == {"ops", "duty"}


def test_a_correction_overtakes_what_waits_and_takes_the_place_of_what_it_corrects(store, clock):
    sink = Sink(clock, SinkBusy("later", 5.0))
    office = Office(store, clock, {"ops": sink})
    office.decide(alert("a", level="red"), alert("b"), alert("c"))
    office.run(1)
    office.decide(alert("a", 2, "update", level="yellow"))
    sink.no, sink.tried = None, []
    office.run(10)
    assert sink.tried == [alert("a", 2).key, alert("b").key, alert("c").key]
    assert store.outbox_counts() == {"sent": 3, "superseded": 1}


def test_several_corrections_are_each_tried_once_before_any_is_tried_again(store, clock):
    sink = Sink(clock, SinkBusy("503"))
    office = Office(store, clock, {"ops": sink})
    names = "abcdef"
    for name in names:
        office.decide(alert(name, level="red"))
    sink.no = None
    office.run(2)
    sink.no, sink.tried = SinkBusy("503"), []
    office.decide(*(alert(n, 2, "withdrawal", phase="withdrawn") for n in names))
    office.sender.run_channel("ops", clock.now_ms())
    assert sink.tried == [alert(n, 2).key for n in names]


def test_a_correction_is_tried_until_it_is_taken_and_listed_as_long_as_it_is_not(store, clock):
    sink = Sink(clock)
    office = Office(store, clock, {"ops": sink})
    office.decide(alert("a", level="red"))
    office.run(1)
    sink.no = SinkBusy("down")
    office.decide(alert("a", 2, "withdrawal", phase="withdrawn"))
    office.run(3600, step_s=10)
    assert len(sink.tried) > 50
    assert [o.alert.key for o in store.undelivered()] == [alert("a", 2).key]
    assert store.corrections.tries().owed == 1
    sink.no = None
    office.run(120)
    assert (store.undelivered(), store.corrections.tries().owed) == ([], 0)
    sink.no = SinkRejected("gone")
    office.decide(alert("b", level="red"))
    office.decide(alert("b", 2, "withdrawal", phase="withdrawn"))
    office.run(1)
    assert {o.state for o in store.undelivered()} == {"rejected"}


def test_a_place_told_more_exactly_is_no_correction_and_another_one_is(store, clock):
    office = Office(store, clock, {"ops": Sink(clock)})
    region = msgspec.structs.replace(ALMERA, id="g9", kind="admin1", radius_km=60.0)
    suburb = msgspec.structs.replace(ALMERA, id="g8", lat=39.52, radius_km=2.0)
    office.decide(alert("a", place=region))
    places = ALMERA, suburb, BRUNNTAL, None, ALMERA
    updates = [alert("a", n, "update", place=place) for n, place in enumerate(places, 2)]
    flags = [office.decide(update)[0].corrects for update in updates]
    assert flags == [False, False, True, False, False]
    assert office.decide(alert("a", 7, "update", hazard="flood"))[0].corrects
    assert not office.decide(alert("a", 8, "update", hazard="flood", phase="resolved"))[0].corrects


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_are_written_beforehand_in_every_language(lang):
    words = phrases(lang)
    lowered = msgspec.structs.replace(alert(kind="update"), corrects=True)
    gone = message(alert(kind="withdrawal", phase="withdrawn"), Voice(lang))
    assert message(lowered, Voice(lang)).urgent == (words.corrected,)
    assert gone.urgent == (words.withdrawn,)
    assert gone.title.startswith(words.kinds["withdrawal"])


def test_a_mail_server_that_is_silent_is_asked_once_not_for_every_recipient():
    kind = load_sinks()["email"]
    table = {"host": "127.0.0.1", "port": 1, "security": "none", "sender": "a@example.org",
             "to": " ".join(f"d{n}@example.org" for n in range(50))}  # fmt: skip
    sink = kind(kind.spec.checked("sinks.x", table), HeldClock())
    asked = []
    sink.lookup = lambda host, port: asked.append(host) or ["127.0.0.1"]
    with pytest.raises(SinkBusy):
        sink.send([alert()], NOON_MS)
    assert len(asked) == 1


# ---- what anybody may read of it ----


def history(store):
    """A withdrawn event, a lowered one, one that only rose, one that shrank."""
    for of in (
        event("a"), event("a", 4, phase="withdrawn", level="green"),
        event("b", level="yellow"), event("b", 3, level="red"), event("b", 9, level="yellow"),
        event("c", level="yellow"), event("c", 2, level="red"),
        event("d", level="red"), too_few("d", 7),
    ):  # fmt: skip
        store.commit_step([of], [], {}, NOON_MS)


def test_corrections_say_since_when_it_was_wrong_and_survive_shrinking(store):
    history(store)
    found = {c.event_id[0]: c for c in store.corrections.since(NOON_MS)}
    took = {name: (c.kind, (c.at_ms - c.wrong_ms) // MINUTE_MS) for name, c in found.items()}
    assert took == {"a": ("withdrawn", 3), "b": ("lowered", 6), "d": ("withdrawn", 6)}
    assert median_ms(found.values()) == 6 * MINUTE_MS
    assert median_ms(list(found.values())[:2]) == 6 * MINUTE_MS
    assert median_ms(()) is None
    assert store.corrections.since(NOON_MS + DAY_MS) == []
    assert len(store.corrections.since(NOON_MS, limit=2)) == 2


def test_the_public_feed_tells_the_median_and_nothing_of_what_was_wrong(store):
    history(store)
    app = create_app(
        Board(), invented.health, invented.metrics, corrections=store.corrections.since
    )
    served = serve(app, port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        # The invented health tells another day: `since` is given.
        given = {"since": "2026-11-22T12:00:00Z"}
        data = client.get("/api/corrections", params=given).json()
        atom = client.get("/api/corrections.atom", params=given).text
        only = client.get("/api/corrections", params=given | {"country": "AT"}).json()
        bad = client.get("/api/corrections", params={"level": "red"})
    served.stop()
    assert (data["count"], data["median_s"]) == (3, 360.0)
    assert [c["kind"] for c in data["corrections"]].count("lowered") == 1
    assert "Median time to correct: 6.0 minutes (3 since" in atom
    assert "Level lowered: " in atom and "Almera" not in atom
    assert (only["count"], only["median_s"], bad.status_code) == (0, None, 400)
