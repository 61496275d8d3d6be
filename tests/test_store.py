"""A step is kept whole or not at all, nothing is kept twice, and what shrinks is gone."""

import sqlite3
import stat

import pytest

from invented_events import ALMERA, NOON_MS, alert, event, too_few
from tocsin.errors import Corruption, InputError
from tocsin.store import Store, StoreUnavailable
from tocsin.store.schema import VERSION


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept.db"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


def bytes_on_disk(path):
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def keys(owed):
    return [each.alert.key for each in owed]


def test_a_step_comes_back_whole_after_reopening(path, store):
    store.commit_step([event()], [alert()], {"sea": "42"}, NOON_MS, {"grid": b"\x00\x01"})
    store.close()
    store.close()
    again = Store.open(path)
    assert [r.event for r in again.latest()] == [event()]
    assert [owed.alert for owed in again.pending()] == [alert()]
    assert again.cursors() == {"sea": "42"}
    assert again.meta("grid") == b"\x00\x01"
    assert again.meta("none") is None
    again.close()


def test_a_commit_is_durable_and_private(path, store):
    asked = {
        name: store._base.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "user_version")
    }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "user_version": VERSION,
    }
    store.commit_step([event()], [], {}, NOON_MS)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_nothing_of_a_failed_step_is_kept(store):
    with pytest.raises(InputError, match="cursor of sea"):
        store.commit_step([event()], [alert()], {"sea": "4" * 5000}, NOON_MS)
    assert store.latest() == []
    assert store.pending() == []
    assert store.cursors() == {}


def test_the_same_step_twice_changes_nothing(store):
    for _ in range(2):
        store.commit_step([event()], [alert()], {}, NOON_MS)
    assert len(store.revisions_since(0)) == 1
    assert keys(store.pending()) == [alert().key]


def test_a_sent_alert_is_never_owed_again(store):
    store.commit_step([event()], [alert()], {}, NOON_MS)
    store.mark(alert().key, "sent", NOON_MS)
    store.commit_step([event()], [alert()], {}, NOON_MS)
    assert store.pending() == []


def test_a_revision_is_never_overwritten(store):
    store.commit_step([event(level="yellow")], [], {}, NOON_MS)
    with pytest.raises(Corruption, match="other content"):
        store.commit_step([event(level="red")], [], {}, NOON_MS)
    store.commit_step([event(revision=3)], [], {}, NOON_MS)
    with pytest.raises(Corruption, match="comes after revision 3"):
        store.commit_step([event(revision=2)], [], {}, NOON_MS)
    assert [r.revision for r in store.revisions_of(event().event_id)] == [1, 3]


def test_latest_is_one_revision_per_event_and_since_resumes(store):
    store.commit_step([event("a"), event("b"), event("a", 2)], [], {}, NOON_MS)
    assert [(r.event_id[0], r.revision) for r in store.latest()] == [("a", 2), ("b", 1)]
    first, second, third = store.revisions_since(0)
    assert store.revisions_since(first.seq) == [second, third]
    assert store.revisions_since(0, limit=2) == [first, second]
    assert [r.event_id[0] for r in store.latest(since_ms=second.at_ms + 1)] == ["a"]
    assert (third.hazard, third.country, third.phase) == ("wildfire", "ES", "updated")
    assert third.first_seen_ms == NOON_MS


def test_what_is_owed_comes_withdrawals_first_then_by_age(store):
    tried = alert("c", 2, "withdrawal")
    fresh = alert("d", 2, "withdrawal")
    owed = [alert("a"), alert("b"), tried, fresh, alert("e", channel="other")]
    store.commit_step([], owed, {}, NOON_MS)
    store.mark(tried.key, "pending", NOON_MS, NOON_MS + 1)
    assert keys(store.pending("ops")) == [fresh.key, tried.key, alert("a").key, alert("b").key]
    assert keys(store.pending("ops", limit=1)) == [fresh.key]
    assert store.channels_owed() == ["ops", "other"]


def test_a_withdrawal_takes_the_place_of_what_was_not_yet_sent(store):
    others = [alert("z"), alert(channel="other")]
    store.commit_step([event()], [alert(), *others], {}, NOON_MS)
    store.commit_step([event(revision=2)], [alert(revision=2, kind="withdrawal")], {}, NOON_MS)
    assert keys(store.pending()) == [
        alert(revision=2).key,
        *(other.key for other in others),
    ]
    assert store.outbox_counts() == {"pending": 3, "superseded": 1}


def test_tries_are_written_down(store):
    store.commit_step([], [alert("a"), alert("b")], {}, NOON_MS)
    store.mark(alert("a").key, "pending", NOON_MS + 5, NOON_MS + 900, "x" * 900)
    (owed, _) = store.pending()
    assert (owed.attempts, owed.tried_ms, owed.next_at_ms) == (1, NOON_MS + 5, NOON_MS + 900)
    assert len(owed.detail) == 200
    assert not owed.due(NOON_MS + 899)
    assert owed.due(NOON_MS + 900)
    assert owed.due(NOON_MS - 3_600_000), "a clock set back must not silence a channel"
    store.mark(alert("a").key, "rejected", NOON_MS, detail="gone")
    store.mark(alert("a").key, "sent", NOON_MS)
    assert store.expire(NOON_MS + 1) == 1
    assert [(o.alert.key, o.state) for o in store.undelivered()] == [
        (alert("b").key, "expired"),
        (alert("a").key, "rejected"),
    ]
    with pytest.raises(Corruption, match="not in it"):
        store.mark("no such key", "sent", NOON_MS)


def test_an_event_below_k_shrinks_with_all_its_revisions_and_messages(path, store):
    kept = {"headline": "Kept", "place": None, "families": ("other",), "facts": ()}
    other = event("o", severity="Minor", **kept)
    store.commit_step([event(), other], [alert(), alert("f", channel="slow")], {}, NOON_MS)
    store.mark(alert().key, "sent", NOON_MS)
    assert store.checkpoint()
    assert ALMERA.name.encode() in bytes_on_disk(path)
    store.commit_step([too_few("e")], [alert("e", 2, "withdrawal")], {}, NOON_MS)
    store.shrink(event("f").event_id)
    assert store.checkpoint()
    left = bytes_on_disk(path)
    for gone in (ALMERA.name, "bluesky", "evacuated", "Moderate"):
        assert gone.encode() not in left, gone
    assert b"Kept" in left
    first, last = store.revisions_of(event().event_id)
    assert first.event is None and last.event is None
    assert (first.hazard, first.country, first.phase) == ("wildfire", "ES", "reported")
    assert last.phase == "withdrawn"
    levels = store._base.execute("SELECT DISTINCT level FROM revisions WHERE event_id LIKE 'e%'")
    assert levels.fetchall() == [(None,)]
    (owed,) = store.pending()
    assert (owed.alert.kind, owed.alert.event.place, owed.alert.event.facts) == (
        "withdrawal",
        None,
        (),
    )
    assert owed.alert.event.event_id == event().event_id
    # The same step once more, as after a crash, is still the same step.
    store.commit_step([too_few("e")], [alert("e", 2, "withdrawal")], {}, NOON_MS)
    assert len(store.revisions_of(event().event_id)) == 2


def test_other_withdrawals_keep_their_history(store):
    store.commit_step([event()], [], {}, NOON_MS)
    store.commit_step([event(revision=2, phase="withdrawn")], [], {}, NOON_MS)
    assert all(r.event is not None for r in store.revisions_of(event().event_id))


def test_pruning_forgets_old_events_but_not_what_is_owed(store):
    steps = ([event("a"), event("b"), event("c", 9)], [alert("a"), alert("b")])
    store.commit_step(*steps, {}, NOON_MS)
    store.mark(alert("a").key, "sent", NOON_MS)
    assert store.prune(NOON_MS + 2 * 60_000) == 1
    assert [r.event_id[0] for r in store.revisions_since(0)] == ["b", "c"]
    assert keys(store.recent_alerts()) == [alert("b").key]


def test_no_column_could_hold_a_post(store):
    tables = {
        name: {row[1] for row in store._base.execute(f"PRAGMA table_info({name})")}
        for (name,) in store._base.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not name.startswith("sqlite_")
    }
    assert tables == {
        "near_misses": {"hazard", "country", "hour_ms", "bar", "voices"},
        "usual": {"hazard", "country", "hour_ms", "reports", "stamp"},
        "revisions": {
            "seq", "event_id", "revision", "at_ms", "first_seen_ms", "hazard", "country",
            "level", "phase", "json",
        },
        "outbox": {
            "seq", "key", "channel", "event_id", "revision", "watch", "kind", "state",
            "attempts", "created_ms", "tried_ms", "next_at_ms", "detail", "json", "corrects",
            "first_try_ms", "merged_into",
        },
        "audit": {"seq", "at_ms", "role", "act", "about", "hash"},
        "cursors": {"source", "cursor"}, "meta": {"name", "value"},
        "unsaid": {"event_id", "watch", "channel", "reason", "at_ms", "until_ms", "json"},
        "silences": {"id", "until_ms", "json"},
        "acks": {"event_id", "at_ms", "outcome"}, "answered": {"id", "until_ms"},
        "watches": {"id", "at_ms", "json"},
        "feedback": {"event_id", "watch", "verdict", "at_ms"},
    }  # fmt: skip


def test_a_full_disk_loses_nothing_that_was_kept(store):
    store.commit_step([event("a")], [alert("a")], {}, NOON_MS)
    pages = store._base.execute("PRAGMA page_count").fetchone()[0]
    store._base.execute(f"PRAGMA max_page_count = {pages}")
    many = [event(f"n{n}x") for n in range(200)]
    with pytest.raises(StoreUnavailable, match=r"disk is full.*Free some space"):
        store.commit_step(many, [], {}, NOON_MS)
    assert len(store.latest()) == 1
    store._base.execute("PRAGMA max_page_count = 1000000")
    store.commit_step(many, [], {}, NOON_MS)
    assert len(store.latest()) == 201


def test_another_process_holding_the_file_is_said(path, store):
    store._base.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable, match="another process holds it"):
        store.commit_step([event()], [], {}, NOON_MS)
    with pytest.raises(StoreUnavailable, match="another process holds it"):
        Store.open(path, busy_ms=1)
    other.execute("COMMIT")
    other.close()
    store.commit_step([event()], [], {}, NOON_MS)
    assert len(store.latest()) == 1


def test_a_store_that_cannot_be_written_is_said(store):
    store._base.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreUnavailable, match="Give Tocsin write access"):
        store.commit_step([event()], [], {}, NOON_MS)


def test_a_path_that_cannot_be_a_store_is_said(tmp_path):
    with pytest.raises(StoreUnavailable, match="folder does not exist"):
        Store.open(tmp_path / "nowhere" / "kept.db")
    with pytest.raises(StoreUnavailable, match=r"directory.*write access"):
        Store.open(tmp_path)
    text = tmp_path / "letter.txt"
    text.write_text("Dear reader, " * 400)
    with pytest.raises(StoreUnavailable, match="no Tocsin store"):
        Store.open(text)
    assert text.read_text().startswith("Dear reader")
    foreign = tmp_path / "recipes.db"
    with sqlite3.connect(foreign) as base:
        base.execute("CREATE TABLE soup (salt)")
    base.close()
    with pytest.raises(StoreUnavailable, match="tables of another program"):
        Store.open(foreign)


def test_a_store_of_a_newer_version_is_left_alone(path, store):
    store._base.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreUnavailable, match=r"newer Tocsin \(version 99"):
        Store.open(path)


def test_damage_stops_loudly(path, store):
    store.commit_step([event(f"n{n}x") for n in range(100)], [], {}, NOON_MS)
    store.checkpoint()
    store.close()
    raw = bytearray(path.read_bytes())
    for page in range(4096 * 3, len(raw), 4096):
        raw[page : page + 64] = b"\xa5" * 64
    path.write_bytes(raw)
    with pytest.raises(Corruption, match=r"damaged.*Move it aside"):
        Store.open(path)


def test_a_row_that_is_no_event_is_corruption(store):
    store.commit_step([event()], [alert()], {}, NOON_MS)
    store._base.execute("UPDATE revisions SET json = '{}'")
    store._base.execute("UPDATE outbox SET json = 'x'")
    with pytest.raises(Corruption, match="revisions row 1"):
        store.latest()
    with pytest.raises(Corruption, match="outbox row 1"):
        store.pending()
