"""Why nothing was reported: what is gathered, what is kept, and what is never told."""

import json

import pytest
from typer.testing import CliRunner

from tocsin.cli.app import app
from tocsin.cli.why_not import SENTENCES, answered
from tocsin.clock import HOUR_MS, parse_time_ms
from tocsin.detect.weigh import Bar, Weighing
from tocsin.engine.near_misses import Gatherer
from tocsin.store import Store
from tocsin.store.near_misses import KEPT_MS, NearMiss

AT = parse_time_ms("2026-03-04T05:06Z")
HOUR = AT // HOUR_MS * HOUR_MS
QUAKE, GUATEMALA = 0, 1


def look(missed, voices=9, hazard=QUAKE, country=GUATEMALA, at_ms=AT):
    return Weighing(7, at_ms, hazard, country, voices, 0.4, missed, {})


def gathered(*looks):
    gatherer = Gatherer(["earthquake", "flood"], ["MX", "GT"])
    for each in looks:
        gatherer(each)
    return gatherer.take()


def test_the_furthest_miss_of_an_hour_is_kept_in_bands():
    found = gathered(look(Bar.SCORE), look(Bar.BELIEF, 17), look(Bar.PLACE, 40))
    assert found == [NearMiss("earthquake", "GT", HOUR, "belief", "15-49")]


def test_what_was_reported_in_the_end_was_not_missed():
    assert gathered(look(Bar.BELIEF), look(Bar.NONE)) == []


@pytest.mark.parametrize("missed", [Bar.VOICES, Bar.HARM])
def test_floors_that_rise_where_people_assemble_are_never_told(missed):
    assert gathered(look(missed, 14)) == []


def test_fewer_than_five_voices_leave_nothing():
    assert gathered(look(Bar.BELIEF, 4)) == []


def test_what_was_taken_is_gone_and_the_table_is_bounded():
    gatherer = Gatherer(["earthquake"], ["MX"])
    for hour in range(5_000):
        gatherer(look(Bar.BELIEF, country=0, at_ms=hour * HOUR_MS))
    assert len(gatherer.take()) == 4_096
    assert gatherer.take() == []


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "tocsin.db")
    yield opened
    opened.close()


def test_every_bar_that_is_told_has_a_sentence(store):
    for bar in (Bar.SCORE, Bar.QUIET, Bar.PLACE, Bar.BELIEF):
        store.near_misses.keep([NearMiss("earthquake", "GT", HOUR, bar, "5-14")], AT)
        found = answered(store, "earthquake", "GT", AT)
        assert found["answer"] == bar and SENTENCES[bar] in found["said"]


def test_an_hour_nobody_spoke_in_had_too_few_voices(store):
    store.near_misses.keep([NearMiss("earthquake", "GT", HOUR, "belief", "5-14")], AT)
    assert answered(store, "flood", "GT", AT)["answer"] == "too few voices"
    assert answered(store, "earthquake", "MX", AT)["answer"] == "too few voices"
    assert answered(store, "earthquake", "GT", AT + 5 * HOUR_MS)["answer"] == "too few voices"
    assert answered(store, "earthquake", "GT", AT + HOUR_MS)["answer"] == "belief"


def test_after_thirty_days_nothing_is_left(store):
    store.near_misses.keep([NearMiss("earthquake", "GT", HOUR, "belief", "5-14")], AT)
    store.near_misses.keep([], HOUR + KEPT_MS + 1)
    assert answered(store, "earthquake", "GT", AT)["answer"] == "too few voices"


def test_the_command_asks_for_what_it_understands(tmp_path):
    (tmp_path / "tocsin.toml").write_text("")
    ask = ["why-not", "--hazard", "earthquake", "--place", "Guatemala", "--config",
           str(tmp_path / "tocsin.toml"), "--json"]  # fmt: skip
    found = CliRunner().invoke(app, [*ask, "--at", "2026-03-04T05:06Z"])
    assert json.loads(found.stdout)["answer"] == "too few voices"
    assert "no time" in str(CliRunner().invoke(app, [*ask, "--at", "yesterday"]).exception)
