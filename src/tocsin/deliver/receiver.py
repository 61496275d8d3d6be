"""A small receiver on this machine that checks signatures and takes each key once."""

import json
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tocsin.clock import Clock
from tocsin.sinks.signature import Secrets

BODY_BYTES = 262_144
KEPT = 1_000
KEYS = 10_000
"""Keys remembered for telling a repeat; the oldest are forgotten first."""


class Receiver:
    """What a receiver of Tocsin's webhooks should do, small enough to read and to copy.

    `on_alert` is called with the `data` of every new message, in the receiver's thread.
    """

    def __init__(
        self,
        secret: str,
        clock: Clock,
        on_alert: Callable[[dict[str, Any]], None] | None = None,
        port: int = 0,
    ) -> None:
        self.received: deque[dict[str, Any]] = deque(maxlen=KEPT)
        """The `data` of each message taken, oldest first."""
        self.repeats = 0
        self.refused = 0
        self._secrets, self._clock, self._on_alert = Secrets(secret), clock, on_alert
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._server = _Server(("127.0.0.1", port), self.answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.daemon = True

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def start(self) -> "Receiver":
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish the current request and let go of the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def lines(self) -> list[str]:
        """One line for each message taken: kind, level, headline."""
        return [
            f"{data['kind']:<10} {data['event']['level']:<6} {data['event']['headline']}"
            for data in list(self.received)
        ]

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        """The status for one request: 401 when the signature does not hold, else 204."""
        if not self._secrets.verified(headers, body, self._clock.now_ms() / 1000):
            self.refused += 1
            return 401
        key = headers["webhook-id"]
        if key in self._keys:
            self.repeats += 1
            return 204
        data = json.loads(body)["data"]
        if self._on_alert is not None:
            self._on_alert(data)
        # Only now is it taken: had the line above failed, the sender would try again.
        self._keys[key] = None
        if len(self._keys) > KEYS:
            self._keys.popitem(last=False)
        self.received.append(data)
        return 204


Answer = Callable[[dict[str, str], bytes], int]


class _Server(HTTPServer):
    """One request at a time, each on a connection of its own."""

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        self.answer = answer
        super().__init__(address, _Request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is the sender's to retry; nothing is printed about it."""


class _Request(BaseHTTPRequestHandler):
    """Reads one bounded POST and answers with a status alone."""

    server: _Server
    timeout = 5.0

    def do_POST(self) -> None:
        """Take one message."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > BODY_BYTES:
            status = 413
        else:
            body = self.rfile.read(int(length))
            status = self.server.answer({k.lower(): v for k, v in self.headers.items()}, body)
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what arrives is for `on_alert`."""
