"""When nothing could be heard: silences of sources, and where all of them overlap."""

from hypothesis import given
from hypothesis import strategies as some

from tocsin.clock import MINUTE_MS
from tocsin.web.blindness import GAPS, SOURCES, Blindness, Gap

NOON = 20_000_000 * MINUTE_MS


def minute(n):
    return NOON + n * MINUTE_MS


def test_a_watch_is_blind_where_all_silences_overlap():
    blindness = Blindness(NOON, lambda: ["network", "federated"])
    blindness.hear("network", "deaf", minute(10))
    assert blindness.all() == []
    blindness.hear("federated", "deaf", minute(15))
    assert blindness.all() == [Gap(minute(15), None)]
    blindness.hear("network", "heard", minute(20))
    blindness.hear("federated", "heard", minute(30))
    assert blindness.all() == [Gap(minute(15), minute(20))]
    assert blindness.by_source()["federated"] == [Gap(minute(15), minute(30))]
    blindness.hear("quakes", "deaf", minute(40))
    assert len(blindness.all()) == 1, "bulletins are no source of posts"


def test_times_are_told_to_the_minute_and_outwards():
    blindness = Blindness(NOON + 1, lambda: ["network"])
    assert blindness.known_since_ms == NOON
    blindness.hear("network", "deaf", minute(10) + 59_999)
    blindness.hear("network", "heard", minute(12) + 1)
    assert blindness.all() == [Gap(minute(10), minute(13))]


def test_what_is_no_silence_is_none():
    blindness = Blindness(NOON, lambda: ["network"])
    blindness.hear("network", "gap", minute(1))
    blindness.hear("network", "heard", minute(2))
    assert blindness.all() == [] and blindness.by_source() == {}
    blindness.hear("network", "deaf", minute(3))
    blindness.hear("network", "deaf", minute(4))
    assert blindness.all() == [Gap(minute(3), None)]
    assert Blindness(NOON, lambda: []).all() == []


def test_it_is_bounded():
    blindness = Blindness(NOON, lambda: ["0"])
    for n in range(SOURCES + 1):
        blindness.hear(str(n), "deaf", minute(n))
    assert len(blindness.by_source()) == SOURCES
    for n in range(2 * GAPS):
        blindness.hear("0", "heard" if n % 2 == 0 else "deaf", minute(1_000 + n))
    assert len(blindness.by_source()["0"]) <= GAPS


SPANS = some.lists(some.tuples(some.integers(1, 5), some.integers(1, 5)), max_size=6)


@given(SPANS, SPANS)
def test_blind_minutes_are_those_in_which_every_source_is_silent(one, other):
    blindness, silent = Blindness(NOON, lambda: ["a", "b"]), []
    for name, spans in (("a", one), ("b", other)):
        at, minutes = 0, set()
        for wait, length in spans:
            blindness.hear(name, "deaf", minute(at + wait))
            blindness.hear(name, "heard", minute(at + wait + length))
            minutes |= set(range(at + wait, at + wait + length))
            at += wait + length
        silent.append(minutes)
    told = {
        n
        for gap in blindness.all()
        for n in range((gap.since_ms - NOON) // MINUTE_MS, (gap.until_ms - NOON) // MINUTE_MS)
    }
    assert told == silent[0] & silent[1]
