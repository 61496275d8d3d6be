"""A drill says so in every event and reaches test channels; only a live engine beats."""

import random

from loopback import Loopback
from streams import START_MS, burst, chatter, merged
from test_engine import BURST_MS, WAIT_S, WATCH, Ear, Scripted, reads, running, stop
from tocsin.clock import HeldClock
from tocsin.config_file import parse
from tocsin.deliver import Policy
from tocsin.engine.keys import seeded_keys
from tocsin.engine.live import Engine
from tocsin.engine.pulse import STALLED_MS
from tocsin.model import Receipt, Watch
from tocsin.store import Store


class Told:
    def __init__(self) -> None:
        self.alerts = []

    def send(self, alerts, now_ms):
        self.alerts += alerts
        return Receipt(len(alerts))

    def close(self):
        pass


def test_a_drill_is_marked_and_reaches_test_channels_alone(tmp_path):
    clock, store = HeldClock(START_MS), Store.open(tmp_path / "kept.db")
    ear, sinks = Ear(store), {"ops": Told(), "lab": Told()}
    watches = [Watch(f"w-{name}", "any", None, None, None, None, "green", name, "anything")
               for name in sinks]  # fmt: skip
    source = Scripted(*reads(merged(chatter(5), burst(BURST_MS))), clock=clock)
    engine = Engine(
        {"recorded": source}, [WATCH, *watches], sinks, store, seeded_keys(0), clock,
        ear.listeners(), 0.01, random.Random(1),
        policies={"ops": Policy(), "lab": Policy(drill=True)}, drill=True,
    )  # fmt: skip
    thread = running(engine)
    heard = ear.heard.wait(WAIT_S)
    stop(engine, thread)
    assert heard
    engine.dispatcher.run_once(clock.now_ms())
    assert ear.events and all(event.drill for event in ear.events)
    assert sinks["ops"].alerts == []
    assert sinks["lab"].alerts and all(a.event.drill for a in sinks["lab"].alerts)
    assert engine.desk.held["drill"] >= 1
    store.close()


def test_an_engine_beats_while_it_runs_and_never_when_it_does_not(tmp_path):
    clock, store = HeldClock(START_MS), Store.open(tmp_path / "kept.db")
    with Loopback() as server:
        table = parse(f'[watchdog]\nurl = "{server.url}"\n').watchdog
        engine = Engine(
            {"recorded": Scripted()}, [], {}, store, seeded_keys(0), clock,
            Ear(store).listeners(), 0.01, random.Random(1), watchdog=table,
        )  # fmt: skip
        assert engine.pulse.unwell() == "not running"
        assert not engine.pulse.heart.turn()
        clock.advance(60)
        thread = running(engine)
        for _ in range(20_000):
            if engine.pulse.heart.taken:
                break
            thread.join(0.01)
        found = (engine.pulse.heart.taken, engine.pulse.unwell())
        stop(engine, thread)
        assert found == (1, "")
        assert engine.pulse.unwell() == "not running"
        engine.ready.set()
        clock.advance(STALLED_MS / 1000 + 1)
        assert engine.pulse.unwell() == "stalled"
        engine.ready.clear()
    assert len(server.asked) == 1
    store.close()
