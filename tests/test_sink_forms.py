"""Each service gets the form it asks for, the same facts, and nothing it could take for markup."""

import json

import msgspec
import pytest

from invented_events import ALMERA, NOON_MS, alert
from loopback import Loopback
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy
from tocsin.sinks import load_sinks

SINKS = load_sinks()
NASTY = msgspec.structs.replace(ALMERA, name="Al<b>*mera*</b> @everyone [x](https://x.example)")
GIVEN = {
    "ntfy": {"topic": "t0pic-invented", "token": "tk_1"},
    "pagerduty": {"routing_key": "k" * 32},
    "alertmanager": {"user": "tocsin", "password": "secret-word"},
    "slack": {}, "teams": {}, "discord": {},
    "telegram": {"token": "123:" + "a" * 30, "chat": "-100"},
}  # fmt: skip
JOINING = ("ntfy", "slack", "teams", "discord", "telegram")


def made(name, server, **settings):
    table = {"url": server.url, **GIVEN[name], **settings}
    kind = SINKS[name]
    return kind(kind.spec.checked(f"sinks.{name}", table), HeldClock(NOON_MS))


def posted(name, *alerts, now_ms=NOON_MS, **settings):
    """What a server got: (headers, JSON, path) of each message."""
    with Loopback() as server:
        sink = made(name, server, **settings)
        assert sink.send(alerts, now_ms).accepted == len(alerts)
        sink.close()
    return [(headers, json.loads(body), path) for headers, body, path in server.asked]


@pytest.mark.parametrize("name", sorted(GIVEN))
@pytest.mark.parametrize("kind", ["alert", "withdrawal"])
def test_the_same_facts_and_the_note_are_everywhere(name, kind):
    ((_, body, _),) = posted(name, alert(kind=kind, drill=True), lang="es", zone="Europe/Madrid")
    text = json.dumps(body, ensure_ascii=False).replace("\\", "")
    for word in ("Incendio forestal", "Almera", "evacuados: de 100 a 200", "sin confirmar",
                 "13:01 CET (12:01 UTC)", "No es un aviso oficial", "SIMULACRO"):  # fmt: skip
        assert word in text, word
    assert ("retirado" in text) == (kind == "withdrawal")


@pytest.mark.parametrize("name", JOINING)
def test_a_digest_is_one_message(name):
    many = [msgspec.structs.replace(alert(f"{n}x"), digest="q1") for n in range(3)]
    found = posted(name, *many, alert("z"))
    assert len(found) == 2
    assert found[0][0]["idempotency-key"] == "q1.ops"
    assert "Digest: 3 events" in json.dumps(found[0][1])


@pytest.mark.parametrize("name", ["pagerduty", "alertmanager"])
def test_where_each_event_has_a_life_of_its_own_a_digest_goes_apart(name):
    many = [msgspec.structs.replace(alert(f"{n}x"), digest="q1") for n in range(3)]
    assert len(posted(name, *many)) == 3


def test_ntfy_publishes_json_with_a_priority_by_level():
    found = posted("ntfy", alert(level="red"), alert(level="green"), alert(kind="withdrawal"))
    headers, body, _ = found[0]
    assert headers["authorization"] == "Bearer tk_1"
    assert body["topic"] == "t0pic-invented"
    assert [b["priority"] for _, b, _ in found] == [5, 2, 4]
    assert body["title"] == "Alert: Wildfire, Almera (ES) (unconfirmed)"
    assert body["title"] not in body["message"]


def test_pagerduty_has_one_incident_for_the_life_of_an_event():
    life = (alert(), alert(revision=2, kind="update", level="red"),
            alert(revision=3, kind="update", phase="resolved"),
            alert(revision=4, kind="withdrawal", phase="withdrawn"))  # fmt: skip
    bodies = [body for _, body, _ in posted("pagerduty", *life)]
    assert [b["event_action"] for b in bodies] == ["trigger", "trigger", "resolve", "resolve"]
    assert len({b["dedup_key"] for b in bodies}) == 1
    assert [b["payload"]["severity"] for b in bodies][:2] == ["warning", "critical"]
    assert {b["routing_key"] for b in bodies} == {"k" * 32}
    other = msgspec.structs.replace(alert("b"), watch="w")
    assert posted("pagerduty", other)[0][1]["dedup_key"] != bodies[0]["dedup_key"]


def test_alertmanager_labels_never_change_and_the_end_moves():
    first = posted("alertmanager", alert(), hold_s=600)
    later = posted("alertmanager", alert(revision=2, level="red"), now_ms=NOON_MS + 200_000)
    over = posted("alertmanager", alert(revision=3, kind="withdrawal", phase="withdrawn"))
    (a,), (b,), (c,) = first[0][1], later[0][1], over[0][1]
    assert a["labels"] == b["labels"] == c["labels"]
    assert set(a["labels"]) == {"alertname", "event_id", "watch", "channel"}
    assert a["startsAt"] == b["startsAt"]
    assert a["endsAt"] == "2026-11-22T12:10:00.000Z"
    assert b["endsAt"] == "2026-11-22T12:13:20.000Z"
    assert c["endsAt"] == alert(revision=3).event.at
    headers, _, path = first[0]
    assert path == "/hook/api/v2/alerts"
    assert headers["authorization"].startswith("Basic ")
    with Loopback() as server:
        assert made("alertmanager", server, hold_s=600).renew_s == 200.0


def test_telegram_gets_plain_text_at_the_path_of_its_bot():
    found = posted("telegram", alert(level="green"), alert(level="green", kind="withdrawal"))
    _, body, path = found[0]
    assert path == f"/hook/bot123:{'a' * 30}/sendMessage"
    assert "parse_mode" not in body
    assert [b["disable_notification"] for _, b, _ in found] == [True, False]
    with pytest.raises(ConfigError, match="no token of a bot") as caught, Loopback() as server:
        made("telegram", server, token="123:../../x?")
    assert "../" not in str(caught.value)


@pytest.mark.parametrize("name", ["slack", "teams", "discord", "telegram"])
def test_nothing_can_be_taken_for_markup_or_a_mention(name):
    ((_, body, _),) = posted(name, alert(place=NASTY))
    flat = json.dumps(body)
    if name == "slack":
        assert "<" not in body["text"]
        kinds = {block["text"]["type"] for block in body["blocks"] if "text" in block}
        assert kinds == {"plain_text"}
    elif name == "teams":
        card = body["attachments"][0]["content"]
        assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    elif name == "discord":
        assert body["allowed_mentions"] == {"parse": []}
        assert "\\\\@everyone" in flat and "\\\\[x\\\\]\\\\(" in flat
    else:
        assert not {"parse_mode", "entities"} & set(body)


@pytest.mark.parametrize("name", JOINING)
def test_a_long_digest_stays_within_the_bounds_of_the_service(name):
    many = [msgspec.structs.replace(alert(f"{n}x"), digest="q") for n in range(120)]
    with Loopback() as server:
        made(name, server, lang="ar").send(many, NOON_MS)
    ((_, body, _),) = server.asked
    found = json.loads(body)
    if name == "slack":
        assert all(len(b["text"]["text"]) <= 3000 for b in found["blocks"] if "text" in b)
    elif name == "discord":
        assert len(found["embeds"][0]["description"]) <= 4000
    elif name == "ntfy":
        assert len(found["message"].encode()) <= 4096
    elif name == "telegram":
        assert len(found["text"]) <= 4096
    else:
        assert len(body) < 28_000


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_no_sink_goes_to_a_private_address(name):
    kind = SINKS[name]
    table = {**GIVEN[name], "url": "https://alerts.example.org/x"}
    sink = kind(kind.spec.checked("sinks.x", table), HeldClock())
    sink._outlet.lookup = lambda host, port: ["169.254.169.254"]
    with pytest.raises(SinkBusy, match=r"private address.*allow_private"):
        sink.send([alert()], NOON_MS)
    sink.close()
