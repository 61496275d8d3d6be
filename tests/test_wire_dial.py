"""The way to a server: TLS by its name, a proxy of the environment, and what is read there."""

import json
import socket
import ssl
import subprocess
import threading
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.server import serve

from loopback_jetstream import LoopbackJetstream, event, info, sync
from test_jetstream import WAIT_S, numbers, source, take
from tocsin.clock import SystemClock
from tocsin.errors import SourceRefused
from tocsin.eval.bench.receive import run_receive
from tocsin.sources import FRAME_BYTES
from tocsin.sources.columns import block_of, listed
from tocsin.sources.jetstream_cursor import Cursor, Tracker
from tocsin.sources.wire import Link
from tocsin.sources.wire_dial import dial

LIMIT = 1_000_000


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    return str(cert), tls


def greet(connection):
    for number in range(3_000):
        connection.send(f"message {number} " + "x" * (number % 900))


@pytest.fixture
def encrypted(authority, monkeypatch):
    """The port of a TLS server whose certificate is known as long as the test lasts."""
    cert, tls = authority
    monkeypatch.setenv("SSL_CERT_FILE", cert)
    with serve(greet, "127.0.0.1", 0, ssl=tls, compression=None) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.socket.getsockname()[1]
        server.shutdown()


def received(opened, count):
    link, found = Link(opened, SystemClock(), LIMIT, 512), []
    while len(found) < count:
        found += listed(link.take(WAIT_S))
    link.close()
    return found


def test_messages_come_through_tls(encrypted):
    opened = dial(f"wss://localhost:{encrypted}/", "tocsin", SystemClock(), LIMIT, proxies=False)
    found = received(opened, 3_000)
    assert [each.split()[1] for each in found] == [b"%d" % number for number in range(3_000)]


def test_a_server_of_another_name_is_not_spoken_to(encrypted):
    with pytest.raises(ssl.SSLCertVerificationError):
        dial(f"wss://127.0.0.1:{encrypted}/", "tocsin", SystemClock(), LIMIT, proxies=False)


class Tunnel:
    """A proxy that tells what it was asked and connects to the asked port of this machine."""

    def __init__(self, answer):
        self.answer, self.head = answer, b""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        near, _ = self._server.accept()
        while b"\r\n\r\n" not in self.head:
            self.head += near.recv(4_096)
        near.sendall(f"HTTP/1.1 {self.answer}\r\n\r\n".encode())
        if self.answer.startswith("200"):
            port = int(self.head.split()[1].rpartition(b":")[2])
            far = socket.create_connection(("127.0.0.1", port))
            back = threading.Thread(target=self._pump, args=(near, far))
            back.start()
            self._pump(far, near)
            back.join()
            far.close()
        near.close()
        self._server.close()

    @staticmethod
    def _pump(one, other):
        # Either side may hang up first.
        with suppress(OSError):
            while data := one.recv(65_536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def test_a_proxy_of_the_environment_is_used_and_told_who_asks(encrypted, monkeypatch):
    proxy = Tunnel("200 fine")
    monkeypatch.setenv("https_proxy", f"http://heron:reed%21@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    opened = dial(f"wss://localhost:{encrypted}/", "tocsin", SystemClock(), LIMIT)
    assert len(received(opened, 3_000)) == 3_000
    assert proxy.head.startswith(f"CONNECT localhost:{encrypted} ".encode())
    assert b"Proxy-Authorization: Basic aGVyb246cmVlZCE=" in proxy.head


@pytest.mark.parametrize("kind", ["refuses", "socks"])
def test_a_proxy_that_does_not_serve_is_no_way_around_it(kind, monkeypatch):
    where = f"http://127.0.0.1:{Tunnel('403 no').port}" if kind == "refuses" else "socks5://a:1"
    monkeypatch.setenv("https_proxy", where)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(OSError, match="403" if kind == "refuses" else "not spoken"):
        dial("wss://localhost:1/", "tocsin", SystemClock(), LIMIT)


def test_a_redirection_is_not_followed_but_told():
    with LoopbackJetstream() as server:
        server.status = 302
        with pytest.raises(SourceRefused, match="points elsewhere"):
            source(server).open(None)


@pytest.mark.parametrize("wire", ["v1", "v2"])
def test_a_block_of_the_source_holds_what_it_reads(wire):
    with LoopbackJetstream(count=40) as server:
        server.events[wire].append(event(wire, 40, text="x" * FRAME_BYTES))
        one, other = source(server, wire=wire), source(server, wire=wire)
        one.open(None)
        other.open(None)
        frames, cursor = take(one, 41)
        block, told = other.read_block(WAIT_S)
        while len(block.start) < 41:
            more, told = other.read_block(WAIT_S)
            block = block_of([*listed(block), *listed(more)])
        one.close()
        other.close()
    assert listed(block) == frames and told == cursor
    assert numbers(frames[:40]) == list(range(40)) and len(frames[40]) == FRAME_BYTES + 1


def _v1(number, time_us):
    return event("v1", number, time_us=time_us).encode()


MESSAGES = {
    "v1": st.one_of(
        st.builds(_v1, st.integers(0, 9), st.integers(1, 6)),
        st.sampled_from([b"{}", b"", b'{"did":"x', b'{"did":"a","time_us":0}',
                         b'{"time_us":3}', json.dumps({"$type": "error"}).encode()]),
    ),
    "v2": st.one_of(
        st.builds(lambda n: event("v2", n).encode(), st.integers(0, 5)),
        st.builds(lambda n: sync(n).encode(), st.integers(0, 5)),
        st.sampled_from([b"{}", b"", info("OutdatedCursor").encode(), info("other").encode(),
                         json.dumps({"$type": "error", "error": "ConsumerTooSlow"}).encode()]),
    ),
}  # fmt: skip


@given(st.data())
def test_following_many_messages_is_seeing_each_of_them(data):
    wire = data.draw(st.sampled_from(["v1", "v2"]))
    messages = data.draw(st.lists(MESSAGES[wire], max_size=20))
    # A server does not go back; what it repeats is what the inclusive cursor asked for.
    if wire == "v1":
        messages.sort(
            key=lambda each: json.loads(each).get("time_us", 0) if each[-1:] == b"}" else 0
        )
    else:
        messages = sorted(dict.fromkeys(messages), key=lambda each: (b'"seq"' in each, each))
    first = Cursor(wire, 5_000_000, data.draw(st.integers(1, 6)), 2, "h")
    resume = data.draw(st.sampled_from([None, first]))
    each, many = Tracker(wire, "h", resume), Tracker(wire, "h", resume)
    kept, gap, error = [], False, ""
    for message in messages:
        verdict = each.see(message)
        error, gap = verdict.error, gap or verdict.gap
        if error:
            break
        if not (verdict.gap or verdict.repeated):
            kept.append(message)
    cut = data.draw(st.integers(0, len(messages)))
    found, told, gaps = [], "", False
    for part in (messages[:cut], messages[cut:]):
        if not told:
            events, more, told = many.follow(block_of(part))
            gaps |= more
            found += listed(events)
    assert (found, gaps, told, many.text) == (kept, gap, error, each.text)


def test_every_way_of_receiving_is_measured():
    found = run_receive(4_000, 3, lambda told: None)
    assert len(found) == 4
    assert all(
        way.messages >= 400 and way.per_wall_s > 0 and way.cpu_us > 0 for way in found.values()
    )
    assert np.isfinite([way.mb_per_wall_s for way in found.values()]).all()
