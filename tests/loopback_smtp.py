"""A scripted SMTP server on loopback: it takes mail, or says no as told, and remembers."""

import email
import email.policy
import socketserver
import ssl
import threading

from loopback import Served


class Talk(socketserver.StreamRequestHandler):
    """One conversation, line by line."""

    timeout = 5.0

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 loopback")
        self.to = []
        while line := self.rfile.readline(1000).decode().strip():
            if not self.obey(line.partition(" ")[0].upper(), line):
                return

    def finish(self):
        super().finish()
        self.request.close()

    def obey(self, verb, line):
        if verb == "EHLO":
            self.server.play.greeted.append(line)
            secure = isinstance(self.request, ssl.SSLSocket)
            self.say("250-loopback" if self.server.play.tls and not secure else "250 loopback")
            if self.server.play.tls and not secure:
                self.say("250 STARTTLS")
        elif verb == "STARTTLS":
            self.say("220 go on")
            self.request = self.server.play.tls.wrap_socket(self.request, server_side=True)
            self.setup()
        elif verb == "RCPT":
            address = line.partition("<")[2].rstrip(">")
            said = self.server.play.refused.get(address)
            if not said:
                self.to.append(address)
            self.say(said or "250 fine")
        elif verb == "DATA":
            return self.take()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 fine")
        return True

    def take(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        raw = b"".join(lines)
        mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
        self.server.play.mails.append((self.to, mail))
        self.server.play.asked.append(({k.lower(): v for k, v in mail.items()}, raw, "/"))
        answer = self.server.play.answers.pop(0) if self.server.play.answers else "250 taken"
        if answer == "silent":
            self.server.play.over.wait(30)
        if answer in ("silent", "lost"):
            return False
        self.say(answer)
        self.to = []
        return True


class Server(socketserver.ThreadingTCPServer):
    """One thread a conversation."""

    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the play."""


class LoopbackMail(Served):
    """Answers the end of each message with the next of `answers`, then 250 for ever.

    An answer is a line to say, or "lost" (taken, but the connection drops without a word),
    or "silent" (no word until the server stops). `refused` maps recipients to lines.
    """

    def __init__(self, *answers, tls=None, refused=None) -> None:
        self.answers, self.mails, self.asked = list(answers), [], []
        self.over = threading.Event()
        self.greeted: list[str] = []
        self.tls, self.refused = tls, {} if refused is None else refused
        self.server = Server(("127.0.0.1", 0), Talk)
        self.server.play = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
