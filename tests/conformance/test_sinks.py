"""What every sink owes, asked of each one that is installed."""

import tomllib

import pytest

from invented_events import NOON_MS, alert
from loopback import Loopback
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks import load_sinks

SINKS = load_sinks()
AIM = {"webhook": lambda server: {"url": server.url, "timeout_s": 0.3}}
"""How to point each kind of sink at a server on this machine; a new sink adds its line."""


@pytest.fixture(params=sorted(SINKS), name="kind")
def every_sink(request):
    return SINKS[request.param]


def example(kind):
    return tomllib.loads(kind.spec.example)


def aimed(kind, server):
    table = {**example(kind), **AIM[kind.spec.name](server)}
    return kind(kind.spec.checked("sinks.x", table), HeldClock(NOON_MS))


def test_every_sink_is_asked():
    assert "webhook" in SINKS
    assert set(AIM) == set(SINKS), "a sink without its line in AIM is not tried"


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


def test_an_accepted_alert_gives_a_receipt(kind):
    with Loopback() as server:
        sink = aimed(kind, server)
        assert sink.send([alert("a"), alert("b")], NOON_MS).accepted == 2
        assert sink.send([], NOON_MS).accepted == 0
        sink.close()
    assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [(503, {}), (429, {"retry-after": "7"}), "lost", "silent"])
def test_trouble_that_may_pass_is_busy(kind, answer):
    with Loopback(answer) as server:
        sink = aimed(kind, server)
        with pytest.raises(SinkBusy) as caught:
            sink.send([alert()], NOON_MS)
        sink.close()
    asked_s = 7.0 if isinstance(answer, tuple) and answer[1] else None
    assert caught.value.retry_after_s == asked_s


def test_a_no_for_ever_is_rejected(kind):
    with Loopback((410, {})) as server:
        sink = aimed(kind, server)
        with pytest.raises(SinkRejected):
            sink.send([alert()], NOON_MS)
        sink.close()


def test_the_key_and_the_message_are_constant_over_retries(kind):
    with Loopback((503, {}), "lost") as server:
        sink = aimed(kind, server)
        for try_ in range(2):
            with pytest.raises(SinkBusy):
                sink.send([alert()], NOON_MS + try_ * 60_000)
        sink.send([alert()], NOON_MS + 120_000)
        sink.close()
    assert len(server.asked) == 3
    assert len({body for _, body, _ in server.asked}) == 1
    for headers, body, _ in server.asked:
        assert alert().key in (*headers.values(), body.decode())


def test_nothing_secret_is_in_its_name_or_its_errors(kind):
    secrets = [str(example(kind)[f.name]) for f in kind.spec.fields if f.secret]
    with Loopback((500, {})) as server:
        table = {**example(kind), **AIM[kind.spec.name](server)}
        secrets += [str(table[f.name]) for f in kind.spec.fields if f.secret]
        sink = aimed(kind, server)
        with pytest.raises(SinkBusy) as caught:
            sink.send([alert()], NOON_MS)
        sink.close()
    for secret in secrets:
        assert secret not in repr(sink)
        assert secret not in str(caught.value)
    assert secrets, "a sink without any secret: leave this test out for it by name"
