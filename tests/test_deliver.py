"""What is owed arrives once in effect, in order, withdrawals first, through crashes and faults."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invented_events import ALMERA, NOON_MS, SECRET, alert, event, too_few, watch
from loopback import Loopback
from tocsin.clock import HOUR_MS, HeldClock
from tocsin.deliver import Dispatcher, Receiver
from tocsin.deliver.outbox import STUBBORN, wait_ms
from tocsin.errors import SinkBusy, SinkRejected
from tocsin.model import Receipt
from tocsin.sinks.webhook import WebhookSink
from tocsin.store import Store
from tocsin.watch import Matcher

DAY_MS = 24 * HOUR_MS


class Scripted:
    """A sink that answers by a rule and remembers what it was given."""

    def __init__(self, clock, rule=lambda alert, tries: None) -> None:
        self.clock, self.rule = clock, rule
        self.tried, self.taken, self.closed = [], [], 0

    def send(self, alerts, now_ms):
        (one,) = alerts
        self.tried.append(one.key)
        error = self.rule(one, self.tried.count(one.key))
        if isinstance(error, BaseException):
            raise error
        self.taken.append(one.key)
        return Receipt(1)

    def close(self):
        self.closed += 1


@pytest.fixture
def clock():
    return HeldClock(NOON_MS)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


def dispatcher(store, clock, **sinks) -> Dispatcher:
    return Dispatcher(store, sinks, clock, random.Random(7))


def turns(sender, clock, seconds, step_s=1.0):
    """Run for so long; the counts of all turns together."""
    total = sender.run_once(clock.now_ms())
    for _ in range(int(seconds / step_s)):
        clock.advance(step_s)
        total.add(sender.run_once(clock.now_ms()))
    return total


def owe(store, *alerts, now_ms=NOON_MS):
    store.commit_step([], alerts, {}, now_ms)


# ---- waiting ----


def test_waits_are_jittered_within_a_bound_that_doubles():
    rng = random.Random(1)
    for attempts, high_s in ((1, 2), (2, 4), (5, 32), (6, 60), (7, 60), (10_000, 60)):
        waits = [wait_ms(attempts, None, rng) for _ in range(400)]
        assert min(waits) >= 1000
        assert max(waits) <= high_s * 1000
        assert max(waits) - min(waits) > 0.9 * (high_s - 1) * 1000


def test_a_receiver_is_obeyed_within_reason():
    rng = random.Random(1)
    assert wait_ms(1, 17.0, rng) == 17_000
    assert wait_ms(1, 0.01, rng) == 1000
    assert wait_ms(1, 1e12, rng) == HOUR_MS
    assert 1000 <= wait_ms(1, 0.0, rng) <= 2000
    assert 1000 <= wait_ms(1, -5.0, rng) <= 2000


# ---- one channel ----


def test_alerts_leave_in_the_order_they_were_owed_and_only_once(store, clock):
    sink = Scripted(clock)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert("a"), alert("b"), alert("a", 2, "update"))
    assert sender.run_once(NOON_MS).sent == 3
    assert sender.run_once(NOON_MS).sent == 0
    assert sink.taken == [alert("a").key, alert("b").key, alert("a", 2).key]


def test_withdrawals_go_first(store, clock):
    sink = Scripted(clock)
    owe(store, alert("a"), alert("b", 2, "withdrawal"))
    dispatcher(store, clock, ops=sink).run_once(NOON_MS)
    assert sink.taken == [alert("b", 2).key, alert("a").key]


def test_a_busy_channel_rests_and_keeps_its_order(store, clock):
    sink = Scripted(clock, lambda a, tries: SinkBusy("later") if tries < 4 else None)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert("a"), alert("b"))
    assert sender.run_once(NOON_MS).busy == 1
    assert sink.tried == [alert("a").key], "the next in line waits too"
    counts = turns(sender, clock, 120)
    assert sink.taken == [alert("a").key, alert("b").key]
    assert counts.busy == 5
    assert sink.tried == [alert("a").key] * 4 + [alert("b").key] * 4


def test_retry_after_is_obeyed_to_the_second(store, clock):
    sink = Scripted(clock, lambda a, tries: SinkBusy("later", 40.0) if tries == 1 else None)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert())
    turns(sender, clock, 39)
    assert len(sink.tried) == 1
    turns(sender, clock, 1)
    assert sink.taken == [alert().key]


def test_a_withdrawal_is_tried_at_once_though_the_channel_rests(store, clock):
    sink = Scripted(clock, lambda a, tries: SinkBusy("later", 3000.0))
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert("a"))
    sender.run_once(NOON_MS)
    owe(store, alert("b", 2, "withdrawal"), alert("c", 2, "withdrawal"))
    clock.advance(1)
    sender.run_once(clock.now_ms())
    clock.advance(1)
    sender.run_once(clock.now_ms())
    assert sink.tried == [alert("a").key, alert("b", 2).key, alert("c", 2).key]


def test_a_rejected_alert_is_listed_and_holds_nobody_up(store, clock):
    sink = Scripted(clock, lambda a, _: SinkRejected("no such hook") if "a" in a.key[:1] else None)
    owe(store, alert("a"), alert("b"))
    counts = dispatcher(store, clock, ops=sink).run_once(NOON_MS)
    assert (counts.sent, counts.rejected) == (1, 1)
    (lost,) = store.undelivered()
    assert (lost.alert.key, lost.state, lost.detail) == (alert("a").key, "rejected", "no such hook")


def test_after_a_day_an_alert_is_given_up_and_listed(store, clock):
    sink = Scripted(clock, lambda a, tries: SinkBusy("down"))
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert())
    turns(sender, clock, 24 * 3600, step_s=240)
    assert store.outbox_counts() == {"pending": 1}
    assert sender.run_once(NOON_MS + DAY_MS + 1).expired == 1
    assert [lost.state for lost in store.undelivered()] == ["expired"]


def test_a_sink_that_breaks_in_its_own_way_loses_nothing(store, clock):
    sink = Scripted(clock, lambda a, tries: ZeroDivisionError("payload") if tries < 3 else None)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert())
    sender.run_once(NOON_MS)
    (owed,) = store.pending()
    assert owed.detail == "the sink failed: ZeroDivisionError"
    turns(sender, clock, 60)
    assert sink.taken == [alert().key]


def test_one_message_that_always_fails_stops_its_own_event_only(store, clock):
    poison = alert("a").key
    sink = Scripted(clock, lambda a, _: SinkBusy("500") if a.key == poison else None)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert("a"), alert("a", 2, "update"), alert("b"), alert("c"))
    turns(sender, clock, STUBBORN * 60)
    assert sink.taken == [alert("b").key, alert("c").key]
    owe(store, alert("d"), now_ms=clock.now_ms())
    assert turns(sender, clock, 60).sent == 1
    assert [owed.alert.key for owed in store.pending()] == [poison, alert("a", 2).key]


def test_a_long_outage_changes_no_order(store, clock):
    down = {"now": True}
    sink = Scripted(clock, lambda a, _: SinkBusy("down") if down["now"] else None)
    sender = dispatcher(store, clock, ops=sink)
    names = "abcdef"
    owe(store, *(alert(name) for name in names))
    turns(sender, clock, 3600, step_s=5)
    assert store.pending()[1].attempts > STUBBORN, "another was tried to find the trouble"
    assert store.pending()[2].attempts == 0, "one other is enough to try"
    down["now"] = False
    turns(sender, clock, 120)
    assert sink.taken == [alert(name).key for name in names]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_silences_nothing(store, clock, hours):
    sink = Scripted(clock, lambda a, tries: SinkBusy("later") if tries == 1 else None)
    sender = dispatcher(store, clock, ops=sink)
    owe(store, alert())
    sender.run_once(clock.now_ms())
    clock.advance(hours * 3600)
    assert sender.run_once(clock.now_ms()).sent == 1


def test_a_turn_ends_when_a_slow_receiver_has_used_it_up(store, clock):
    sink = Scripted(clock, lambda a, _: clock.advance(11))
    sender = dispatcher(store, clock, ops=sink)
    owe(store, *(alert(f"{n}x") for n in range(9)))
    assert sender.run_channel("ops", clock.now_ms()).sent == 3


# ---- several channels ----


def test_channels_do_not_wait_for_each_other(store, clock):
    slow = Scripted(clock, lambda a, _: SinkBusy("down", 600.0))
    quick = Scripted(clock)
    sender = dispatcher(store, clock, slow=slow, quick=quick)
    owe(store, alert("a", channel="slow"), alert("a", channel="quick"), alert("b", channel="quick"))
    sender.run_once(NOON_MS)
    assert len(quick.taken) == 2


def test_the_page_needs_no_sink_and_a_missing_sink_loses_nothing(store, clock):
    owe(store, alert(channel="page"), alert(channel="nowhere"))
    assert dispatcher(store, clock).run_once(NOON_MS).sent == 1
    assert [owed.alert.channel for owed in store.pending()] == ["nowhere"]
    later = Scripted(clock)
    assert dispatcher(store, clock, nowhere=later).run_once(NOON_MS).sent == 1


def test_closing_closes_every_sink(store, clock):
    sinks = {"a": Scripted(clock), "b": Scripted(clock)}
    dispatcher(store, clock, **sinks).close()
    assert [sink.closed for sink in sinks.values()] == [1, 1]


# ---- crashes ----


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


@pytest.fixture
def receiver(clock):
    receiver = Receiver(SECRET, clock).start()
    yield receiver
    receiver.stop()


def hook(url, clock, **settings):
    table = {"url": url, "secret": SECRET, **settings}
    return WebhookSink(WebhookSink.spec.checked("sinks.ops", table), clock)


def test_a_kill_between_commit_and_send_sends_exactly_what_was_missing(tmp_path, clock, receiver):
    path = tmp_path / "kept.db"
    matcher, store = Matcher([watch()]), Store.open(path)
    first, second = event("a"), event("b")
    store.commit_step([first], matcher.alerts(first), {"sea": "1"}, NOON_MS)
    dispatcher(store, clock, ops=hook(receiver.url, clock)).run_once(NOON_MS)
    store.commit_step([second], matcher.alerts(second), {"sea": "2"}, NOON_MS)
    store._base.close()

    store = Store.open(path)
    matcher = Matcher([watch()], earlier=store.alerts_about)
    # The source goes on from its cursor; the step before may come once more.
    assert store.cursors() == {"sea": "2"}
    assert [matcher.alerts(of) for of in (first, second)] == [[], []]
    counts = dispatcher(store, clock, ops=hook(receiver.url, clock)).run_once(NOON_MS)
    store.close()
    assert counts.sent == 1
    assert [data["event"]["event_id"][0] for data in receiver.received] == ["a", "b"]
    assert receiver.repeats == 0


def test_a_kill_between_send_and_mark_is_one_extra_send_and_one_effect(tmp_path, clock, receiver):
    path = tmp_path / "kept.db"
    store = Store.open(path)
    owe(store, alert())
    sink = hook(receiver.url, clock)

    class DiesAfterSending:
        def send(self, alerts, now_ms):
            sink.send(alerts, now_ms)
            raise Killed

        def close(self):
            sink.close()

    with pytest.raises(Killed):
        dispatcher(store, clock, ops=DiesAfterSending()).run_once(NOON_MS)
    store._base.close()
    store = Store.open(path)
    assert dispatcher(store, clock, ops=sink).run_once(NOON_MS).sent == 1
    assert dispatcher(store, clock, ops=sink).run_once(NOON_MS).sent == 0
    store.close()
    assert (len(receiver.received), receiver.repeats) == (1, 1)


@pytest.mark.parametrize(
    "after", ["INSERT INTO revisions", "INSERT OR IGNORE", "INSERT OR REPLACE"]
)
def test_a_kill_inside_a_step_leaves_nothing_of_it(tmp_path, after):
    path = tmp_path / "kept.db"
    store = Store.open(path)
    statements = []

    def die(sql):
        statements.append(sql)
        if sql.startswith(after):
            raise Killed

    class Dying:
        """The connection, until the statement at which the process dies."""

        def __init__(self, base):
            self.base = base

        def execute(self, sql, *values):
            cursor = self.base.execute(sql, *values)
            die(sql)
            return cursor

        @property
        def in_transaction(self):
            # A dead process rolls nothing back; the next one to open the file does.
            return False

    base, store._base = store._base, Dying(store._base)
    with pytest.raises(Killed):
        store.commit_step([event()], [alert()], {"sea": "1"}, NOON_MS)
    base.close()
    again = Store.open(path)
    assert (again.latest(), again.pending(), again.cursors()) == ([], [], {})
    again.close()
    assert statements[-1].startswith(after), "the fault fired"


FAULTS = st.lists(
    st.sampled_from(["ok", "ok", "lost", "busy", "kill before", "kill after", "kill mark"]),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(FAULTS, st.integers(1, 6))
def test_whatever_goes_wrong_each_alert_has_one_effect(tmp_path_factory, faults, count):
    path = tmp_path_factory.mktemp("kept") / "kept.db"
    clock, effects, sends, script = HeldClock(NOON_MS), [], [], list(faults)

    class Faulty:
        def send(self, alerts, now_ms):
            fault = script.pop(0) if script else "ok"
            if fault == "busy":
                raise SinkBusy("later")
            if fault == "kill before":
                raise Killed
            sends.append(alerts[0].key)
            if alerts[0].key not in effects:
                effects.append(alerts[0].key)
            if fault == "lost":
                raise SinkBusy("no answer")
            if fault == "kill after":
                raise Killed
            return Receipt(1)

        def close(self):
            pass

    wanted = [alert(f"{n}x") for n in range(count)]
    store = Store.open(path)
    owe(store, *wanted)
    for _ in range(5000):
        try:
            dispatcher(store, clock, ops=Faulty()).run_once(clock.now_ms())
        except Killed:
            store._base.close()
            store = Store.open(path)
        clock.advance(1)
        if not store.pending():
            break
    counts = store.outbox_counts()
    store.close()
    assert counts == {"sent": count}
    assert effects == [each.key for each in wanted], "in order, none missing, none twice"
    assert len(sends) <= count + sum(fault in ("lost", "kill after") for fault in faults)


# ---- the receiver ----


def test_the_receiver_takes_each_key_once_and_shows_lines(store, clock, receiver):
    owe(store, alert())
    store.commit_step([], [alert("b", channel="again")], {}, NOON_MS)
    sinks = {"ops": hook(receiver.url, clock), "again": hook(receiver.url, clock)}
    dispatcher(store, clock, **sinks).run_once(NOON_MS)
    sinks["ops"].send([alert()], NOON_MS)
    assert receiver.repeats == 1
    assert receiver.lines() == ["alert      yellow Wildfire near Almera"] * 2


def test_the_receiver_refuses_what_is_not_signed_with_its_secret(clock, receiver):
    other = hook(receiver.url, clock)
    stranger = Receiver(SECRET.replace("whsec_YW", "whsec_YX"), clock).start()
    with pytest.raises(SinkRejected, match="401"):
        hook(stranger.url, clock).send([alert()], NOON_MS)
    assert (len(stranger.received), stranger.refused) == (0, 1)
    stranger.stop()
    with pytest.raises(SinkRejected, match="401"):
        other.send([alert()], NOON_MS - 301_000)
    assert len(receiver.received) == 0


def test_what_the_receiver_could_not_use_is_sent_again(clock):
    def fails_once(data):
        if not seen:
            seen.append(data)
            raise OSError("the siren is stuck")
        seen.append(data)

    seen = []
    receiver = Receiver(SECRET, clock, fails_once).start()
    with pytest.raises(SinkBusy):
        hook(receiver.url, clock).send([alert()], NOON_MS)
    hook(receiver.url, clock).send([alert()], NOON_MS)
    receiver.stop()
    assert (len(seen), len(receiver.received), receiver.repeats) == (2, 1, 0)


def test_a_retry_has_the_same_key_and_body_under_a_new_time(store, clock):
    with Loopback((503, {}), "lost") as server:
        sender = dispatcher(store, clock, ops=hook(server.url, clock))
        owe(store, alert())
        counts = turns(sender, clock, 30)
    assert (counts.sent, counts.busy) == (1, 2)
    keys = {headers["webhook-id"] for headers, _, _ in server.asked}
    bodies = {body for _, body, _ in server.asked}
    stamps = [headers["webhook-timestamp"] for headers, _, _ in server.asked]
    assert (len(keys), len(bodies), len(server.asked)) == (1, 1, 3)
    assert len(set(stamps)) == 3


def test_a_withdrawal_for_too_few_voices_says_nothing_more(store, clock, receiver):
    matcher = Matcher([watch()])
    store.commit_step([event()], matcher.alerts(event()), {}, NOON_MS)
    sender = dispatcher(store, clock, ops=hook(receiver.url, clock))
    sender.run_once(NOON_MS)
    store.commit_step([too_few()], matcher.alerts(too_few()), {}, NOON_MS)
    sender.run_once(NOON_MS)
    first, last = receiver.received
    assert first["event"]["place"]["name"] == ALMERA.name
    assert (last["kind"], last["event"]["event_id"]) == ("withdrawal", first["event"]["event_id"])
    assert ALMERA.name not in msgspec.json.encode(last).decode()
