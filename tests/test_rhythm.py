"""When a source counts as deaf: silence longer than its own habit."""

from itertools import pairwise

import pytest

from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.engine.rhythm import CEILING_MS, FIRST_MS, FLOOR_MS, PATIENCE, Rhythm

NOON_MS = 1_767_268_800_000


def spoken(pause_ms, times=50):
    rhythm = Rhythm(NOON_MS)
    for number in range(1, times + 1):
        rhythm.note(NOON_MS + number * pause_ms)
    return rhythm, NOON_MS + times * pause_ms


def test_who_never_spoke_is_deaf_after_a_while():
    rhythm = Rhythm(NOON_MS)
    assert rhythm.deaf_since_ms(NOON_MS + FIRST_MS) is None
    assert rhythm.deaf_since_ms(NOON_MS + FIRST_MS + 1) == NOON_MS
    assert rhythm.rate_per_min(NOON_MS + HOUR_MS) == 0.0


@pytest.mark.parametrize(
    ("pause_ms", "limit_ms"),
    [(10, FLOOR_MS), (MINUTE_MS, PATIENCE * MINUTE_MS), (5 * HOUR_MS, CEILING_MS)],
)
def test_patience_follows_the_habit_within_bounds(pause_ms, limit_ms):
    rhythm, last_ms = spoken(pause_ms)
    assert rhythm.deaf_since_ms(last_ms + limit_ms) is None
    assert rhythm.deaf_since_ms(last_ms + limit_ms + 1) == last_ms


def test_a_slow_source_is_learnt_and_one_deaf_time_teaches_little():
    rhythm, last_ms = spoken(1_000)
    rhythm.note(last_ms + 5 * HOUR_MS)
    assert rhythm.limit_ms == 2 * FLOOR_MS
    limits = []
    for number in range(1, 12):
        rhythm.note(last_ms + 5 * HOUR_MS + number * HOUR_MS)
        limits.append(rhythm.limit_ms)
    assert all(later >= sooner for sooner, later in pairwise(limits))
    assert limits[-1] == PATIENCE * HOUR_MS


def test_a_quick_source_becomes_impatient_again():
    rhythm, last_ms = spoken(10 * MINUTE_MS, 5)
    for number in range(1, 400):
        rhythm.note(last_ms + number * 1_000)
    assert rhythm.limit_ms == FLOOR_MS


def test_the_rate_is_that_of_late():
    rhythm, last_ms = spoken(1_000, 3_600)
    assert rhythm.rate_per_min(last_ms) == pytest.approx(60, rel=0.02)
    assert rhythm.rate_per_min(last_ms + HOUR_MS) < 0.01
    fresh, last_ms = spoken(1_000, 90)
    assert fresh.rate_per_min(last_ms) == pytest.approx(60, rel=0.02)
