"""What is usual is written down hour by hour where five voices said it, and spares a cold start."""

import numpy as np
import pytest

from naive_detect import habits_of
from reports import PLACES, START_MS, Line, Report, Taken
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.bursts import exposure
from tocsin.detect.cells import SORT_COUNTRY, SORT_HAZARD, cell_key, said_of
from tocsin.detect.state import BIN_MS
from tocsin.detect.usual import EVERY, HOURS, Habit
from tocsin.model import K_VOICES

HEARD_H = 52
HEARD_MS = START_MS + HEARD_H * HOUR_MS
AGAIN_MS = HEARD_MS + 2 * HOUR_MS
"""The next start, two hours later."""
HOME = 0
"""Row of the country that holds the first towns."""


def bustle(rates, hazard=0, places=(HOME,), first_ms=START_MS, name="b"):
    """So many reports each hour, every one of a voice and words of its own."""
    return [
        Report(
            first_ms + h * HOUR_MS + k * HOUR_MS // each,
            f"{name}{h}.{k}", f"{name}-{h}-{k}", hazard, places,
            words=(1_000 + 97 * h + k, 5_000 + 89 * h + k, 9_000 + 83 * h + k),
        )
        for h, each in enumerate(rates)
        for k in range(each)
    ]  # fmt: skip


def mixed(*streams):
    return sorted((report for stream in streams for report in stream), key=lambda r: r.at_ms)


def others(hours, first_ms=START_MS):
    """What else is said, nowhere in particular."""
    both = (bustle([40] * hours, hazard, (), first_ms, f"o{hazard}.") for hazard in (2, 3))
    return mixed(*both)


# It grows so slowly that it is never an event.
USUAL = mixed(bustle([min(18, 3 + h // 4) for h in range(HEARD_H)]), others(HEARD_H))


def hours_of(line):
    return {(h.hazard, h.country, h.hour_ms): h.reports for h in line.detector.usual.taken()}


@pytest.fixture(scope="module")
def kept():
    line = Line()
    line.take(*USUAL, until_ms=HEARD_MS)
    assert line.evidence == []
    return line.detector.usual.taken()


def test_each_hour_is_counted_by_hazard_and_by_country_and_no_finer(kept):
    wanted = habits_of(USUAL, PLACES.country, HEARD_MS - HOURS * HOUR_MS, HEARD_MS)
    assert {(h.hazard, h.country, h.hour_ms): h.reports for h in kept} == wanted
    assert {(h.hazard, h.country) for h in kept} == {(EVERY, EVERY), (0, EVERY), (0, HOME),
                                                     (2, EVERY), (3, EVERY)}  # fmt: skip
    assert min(h.reports for h in kept) >= K_VOICES


def test_nothing_is_told_twice(kept):
    line = Line()
    line.take(*USUAL[:100], until_ms=START_MS + 3 * HOUR_MS)
    assert line.detector.usual.taken()
    assert line.detector.usual.taken() == []


@pytest.mark.parametrize("voices", [K_VOICES - 1, K_VOICES])
def test_an_hour_of_fewer_than_five_voices_leaves_nothing_however_much_they_say(voices):
    line = Line()
    reports = [each._replace(author=f"v{n % voices}") for n, each in enumerate(bustle([12]))]
    line.take(*reports, until_ms=START_MS + 2 * HOUR_MS)
    assert line.evidence == []
    assert bool(hours_of(line)) == (voices >= K_VOICES)


def test_an_hour_that_was_heard_in_part_is_not_taken_down():
    line = Line()
    line.take(
        *bustle([12] * 3, places=(), first_ms=START_MS + 5 * MINUTE_MS),
        until_ms=START_MS + 4 * HOUR_MS,
    )
    assert {hour for _, _, hour in hours_of(line)} == {START_MS + HOUR_MS, START_MS + 2 * HOUR_MS}


def test_what_is_deleted_later_takes_the_count_with_it_when_fewer_than_five_may_be_left():
    line = Line()
    reports = bustle([12] * 2, places=())
    line.take(*reports, until_ms=START_MS + 2 * HOUR_MS)
    hour = START_MS + HOUR_MS
    assert hours_of(line)[0, EVERY, hour] == 12
    late = [r for r in reports if r.at_ms >= hour + 30 * MINUTE_MS]
    at_ms = START_MS + 2 * HOUR_MS + MINUTE_MS
    line.take(*[Taken(at_ms, "", r.post) for r in late[:2]])
    assert hours_of(line) == {(EVERY, EVERY, hour): 10, (0, EVERY, hour): 10}
    again = bustle([12], 0, (), START_MS + 2 * HOUR_MS, "c")
    line.take(*again, until_ms=START_MS + 3 * HOUR_MS)
    hour = START_MS + 2 * HOUR_MS
    assert hours_of(line)[0, EVERY, hour] == 12
    line.take(*[Taken(hour + HOUR_MS + MINUTE_MS, "", r.post) for r in again[2:]])
    assert hours_of(line) == {(EVERY, EVERY, hour): 0, (0, EVERY, hour): 0}


def louder(first_ms):
    """An hour in which somewhat more is said than usual, of many things."""
    return mixed(bustle([26], first_ms=first_ms, name="l"), others(1, first_ms))


def key(hazard, sort):
    return np.uint64(cell_key(hazard, sort, 0))


def begun_anew(habits, reports):
    line = Line()
    line.detector.usual.recall(habits)
    line.take(*reports, until_ms=reports[-1].at_ms + MINUTE_MS)
    return line


def test_a_usual_bustle_is_no_event_after_a_restart_and_is_one_for_a_cold_start(kept):
    assert begun_anew([], louder(AGAIN_MS)).evidence
    assert begun_anew(kept, louder(AGAIN_MS)).evidence == []


def test_what_nobody_knew_as_usual_is_told_after_a_restart_as_ever(kept):
    burst = [
        Report(AGAIN_MS + k * 20_000, f"q{k}", f"q-{k}", 1, words=(31, 32, 900 + k))
        for k in range(20)
    ]
    told = begun_anew(kept, mixed(louder(AGAIN_MS), burst)).evidence
    assert {each.hazard for each in told} == {1}


def test_a_start_that_takes_up_knows_as_much_as_one_that_went_on(kept):
    on = Line()
    on.take(*USUAL, *louder(HEARD_MS), until_ms=HEARD_MS + HOUR_MS)
    again = begun_anew(kept, louder(HEARD_MS))
    first, last = HEARD_MS // BIN_MS - HOURS * 6, HEARD_MS // BIN_MS - 1
    for hazard in (0, 2, 3):
        known = [
            (
                said_of(line.detector.state.cells, key(hazard, SORT_HAZARD), first, last),
                exposure(line.detector.state.flow, hazard, first, last),
            )
            for line in (on, again)
        ]
        assert known[0] == pytest.approx(known[1], rel=0.01)


def test_hours_that_the_stream_tells_again_and_old_ones_are_not_taken_up(kept):
    back_ms = HEARD_MS - 10 * HOUR_MS
    line = begun_anew(kept, bustle([6], first_ms=back_ms))
    known = sum(h.reports for h in kept if h.hazard == EVERY and h.hour_ms < back_ms)
    assert line.detector.state.flow.total.sum() == pytest.approx(known + 6)
    line = begun_anew(kept, bustle([6], first_ms=HEARD_MS + 3 * HOURS * HOUR_MS))
    assert line.detector.state.flow.total.sum() == pytest.approx(6)


def test_a_cell_is_known_only_as_far_back_as_each_hour_tells_of_it(kept):
    """One hour of fewer than five says nothing, so what lies before it says nothing either."""
    hole_ms = HEARD_MS - 3 * HOUR_MS
    holed = [h for h in kept if not (h.hour_ms == hole_ms and (h.hazard, h.country) == (0, HOME))]
    cells = begun_anew(holed, bustle([6], first_ms=AGAIN_MS)).detector.state.cells
    end = AGAIN_MS // BIN_MS
    since = {
        (hazard, sort): int(cells.since[cells.key == key(hazard, sort)][0])
        for hazard, sort in ((0, SORT_COUNTRY), (0, SORT_HAZARD), (2, SORT_HAZARD))
    }
    assert since == {(0, SORT_COUNTRY): end - 12, (0, SORT_HAZARD): end - 6 * HOURS,
                     (2, SORT_HAZARD): end - 6 * HOURS}  # fmt: skip


def test_a_count_of_fewer_than_five_is_never_taken_up():
    habits = [Habit(EVERY, EVERY, START_MS, 4), Habit(0, 0, START_MS, 4)]
    line = begun_anew(habits, bustle([6], first_ms=START_MS + 2 * HOUR_MS))
    assert line.detector.state.flow.total.sum() == pytest.approx(6)
    assert not np.any(line.detector.state.cells.since)
