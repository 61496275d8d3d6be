"""What is taken back is gone: from the page within ten seconds, from the disk within 120."""

import shutil
import sqlite3

import msgspec
import pytest

from streams import START_MS, burst, chatter, closure, deletion, frames, merged, row
from test_engine import WAIT_S, WATCH, Scripted, intake_of
from tocsin.clock import HOUR_MS, MINUTE_MS, HeldClock
from tocsin.engine.inbox import CHUNKS, Chunk
from tocsin.engine.keys import seeded_keys
from tocsin.engine.live import Engine, Listeners
from tocsin.errors import SourceLost
from tocsin.store import Store
from tocsin.web.board import Board

BURST_MS = START_MS + 4 * HOUR_MS
END_MS = BURST_MS + 5 * MINUTE_MS
VISIBLE_S, ON_DISK_S = 10, 120


class Rig:
    """An engine stepped by hand, with its page and its files."""

    def __init__(self, folder, *names):
        self.folder, self.clock = folder, HeldClock(END_MS)
        self.store = Store.open(folder / "kept.db")
        self.board, self.notices = Board(), []
        listeners = Listeners(self.board.publish, self.board.publish_alert, self.notices.append)
        self.engine = Engine(
            {name: Scripted() for name in names}, [WATCH], {}, self.store, seeded_keys(0),
            self.clock, listeners, 0.01,
        )  # fmt: skip

    def take(self, rows, source=0, gap=False):
        intake = self.engine.intakes[source]
        chunk = Chunk(intake, frames(rows), None, self.clock.now_ms(), gap)
        self.engine._step([chunk])
        self.engine._sweep()

    def shown(self):
        """Every byte a reader can get."""
        events = [self.board.revisions(e.event_id) for e in self.board.events()]
        replayed = (
            self.board.since("").messages if hasattr(self.board.since(""), "messages") else ()
        )
        return msgspec.json.encode([events, self.board.alerts()]) + repr(replayed).encode()

    def written(self, folder=None):
        """Every byte on the disk."""
        paths = sorted((folder or self.folder).rglob("*"))
        return b"".join(path.read_bytes() for path in paths if path.is_file())

    def phases(self):
        return sorted(event.phase for event in self.board.events())


@pytest.fixture
def rig(tmp_path):
    built = Rig(tmp_path, "recorded")
    built.take(merged(chatter(4), burst(BURST_MS, 8)))
    assert built.phases()[0] in ("reported", "updated")
    assert b"Lima" in built.shown() and b"Lima" in built.written()
    return built


TAKEN_BACK = {
    "deleted posts": [deletion(END_MS, f"w-{k}") for k in range(6)],
    "closed accounts": [closure(END_MS, f"w{k}") for k in range(6)],
    "edited posts": [
        row(END_MS, f"w{k}", "we had pancakes", id=f"w-{k}", op="edit") for k in range(6)
    ],
    "emptied posts": [row(END_MS, f"w{k}", "", id=f"w-{k}", op="edit") for k in range(6)],
}


@pytest.mark.parametrize("rows", TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_an_event_below_its_floor_is_gone_from_page_and_disk_in_time(rig, rows):
    received_ms = rig.clock.now_ms()
    rig.take(rows)
    assert rig.clock.now_ms() - received_ms <= VISIBLE_S * 1000
    assert rig.phases() == ["withdrawn"]
    assert b"Lima" not in rig.shown()
    assert [alert.kind for alert in rig.board.alerts()][:1] == ["withdrawal"]
    assert rig.clock.now_ms() - received_ms <= ON_DISK_S * 1000
    assert b"Lima" not in rig.written()


def test_one_post_less_takes_back_nothing_else(rig):
    rig.take([deletion(END_MS, "w-0")])
    assert rig.phases()[0] in ("reported", "updated")
    assert b"Lima" in rig.shown()


def test_a_reader_in_the_way_delays_the_bytes_until_it_is_done(rig):
    reader = sqlite3.connect(rig.folder / "kept.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM revisions").fetchone()
    rig.store._base.execute("PRAGMA busy_timeout = 1")
    rig.take(TAKEN_BACK["deleted posts"])
    assert b"Lima" in rig.written()
    reader.execute("COMMIT")
    reader.close()
    rig.clock.advance(1)
    rig.take([])
    assert b"Lima" not in rig.written()


def test_a_kill_before_the_log_was_truncated_leaves_nothing_after_the_next_start(rig, tmp_path):
    reader = sqlite3.connect(rig.folder / "kept.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM revisions").fetchone()
    rig.store._base.execute("PRAGMA busy_timeout = 1")
    rig.take(TAKEN_BACK["deleted posts"])
    dead = tmp_path / "dead"
    dead.mkdir()
    for path in rig.folder.glob("kept.db*"):
        shutil.copy(path, dead / path.name)
    reader.close()
    assert b"Lima" in rig.written(dead), "the process died with bytes in its log"
    again = Rig.__new__(Rig)
    Rig.__init__(again, dead, "recorded")
    # What a start does before it is ready.
    again.store.checkpoint()
    assert b"Lima" not in rig.written(dead)


def test_a_delete_at_the_end_of_a_full_queue_is_honoured_in_the_next_step(rig):
    engine = rig.engine
    intake = engine.intakes[0]
    idle = frames(chatter(0.2, END_MS))
    for number in range(CHUNKS - 1):
        row = number % len(idle)
        assert engine._inbox.put(Chunk(intake, idle[row : row + 1], None, END_MS), 0.0)
    last = Chunk(intake, frames(TAKEN_BACK["deleted posts"]), None, rig.clock.now_ms())
    assert engine._inbox.put(last, 0.0) and not engine._inbox.put(last, 0.0)
    engine._step(engine._inbox.take(0.0))
    assert rig.phases() == ["withdrawn"]


def test_a_gap_in_deletions_purges_its_source_alone_and_is_told(tmp_path):
    rig = Rig(tmp_path, "one", "two")
    rig.take(merged(chatter(4), burst(BURST_MS, 8)), 0)
    rig.take(burst(BURST_MS + 100_000, 8, "flood", "in Porto", "p"), 1)
    assert [event.families for event in rig.board.events()] == [("posts",), ("posts",)]
    rig.take([], 0, gap=True)
    assert rig.phases()[-1] == "withdrawn" and rig.phases()[0] in ("reported", "updated")
    assert b"Lima" not in rig.shown() and b"Porto" in rig.shown()
    assert b"Lima" not in rig.written() and b"Porto" in rig.written()
    assert [(n.source, n.what) for n in rig.notices] == [("one", "gap")]


def test_two_servers_of_one_family_count_a_voice_once_and_never_confirm_each_other(tmp_path):
    rig = Rig(tmp_path, "one", "two")
    said = burst(BURST_MS, 4)
    rig.take(merged(chatter(4), said), 0)
    rig.take([{**each, "id": f"again-{k}"} for k, each in enumerate(said)], 1)
    assert rig.phases() == []
    rig.take(burst(BURST_MS + 60_000, 6, name="x"), 1)
    (event,) = rig.board.events()
    assert (event.families, event.tier) == (("posts",), "unconfirmed")


class Gappy(Scripted):
    """Every opening but the first is a gap, as with a stream that tells nothing twice."""

    gap = False

    def open(self, cursor):
        super().open(cursor)
        self.gap = len(self.opened) > 1


def test_every_gap_travels_with_the_frames_behind_it():
    source = Gappy([b"a"], SourceLost("broke"), SourceLost("again"), [b"b"], [b"c"])
    intake, out = intake_of(source)
    intake.start()
    chunks = []
    while sum(len(chunk.frames) for chunk in chunks) < 3:
        chunks += out.take(WAIT_S)
    intake.stop()
    seen = [(list(chunk.frames), chunk.gap) for chunk in chunks]
    assert [frame for given, _ in seen for frame in given] == [b"a", b"b", b"c"]
    assert seen[0] == ([b"a"], False) and seen[-1] == ([b"c"], False)
    assert sum(gap for _, gap in seen) == intake.gaps >= 1
    assert next(gap for given, gap in seen if given == [b"b"]) or ([], True) in seen
