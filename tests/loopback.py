"""A scripted HTTP(S) server on loopback: it answers as told and remembers what it was asked."""

import contextlib
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


class Served:
    """A server that runs in a thread of its own within a `with`."""

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Loopback(Served):
    """Answers each POST with the next of `answers`, then 204 for ever.

    An answer is (status, headers), or "lost" (taken, but the connection drops without a
    word), or "silent" (no word until the server stops), or "drip" (a header without end).
    """

    def __init__(self, *answers, tls: ssl.SSLContext | None = None) -> None:
        self.answers, self.asked = list(answers), []
        self.over = threading.Event()
        outer = self

        class Request(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.asked.append(
                    (
                        {k.lower(): v for k, v in self.headers.items()},
                        self.rfile.read(int(self.headers["content-length"])),
                        self.path,
                    )
                )
                answer = outer.answers.pop(0) if outer.answers else (204, {})
                outer.play(self, answer)

            def log_message(self, *args):
                pass

        class Server(HTTPServer):
            def handle_error(self, request, client_address):
                """A client that hangs up is part of the play."""

        self.server = Server(("127.0.0.1", 0), Request)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def play(self, request, answer) -> None:
        if answer == "lost":
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        if answer == "silent":
            self.over.wait(30)
            return
        if answer == "drip":
            request.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
            with contextlib.suppress(OSError):
                while not self.over.wait(0.02):
                    request.wfile.write(b"z")
            return
        status, headers = answer
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", "0")
        request.end_headers()
