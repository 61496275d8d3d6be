"""Stream time runs forward only, and no single stamp drags it along."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naive_timeline import NaiveTimeline
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.gate.timeline import LEAP_MS, Timeline

START = 1_800_000_000_000
FAR = START + 900 * 24 * HOUR_MS


def arrive(line: Timeline, *stamps: int) -> list[int]:
    return line.arrive(np.array(stamps, np.int64)).tolist()


def times(*stamps: int) -> list[int]:
    return [at - START for at in arrive(Timeline(), *stamps)]


def test_the_first_post_sets_the_clock():
    assert times(START) == [0]


def test_a_late_post_counts_as_of_now():
    assert times(START, START + 5_000, START - HOUR_MS, START + 6_000) == [0, 5_000, 5_000, 6_000]


@pytest.mark.parametrize("wrong", [START + 2 * LEAP_MS, FAR])
def test_one_wrong_stamp_moves_nothing(wrong):
    assert times(START, wrong, START + 1_000, wrong, START + 2_000) == [0, 0, 1_000, 1_000, 2_000]


def test_two_posts_behind_a_gap_move_the_clock():
    gap = START + 7 * HOUR_MS
    assert times(START, gap, gap + 1_000) == [0, 0, 7 * HOUR_MS + 1_000]


def test_a_gap_of_an_hour_needs_no_second_word():
    assert times(START, START + LEAP_MS) == [0, LEAP_MS]


def test_a_sparse_stream_keeps_its_hours():
    # A post every two hours must not look like ten posts at once.
    stamps = [START + 2 * HOUR_MS * i for i in range(10)]
    behind = [stamp - START - at for stamp, at in zip(stamps, times(*stamps), strict=True)]
    assert max(behind) <= 2 * HOUR_MS


def test_a_wrong_stamp_before_a_true_gap_is_not_believed():
    gap = START + 3 * HOUR_MS
    assert times(START, FAR, gap, gap + MINUTE_MS) == [0, 0, 0, 3 * HOUR_MS + MINUTE_MS]


stamps = st.integers(START - 5 * HOUR_MS, START + 50 * HOUR_MS)


@given(st.lists(stamps, min_size=1, max_size=30))
def test_time_never_runs_back_nor_ahead_of_every_stamp(drawn):
    line = Timeline()
    seen = arrive(line, *drawn)
    assert seen == sorted(seen)
    assert all(at in drawn for at in seen)


@given(st.lists(st.integers(0, LEAP_MS), min_size=1, max_size=30), st.data())
def test_a_stream_without_gaps_is_not_moved_by_lone_wrong_stamps(steps, data):
    true, at = [], START
    for step in steps:
        at += step
        true.append(at)
    mixed, line = [], Timeline()
    for stamp in true:
        if mixed and data.draw(st.booleans()):
            mixed += arrive(line, FAR + data.draw(st.integers(0, HOUR_MS)))
            assert mixed[-1] < FAR
        mixed += arrive(line, stamp)
    assert line.now_ms == true[-1]


@given(
    st.lists(st.one_of(stamps, st.sampled_from([FAR, FAR + HOUR_MS, 0])), max_size=40),
    st.integers(0, 40),
)
def test_the_kernel_and_its_twin_keep_the_same_time(drawn, cut):
    line, twin = Timeline(), NaiveTimeline()
    assert [twin.arrive(stamp) for stamp in drawn] == [
        *arrive(line, *drawn[:cut]), *arrive(line, *drawn[cut:])
    ]  # fmt: skip
    assert line.now_ms == twin.now_ms


def test_time_passes_without_posts_and_never_back():
    line = Timeline()
    arrive(line, START)
    for later in (5_000, 2_000):
        line.advance(START + later)
        assert line.now_ms == START + 5_000
