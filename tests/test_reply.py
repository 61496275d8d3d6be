"""A link in a message shows and does not act, acts once, for a day, and notes nobody."""

import random
import re

import httpx
import msgspec
import pytest

import web_events as invented
from invented_events import NOON_MS, alert, event
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, HeldClock
from tocsin.deliver import Desk, Dispatcher, Links, Policy
from tocsin.errors import InputError
from tocsin.model import Receipt
from tocsin.render import LANGS, Voice, message
from tocsin.render.phrases import phrases
from tocsin.store import OUTCOMES, Store
from tocsin.web.app import create_app
from tocsin.web.board import Board
from tocsin.web.reply import Desk as Replies
from tocsin.web.server import serve

PUBLIC = "https://tocsin.example.org"


@pytest.fixture
def clock():
    return HeldClock(NOON_MS)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    store.commit_step([event("a"), event("b")], [alert("a"), alert("b")], {}, NOON_MS)
    yield store
    store.close()


@pytest.fixture
def links():
    return Links(b"an invented secret", f"{PUBLIC}/")


@pytest.fixture
def ask(store, clock, links):
    app = create_app(
        Board(), invented.health, invented.metrics, replies=Replies(links, store, clock),
        public_host="tocsin.example.org",
    )  # fmt: skip
    served = serve(app, port=0)
    with httpx.Client(base_url=served.url, trust_env=False) as client:
        yield client
    served.stop()


def path_of(links, store, name="a"):
    (owed,) = [o for o in store.recent_alerts() if o.alert.event.event_id[0] == name]
    return links.url(owed).removeprefix(PUBLIC)


class Told:
    """A sink that remembers what it was given."""

    def __init__(self) -> None:
        self.alerts = []

    def send(self, alerts, now_ms):
        self.alerts += alerts
        return Receipt(len(alerts))

    def close(self):
        pass


def test_every_message_carries_a_link_that_is_the_same_at_every_try(store, clock, links):
    sink = Told()
    Dispatcher(store, {"ops": sink}, clock, random.Random(1), links).run_once(NOON_MS)
    (first, second) = sink.alerts
    assert first.answer_url == PUBLIC + path_of(links, store)
    assert first.answer_url != second.answer_url
    said = message(first, Voice("ja"))
    assert said.answer.value == f"{first.answer_url}?lang=ja" and said.answer.value in said.text()
    Dispatcher(store, {"ops": sink}, clock, random.Random(1)).run_once(NOON_MS)
    assert message(alert(), Voice()).answer is None


def test_looking_changes_nothing_and_the_button_acts_once(ask, store, clock, links):
    path = path_of(links, store)
    for _ in range(3):
        shown = ask.get(path)
        assert shown.status_code == 200
        assert "Wildfire, Almera (ES)" in shown.text and "<button" in shown.text
        assert ask.head(path).status_code == 200
    assert store.acks() == []
    form = {"outcome": "exaggerated", "mute": "4"}
    assert phrases("en").reply["done"] in ask.post(path, data=form).text
    (ack,) = store.acks()
    assert (ack.event_id, ack.outcome, ack.at_ms) == (event("a").event_id, "exaggerated", NOON_MS)
    (mute,) = store.silences(NOON_MS)
    assert (mute.event_id, mute.until_ms) == (event("a").event_id, NOON_MS + 4 * HOUR_MS)
    for again in (ask.post(path, data={"outcome": "false"}), ask.get(path)):
        assert again.status_code == 410 and phrases("en").reply["used"] in again.text
    assert store.acks() == [ack]
    assert ask.post(path_of(links, store, "b"), data={}).status_code == 200, "links stand alone"


def test_a_day_later_a_link_is_too_old(ask, store, clock, links):
    path = path_of(links, store)
    clock.advance((DAY_MS - MINUTE_MS) / 1000)
    assert ask.get(path).status_code == 200
    clock.advance(60)
    assert ask.get(path).status_code == ask.post(path, data={}).status_code == 410
    assert store.acks() == []


def test_a_link_that_was_changed_anywhere_is_none(ask, store, links):
    path = path_of(links, store)
    token = path.rpartition("/")[2]
    other = "1" if token[-1] != "1" else "2"
    parts = token.split("-")
    older = "-".join([parts[0], str(int(parts[1]) + 1), *parts[2:]])
    foreign = Links(b"another secret", PUBLIC)
    stolen = foreign.url(store.recent_alerts()[0]).rpartition("/")[2]
    for wrong in (token[:-1] + other, older, stolen, "x", f"{token}-", token.upper(), "%00"):
        assert ask.get(f"/answer/{wrong}").status_code == 404, wrong
        assert ask.post(f"/answer/{wrong}", data={}).status_code == 404, wrong
    assert store.acks() == []


def test_the_outer_name_opens_nothing_but_links(ask, store, links):
    outer = {"host": "tocsin.example.org"}
    assert ask.get(path_of(links, store), headers=outer).status_code == 200
    assert ask.get("/api/events", headers=outer).status_code == 421
    assert ask.get(path_of(links, store), headers={"host": "evil.example"}).status_code == 421
    assert ask.put(path_of(links, store)).status_code == 405


def test_the_page_is_closed_to_scripts_frames_and_caches(ask, store, links):
    answer = ask.get(path_of(links, store), params={"lang": "ar"})
    policy = answer.headers["content-security-policy"]
    assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert 'dir="rtl"' in answer.text
    assert not re.search(r"<script|style=| on\w+=|https?://", answer.text)
    big = ask.post(path_of(links, store), content=b"a=" + b"x" * 2000)
    assert big.status_code == 413
    assert ask.post(path_of(links, store), data={"outcome": "a person", "mute": "-1"}).is_success
    assert [a.outcome for a in store.acks()] == [""] and store.silences(NOON_MS) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_speaks_every_language_of_the_messages(ask, store, links, lang):
    shown = ask.get(path_of(links, store), params={"lang": lang}).text
    words = phrases(lang).reply
    outcomes = [words[outcome] for outcome in OUTCOMES if outcome]
    for text in (words["heading"], words["send"], words["mute_not"], words["open"], *outcomes):
        assert text.replace("'", "&#x27;") in shown


def test_who_answered_is_nowhere(ask, store, links):
    ask.post(path_of(links, store), data={"outcome": "real"}, headers={"user-agent": "Invented"})
    dump = "\n".join(store._base.iterdump())
    assert "Invented" not in dump and "127.0.0.1" not in dump


def test_an_answer_stops_the_escalation(ask, store, clock, links):
    manners = {"ops": Policy(escalate_to="duty", escalate_ms=60_000)}
    desk = Desk(manners, store)
    Dispatcher(store, {"ops": Told()}, clock, random.Random(1), links).run_once(NOON_MS)
    ask.post(path_of(links, store), data={})
    owed, _ = desk.take([], NOON_MS + 61_000)
    assert [a.event.event_id[0] for a in owed] == ["b"], "nobody sees to the other one"


def test_an_event_that_is_gone_is_not_acknowledged(store, links):
    claim = links.read(path_of(links, store).rpartition("/")[2])
    store.prune(NOON_MS + DAY_MS * 500)
    store._base.execute("DELETE FROM revisions")
    replies = Replies(links, store, HeldClock(NOON_MS))
    page, status = replies.act(path_of(links, store).rpartition("/")[2], {}, phrases("en"), "en")
    assert (status, claim.event_id) == (404, event("a").event_id)
    with pytest.raises(InputError):
        store.acknowledge(claim.event_id, NOON_MS)
    assert not store.is_answered(claim.id), "what failed used up nothing"
    assert phrases("en").reply["wrong"] in page


def test_a_withdrawal_carries_no_link(store, clock, links):
    gone = alert("a", 2, "withdrawal", phase="withdrawn")
    store.commit_step([gone.event], [gone], {}, NOON_MS)
    sink = Told()
    Dispatcher(store, {"ops": sink}, clock, random.Random(1), links).run_once(NOON_MS)
    urls = {a.kind: a.answer_url for a in sink.alerts}
    assert urls["withdrawal"] == "" and urls["alert"]
    assert msgspec.json.decode(msgspec.json.encode(sink.alerts[0]))["answer_url"] == ""
