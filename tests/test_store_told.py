"""What was told of an event before, and of those that became part of it: asked for one by one."""

import sqlite3
from contextlib import closing

import msgspec
import pytest

from invented_events import NOON_MS, alert
from tocsin.store import Store
from tocsin.store.schema import MIGRATIONS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept.db"


@pytest.fixture
def store(path):
    with closing(Store.open(path)) as opened:
        yield opened


def test_the_last_message_about_an_event_is_what_a_matcher_takes_up(store):
    messages = [alert("a"), alert("b"), alert("a", 2, "update")]
    store.commit_step([], messages, {}, NOON_MS)
    ids = [alert(name).event.event_id for name in "abc"]
    assert [store.alerts_about(each) for each in ids] == [
        [alert("a", 2, "update")], [alert("b")], [],
    ]  # fmt: skip


def test_with_an_event_comes_what_was_told_of_those_that_became_part_of_it(store):
    home = alert("a")
    gone = alert("b", 2, "update")
    merged = msgspec.structs.replace(gone.event, phase="merged", merged_into=home.event.event_id)
    joined = msgspec.structs.replace(gone, event=merged)
    store.commit_step([], [home, alert("b"), joined, alert("c")], {}, NOON_MS)
    assert store.alerts_about(home.event.event_id) == [home, joined]


def test_a_file_of_the_version_before_learns_which_events_became_part_of_which(path):
    gone = alert("b", 2, "update")
    home = alert("a").event.event_id
    joined = msgspec.structs.replace(
        gone, event=msgspec.structs.replace(gone.event, phase="merged", merged_into=home)
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        for step in MIGRATIONS[:7]:
            for statement in step:
                base.execute(statement)
        base.execute("PRAGMA user_version = 7")
        for each in (alert("c"), joined):
            base.execute(
                "INSERT INTO outbox (key, channel, event_id, revision, watch, kind, state,"
                " created_ms, json) VALUES (?, 'ops', ?, 1, 'w', 'alert', 'sent', 0, ?)",
                (each.key, each.event.event_id, msgspec.json.encode(each)),
            )
    with closing(Store.open(path)) as store:
        assert store.alerts_about(home) == [joined]
        assert store.alerts_about(alert("c").event.event_id) == [alert("c")]
