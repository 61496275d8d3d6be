"""A webhook is signed as the standard says, goes only where it may, and tells no secret."""

import base64
import ipaddress
import json
import logging
import ssl
import subprocess
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
import standardwebhooks

from invented_events import NOON_MS, SECRET, alert
from loopback import Loopback
from tocsin.clock import HeldClock, SystemClock
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks.signature import Secrets
from tocsin.sinks.target import public
from tocsin.sinks.webhook import WebhookSink

OLDER = "whsec_" + base64.b64encode(b"another secret of the days before").decode()


def sink(url: str, secret: str = SECRET, **settings) -> WebhookSink:
    table = {"url": url, "secret": secret, **settings}
    return WebhookSink(WebhookSink.spec.checked("sinks.ops", table), HeldClock(NOON_MS))


def send(to: WebhookSink, now_ms: int = NOON_MS):
    try:
        return to.send([alert()], now_ms)
    finally:
        to.close()


# ---- the message ----


@pytest.mark.parametrize("secret", [SECRET, f"{SECRET} {OLDER}", f"{OLDER} {SECRET}"])
def test_a_stranger_who_knows_the_secret_verifies_it(secret):
    with Loopback() as server:
        assert send(sink(server.url, secret), SystemClock().now_ms()).accepted == 1
    ((headers, body, path),) = server.asked
    assert path == "/hook"
    assert headers["webhook-id"] == alert().key
    assert standardwebhooks.Webhook(SECRET).verify(body, headers)["type"] == "tocsin.alert"
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        standardwebhooks.Webhook(SECRET).verify(body + b" ", headers)


def test_the_signature_is_the_standards_to_the_byte():
    body = '{"é": "ü"}'
    at = datetime(2026, 11, 22, 13, tzinfo=UTC)
    theirs = standardwebhooks.Webhook(SECRET).sign("msg_1", at, body)
    assert Secrets(SECRET).sign("msg_1", int(at.timestamp()), body.encode()) == theirs


def test_the_body_says_what_happened_and_that_no_official_said_it():
    with Loopback() as server:
        send(sink(server.url))
    headers, body, _ = server.asked[0]
    message = json.loads(body)
    assert message["timestamp"] == alert().event.at
    assert set(message) == {"type", "timestamp", "data"}
    assert set(message["data"]) == {
        "kind", "mode", "corrects", "watch", "meaning", "why", "event", "note", "answer_url",
        "message", "audit",
    }  # fmt: skip
    assert message["data"]["kind"] == "alert"
    assert message["data"]["note"] == "automatic, not an official warning"
    assert message["data"]["event"]["event_id"] == alert().event.event_id
    assert message["data"]["event"]["facts"][0]["from"] == "posts"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(NOON_MS // 1000)


def test_a_replayed_or_altered_message_is_refused():
    secrets, body = Secrets(f"{SECRET} {OLDER}"), b"{}"
    at_s = NOON_MS // 1000
    headers = {
        "webhook-id": "k",
        "webhook-timestamp": str(at_s),
        "webhook-signature": Secrets(OLDER).sign("k", at_s, body),
    }
    assert secrets.verified(headers, body, at_s + 299)
    assert not secrets.verified(headers, body, at_s + 301)
    assert not secrets.verified(headers, body, at_s - 301)
    assert not secrets.verified(headers, b"{} ", at_s)
    for name, value in (
        ("webhook-id", "other"),
        ("webhook-id", ""),
        ("webhook-timestamp", str(at_s + 1)),
        ("webhook-timestamp", "²"),
        ("webhook-timestamp", "-1"),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", "é"),
        ("webhook-signature", ""),
    ):
        assert not secrets.verified({**headers, name: value}, body, at_s), (name, value)


def test_a_secret_may_come_without_its_padding():
    bare = SECRET.rstrip("=")
    assert bare != SECRET
    assert Secrets(bare).sign("k", 1, b"{}") == Secrets(SECRET).sign("k", 1, b"{}")


# ---- answers ----


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_a_receipt(status):
    with Loopback((status, {})) as server:
        assert send(sink(server.url)).accepted == 1


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 422])
def test_a_final_no_is_final(status):
    refused = pytest.raises(SinkRejected, match=f"answered {status}")
    with Loopback((status, {"location": "/elsewhere"})) as server, refused:
        send(sink(server.url))
    assert len(server.asked) == 1, "no redirect is followed"


LATER = format_datetime(datetime.fromtimestamp(NOON_MS / 1000 + 90, UTC), usegmt=True)
EARLIER = format_datetime(datetime.fromtimestamp(NOON_MS / 1000 - 90, UTC), usegmt=True)


@pytest.mark.parametrize(
    ("status", "asked", "wait_s"),
    [
        (429, "17", 17.0),
        (503, LATER, 90.0),
        (503, EARLIER, 0.0),
        (503, "soon", None),
        (503, "-5", None),
        (429, None, None),
        (500, None, None),
        (502, "3", 3.0),
        (408, None, None),
    ],
)
def test_a_busy_receiver_is_asked_again_when_it_says(status, asked, wait_s):
    answer = (status, {"retry-after": asked} if asked else {})
    with Loopback(answer) as server, pytest.raises(SinkBusy) as caught:
        send(sink(server.url))
    assert caught.value.retry_after_s == wait_s


@pytest.mark.parametrize("answer", ["lost", "silent", "drip"])
def test_a_receiver_without_a_word_is_busy(answer):
    with Loopback(answer) as server:
        with pytest.raises(SinkBusy, match=r"no answer|RemoteProtocolError|ReadError"):
            send(sink(server.url, timeout_s=0.3))
        assert len(server.asked) == 1


def test_a_closed_port_is_busy():
    with Loopback() as server:
        url = server.url
    with pytest.raises(SinkBusy, match="ConnectError"):
        send(sink(url))


# ---- where it may go ----


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.example.org/x",
        "ftp://127.0.0.1/x",
        "https://user:word@alerts.example.org/",
        "https:///x",
        "alerts.example.org",
        "https://alerts.example.org/\r\nx",
        "http://127.0.0.2/",
        "http://localhost.example.org/",
    ],
)
def test_a_url_of_the_wrong_form_is_refused_at_the_start(url):
    with pytest.raises(ConfigError, match="Write https://HOST/PATH"):
        sink(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:db8::1", "5f00::1",
    ],
)  # fmt: skip
def test_a_private_address_is_never_connected_to(address):
    to = sink("https://alerts.example.org/x")
    to.lookup = lambda host, port: ["93.184.216.34", address]
    with pytest.raises(SinkBusy, match=r"private address.*allow_private") as caught:
        send(to)
    assert address not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:9.9.9.9", "64:ff9b::909:909"]
)
def test_a_public_address_is_public(address):
    assert public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "017700000001", "127.1"])
def test_an_address_in_disguise_is_seen_through(host):
    with pytest.raises(SinkBusy):
        send(sink(f"https://{host}/x"))


def test_this_machine_is_this_machine():
    to = sink("http://localhost:1/x")
    to.lookup = lambda host, port: ["93.184.216.34"]
    with pytest.raises(SinkBusy, match="points elsewhere"):
        send(to)


def test_a_name_without_an_address_is_busy():
    to = sink("https://alerts.example.org/x")

    def nowhere(host, port):
        raise OSError("no such host alerts.example.org")

    to.lookup = nowhere
    with pytest.raises(SinkBusy, match="OSError") as caught:
        send(to)
    assert "no such host" not in "".join(traceback.format_exception(caught.value))
    to.lookup = lambda host, port: []
    with pytest.raises(SinkBusy):
        send(to)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for alerts.example.org that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("authority")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2",
         "-subj", "/CN=alerts.example.org", "-addext", "subjectAltName=DNS:alerts.example.org"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    return str(cert), tls


def test_the_checked_address_is_connected_to_under_the_name_it_was_checked_for(authority):
    cert, tls = authority
    asked_for = []
    with Loopback(tls=tls) as server:
        to = sink(
            f"https://alerts.example.org:{server.port}/x?y=1", allow_private=True, ca_file=cert
        )
        to.lookup = lambda host, port: asked_for.append((host, port)) or ["127.0.0.1"]
        assert send(to).accepted == 1
    assert asked_for == [("alerts.example.org", server.port)], "resolved once"
    headers, _, path = server.asked[0]
    assert headers["host"] == f"alerts.example.org:{server.port}"
    assert path == "/x?y=1"


def test_a_certificate_of_another_name_is_no_receiver(authority):
    cert, tls = authority
    with Loopback(tls=tls) as server:
        to = sink(f"https://other.example.org:{server.port}/", allow_private=True, ca_file=cert)
        to.lookup = lambda host, port: ["127.0.0.1"]
        with pytest.raises(SinkBusy, match="ConnectError"):
            send(to)
        stranger = sink(f"https://alerts.example.org:{server.port}/", allow_private=True)
        stranger.lookup = lambda host, port: ["127.0.0.1"]
        with pytest.raises(SinkBusy, match="ConnectError"):
            send(stranger)
    assert server.asked == []


# ---- secrets ----


@pytest.mark.parametrize(
    "secret", ["", "x", "whsec_", "whsec_%%%", "whsec_c2hvcnQ=", SECRET.removeprefix("whsec_")]
)
def test_a_weak_or_broken_secret_is_refused(secret):
    with pytest.raises(ConfigError, match="32 random bytes") as caught:
        sink("https://alerts.example.org/x", secret)
    told = str(caught.value).replace("whsec_", "")
    assert all(word not in told for word in (secret[6:14], secret[:8]) if len(word) > 1)


def test_nothing_of_a_secret_is_told(caplog):
    caplog.set_level(logging.DEBUG)
    word = SECRET.removeprefix("whsec_")[:12]
    with Loopback((500, {}), (404, {}), "lost") as server:
        to = sink(f"{server.url}/T0KEN-in-the-path")
        said = [repr(to), repr(to._secrets), str(vars(to))]
        for _ in range(3):
            with pytest.raises((SinkBusy, SinkRejected)) as caught:
                to.send([alert()], NOON_MS)
            said += traceback.format_exception(caught.value, chain=True)
        to.close()
        to.close()
    assert len(server.asked) == 3
    for text in (*said[:2], *said[3:], caplog.text):
        assert "T0KEN" not in text
        assert word not in text
    assert word not in said[2]


def test_url_and_secret_are_declared_secret():
    hidden = {field.name for field in WebhookSink.spec.fields if field.secret}
    assert hidden == {"url", "secret"}


def test_a_missing_authority_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="Give a PEM file"):
        sink("https://alerts.example.org/x", ca_file=str(tmp_path / "none.pem"))
