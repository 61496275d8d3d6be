"""Messages on a NATS server: kept by a stream under one key; each no with its remedy."""

import json

import msgspec
import pytest

from invented_events import NOON_MS, alert
from loopback_nats import LoopbackNats
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks.nats import NatsSink


def made(server, **settings):
    table = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 10.0}
    checked = NatsSink.spec.checked("sinks.nats", {**table, **settings})
    return NatsSink(checked, HeldClock(NOON_MS))


def refused(server, kind, **settings):
    """What is said when a message does not go out, and when to try again."""
    with pytest.raises(kind) as caught:
        made(server, **settings).send([alert()], NOON_MS)
    return str(caught.value), getattr(caught.value, "retry_after_s", None)


def test_a_message_carries_its_key_and_the_record_under_mode_hazard_and_level():
    with LoopbackNats() as server:
        sink = made(server, subject="ops.tocsin", user="tocsin", password="pass-invented")
        assert sink.send([alert(), alert("d", drill=True)], NOON_MS).accepted == 2
    (headers, body, subject), (_, _, drill) = server.asked
    one = alert()
    assert headers == {"nats-msg-id": one.key}
    assert json.loads(body)["data"]["event"]["event_id"] == one.event.event_id
    assert subject == f"ops.tocsin.live.{one.event.hazard}.{one.event.level}"
    assert drill.startswith("ops.tocsin.drill.")
    assert {(said["user"], said["pass"]) for said in server.signed} == {
        ("tocsin", "pass-invented")
    }  # fmt: skip


def test_a_token_signs_in_as_well():
    with LoopbackNats() as server:
        made(server, password="token-invented").send([alert()], NOON_MS)
    assert server.signed[0]["auth_token"] == "token-invented"


def test_without_a_stream_the_server_alone_must_have_it():
    with LoopbackNats() as server:
        made(server, stream=False).send([alert()], NOON_MS)
        server.answers = ["lost"]
        assert "Connection" in refused(server, SinkBusy, stream=False)[0]
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "remedy", "wait_s"),
    [
        ((404, {}), SinkBusy, "no stream takes tocsin.live.wildfire.", 60.0),
        ((503, {}), SinkBusy, "its stream answered 503", None),
        ((410, {}), SinkRejected, "Check its limits", None),
        ("-ERR 'Permissions Violation for Publish'", SinkBusy, "Grant the subject", 300.0),
        ("-ERR 'Maximum Payload Violation'", SinkRejected, "Check subject and size", None),
        ("-ERR 'Stale Connection'", SinkBusy, "it ended the conversation", None),
        ("MSG x 1 99999999", SinkBusy, "ValueError", None),
        ("x" * 400_000, SinkBusy, "ValueError", None),
        ("\r\n".join(["+OK"] * 70), SinkBusy, "ValueError", None),
    ],
    ids=lambda of: str(of)[:20],
)
def test_each_no_says_whether_to_try_again_and_what_to_do(answer, kind, remedy, wait_s):
    with LoopbackNats(answer) as server:
        said, after_s = refused(server, kind)
    assert remedy in said
    assert after_s == wait_s


@pytest.mark.parametrize(
    ("hello", "kind", "remedy"),
    [
        ({"tls_required": True}, SinkBusy, 'Set security = "tls"'),
        ({"headers": False}, SinkBusy, "2.2 or newer"),
        ({"max_payload": 100}, SinkRejected, "100 bytes at most"),
        ({"headers": "maybe"}, SinkBusy, "ValidationError"),
    ],
)
def test_a_server_that_cannot_serve_is_told_apart_at_its_greeting(hello, kind, remedy):
    with LoopbackNats() as server:
        server.hello = hello
        assert remedy in refused(server, kind)[0]
    assert server.asked == []


def test_a_sign_in_that_is_refused_waits_and_repeats_no_name():
    with LoopbackNats() as server:
        server.first = ["-ERR 'Authorization Violation for user tocsin-invented'"]
        said, after_s = refused(server, SinkBusy, user="tocsin-invented", password="p")
    assert "sign-in was refused" in said and after_s == 300.0
    assert "tocsin-invented" not in said


def test_a_private_address_is_refused_unless_it_is_meant():
    with LoopbackNats() as server:
        sink = made(server, host="nats.example.org", security="tls")
        sink.lookup = lambda host, port: ["10.1.2.3"]
        with pytest.raises(SinkBusy, match="Set allow_private = true"):
            sink.send([alert()], NOON_MS)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"subject": "a b"}, "Write words with dots"),
        ({"subject": "tocsin.>"}, "Write words with dots"),
        ({"host": "nats.example.org"}, 'Write security = "tls"'),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(settings, remedy):
    with LoopbackNats() as server, pytest.raises(ConfigError, match=remedy):
        made(server, **settings)


def test_a_later_revision_of_another_level_comes_under_its_own_subject():
    low = alert()
    high = msgspec.structs.replace(low, event=msgspec.structs.replace(low.event, level="red"))
    with LoopbackNats() as server:
        made(server).send([high], NOON_MS)
    assert server.asked[0][2].endswith(".red")
