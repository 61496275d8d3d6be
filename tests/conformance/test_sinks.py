"""What every sink owes, asked of each one that is installed."""

import importlib.util
import re
import tomllib

import pytest

from invented_events import NOON_MS, alert
from loopback import Loopback
from loopback_nats import LoopbackNats
from loopback_smtp import LoopbackMail
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks import load_sinks

ALL = load_sinks()
SINKS = dict(ALL)
if importlib.util.find_spec("apprise") is None:
    # The extra is not installed; tests/test_sink_apprise.py says what is then owed.
    del SINKS["apprise"]


PATIENT_S = 10.0
"""A busy machine must not make a receiver look silent."""


def at_url(server):
    return {"url": server.url, "timeout_s": PATIENT_S}


def at_port(server):
    return {
        "host": "127.0.0.1", "port": server.port, "security": "none", "user": "",
        "to": "duty@example.org", "timeout_s": PATIENT_S,
    }  # fmt: skip


def at_nats(server):
    return {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": PATIENT_S}


POSTING = (
    "webhook", "ntfy", "pagerduty", "alertmanager", "slack", "teams", "discord", "telegram", "cap",
)  # fmt: skip
AIM = {name: (Loopback, at_url) for name in POSTING} | {
    "email": (LoopbackMail, at_port), "nats": (LoopbackNats, at_nats),
}  # fmt: skip
"""How to point each kind of sink at a server on this machine; a new sink adds its line."""
ELSEWHERE = {"apprise", "jsonl"}
"""Sinks that speak to no server of this machine; each has a test file of its own."""
NETWORK = sorted(AIM)
SMTP = {503: "451 later", 429: "450 slower", 410: "550 gone"}


def scripted(kind, *answers):
    """A server for this kind of sink that answers as an HTTP server would."""
    server = AIM[kind.spec.name][0]
    if server is LoopbackMail:
        answers = [SMTP[a[0]] if isinstance(a, tuple) else a for a in answers]
    return server(*answers)


@pytest.fixture(params=sorted(SINKS), name="kind")
def every_sink(request):
    return SINKS[request.param]


@pytest.fixture(params=NETWORK, name="sender")
def every_sender(request):
    return SINKS[request.param]


def example(kind):
    return tomllib.loads(kind.spec.example)


def aimed(kind, server, **settings):
    table = {**example(kind), **AIM[kind.spec.name][1](server), **settings}
    return kind(kind.spec.checked("sinks.x", table), HeldClock(NOON_MS))


def test_every_sink_is_asked():
    assert "webhook" in SINKS
    assert set(AIM) | ELSEWHERE == set(ALL), "a sink without its line in AIM is not tried"


def test_the_spec_is_complete(kind):
    spec = kind.spec
    assert SINKS[spec.name] is kind, "it is registered under its own name"
    assert spec.kind == "sink"
    assert spec.summary.endswith(".")
    for field in spec.fields:
        assert field.help.endswith("."), field.name
        assert field.required == (field.default is None), field.name
        if isinstance(field.default, float):
            assert field.unit and field.name.endswith(f"_{field.unit}"), field.name
            assert field.low is not None and field.high is not None, field.name


def test_the_example_works_as_it_stands(kind):
    sink = kind(kind.spec.checked("sinks.x", example(kind)), HeldClock(NOON_MS))
    sink.close()
    sink.close()


def test_a_required_setting_is_missed(kind):
    for field in kind.spec.fields:
        if field.required:
            table = {k: v for k, v in example(kind).items() if k != field.name}
            with pytest.raises(ConfigError, match=rf"sinks\.x\.{field.name}: missing"):
                kind.spec.checked("sinks.x", table)


def test_an_accepted_alert_gives_a_receipt(sender):
    with scripted(sender) as server:
        sink = aimed(sender, server)
        assert sink.send([alert("a"), alert("b")], NOON_MS).accepted == 2
        assert sink.send([], NOON_MS).accepted == 0
        sink.close()
    assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [(503, {}), (429, {"retry-after": "7"}), "lost", "silent"])
def test_trouble_that_may_pass_is_busy(sender, answer):
    with scripted(sender, answer) as server:
        sink = aimed(sender, server, **({"timeout_s": 0.3} if answer == "silent" else {}))
        with pytest.raises(SinkBusy) as caught:
            sink.send([alert()], NOON_MS)
        sink.close()
    told = isinstance(answer, tuple) and answer[1] and sender.spec.name not in ("email", "nats")
    asked_s = 7.0 if told else None
    assert caught.value.retry_after_s == asked_s


def test_a_no_for_ever_is_rejected(sender):
    with scripted(sender, (410, {})) as server:
        sink = aimed(sender, server)
        with pytest.raises(SinkRejected):
            sink.send([alert()], NOON_MS)
        sink.close()


def test_the_key_and_the_message_are_constant_over_retries(sender):
    with scripted(sender, (503, {}), "lost") as server:
        sink = aimed(sender, server)
        for try_ in range(2):
            with pytest.raises(SinkBusy):
                sink.send([alert()], NOON_MS + try_ * 60_000)
        sink.send([alert()], NOON_MS + 120_000)
        sink.close()
    assert len(server.asked) == 3
    # Only how long an alert stands follows the clock, where the receiver asks for that.
    bodies = {re.sub(rb'"endsAt":"[^"]*"', b"", body) for _, body, _ in server.asked}
    assert len(bodies) == 1
    for headers, body, _ in server.asked:
        assert any(alert().key in said for said in (*headers.values(), body.decode()))


def test_nothing_secret_is_in_its_name_or_its_errors(sender):
    secrets = [str(example(sender)[f.name]) for f in sender.spec.fields if f.secret]
    with scripted(sender, (503, {})) as server:
        table = {**example(sender), **AIM[sender.spec.name][1](server)}
        secrets += [str(table[f.name]) for f in sender.spec.fields if f.secret]
        sink = aimed(sender, server)
        with pytest.raises(SinkBusy) as caught:
            sink.send([alert()], NOON_MS)
        sink.close()
    for secret in secrets:
        assert secret not in repr(sink)
        assert secret not in str(caught.value)
    assert secrets
