"""Official words over a restart: read again they found no second event, whatever became of it."""

from contextlib import closing

import msgspec
import pytest

from test_official_events import FLOOD, QUAKE, change
from test_pipeline import Line
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from tocsin.engine import memory
from tocsin.store import Store

SENT_MS = QUAKE.sent_ms
SOON_MS = SENT_MS + 5 * MINUTE_MS


@pytest.fixture
def store(tmp_path):
    with closing(Store.open(tmp_path / "kept.db")) as opened:
        yield opened


def again(store, before, now_ms):
    """The line of the next start, which knows what the store holds."""
    line = Line(ordinal=before.line.ordinal)
    memory.recall(store, line.line, now_ms)
    return line


def told(line, word, until_ms):
    return [(e.phase, e.origin) for e in line.step([], [word], until_ms)]


def kept(store, line, word, until_ms, **became):
    """A word told as an event that then became something else."""
    events = line.step([], [word], until_ms)
    assert [event.phase for event in events] == ["reported"]
    last = msgspec.structs.replace(events[-1], revision=2, **became)
    store.commit_step([*events, last], [], {}, until_ms)


BECAME = {
    "part of another": {"phase": "merged", "origin": "both", "merged_into": "k" * 16},
    "over, reported by people": {"phase": "resolved", "origin": "both"},
    "over": {"phase": "resolved"},
    "over without its word": {"phase": "resolved", "origin": "posts", "bulletins": ()},
}


@pytest.mark.parametrize("became", BECAME.values(), ids=BECAME)
def test_a_word_whose_event_became_something_else_founds_none_when_it_is_read_again(store, became):
    line = Line()
    kept(store, line, QUAKE, SOON_MS, at=rfc3339(SOON_MS), **became)
    assert told(again(store, line, SOON_MS + HOUR_MS), QUAKE, SOON_MS + HOUR_MS) == []


@pytest.mark.parametrize("became", BECAME.values(), ids=BECAME)
def test_what_its_agency_says_of_it_later_is_news(store, became):
    line = Line()
    kept(store, line, QUAKE, SOON_MS, at=rfc3339(SOON_MS), **became)
    later = change(QUAKE, 30, magnitude=7.4)
    found = told(again(store, line, SOON_MS + HOUR_MS), later, SOON_MS + HOUR_MS)
    assert found[:1] == [("reported", "official")]


def test_a_warning_that_holds_for_a_week_is_not_told_again_after_days(store):
    week = msgspec.structs.replace(FLOOD, expires_ms=FLOOD.sent_ms + 7 * DAY_MS)
    line, told_ms = Line(), week.sent_ms + MINUTE_MS
    events = line.step([], [week], told_ms)
    assert [event.phase for event in events] == ["reported"]
    store.commit_step(events, [], {}, told_ms)
    now_ms = week.sent_ms + 5 * DAY_MS
    later = again(store, line, now_ms)
    assert told(later, week, now_ms) == []
    # And it ends when it said it would.
    (last,) = later.step([], [], week.expires_ms + MINUTE_MS)
    assert (last.event_id, last.phase, last.revision) == (events[0].event_id, "resolved", 2)
