"""Threads serve channels: woken at once, one at a time each, and never all of them by the sick."""

import random
import threading

import pytest

from invented_events import NOON_MS, alert
from tocsin.clock import HeldClock
from tocsin.deliver import Crew, Dispatcher
from tocsin.deliver import crew as crew_module
from tocsin.errors import SinkBusy, TocsinError
from tocsin.model import Receipt
from tocsin.store import Store

WAIT_S = 20.0


class Sink:
    """Takes what it gets; waits at `gate` first, and notes how many threads came at once."""

    def __init__(self, gate=None, fails=False):
        self.gate, self.fails = gate, fails
        self.keys, self.came = [], threading.Semaphore(0)
        self.inside = self.most_inside = 0

    def send(self, alerts, now_ms):
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.came.release()
        if self.gate is not None:
            self.gate.wait(WAIT_S)
        self.inside -= 1
        if self.fails:
            raise SinkBusy("not now")
        self.keys += [each.key for each in alerts]
        return Receipt(len(alerts))

    def close(self):
        """Nothing to let go of."""


class Shift:
    """A crew at work over a store; `owe` commits and wakes."""

    def __init__(self, path, sinks, look_s=0.02):
        self.store, self.clock, self.failures = Store.open(path), HeldClock(NOON_MS), []
        self.dispatcher = Dispatcher(self.store, sinks, self.clock, random.Random(1))
        self.crew = Crew(
            self.dispatcher, self.store, self.clock, self.failures.append, look_s
        )  # fmt: skip

    def owe(self, name, channel, wake=True):
        one = alert(name, channel=channel)
        self.store.commit_step([one.event], [one], {}, NOON_MS)
        if wake:
            self.crew.wake({channel})

    def settle(self, *channels):
        """Until nothing is owed to these."""
        pause = threading.Event()
        for _ in range(int(WAIT_S / 0.01)):
            if not set(channels) & set(self.store.channels_owed()):
                return
            pause.wait(0.01)
        raise AssertionError(f"still owed: {self.store.outbox_counts()}")


@pytest.fixture
def shift(tmp_path):
    made = []

    def begin(sinks, look_s=0.02):
        made.append(Shift(tmp_path / "kept.db", sinks, look_s))
        made[-1].crew.start()
        return made[-1]

    yield begin
    for each in made:
        each.crew.stop(0.1)
        each.store.close()


def test_what_is_owed_goes_out_when_woken_and_when_not(shift):
    sinks = {"east": Sink(), "west": Sink()}
    work = shift(sinks)
    work.owe("a", "east")
    work.owe("b", "west", wake=False)
    work.owe("c", "nowhere")
    work.settle("east", "west")
    assert [sink.keys for sink in sinks.values()] == [
        ["a000000000000000.1.w.east"], ["b000000000000000.1.w.west"]
    ]  # fmt: skip
    assert work.store.channels_owed() == ["nowhere"]


def test_a_channel_is_served_by_one_thread_at_a_time_in_order(shift):
    gate = threading.Event()
    sink = Sink(gate)
    work = shift({"ops": sink})
    for number in range(20):
        work.owe(f"{number}x", "ops")
    assert sink.came.acquire(timeout=WAIT_S)
    gate.set()
    work.settle("ops")
    assert sink.most_inside == 1
    assert [key.partition("x")[0] for key in sink.keys] == [str(n) for n in range(20)]


def test_receivers_that_hang_hold_up_nobody_else(shift):
    gate = threading.Event()
    sinks = {f"stuck{n}": Sink(gate) for n in range(40)} | {"well": Sink()}
    work = shift(sinks)
    for name in sinks:
        work.owe(f"{name}x".replace("stuck", "s"), name)
    work.settle("well")
    for name in sinks:
        assert sinks[name].came.acquire(timeout=WAIT_S)
    assert set(work.store.channels_owed()) == set(sinks) - {"well"}
    gate.set()
    work.settle(*sinks)


def test_receivers_that_failed_before_never_take_every_thread(shift, monkeypatch):
    monkeypatch.setattr(crew_module, "CREW", 4)
    monkeypatch.setattr(crew_module, "SUSPECTS", 2)
    sick = {f"sick{n}": Sink(fails=True) for n in range(4)}
    work = shift({**sick, "well": Sink()}, look_s=60.0)
    for name in sick:
        work.owe(f"{name}x", name)
    for sink in sick.values():
        assert sink.came.acquire(timeout=WAIT_S)
    while not all(work.dispatcher.is_suspect(name) for name in sick):
        threading.Event().wait(0.01)
    gate = threading.Event()
    for sink in sick.values():
        sink.gate = gate
    work.clock.advance(60.0)
    work.crew.wake(sick)
    work.owe("a", "well")
    work.settle("well")
    assert sum(sink.inside for sink in sick.values()) <= 2
    gate.set()


def test_a_store_that_fails_is_told_once_and_ends_the_crew(shift):
    work = shift({"ops": Sink()}, look_s=60.0)
    work.settle("ops")
    work.store.close()
    work.crew.wake({"ops"})
    for _ in range(int(WAIT_S / 0.01)):
        if work.failures:
            break
        threading.Event().wait(0.01)
    assert [isinstance(each, TocsinError) for each in work.failures] == [True]


def test_marks_of_many_threads_share_commits_and_each_keeps_its_own_error(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    alerts = [alert(f"{n}x") for n in range(60)]
    store.commit_step([each.event for each in alerts], alerts, {}, NOON_MS)
    errors = []

    def mark(key):
        try:
            store.mark(key, "sent", NOON_MS)
        except TocsinError as error:
            errors.append((key, type(error).__name__))

    keys = [each.key for each in alerts] + ["unknown1", "unknown2"]
    threads = [threading.Thread(target=mark, args=(key,)) for key in keys]
    with store._transaction():
        # Nobody can commit yet, so that a line forms.
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert sorted(errors) == [("unknown1", "Corruption"), ("unknown2", "Corruption")]
    assert store.outbox_counts() == {"sent": 60}
    store.close()
