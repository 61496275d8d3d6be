"""A scripted SMTP server on loopback: it takes mail, or says no as told, and remembers."""

import email
import email.policy
import socketserver
import ssl
import threading


class LoopbackMail:
    """Answers the end of each message with the next of `answers`, then 250 for ever.

    An answer is a line to say, or "lost" (taken, but the connection drops without a word),
    or "silent" (no word until the server stops). `refused` maps recipients to lines.
    """

    def __init__(self, *answers, tls=None, refused=None) -> None:
        self.answers, self.mails, self.asked = list(answers), [], []
        self.over = threading.Event()
        self.greeted: list[str] = []
        outer = self

        class Talk(socketserver.StreamRequestHandler):
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
                    outer.greeted.append(line)
                    secure = isinstance(self.request, ssl.SSLSocket)
                    self.say("250-loopback" if tls and not secure else "250 loopback")
                    if tls and not secure:
                        self.say("250 STARTTLS")
                elif verb == "STARTTLS":
                    self.say("220 go on")
                    self.request = tls.wrap_socket(self.request, server_side=True)
                    self.setup()
                elif verb == "RCPT":
                    address = line.partition("<")[2].rstrip(">")
                    said = (refused or {}).get(address)
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
                outer.mails.append((self.to, mail))
                outer.asked.append(({k.lower(): v for k, v in mail.items()}, raw, "/"))
                answer = outer.answers.pop(0) if outer.answers else "250 taken"
                if answer == "silent":
                    outer.over.wait(30)
                if answer in ("silent", "lost"):
                    return False
                self.say(answer)
                self.to = []
                return True

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request, client_address):
                """A client that hangs up is part of the play."""

        self.server = Server(("127.0.0.1", 0), Talk)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
