"""E-mail is readable without images, can be left, keeps one thread, and is sent once to each."""

import ssl
import subprocess

import msgspec
import pytest

from invented_events import NOON_MS, alert
from loopback_smtp import LoopbackMail
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks.mail import EmailSink


def sink(server=None, **settings):
    table = {
        "host": "127.0.0.1", "port": server.port if server else 1, "security": "none",
        "sender": "tocsin@example.org", "to": "duty@example.org", "timeout_s": 2.0, **settings,
    }  # fmt: skip
    return EmailSink(EmailSink.spec.checked("sinks.mail", table), HeldClock(NOON_MS))


def mails(*alerts, **settings):
    with LoopbackMail() as server:
        sink(server, **settings).send(alerts, NOON_MS)
    return [mail for _, mail in server.mails]


def test_text_and_html_say_the_same_without_any_image():
    (mail,) = mails(alert(), lang="ar")
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part in (text, html):
        assert "Almera (ES)" in part.get_content()
        assert "وليست تحذيرا رسميا" in part.get_content()
    assert 'dir="rtl"' in html.get_content()
    assert all(word not in html.get_content() for word in ("<img", "http", "src=", "<script"))


def test_headers_say_who_when_and_how_to_leave():
    (mail,) = mails(alert())
    assert mail["subject"] == "Alert: Wildfire, Almera (ES) (unconfirmed)"
    assert mail["list-unsubscribe"] == "<mailto:tocsin@example.org?subject=unsubscribe>"
    assert mail["list-unsubscribe-post"] is None
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["message-id"] == f"<{alert().key}@example.org>"
    assert mail["date"] == "Sun, 22 Nov 2026 12:01:00 +0000"
    (mail,) = mails(alert(), unsubscribe="https://lists.example.org/leave?id=7")
    assert mail["list-unsubscribe"] == "<https://lists.example.org/leave?id=7>"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


def test_an_event_is_one_thread_and_another_event_another():
    life = (alert(), alert(revision=2, kind="update"), alert(revision=3, kind="withdrawal"))
    found = mails(*life, alert("b"))
    assert [m["references"] == found[0]["references"] for m in found] == [True, True, True, False]
    assert len({m["message-id"] for m in found}) == 4


def test_a_digest_is_one_mail():
    many = [msgspec.structs.replace(alert(f"{n}x"), digest="q") for n in range(3)]
    (mail,) = mails(*many)
    assert mail["subject"] == "Digest: 3 events"
    assert list(mail.iter_parts())[1].get_content().count("<h1") == 3


def test_each_recipient_gets_it_alone_and_once_though_another_fails():
    refused = {"busy@example.org": "451 later"}
    with LoopbackMail(refused=refused) as server:
        to = sink(server, to="a@example.org busy@example.org b@example.org")
        with pytest.raises(SinkBusy, match="451"):
            to.send([alert()], NOON_MS)
        refused.clear()
        assert to.send([alert()], NOON_MS).detail == "3 handed in"
    got = [recipients for recipients, _ in server.mails]
    assert got == [["a@example.org"], ["b@example.org"], ["busy@example.org"]]
    assert [mail["to"] for _, mail in server.mails] == [r for (r,) in got]
    assert len({mail["message-id"] for _, mail in server.mails}) == 1


def test_a_recipient_who_is_gone_holds_up_nobody_and_only_all_gone_is_a_no():
    with LoopbackMail(refused={"gone@example.org": "550 nobody"}) as server:
        both = sink(server, to="gone@example.org here@example.org")
        assert both.send([alert()], NOON_MS).detail == "1 handed in"
        with pytest.raises(SinkRejected, match="550") as caught:
            sink(server, to="gone@example.org").send([alert()], NOON_MS)
    assert "gone@" not in str(caught.value)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2",
         "-subj", "/CN=smtp.example.org", "-addext", "subjectAltName=DNS:smtp.example.org"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    return str(cert), tls


@pytest.mark.parametrize(("host", "fine"), [("smtp.example.org", True), ("b.example.org", False)])
def test_starttls_holds_the_server_to_the_name_that_was_checked(authority, host, fine):
    cert, tls = authority
    with LoopbackMail(tls=tls) as server:
        to = sink(server, host=host, security="starttls", ca_file=cert, allow_private=True)
        to.lookup = lambda host, port: ["127.0.0.1"]
        if fine:
            to.send([alert()], NOON_MS)
        else:
            with pytest.raises(SinkBusy, match="SSLCertVerificationError"):
                to.send([alert()], NOON_MS)
    assert len(server.mails) == fine
    assert set(server.greeted) == {"ehlo example.org"}, "the name of the machine stays at home"


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for():
    with LoopbackMail() as server, pytest.raises(SinkBusy, match="SMTPNotSupportedError"):
        sink(server, security="starttls").send([alert()], NOON_MS)
    assert server.mails == []


def test_a_private_address_is_never_connected_to():
    to = sink(host="smtp.example.org", security="starttls")
    to.lookup = lambda host, port: ["10.0.0.1"]
    with pytest.raises(SinkBusy, match=r"private address.*allow_private"):
        to.send([alert()], NOON_MS)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "x@example.org\r\nBcc: y@example.org"},
        {"sender": "Tocsin <x@example.org>"},
        {"to": ""},
        {"to": " ".join(f"a{n}@example.org" for n in range(51))},
        {"to": "a@example.org,b@example.org"},
        {"unsubscribe": "http://lists.example.org"},
        {"unsubscribe": "https://x> <y"},
        {"host": "smtp.example.org", "security": "none"},
        {"host": "smtp/example"},
    ],
)
def test_what_could_slip_into_a_header_is_refused_at_the_start(settings):
    with pytest.raises(ConfigError):
        sink(**settings)
