"""No flood and no silence: each stage stops what it should, says why, and lets corrections by."""

import itertools
import random

import msgspec
import pytest

from invented_events import ALMERA, BRUNNTAL, NOON_MS, alert, event
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, HeldClock
from tocsin.config_file import parse
from tocsin.deliver import STAGES, Desk, Dispatcher, Held, Moment, Policy, Stop, policies, through
from tocsin.deliver.breaker import PROBE_MS, TRIPS
from tocsin.deliver.policy import Quiet
from tocsin.errors import ConfigError, InputError, SinkBusy
from tocsin.model import Receipt
from tocsin.store import Silence, Store


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


class Office:
    """A desk and its store, as an engine would use them."""

    def __init__(self, store, **manners) -> None:
        self.store, self.manners = store, {"ops": Policy(**manners)}
        self.desk = Desk(self.manners, store)

    def take(self, *alerts, at_s=0.0):
        now_ms = NOON_MS + round(at_s * 1000)
        owed, held = self.desk.take(alerts, now_ms)
        events = [] if not alerts else [a.event for a in alerts if not a.digest]
        for of in {(e.event_id, e.revision): e for e in events}.values():
            if not any(r.revision == of.revision for r in self.store.revisions_of(of.event_id)):
                self.store.commit_step([of], [], {}, now_ms)
        self.store.commit_step([], owed, {}, now_ms, held=held)
        return [a.key for a in owed], [h.reason for h in held]

    def again(self):
        """The same after a restart."""
        self.desk = Desk(self.manners, self.store)


def quiet(text):
    table = parse(f'[sinks.ops]\ntype = "x"\n[channels.ops]\nquiet = "{text}"\n').policies
    return policies(table)["ops"].quiet


# ---- one list ----


def test_every_alert_is_kept_or_stopped_with_a_reason():
    alerts = [alert("a"), alert("b"), alert("a")]
    kept, stops = through(STAGES, alerts, Moment(NOON_MS))
    assert kept == [alert("a"), alert("b")]
    assert stops == [Stop(alert("a"), Held.DUPLICATE)]


def test_stages_run_in_order_and_the_first_stop_counts():
    def first(one, policy, moment):
        return Stop(one, Held.DRILL) if one.key == alert("a").key else None

    def second(one, policy, moment):
        return Stop(one, Held.BUDGET)

    kept, stops = through((first, second), [alert("a"), alert("b")], Moment(NOON_MS))
    assert (kept, [s.reason for s in stops]) == ([], [Held.DRILL, Held.BUDGET])


def test_the_page_is_told_everything_at_once(store):
    office = Office(store, group_ms=HOUR_MS, budget=1)
    many = [alert(f"{n}x", channel="page") for n in range(5)]
    assert office.take(*many, alert("0x", 2, "update", channel="page"))[1] == []


# ---- group ----


def test_the_first_goes_at_once_and_the_next_by_interval(store):
    office = Office(store, group_ms=MINUTE_MS)
    assert office.take(alert())[0] == [alert().key]
    assert office.take(alert(revision=2, kind="update"), at_s=10) == ([], ["grouped"])
    assert office.take(alert(revision=3, kind="update"), at_s=20) == ([], ["grouped"])
    assert office.take(at_s=59) == ([], [])
    assert office.take(at_s=60) == ([alert(revision=3).key], [])
    assert office.take(at_s=600) == ([], [])


def test_what_is_worse_or_over_or_milder_does_not_wait(store):
    office = Office(store, group_ms=HOUR_MS)
    life = [
        alert(), alert(revision=2, kind="update", level="red"),
        alert(revision=3, kind="update", level="yellow"),
        alert(revision=4, kind="update", phase="resolved"),
        alert(revision=5, kind="withdrawal", phase="withdrawn"),
    ]  # fmt: skip
    for second, one in enumerate(life):
        assert office.take(one, at_s=second) == ([one.key], [])


@pytest.mark.parametrize("back_s", [-3600, -60])
def test_a_clock_that_went_back_holds_nothing(store, back_s):
    office = Office(store, group_ms=MINUTE_MS)
    office.take(alert())
    assert office.take(alert(revision=2, kind="update"), at_s=back_s)[1] == []


# ---- inhibit ----


def test_a_red_event_quiets_its_own_green_updates_after_saying_that_it_is_green(store):
    office = Office(store)
    office.take(alert(level="red"))
    down = alert(revision=2, kind="update", level="green")
    assert office.take(down) == ([down.key], [])
    assert office.take(alert(revision=3, kind="update", level="green")) == ([], ["inhibited"])
    up = alert(revision=4, kind="update", level="yellow")
    assert office.take(up) == ([up.key], [])
    assert office.take(alert("b", level="green"))[1] == [], "another event is its own"


# ---- silence ----


def quieted(store, **parts):
    store.silence(Silence("s", NOON_MS + HOUR_MS, **parts), NOON_MS)


@pytest.mark.parametrize(
    ("parts", "stopped"),
    [
        ({}, True),
        ({"hazard": "wildfire"}, True),
        ({"hazard": "flood"}, False),
        ({"country": "ES"}, True),
        ({"country": "AT"}, False),
        ({"event_id": event().event_id}, True),
        ({"event_id": event("b").event_id}, False),
        ({"watch": "w"}, True),
        ({"watch": "v"}, False),
        ({"lat": ALMERA.lat, "lon": ALMERA.lon, "radius_km": 1.0}, True),
        ({"lat": BRUNNTAL.lat, "lon": BRUNNTAL.lon, "radius_km": 50.0}, False),
        ({"max_level": "green"}, False),
        ({"from_ms": NOON_MS + 1}, False),
        ({"hazard": "wildfire", "country": "AT"}, False),
    ],
)
def test_a_silence_stops_what_all_its_parts_fit(store, parts, stopped):
    quieted(store, **parts)
    office = Office(store)
    assert office.take(alert())[1] == (["silenced"] if stopped else [])


def test_red_is_silenced_only_by_name_and_a_silence_ends(store):
    quieted(store)
    office = Office(store)
    assert office.take(alert(level="red"))[1] == []
    quieted(store, max_level="red", maintenance=True)
    assert office.take(alert("b", level="red"))[1] == ["maintenance"]
    assert office.take(alert("c"), at_s=3600)[1] == []


def test_a_silence_never_hides_that_something_told_is_taken_back(store):
    office = Office(store)
    office.take(alert())
    quieted(store, max_level="red")
    gone = alert(revision=2, kind="withdrawal", phase="withdrawn")
    assert office.take(gone) == ([gone.key], [])


@pytest.mark.parametrize("restart", [False, True])
def test_what_was_never_told_is_not_taken_back_either(store, restart):
    quieted(store)
    office = Office(store)
    office.take(alert())
    if restart:
        office.again()
    gone = alert(revision=2, kind="withdrawal", phase="withdrawn")
    assert office.take(gone) == ([], ["never_told"])


def test_silences_are_bounded(store):
    for until_ms in (NOON_MS, NOON_MS + 31 * DAY_MS):
        with pytest.raises(InputError, match="shorter time"):
            store.silence(Silence("s", until_ms), NOON_MS)
    quieted(store)
    assert store.end_silence("s") and not store.end_silence("s")


# ---- quiet hours ----


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        ("11:00-13:00", 13), ("22:00-07:00", 0), ("11:00-07:00", 31), ("12:00-12:30", 12.5),
        ("10:00-12:00", 0), ("12:01-11:59", 0),
    ],
)  # fmt: skip
def test_hours_of_the_day_end_when_they_say(hours, until):
    midnight_ms = NOON_MS - 12 * HOUR_MS
    wanted = midnight_ms + round(until * HOUR_MS) if until else 0
    assert quiet(hours).until_ms(NOON_MS) == wanted


@pytest.mark.parametrize("text", ["7-9", "25:00-07:00", "07:00-07:00", "22:00-07:00 "])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(ConfigError, match=r"channels\.ops\.quiet"):
        quiet(text)


def test_the_quiet_hours_hold_all_but_red_and_release_a_digest(store):
    office = Office(store, quiet=quiet("11:00-13:00"))
    assert office.take(alert("a"), alert("b")) == ([], ["quiet_hours"] * 2)
    assert office.take(alert("a", 2), at_s=60)[1] == ["quiet_hours"]
    assert office.take(alert("c", level="red"), at_s=61)[1] == []
    over = alert("b", 2, "update", phase="resolved")
    assert office.take(over, at_s=62) == ([], ["never_told"])
    office.take(alert("d"), at_s=63)
    office.again()
    assert office.take(at_s=3599)[0] == []
    owed, held = office.take(at_s=3600)
    assert (sorted(owed), held) == ([alert("a", 2).key, alert("d").key], [])
    digests = {o.alert.digest for o in store.pending("ops") if o.alert.event.level != "red"}
    assert len(digests) == 1 and digests != {""}
    assert office.take(at_s=3601) == ([], [])


def test_even_red_waits_where_the_channel_says_so(store):
    office = Office(store, quiet=quiet("11:00-13:00"), red_breaks=False)
    assert office.take(alert(level="red"))[1] == ["quiet_hours"]


def test_the_hours_are_those_of_the_zone(store):
    table = parse(
        '[sinks.ops]\ntype = "x"\n[channels.ops]\nquiet = "20:00-22:00"\nzone = "Asia/Tokyo"\n'
    ).policies
    hours = policies(table)["ops"].quiet
    assert isinstance(hours, Quiet)
    assert hours.until_ms(NOON_MS) == NOON_MS + HOUR_MS


# ---- budget ----


def test_beyond_the_budget_messages_wait_and_come_as_one(store):
    office = Office(store, budget=2)
    owed, held = office.take(*(alert(f"{n}x") for n in range(5)))
    assert (len(owed), held) == (2, ["budget"] * 3)
    assert office.take(alert("r", level="red"), at_s=5)[1] == []
    assert office.take(at_s=3599)[0] == []
    assert len(office.take(at_s=3600)[0]) == 3


# ---- drill ----


def test_a_drill_goes_to_test_channels_alone(store):
    assert Office(store).take(alert(drill=True))[1] == ["drill"]
    assert Office(store, drill=True).take(alert("b", drill=True))[1] == []


# ---- escalation ----


def escalating(store):
    office = Office(store, escalate_to="boss", escalate_ms=MINUTE_MS)
    office.take(alert())
    store.mark(alert().key, "sent", NOON_MS)
    return office


@pytest.mark.parametrize("restart", [False, True])
def test_an_alert_nobody_acknowledges_goes_to_the_next_channel_once(store, restart):
    office = escalating(store)
    assert office.take(at_s=59)[0] == []
    assert office.take(at_s=60)[0] == [alert(channel="boss").key]
    if restart:
        office.again()
    assert office.take(at_s=61)[0] == []
    gone = alert(revision=2, kind="withdrawal", phase="withdrawn")
    both = [gone.key, gone.key.replace(".ops", ".boss")]
    assert office.take(gone, at_s=62)[0] == both, "whoever was told hears that it was wrong"


@pytest.mark.parametrize("how", ["ack", "withdrawal"])
def test_what_was_seen_to_or_taken_back_is_not_escalated(store, how):
    office = escalating(store)
    if how == "ack":
        store.acknowledge(event().event_id, NOON_MS, "real")
        assert [a.outcome for a in store.acks()] == ["real"]
    else:
        office.take(alert(revision=2, kind="withdrawal", phase="withdrawn"), at_s=5)
    assert office.take(at_s=600)[0] == []
    with pytest.raises(InputError, match="no event has this id"):
        store.acknowledge("x" * 16, NOON_MS)


# ---- what the dispatcher adds ----


class Taker:
    def __init__(self, fails=0, renew_s=None) -> None:
        self.got, self.fails = [], fails
        if renew_s:
            self.renew_s = renew_s

    def send(self, alerts, now_ms):
        self.got.append(list(alerts))
        if self.fails:
            self.fails -= 1
            raise SinkBusy("down")
        return Receipt(len(alerts))

    def close(self):
        pass


def sender(store, sink):
    return Dispatcher(store, {"ops": sink}, HeldClock(NOON_MS), random.Random(1))


def test_a_digest_goes_out_as_one_and_is_kept_together_by_a_failure(store):
    many = [msgspec.structs.replace(alert(f"{n}x"), digest="d") for n in range(3)]
    store.commit_step([], [*many, alert("z")], {}, NOON_MS)
    sink = Taker(fails=1)
    dispatcher = sender(store, sink)
    assert dispatcher.run_once(NOON_MS).busy == 3
    assert dispatcher.run_once(NOON_MS + 60_000).sent == 4
    assert [len(group) for group in sink.got] == [3, 3, 1]


def test_each_message_says_what_came_before_it_the_same_at_every_try(store):
    sink = Taker()
    dispatcher = sender(store, sink)
    store.commit_step([], [alert(), alert(revision=2, kind="update")], {}, NOON_MS)
    dispatcher.run_once(NOON_MS)
    store.commit_step([], [alert(revision=3, kind="withdrawal"), alert("b")], {}, NOON_MS)
    sink.fails = 1
    dispatcher.run_once(NOON_MS)
    dispatcher.run_once(NOON_MS + 60_000)
    told = [[e.revision for e in group[0].earlier] for group in sink.got]
    assert told == [[], [1], [1, 2], [1, 2], []]


def test_a_message_that_may_have_arrived_counts_as_told(store):
    sink = Taker(fails=1)
    dispatcher = sender(store, sink)
    store.commit_step([], [alert()], {}, NOON_MS)
    dispatcher.run_once(NOON_MS)
    store.commit_step([], [alert(revision=2, kind="withdrawal")], {}, NOON_MS)
    dispatcher.run_once(NOON_MS + 1000)
    assert [e.revision for e in sink.got[-1][0].earlier] == [1]


def test_what_stands_is_sent_again_to_a_receiver_that_forgets(store):
    sink = Taker(renew_s=100.0)
    dispatcher = sender(store, sink)
    store.commit_step([], [alert("a"), alert("b")], {}, NOON_MS)
    dispatcher.run_once(NOON_MS)
    counts = [len(sink.got)]
    store.commit_step([], [alert("b", 2, "withdrawal", phase="withdrawn")], {}, NOON_MS)
    for second in (1, 99, 100, 199, 200):
        dispatcher.run_once(NOON_MS + second * 1000)
        counts.append(len(sink.got))
    assert [b - a for a, b in itertools.pairwise(counts)] == [1, 0, 1, 0, 1]
    assert sink.got[-1][0].event.event_id == event("a").event_id


def test_a_dead_receiver_is_probed_and_a_new_withdrawal_passes_all_the_same(store):
    sink = Taker(fails=10_000)
    dispatcher = sender(store, sink)
    store.commit_step([], [alert("a")], {}, NOON_MS)
    now_ms = NOON_MS
    while not dispatcher.broken:
        now_ms += 60_000
        dispatcher.run_once(now_ms)
    assert len(sink.got) == TRIPS
    store.commit_step([], [alert("c"), alert("b", 2, "withdrawal")], {}, now_ms)
    dispatcher.run_once(now_ms + 1)
    assert len(sink.got) == TRIPS + 1
    assert sink.got[-1][0].kind == "withdrawal"
    sink.fails = 0
    for step in range(1, 120):
        dispatcher.run_once(now_ms + step * (PROBE_MS // 10))
    assert store.pending() == [] and not dispatcher.broken


@pytest.mark.parametrize("state", ["rejected", "expired"])
def test_a_dead_letter_keeps_no_text(store, state):
    store.commit_step([], [alert()], {}, NOON_MS)
    if state == "rejected":
        store.mark(alert().key, "rejected", NOON_MS, detail="gone")
    else:
        store.expire(NOON_MS + DAY_MS)
    (lost,) = store.undelivered()
    assert (lost.state, lost.alert.key, lost.alert.event.level) == (state, alert().key, "yellow")
    kept = msgspec.json.encode(lost.alert).decode()
    assert all(word not in kept for word in ("Almera", "Wildfire", "meaning of", "evacuated"))
