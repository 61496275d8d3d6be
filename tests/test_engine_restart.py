"""A second start takes up the first: its events, its time, and nothing twice."""

from contextlib import closing

import msgspec
import pytest

from invented_events import ALMERA, event
from streams import START_MS, burst, chatter, deletion, frames, merged
from test_engine import WATCH, Scripted, running, stop
from tocsin.cli.run import on_the_page, terminal_lines
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, HeldClock, rfc3339
from tocsin.engine.inbox import Chunk
from tocsin.engine.keys import seeded_keys
from tocsin.engine.listeners import Listeners
from tocsin.engine.live import KEEP_DAYS, Engine
from tocsin.engine.memory import recall
from tocsin.store import Store
from tocsin.store.near_misses import KEPT_MS, NearMiss
from tocsin.web.blindness import Blindness
from tocsin.web.board import Board

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


def test_what_outlived_its_time_while_nothing_ran_is_gone_before_anyone_is_served(tmp_path):
    path, clock = tmp_path / "kept.db", HeldClock(STOP_MS)
    with closing(Store.open(path)) as store:
        place = msgspec.structs.replace(ALMERA, name="Oldhaven")
        old = event("old", at=rfc3339(STOP_MS - (KEEP_DAYS + 1) * DAY_MS), place=place)
        store.commit_step([old], [], {}, STOP_MS)
        near = NearMiss("flood", "PT", STOP_MS - KEPT_MS - HOUR_MS, "belief", "5-14")
        store.near_misses.keep([near], STOP_MS - KEPT_MS)
        store.checkpoint()
        assert b"Oldhaven" in path.read_bytes()
        deaf = Listeners(lambda _: None, lambda _: None)
        engine = Engine({}, [], {}, store, seeded_keys(0), clock, deaf, 0.01)
        thread = running(engine)
        found = store.revisions_of(old.event_id), path.read_bytes()
        stop(engine, thread)
        assert store.near_misses.about("flood", ["PT"], 0, STOP_MS) == []
    assert found[0] == []
    assert b"Oldhaven" not in found[1]


def test_what_is_known_already_is_on_the_page_and_not_told_again(first, tmp_path, capsys):
    told, board = [], Board()
    terminal = terminal_lines()._replace(event=told.append)
    with closing(Store.open(tmp_path / "kept.db")) as store:
        clock = HeldClock(STOP_MS + MINUTE_MS)
        blindness = Blindness(clock.now_ms(), list)
        engine = Engine(
            {"recorded": Scripted()}, [WATCH], {}, store, seeded_keys(0), clock,
            on_the_page(board, blindness, terminal), 0.01,
        )  # fmt: skip
        thread = running(engine)
        known = [each.event_id for each in board.events()]
        stop(engine, thread)
    assert known == [first.events[-1].event_id]
    assert told == []
    assert "1 event of earlier starts on the page" in capsys.readouterr().err
