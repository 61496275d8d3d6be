"""Publishes the life of an event to a real NATS server on loopback and looks at what it kept."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from awaited import until  # noqa: E402

from invented_events import NOON_MS, alert  # noqa: E402
from loopback import Loopback  # noqa: E402
from tocsin.clock import SystemClock  # noqa: E402
from tocsin.errors import SinkBusy, SinkRejected  # noqa: E402
from tocsin.sinks.nats import NatsSink  # noqa: E402

CONFIG = """
host: "127.0.0.1"
port: {port}
jetstream: {{store_dir: "{folder}"}}
authorization: {{users: [
  {{user: tocsin, password: pass-invented}}
  {{user: mute, password: mute-invented, permissions: {{publish: {{deny: ["tocsin.>"]}}}}}}
]}}
"""
STREAM = {"name": "ALERTS", "subjects": ["tocsin.>"], "storage": "file", "max_msg_size": 20_000,
          "retention": "limits", "discard": "new", "max_msgs": 3}  # fmt: skip


def main() -> int:
    """Run every check; the first that does not hold ends it with an error."""
    if shutil.which("nats-server") is None:
        print("No NATS server here. As root: make nats. Debian: nats-server.")
        return 1
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as port:
        _no_stream(port)
        _ask(port, "$JS.API.STREAM.CREATE.ALERTS", STREAM)
        _life(port)
        _refusals(port)
    return 0


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    with Loopback() as other:
        port = other.port
    (folder / "nats.conf").write_text(CONFIG.format(port=port, folder=folder), encoding="utf-8")
    process = subprocess.Popen(
        ["nats-server", "-c", str(folder / "nats.conf")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: _answers(port), "it answers")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _sink(port: int, **settings: object) -> NatsSink:
    table = {"host": "127.0.0.1", "port": port, "security": "none", "user": "tocsin",
             "password": "pass-invented", **settings}  # fmt: skip
    return NatsSink(NatsSink.spec.checked("sinks.x", table), SystemClock())


def _no_stream(port: int) -> None:
    with _expected(SinkBusy, "no stream takes"):
        _sink(port).send([alert()], NOON_MS)
    _sink(port, stream=False).send([alert()], NOON_MS)
    print("ok: without a stream it goes out only where none is asked for")


def _life(port: int) -> None:
    sink = _sink(port)
    one = alert("a")
    for _ in range(3):
        sink.send([one], NOON_MS)
    sink.send([alert("a", 2, "update", level="red")], NOON_MS)
    state = _ask(port, "$JS.API.STREAM.INFO.ALERTS", {})["state"]
    assert state["messages"] == 2, state
    print("ok: what is sent again under its key is kept once")
    kept = _ask(port, "$JS.API.STREAM.MSG.GET.ALERTS", {"seq": 2})["message"]
    assert kept["subject"].endswith(".red"), kept
    print("ok: an update of another level comes under its own subject")


def _refusals(port: int) -> None:
    sink = _sink(port)
    sink.send([alert("b")], NOON_MS)
    with _expected((SinkBusy, SinkRejected), "its stream answered"):
        sink.send([alert("c")], NOON_MS)
    print("ok: a stream that is full says so")
    with _expected(SinkBusy, "sign-in was refused"):
        _sink(port, password="wrong-invented").send([alert()], NOON_MS)
    print("ok: a wrong password is told, and not repeated")
    with _expected(SinkBusy, "may not publish"):
        _sink(port, user="mute", password="mute-invented").send([alert()], NOON_MS)
    print("ok: whoever may not publish there is told")


@contextmanager
def _expected(kind: type[Exception] | tuple[type[Exception], ...], words: str) -> Iterator[None]:
    try:
        yield
    except kind as error:
        assert words in str(error), error
        return
    raise SystemExit(f"It was taken, where one expects: {words}.")


def _ask(port: int, subject: str, body: object) -> dict:
    """One question to the server's own API."""
    data = json.dumps(body).encode()
    with socket.create_connection(("127.0.0.1", port), 5.0) as made, made.makefile("rb") as said:
        said.readline()
        login = json.dumps({"user": "tocsin", "pass": "pass-invented", "verbose": False})
        made.sendall(f"CONNECT {login}\r\nSUB in 1\r\nPUB {subject} in {len(data)}\r\n".encode())
        made.sendall(data + b"\r\n")
        while not (line := said.readline()).startswith(b"MSG"):
            assert line and not line.startswith(b"-ERR"), line
        answer = json.loads(said.read(int(line.split()[-1])))
    assert "error" not in answer, answer
    return answer


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
