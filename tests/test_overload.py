"""Ten times too much: what is shed, in which order, and what never is."""

import json

import msgspec
import numpy as np
import pytest

from streams import burst, chatter, closure, deletion, frames, merged
from test_engine import Official, Scripted
from test_engine_deletion import BURST_MS, END_MS, Rig
from test_ladder import LOAD, ORDER
from tocsin.clock import HOUR_MS, HeldClock
from tocsin.engine.inbox import CHUNKS, POSTS_BYTES, STEP_FRAMES, Chunk, Inbox
from tocsin.engine.intake import Intake
from tocsin.engine.overload import FALL_S, MOST, RISE_S, Shed
from tocsin.engine.shed import COPIES_READ, CROWD_READ, Shedder
from tocsin.gate import Passed
from tocsin.metrics import Reason, Tally
from tocsin.sources.columns import block_of, count_of
from tocsin.sources.spare import thinned
from tocsin.vocabulary.hazards import load_hazards
from tocsin.web.live import health_of


class Here:
    """A source as the inbox knows it."""

    lag_ms = 0

    def __init__(self, kind="posts"):
        self.kind = kind


def test_bulletins_have_a_lane_of_their_own_and_posts_are_bounded_in_bytes():
    inbox, posts, official = Inbox(), Here(), Here("bulletins")
    big = block_of([b"x" * 1_000] * 4_096)
    put = 0
    while inbox.put(Chunk(posts, big, None, 0), 0.0):
        put += 1
    held = put * Chunk(posts, big, None, 0).size_bytes
    assert POSTS_BYTES <= held < POSTS_BYTES + 5_000_000
    assert inbox.put(Chunk(official, [b"a quake"], None, 0), 0.0)
    assert inbox.fullest() >= 1.0
    first = inbox.take(0.0)
    assert first[0].intake is official and first[0].frames == [b"a quake"]
    frames_taken = sum(count_of(chunk.frames) for chunk in first[1:])
    assert STEP_FRAMES <= frames_taken < STEP_FRAMES + 4_096
    assert inbox.put(Chunk(posts, big, None, 0), 0.0)


def test_tiny_reads_are_bounded_too():
    inbox, posts = Inbox(), Here()
    taken = [inbox.put(Chunk(posts, [b"x"], None, 0), 0.0) for _ in range(CHUNKS + 1)]
    assert taken == [True] * CHUNKS + [False]


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path, "recorded")
    rig.take(merged(chatter(5), burst(BURST_MS)))
    assert rig.phases() == ["reported"]
    return rig


def flood(voices, at_ms=END_MS + 1_000, name="f", where="in Porto"):
    return burst(at_ms, voices, "flood", where, name, 1)


def climb(rig, step):
    """Let the ladder of an engine climb."""
    while rig.engine._entry.ladder.step < step:
        rig.engine._entry.ladder.note(1.0, None, rig.clock.monotonic_s())
        rig.clock.advance(RISE_S)


@pytest.mark.parametrize("step", range(1, MOST + 1))
def test_at_every_step_what_is_taken_back_is_taken_back(rig, step):
    climb(rig, step)
    rig.take(merged(flood(40), [deletion(END_MS, f"w-{k}") for k in range(10)]))
    assert [event.phase for event in rig.board.events() if event.hazard == "earthquake"] == [
        "withdrawn"
    ]
    assert "withdrawal" in [alert.kind for alert in rig.board.alerts()]
    assert all(intake.tally.balanced for intake in rig.engine.intakes)


def test_accounts_closed_at_the_last_step_are_honoured(rig):
    climb(rig, MOST)
    rig.take([closure(END_MS, f"w{k}") for k in range(10)])
    assert rig.phases() == ["withdrawn"]


class Passing:
    """The batch of a stream, as it comes out of the gate of an engine."""

    def __init__(self, rig, rows):
        kept, entry = [], rig.engine._entry
        entry._shedder.cut = lambda passed, step, tally: kept.append(passed) or passed
        self.tally = rig.engine.intakes[0].tally
        before = self.tally.admitted
        rig.take(rows)
        self.passed = max(kept, key=lambda one: one.batch.rows)
        self.count = self.tally.admitted - before


def test_copies_go_before_crowds_and_small_matters(rig):
    copies = [dict(flood(1)[0], author=f"c{k}", id=f"c{k}") for k in range(30)]
    passing = Passing(rig, copies)
    assert passing.passed.batch.rows == 30
    cut = [
        Shedder().cut(passing.passed, step, Tally()).batch.rows
        for step in (Shed.STATISTICS, Shed.COPIES, Shed.CROWDS)
    ]
    assert cut == [30, COPIES_READ, COPIES_READ]


def repeated(passed, times):
    """The same rows many times, each with a text of its own."""
    batch = passed.batch
    columns = {}
    for name in batch._fields:
        value = getattr(batch, name)
        if name.endswith("_at"):
            value = np.concatenate([[0], np.cumsum(np.tile(np.diff(value), times))])
        else:
            value = np.tile(value, (times, 1)) if value.ndim > 1 else np.tile(value, times)
        columns[name] = value
    rows = len(columns["time_ms"])
    columns["sketch"] = np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(7919)
    columns["post"] = np.arange(rows, dtype=np.uint64)
    return Passed(type(batch)(**columns), passed.removals, np.arange(rows), passed.now_ms)


def test_a_crowd_is_cut_only_behind_many_times_the_voices_it_needs(rig):
    passing = Passing(rig, flood(40))
    many = repeated(passing.passed, 10)
    assert many.batch.rows == 400
    tally = Tally()
    tally.received = tally.admitted = 400
    left = Shedder().cut(many, Shed.CROWDS, tally).batch
    # Some of the words name another hazard, of which there are too few for a crowd.
    crowds = np.bincount(many.batch.hazard)
    assert (np.diff(many.batch.place_at) > 0).all() and crowds.max() > CROWD_READ
    assert left.rows == np.minimum(crowds, CROWD_READ).sum()
    assert Shedder().cut(many, Shed.COPIES, Tally()).batch.rows == 400
    assert tally.admitted == left.rows and tally.balanced
    assert tally.refused[Reason.SHED] == 400 - left.rows
    assert left.post[:100].tolist() == list(range(100))
    assert left.place_at[-1] == len(left.place) and left.term_at[-1] == len(left.term)


def test_small_matters_are_sampled_by_their_tags_and_great_ones_are_not(rig):
    many = repeated(Passing(rig, flood(40)).passed, 3)
    severities = [hazard.severity for hazard in load_hazards()]
    for severity, left in (("Minor", 30), ("Moderate", 30), ("Severe", 120), ("Extreme", 120)):
        hazard = np.full(120, severities.index(severity), np.uint16)
        batch = many.batch._replace(hazard=hazard)
        cut = Shedder().cut(many._replace(batch=batch), Shed.MINOR, Tally()).batch
        assert cut.rows == left
        assert left == 120 or (cut.post % 4 == 0).all()


def test_a_removal_keeps_its_place_among_what_is_left(rig):
    passing = Passing(rig, flood(12))
    many = repeated(passing.passed, 2)
    before = np.array([0, 5, 24])
    removals = many.removals._replace(
        before=before, time_ms=before, post=np.zeros((3, 4), np.uint64),
        voice=np.zeros((3, 4), np.uint64),
    )  # fmt: skip
    batch = many.batch._replace(hazard=np.zeros(24, np.uint16))
    shedder = Shedder()
    shedder._is_low[:] = True
    cut = shedder.cut(many._replace(batch=batch, removals=removals), Shed.MINOR, Tally())
    assert cut.batch.post.tolist() == [0, 4, 8, 12, 16, 20]
    assert cut.removals.before.tolist() == [0, 2, 6]


def test_ten_times_too_much_for_half_an_hour(rig):
    # A step a second that takes a tenth of what comes: the queue is real, the clock in the hand.
    engine, stream = rig.engine, rig.engine.intakes[0]
    feed = Intake("feed", Official(), 0, engine._inbox, rig.clock, None, engine._rng)
    load = block_of([line for line in LOAD[:1_024] for _ in range(2)])
    # The same read comes again and again, so it is thinned once for each step of the ladder.
    known = {one_in: thinned(load, one_in) for one_in in (2, 4, 8, 16, 32)}
    stream.source.thin = lambda block, one_in: known[one_in]
    gone = count_of(load) - count_of(thinned(load, 1_000_003))
    held, most, offered, unread, official, told = [], 0, 0, 0, 0, set()
    for second in range(1_800):
        rig.clock.advance(1.0)
        stream.lag_ms = 1_000 * second
        for _ in range(80):
            left = stream._thinned(load)
            chunk = Chunk(stream, left, None, 0, False, count_of(load) - count_of(left))
            if not engine._inbox.put(chunk, 0.0):
                break
            held.append(chunk.size_bytes)
            offered, unread = offered + count_of(load), unread + chunk.shed
        most = max(most, sum(held))
        if second % 100 == 0:
            assert engine._inbox.put(Chunk(feed, [b"a word"], None, 0), 0.0)
        taken = engine._inbox.take(0.0)
        posts = [chunk for chunk in taken if chunk.intake is stream]
        del held[: len(posts)]
        assert sum(count_of(chunk.frames) for chunk in posts) < STEP_FRAMES + 2_048
        official += len(taken) - len(posts)
        engine._entry.look()
        told.add(engine.shedding)
    assert official == 18
    assert most < POSTS_BYTES + 4_000_000
    assert told == {tuple(ORDER[:n]) for n in range(6)}
    assert 0.8 * gone * offered < unread * count_of(load) <= gone * offered


def test_health_says_what_is_shed_and_is_calm_again_later(rig):
    engine = rig.engine
    engine.ready.set()
    assert health_of(engine, rig.clock).shedding == ()
    climb(rig, Shed.COPIES)
    told = health_of(engine, rig.clock)
    assert told.shedding == ("statistics", "copies") and "copies" in told.advice
    assert json.loads(msgspec.json.encode(told))["shedding"] == ["statistics", "copies"]
    for _ in range(20):
        rig.clock.advance(FALL_S)
        rig.take([])
    assert health_of(engine, rig.clock).shedding == ()


def test_what_was_left_unread_is_in_the_balance(rig):
    intake = rig.engine.intakes[0]
    received = intake.tally.received
    chunk = Chunk(intake, frames(chatter(0.1, END_MS)), None, END_MS, False, 77)
    rig.engine._step([chunk])
    assert intake.tally.refused[Reason.SHED] == 77 and intake.tally.balanced
    assert intake.tally.received == received + 77 + count_of(chunk.frames)


def test_a_source_that_cannot_tell_new_posts_is_read_whole(rig):
    out = Inbox()
    out.keep_one_in = 32
    intake = Intake("s", Scripted(), 0, out, HeldClock(END_MS - HOUR_MS), None, rig.engine._rng)
    assert intake._thinned(LOAD) is LOAD
