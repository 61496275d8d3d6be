"""The ladder of shedding: when it climbs, what stays; and which frames may be left unread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.engine.overload import FALL_S, FRESH_MS, MOST, RISE_S, Ladder, Shed
from tocsin.eval.bench.load import make_load
from tocsin.sources.columns import PAD_BYTES, block_of, listed
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.spare import thinned

ORDER = ["statistics", "copies", "crowds", "minor", "unread"]


def climbed(step):
    ladder, at_s = Ladder(0.0), 0.0
    while ladder.step < step:
        ladder.note(1.0, None, at_s)
        at_s += RISE_S
    return ladder, at_s


def test_the_ladder_climbs_in_one_order_and_no_further_than_its_end():
    ladder, seen, at_s = Ladder(0.0), [], 0.0
    for _ in range(40):
        ladder.note(0.9, 3_000 + int(500 * at_s), at_s)
        if not seen or ladder.names != seen[-1]:
            seen.append(ladder.names)
        at_s += RISE_S / 2
    assert seen == [tuple(ORDER[:n]) for n in range(6)]
    assert ladder.step == MOST and ladder.keep_one_in == 32


def test_a_full_moment_sheds_nothing():
    ladder = Ladder(0.0)
    for at_s in range(100):
        ladder.note(1.0 if at_s % 2 else 0.3, None, at_s * RISE_S / 2)
    assert ladder.step == 0 and ladder.names == () and ladder.keep_one_in == 1


def test_it_comes_down_slowly_and_whole():
    ladder, at_s = climbed(Shed.UNREAD + 1)
    assert ladder.keep_one_in == 4
    steps = []
    for _ in range(200):
        at_s += FALL_S / 4
        ladder.note(0.0, 0, at_s)
        steps.append(ladder.step)
    assert steps == sorted(steps, reverse=True) and steps[-1] == 0
    assert steps.count(Shed.MINOR) == 4


def test_a_source_that_catches_up_sheds_nothing_and_one_that_falls_behind_does():
    gains, loses = Ladder(0.0), Ladder(0.0)
    for at_s in range(60):
        gains.note(1.0, 3_600_000 - at_s * 2_000, float(at_s))
        loses.note(1.0, at_s * 2_000, float(at_s))
    assert gains.step == 0 and loses.step == MOST


def test_a_queue_full_of_fresh_posts_makes_the_source_wait_and_sheds_nothing():
    elastic, late = Ladder(0.0), Ladder(0.0)
    for at_s in range(60):
        elastic.note(1.0, FRESH_MS - at_s % 2 * 300, float(at_s))
        late.note(1.0, FRESH_MS + 1 + 40 * at_s, float(at_s))
    assert elastic.step == 0 and late.step == MOST


def test_it_goes_no_further_down_than_the_source_needs():
    # What comes is 1.6, six or ninety times what can be read: the first step that is enough stays.
    for times, least in ((1.6, Shed.UNREAD), (6.0, Shed.UNREAD + 2), (90.0, MOST)):
        ladder, lag_ms = Ladder(0.0), 0.0
        for at_s in range(120):
            rest = times / ladder.keep_one_in
            lag_ms = max(lag_ms + 1_000 * (1 - 1 / rest), 0.0)
            ladder.note(1.0, round(lag_ms), float(at_s))
        assert ladder.step == least


LOAD = make_load(4_000, share=0.2, seed=9).frames


def spare(frame):
    """In plain Python: whether the first operation that a frame names is to create."""
    at = frame[:640].find(b'"operation":"')
    return at >= 0 and frame[at:640].startswith(b'"operation":"create"')


@pytest.mark.parametrize("keep_one_in", [2, 8, 32])
def test_only_new_posts_are_left_unread_and_about_so_many(keep_one_in):
    kept = listed(thinned(block_of(LOAD), keep_one_in))
    must = [frame for frame in LOAD if not spare(frame)]
    assert [frame for frame in kept if not spare(frame)] == must
    ops = [getattr(decode_jetstream(frame), "op", None) for frame in LOAD]
    left = [getattr(decode_jetstream(frame), "op", None) for frame in kept]
    for op in ("delete", "edit", "account_deleted"):
        assert left.count(op) == ops.count(op)
    assert ops.count("delete") > 200
    new = len(LOAD) - len(must)
    assert abs((len(kept) - len(must)) - new / keep_one_in) < 4 * (new / keep_one_in) ** 0.5
    assert kept == listed(thinned(block_of(LOAD), keep_one_in))


@given(st.lists(st.binary(max_size=40) | st.sampled_from([
    b'{"operation":"create"}', b'{"operation":"delete"}', b'"operation":"', b'"operation":"creat',
    b'{"a":{"operation":"update"},"operation":"create"}', b"x" * 630 + b'"operation":"create"',
])))  # fmt: skip
def test_no_bytes_are_shed_that_do_not_say_they_are_new(parts):
    kept = listed(thinned(block_of(parts), 1_000_003))
    assert [frame for frame in parts if not spare(frame)] == [f for f in kept if not spare(f)]


@pytest.mark.parametrize("keep_one_in", [1, 4, 1_000_003])
def test_what_is_left_unread_holds_no_memory(keep_one_in):
    block = thinned(block_of(LOAD), keep_one_in)
    kept = listed(block)
    in_order = iter(LOAD)
    assert kept and all(frame in in_order for frame in kept)
    held = sum(map(len, kept)) + len(kept) + PAD_BYTES
    assert held <= len(block.buffer) < held + 8 and len(block.buffer) % 8 == 0
    assert len(block.buffer) - block.end[-1] >= PAD_BYTES
    assert (block.buffer[block.end] < 32).all()
    np.testing.assert_array_equal(block.buffer, block_of(kept).buffer[: len(block.buffer)])
