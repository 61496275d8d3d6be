"""Servers on loopback that stand for everybody Tocsin speaks with."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from loopback_mastodon import LoopbackMastodon

V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"


class Station:
    """A Jetstream server of one wire: gives its frames, then those pushed while it runs."""

    def __init__(self, wire: str, frames: list[bytes], headers: dict[str, str]) -> None:
        self._path = V2_PATH if wire == "v2" else "/subscribe"
        self._frames = list(frames)
        self._news = threading.Condition()
        self._over = False
        self._headers = headers
        self.asked: list[bytes] = []
        """What clients sent: path and headers of every request."""
        self._server = serve(
            self._serve, "127.0.0.1", 0, process_request=self._answer,
            process_response=self._sign, compression=None, max_size=None,
            select_subprotocol=lambda connection, offered: next(iter(offered), None),
        )  # fmt: skip
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Address for the setting `url`."""
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def push(self, frames: list[bytes]) -> None:
        """Send more to whoever listens."""
        with self._news:
            self._frames += frames
            self._news.notify_all()

    def stop(self) -> None:
        """End every connection."""
        with self._news:
            self._over = True
            self._news.notify_all()
        self._server.shutdown()
        self._thread.join(5)

    def _answer(self, connection: ServerConnection, request):
        self.asked.append(f"{request.path}\n{request.headers}".encode())
        if urlsplit(request.path).path != self._path:
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        return None

    def _sign(self, connection, request, response):
        for name, value in self._headers.items():
            response.headers[name] = value
        return response

    def _serve(self, connection: ServerConnection) -> None:
        at = 0
        try:
            while not self._over:
                with self._news:
                    if at == len(self._frames):
                        self._news.wait(0.2)
                    new, at = self._frames[at:], len(self._frames)
                for frame in new:
                    connection.send(frame.decode())
        except ConnectionClosed:
            return


class Social(LoopbackMastodon):
    """A Mastodon server: tells its messages, then those pushed while it runs."""

    def push(self, frames: list[bytes]) -> None:
        """Send more to whoever listens."""
        self.say(*(frame.decode() for frame in frames))

    @property
    def asked(self) -> list[bytes]:
        """What clients sent: path, question and headers of every request."""
        return [f"{path}?{query}\n{headers}".encode() for path, query, headers in self.requests]


class Office:
    """An HTTP server: `bodies` answers GET by path, and every request is remembered."""

    def __init__(self, bodies: dict[str, tuple[int, dict[str, str], bytes]]) -> None:
        office = self
        self.asked: list[bytes] = []
        """Request line, headers and body of each request."""

        class Desk(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Give the body of this path."""
                self._note(b"")
                status, headers, body = bodies.get(self.path, (404, {}, b""))
                self._say(status, headers, body)

            def do_POST(self) -> None:
                """Take one message."""
                self._note(self.rfile.read(int(self.headers["content-length"])))
                self._say(204, {}, b"")

            def _note(self, body: bytes) -> None:
                line = f"{self.requestline}\n{self.headers}\n".encode()
                office.asked.append(line + body + b"\n")

            def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.daemon = True
        self._thread.start()

    @property
    def url(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Let go of the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
