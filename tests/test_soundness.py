"""Damage stops the engine with its instruction: before the start, or beside it in a large store."""

import importlib.util
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from invented_events import NOON_MS, alert, event, watch
from test_engine import WAIT_S, Scripted, engine_of
from tocsin.clock import DAY_MS, HeldClock
from tocsin.errors import Corruption
from tocsin.store import Store, inspection, soundness
from tocsin.store.schema import VERSION
from tocsin.web.board import Board
from tocsin.web.live import health_of, metrics_of

INSTRUCTION = r"damaged\. Move it aside and restore a copy; Tocsin will not write to it"
PAGE_BYTES = 4096
LATER_MS = NOON_MS + 60 * DAY_MS
"""So late that a start reads none of the events again: what it leaves, the check finds."""
NAMES = [f"n{number}x" for number in range(300)]
KINDS = {"rows of events": (13, b"n150x000", b"ops"), "an index": (10, b"x000000", b"{")}
"""Type of the page, what it holds, what it does not hold."""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "kept.db"
    store = Store.open(path)
    fill(store, NAMES)
    store.watches.change([watch("w9")], [], NOON_MS)
    store.close()
    return path


@pytest.fixture
def large(path, monkeypatch):
    """The same, and every file counts as large."""
    monkeypatch.setattr(soundness, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(soundness, "NEWEST", 5)
    monkeypatch.setattr(inspection, "PAUSE_S", 0.0)
    return path


def fill(store, names):
    store.commit_step([event(n) for n in names], [alert(n) for n in names], {"sea": "1"}, NOON_MS)
    for name in names:
        store.mark(alert(name).key, "sent", NOON_MS)


def pages(raw):
    return [raw[at : at + PAGE_BYTES] for at in range(0, len(raw), PAGE_BYTES)]


def flip(path, kind="rows of events"):
    """Turn bytes round at the beginning of one page of that kind."""
    sort, inside, outside = KINDS[kind]
    raw = bytearray(path.read_bytes())
    number = next(
        n for n, page in enumerate(pages(raw))
        if page[0] == sort and inside in page and outside not in page
    )  # fmt: skip
    spoil(path, number * PAGE_BYTES)


def spoil(path, at):
    raw = bytearray(path.read_bytes())
    raw[at : at + 64] = bytes(byte ^ 0xA5 for byte in raw[at : at + 64])
    path.write_bytes(raw)


def run_to_its_end(path, now_ms=LATER_MS):
    """An engine over the store until it ends by itself, and with what."""
    store = Store.open(path)
    engine, _ = engine_of(path.parent, {"recorded": Scripted()}, HeldClock(now_ms), store)
    ended = []

    def run():
        try:
            engine.run()
        except Corruption as error:
            ended.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(WAIT_S)
    assert not thread.is_alive(), "the engine works on over a damaged store"
    store.close()
    return engine, ended


def inspected(store):
    """Wait for the check beside; what it found."""
    found = []
    store.inspection.begin(found.append)
    store.inspection._thread.join(WAIT_S)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_store_is_checked_whole_before_it_is_used(path, kind):
    flip(path, kind)
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_store_found_damaged_beside_the_work_stops_the_engine_for_good(large, kind):
    flip(large, kind)
    engine, ended = run_to_its_end(large)
    assert "Move it aside and restore a copy" in str(engine.failed)
    assert ended == [str(engine.failed)]
    assert soundness.marker(large).read_text().strip() == ended[0]
    # The next start does not work on it until it is found out again.
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)


def test_damage_that_the_start_itself_runs_into_stops_it_likewise(large):
    flip(large)
    engine, ended = run_to_its_end(large, NOON_MS)
    assert ended == [str(engine.failed)] and "Move it aside" in ended[0]
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)


def killed(large, tmp_path):
    """The store as a killed engine leaves it: its last rows only in the log."""
    store = Store.open(large)
    fill(store, ["late1", "late2"])
    dead = tmp_path / "dead"
    dead.mkdir()
    for file in large.parent.glob("kept.db*"):
        shutil.copy(file, dead / file.name)
    store.close()
    assert (dead / "kept.db-wal").stat().st_size > 0, "the log was not written out"
    return dead / large.name


def test_damage_that_comes_with_an_end_without_warning_stops_the_next_engine(large, tmp_path):
    dead = killed(large, tmp_path)
    flip(dead)
    _, ended = run_to_its_end(dead)
    assert len(ended) == 1 and "Move it aside" in ended[0]


def test_the_log_of_an_end_without_warning_is_taken_up_and_the_whole_is_sound(large, tmp_path):
    again = Store.open(killed(large, tmp_path))
    assert again.inspection.state == "unchecked"
    assert inspected(again) == [] and again.inspection.state == "sound"
    assert again.revisions_of(event("late2").event_id)
    again.close()


def test_a_copy_put_in_the_place_of_a_damaged_store_is_checked_and_taken(large, tmp_path):
    copy = tmp_path / "copy"
    shutil.copy(large, copy)
    flip(large)
    run_to_its_end(large)
    shutil.copy(copy, large)
    store = Store.open(large)
    assert store.inspection.state == "sound", "not all of it was checked at once"
    assert not soundness.marker(large).exists()
    store.close()


def root_of(path, name):
    with sqlite3.connect(path) as base:
        (root,) = base.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,))
    base.close()
    return (root[0] - 1) * PAGE_BYTES


@pytest.mark.parametrize("table", ["watches", "cursors", "meta", "revisions", "outbox"])
def test_what_bears_a_large_store_is_checked_before_it_is_used(large, table):
    spoil(large, root_of(large, table))
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)


def test_a_large_store_cut_short_or_without_a_table_is_not_used(large):
    whole = large.read_bytes()
    large.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)
    large.write_bytes(whole)
    with sqlite3.connect(large) as base:
        base.execute("DROP INDEX outbox_by_event")
    base.close()
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)


def test_a_large_store_is_checked_whole_before_it_is_brought_to_another_version(large):
    with sqlite3.connect(large) as base:
        base.execute(f"PRAGMA user_version = {VERSION - 1}")
    base.close()
    flip(large)
    with pytest.raises(Corruption, match=INSTRUCTION):
        Store.open(large)


def test_deleted_bytes_leave_a_store_as_soon_as_its_check_gives_way(large, monkeypatch):
    store = Store.open(large)
    store.inspection.reading = True
    store.shrink(event(NAMES[0]).event_id)
    assert not store.checkpoint(), "bytes count as gone while the log is still there"
    store.inspection.reading = False
    assert store.checkpoint()
    wal = large.with_name("kept.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    store.close()


def test_a_check_that_never_comes_to_its_end_says_so_and_stops_nobody(large, monkeypatch):
    monkeypatch.setattr(inspection, "TURN_S", 0.05)
    store = Store.open(large)
    turns = []
    store.inspection._turn = lambda base: turns.append(base) or []
    assert inspected(store) == []
    assert (len(turns), store.inspection.state) == (inspection.TURNS, "unfinished")
    assert store.checkpoint()
    engine, _ = engine_of(large.parent, {}, HeldClock(NOON_MS), store)
    engine.ready.set()
    assert "tocsin backup" in health_of(engine, HeldClock(NOON_MS)).advice
    assert b"tocsin_store_checked 0.0" in metrics_of(engine, Board(), HeldClock(NOON_MS))
    store.close()


def test_a_turn_that_is_cut_gives_its_view_of_the_file_back(large, monkeypatch):
    monkeypatch.setattr(inspection, "TURN_S", 0.05)
    store = Store.open(large)
    base = sqlite3.connect(large, isolation_level=None, check_same_thread=False)
    # A table without end, so that the cut falls within the reading.
    base.execute("CREATE TEMP VIEW endless AS WITH RECURSIVE n(i) AS"
                 " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")  # fmt: skip
    slow = Reading(base)
    assert store.inspection._turn(slow) == []
    fill(store, ["after"])
    store.inspection.reading = False
    assert store.checkpoint()
    base.close()
    store.close()


class Reading:
    """A connection whose check takes for ever."""

    def __init__(self, base):
        self.base, self.ended = base, threading.Event()

    def interrupt(self):
        # One that comes before the statement has begun is not felt.
        while not self.ended.wait(0.01):
            self.base.interrupt()

    def execute(self, statement):
        assert "quick_check" in statement
        try:
            return self.base.execute("SELECT max(i) FROM endless, (SELECT count(*) FROM revisions)")
        finally:
            self.ended.set()


def test_closing_ends_the_check(large):
    store = Store.open(large)
    store.inspection.begin(lambda error: None)
    store.close()
    assert not store.inspection._thread.is_alive()


@pytest.mark.usefixtures("large")
def test_the_measured_store_is_one_of_ours_and_its_check_comes_to_an_end(tmp_path):
    (tmp_path / "kept.db").unlink()
    path = Path(__file__).parents[1] / "bench" / "restart.py"
    spec = importlib.util.spec_from_file_location("restart_bench", path)
    restart = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(restart)
    restart.fill(tmp_path / "kept.db", 50)
    found = [restart.opening(tmp_path / "kept.db", cold).state for cold in (False, True)]
    assert found == ["sound", "sound"]
    store = Store.open(tmp_path / "kept.db")
    assert store.outbox_counts() == {"sent": 50}
    store.close()
