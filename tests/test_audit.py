"""The log of acts: nothing done is missing, nobody is in it, and no later change goes unseen."""

import json
import sqlite3
import sys

import pytest

from invented_events import NOON_MS, alert, event, watch
from loopback import Loopback
from tocsin.cli.app import main
from tocsin.clock import HeldClock
from tocsin.errors import InputError, WatchRefused
from tocsin.model import Watch
from tocsin.sinks import load_sinks
from tocsin.store import ROLE, Ack, Silence, Store
from tocsin.store import audit as audit_module
from tocsin.web.watch_shelf import Shelf


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    store.commit_step([event("a")], [alert("a")], {}, NOON_MS)
    yield store
    store.close()


def do_everything(store):
    """Each act once, the second half in another role."""
    name = event("a").event_id
    store.watches.change([watch("one")], [], NOON_MS)
    store.watches.judge(name, "w", "right", NOON_MS + 1)
    store.acknowledge(name, NOON_MS + 2, "real")
    token = ROLE.set("viewer")
    store.silence(Silence("quiet", NOON_MS + 9_000), NOON_MS + 3)
    store.end_silence("quiet", NOON_MS + 4)
    store.answer("link", NOON_MS + 9_000, Ack(name, NOON_MS + 5, "false"))
    store.watches.change([], ["one"], NOON_MS + 6)
    store.audit.write(NOON_MS + 7, "watch refused", "person 17")
    ROLE.reset(token)


def test_every_act_leaves_a_record_with_its_role_and_nobody_in_it(store):
    do_everything(store)
    acts = store.audit.newest()[::-1]
    assert [(a.role, a.act) for a in acts] == [
        ("engine", "watch added"), ("engine", "feedback"), ("engine", "acknowledged"),
        ("viewer", "silence begun"), ("viewer", "silence ended"), ("viewer", "answered by link"),
        ("viewer", "watch removed"), ("viewer", "watch refused"),
    ]  # fmt: skip
    assert [a.seq for a in acts] == list(range(1, 9))
    assert [a.at_ms for a in acts] == [NOON_MS + n for n in range(8)]
    assert store.audit.verify() is None
    assert store.audit.verify(store.audit.root()) is None


def test_what_was_not_done_leaves_none(store):
    with pytest.raises(InputError):
        store.acknowledge("z" * 16, NOON_MS)
    assert not store.end_silence("never begun", NOON_MS)
    store.watches.change([], ["never there"], NOON_MS)
    assert store.audit.newest() == []
    assert store.audit.root() == ""


SPOILT = {
    "a changed record": "UPDATE audit SET about = 'other' WHERE seq = 4",
    "another role": "UPDATE audit SET role = 'operator' WHERE seq = 5",
    "another time": "UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 2",
    "a dropped record": "DELETE FROM audit WHERE seq = 3",
    "a cut at the end": "DELETE FROM audit WHERE seq > 6",
    "a cut at the beginning": "DELETE FROM audit WHERE seq < 3",
    "an empty log": "DELETE FROM audit",
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_later_change_is_found(store, tmp_path, what):
    do_everything(store)
    with sqlite3.connect(tmp_path / "kept.db") as base:
        base.execute(SPOILT[what])
    assert store.audit.verify() is not None, what


def test_records_that_change_places_are_found(store, tmp_path):
    do_everything(store)
    with sqlite3.connect(tmp_path / "kept.db") as base:
        for seq, to in ((3, 99), (4, 3), (99, 4)):
            base.execute("UPDATE audit SET seq = ? WHERE seq = ?", (to, seq))
    assert store.audit.verify().seq == 3


def test_a_log_written_anew_does_not_lead_through_what_a_message_said(store, tmp_path):
    do_everything(store)
    sent = store.audit.root()
    store.audit.write(NOON_MS + 8, "started")
    with sqlite3.connect(tmp_path / "kept.db") as base:
        base.execute("DELETE FROM audit")
        base.execute("DELETE FROM meta WHERE name LIKE 'audit%'")
    for number in range(12):
        store.audit.write(NOON_MS + number, "nothing happened")
    assert store.audit.verify() is None, "it is a whole log by itself"
    assert store.audit.verify(sent).seq == 8
    assert store.audit.verify(f"99-{'0' * 32}").problem.startswith("records were cut off")
    with pytest.raises(InputError):
        store.audit.verify("no root")


def test_each_message_carries_the_root_of_its_time_and_the_next_one_leads_through_it(store):
    roots = []
    for number in range(3):
        store.audit.write(NOON_MS + number, "started")
        one = alert(f"{number}x")
        store.commit_step([one.event], [one], {}, NOON_MS + number)
        (owed,) = (o for o in store.recent_alerts() if o.alert.key == one.key)
        roots.append(owed.alert.audit)
    assert len(set(roots)) == 3
    assert all(store.audit.verify(root) is None for root in roots)


def test_the_root_goes_out_with_the_message(store):
    store.audit.write(NOON_MS, "started")
    one = alert("b")
    store.commit_step([one.event], [one], {}, NOON_MS)
    owed = store.recent_alerts()[0].alert
    kind = load_sinks()["webhook"]
    with Loopback() as server:
        secret = "whsec_aW52ZW50ZWQtc2VjcmV0LWZvci1kb2NzLW9ubHk="
        table = {"url": server.url, "secret": secret}
        sink = kind(kind.spec.checked("sinks.x", table), HeldClock(NOON_MS))
        sink.send([owed], NOON_MS)
        sink.close()
    assert store.audit.root().encode() in server.asked[0][1]


def test_the_log_is_bounded_and_holds_over_what_went(store, monkeypatch):
    monkeypatch.setattr(audit_module, "RECORDS", 20)
    monkeypatch.setattr(audit_module, "PRUNED", 5)
    for number in range(53):
        store.audit.write(NOON_MS + number, "started")
    assert len(store.audit.newest()) <= 20
    assert store.audit.newest()[0].seq == 53
    assert store.audit.verify() is None
    assert store.audit.verify(store.audit.root()) is None


@pytest.mark.parametrize("about", ["ä name", "two\nlines", "x" * 201])
def test_what_somebody_wrote_does_not_fit_in(store, about):
    with pytest.raises(InputError):
        store.audit.write(NOON_MS, "watch refused", about)
    assert store.audit.newest() == []


def test_a_refused_watch_leaves_category_and_length_alone(store, tmp_path):
    shelf = Shelf(store, [], ["page"], lambda name: [], HeldClock(NOON_MS))
    text = "where is Quollivander Marsh"
    with pytest.raises(WatchRefused) as refusal:
        shelf.compiled({"text": text})
    (one,) = store.audit.newest()
    assert (one.act, one.about) == ("watch refused", f"{refusal.value.category} {len(text)}")
    store.checkpoint()
    assert b"uollivander" not in (tmp_path / "kept.db").read_bytes()


def test_an_act_and_its_record_are_kept_together_or_not_at_all(store, monkeypatch):
    monkeypatch.setattr(audit_module, "ABOUT_CHARS", 2)
    with pytest.raises(InputError):
        store.watches.change([watch("one")], [], NOON_MS)
    assert store.watches.all() == []
    assert isinstance(watch("one"), Watch)


def test_the_command_lists_and_verifies(tmp_path, store, monkeypatch, capsys):
    (tmp_path / "tocsin.toml").write_text('[store]\npath = "kept.db"\n', encoding="utf-8")
    do_everything(store)

    def said(*words):
        given = ["tocsin", "audit", *words, "--json", "--config", str(tmp_path / "tocsin.toml")]
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, json.loads(capsys.readouterr().out)

    code, listed = said("list")
    assert (code, listed["acts"][0]["act"]) == (0, "watch refused")
    assert said("verify") == (0, {"holds": True, "broken": None, "root": store.audit.root()})
    with sqlite3.connect(tmp_path / "kept.db") as base:
        base.execute(SPOILT["a dropped record"])
    code, told = said("verify")
    assert (code, told["broken"]["seq"]) == (1, 3)
