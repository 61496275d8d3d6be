"""A second start takes up the first: its events, its time, and nothing twice."""

import pytest

from streams import START_MS, burst, chatter, deletion, frames, merged
from test_engine import WATCH, Scripted
from tocsin.clock import HOUR_MS, MINUTE_MS, HeldClock
from tocsin.engine.intake import Chunk
from tocsin.engine.keys import seeded_keys
from tocsin.engine.live import Engine, Listeners
from tocsin.engine.memory import recall
from tocsin.store import Store

BURST_MS = START_MS + 4 * HOUR_MS
STOP_MS = BURST_MS + 5 * MINUTE_MS


class Start:
    """One start of an engine over a folder, stepped by hand."""

    def __init__(self, folder, at_ms):
        self.clock, self.store = HeldClock(at_ms), Store.open(folder / "kept.db")
        self.events, self.alerts = [], []
        self.engine = Engine(
            {"recorded": Scripted()}, [WATCH], {}, self.store, seeded_keys(0), self.clock,
            Listeners(self.events.append, self.alerts.append), 0.01,
        )  # fmt: skip
        self.stood = recall(self.store, self.engine._line, at_ms)

    def take(self, rows, at_ms):
        self.clock.advance(max(at_ms - self.clock.now_ms(), 0) / 1000)
        chunk = Chunk(self.engine.intakes[0], frames(rows), str(at_ms), self.clock.now_ms())
        self.engine._step([chunk])

    def wait(self, until_ms):
        self.clock.advance((until_ms - self.clock.now_ms()) / 1000)
        self.engine._step([])

    def told(self):
        return [(event.event_id, event.phase) for event in self.events]


QUAKE = burst(BURST_MS, 12)
ALL = merged(chatter(4.2), QUAKE)


@pytest.fixture
def first(tmp_path):
    start = Start(tmp_path, STOP_MS)
    start.take(ALL, STOP_MS)
    assert {event.phase for event in start.events} <= {"reported", "updated"}
    assert len({event.event_id for event in start.events}) == 1
    start.store.close()
    return start


def test_events_and_alerts_of_the_first_start_are_not_repeated_when_its_posts_are_read_again(
    first, tmp_path
):
    again = Start(tmp_path, STOP_MS + MINUTE_MS)
    assert [event.event_id for event in again.stood] == [first.events[-1].event_id]
    again.take(ALL, STOP_MS + MINUTE_MS)
    again.take(chatter(0.2, STOP_MS + MINUTE_MS), STOP_MS + 15 * MINUTE_MS)
    assert again.events == [] and again.alerts == []
    assert again.store.outbox_counts()


def test_deletions_after_the_restart_withdraw_it_and_the_alert_with_it(first, tmp_path):
    again = Start(tmp_path, STOP_MS + MINUTE_MS)
    again.take(ALL, STOP_MS + MINUTE_MS)
    again.take(chatter(0.02, STOP_MS + MINUTE_MS), STOP_MS + 3 * MINUTE_MS)
    gone = [deletion(STOP_MS + 4 * MINUTE_MS, f"w-{k}") for k in range(9)]
    again.take(gone, STOP_MS + 4 * MINUTE_MS)
    assert again.told() == [(first.events[0].event_id, "withdrawn")]
    assert [alert.kind for alert in again.alerts] == ["withdrawal"]


def test_where_nothing_can_be_read_again_new_posts_go_on_with_it(first, tmp_path):
    again = Start(tmp_path, STOP_MS + 20 * MINUTE_MS)
    later = burst(STOP_MS + 20 * MINUTE_MS, 60, name="n", step_ms=3_000)
    again.take(later, STOP_MS + 25 * MINUTE_MS)
    assert {event_id for event_id, _ in again.told()} == {first.events[0].event_id}
    revisions = [event.revision for event in again.events]
    assert revisions == list(range(first.events[-1].revision + 1, revisions[-1] + 1))
    assert {alert.kind for alert in again.alerts} <= {"update"}


def test_where_nobody_speaks_of_it_any_more_it_ends(first, tmp_path):
    again = Start(tmp_path, STOP_MS + 20 * MINUTE_MS)
    for hours in (1, 3, 5):
        again.wait(STOP_MS + hours * HOUR_MS)
    assert again.told() == [(first.events[0].event_id, "resolved")]
    again.store.close()
    third = Start(tmp_path, STOP_MS + 6 * HOUR_MS)
    third.wait(STOP_MS + 12 * HOUR_MS)
    assert third.told() == []


def test_a_clock_that_was_ahead_does_not_silence_the_next_start(first, tmp_path):
    again = Start(tmp_path, STOP_MS - 2 * HOUR_MS)
    again.take(burst(STOP_MS - 2 * HOUR_MS, 12, "flood", "in Porto", "p"), STOP_MS - HOUR_MS)
    again.wait(STOP_MS - HOUR_MS + MINUTE_MS)
    assert [phase for _, phase in again.told()][:1] == ["reported"]
