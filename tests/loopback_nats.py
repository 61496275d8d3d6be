"""A scripted NATS server on loopback: its stream keeps messages, or answers as told."""

import json
import socketserver
import ssl
import threading

from loopback import Served

CODES = {429: 503, 503: 503, 410: 400}
"""Of an HTTP answer, what a stream would say."""


class Talk(socketserver.StreamRequestHandler):
    """One connection, line by line."""

    timeout = 5.0

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        play, secure = self.server.play, self.server.play.tls
        hello = {"headers": True, "max_payload": 1 << 20, "tls_required": bool(secure)}
        self.say("INFO " + json.dumps({**hello, **play.hello}))
        if secure:
            self.request = secure.wrap_socket(self.request, server_side=True)
            self.setup()
        while line := self.rfile.readline(4_096).decode().strip():
            verb, *rest = line.split(" ")
            if verb == "CONNECT":
                play.signed.append(json.loads(line[8:]))
            elif verb == "PING":
                self.say(play.first.pop(0) if play.first else "PONG")
            elif verb == "HPUB" and not self.take(rest):
                return

    def finish(self):
        super().finish()
        self.request.close()

    def take(self, words):
        subject, inbox, (size, whole) = words[0], words[1:-2], map(int, words[-2:])
        data = self.rfile.read(whole + 2)[:whole]
        headers = dict(
            line.split(": ", 1) for line in data[:size].decode().split("\r\n")[1:] if line
        )
        play = self.server.play
        play.asked.append(({k.lower(): v for k, v in headers.items()}, data[size:], subject))
        answer = play.answers.pop(0) if play.answers else (204, {})
        if answer == "silent":
            play.over.wait(30)
        if answer in ("silent", "lost"):
            return False
        if isinstance(answer, str):
            self.say(answer)
        elif inbox:
            self.keep(inbox[0], answer[0])
        return True

    def keep(self, inbox, status):
        if status == 404:
            self.say(f"HMSG {inbox} 1 16 16\r\nNATS/1.0 503\r\n\r\n")
            return
        code = CODES.get(status)
        said = {"error": {"code": code}} if code else {"stream": "KEPT", "seq": 1}
        body = json.dumps(said)
        self.say(f"MSG {inbox} 1 {len(body)}\r\n{body}")


class LoopbackNats(Served):
    """Takes each message into its stream, or answers it with the next of `answers`.

    An answer is (status, headers) as of an HTTP server, "lost", "silent", or a line to say.
    """

    def __init__(self, *answers, tls: ssl.SSLContext | None = None) -> None:
        self.answers, self.asked, self.signed, self.tls = list(answers), [], [], tls
        self.hello, self.first = {}, []
        self.over = threading.Event()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.server.daemon_threads, self.server.play = True, self
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
