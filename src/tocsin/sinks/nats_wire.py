"""One guarded NATS conversation: a message under its key, and the word of a stream that kept it."""

import socket
from ssl import SSLContext

import httpx
import msgspec

from tocsin.errors import SinkBusy, SinkRejected
from tocsin.sinks.deadline import Deadline
from tocsin.sinks.target import Lookup, TargetRefused, checked_address

LINE_BYTES = 64 << 10
LINES_MOST = 64
"""So many lines a server may say before its answer; it then said nothing of use."""
_INBOX = "_INBOX.tocsin"
"""Answers come back here; a conversation is its own connection, so one name will do."""


class _Hello(msgspec.Struct):
    """What a server says of itself, as far as it matters."""

    headers: bool = False
    tls_required: bool = False
    max_payload: int = 1 << 20


class _Error(msgspec.Struct):
    code: int = 0


class _Kept(msgspec.Struct):
    """A stream's answer: its name when it has the message, else why not."""

    stream: str = ""
    error: _Error | None = None


class NatsServer:
    """Where messages are handed in, each on a connection of its own."""

    def __init__(
        self, host: str, port: int, trust: SSLContext | None, timeout_s: float, private: bool
    ) -> None:
        """`trust`: for TLS, None without; `private`: whether a private address is allowed."""
        self.url = httpx.URL(scheme="https", host=host, port=port)
        self._port, self._trust, self._timeout_s, self._private = port, trust, timeout_s, private
        self.login: dict[str, str] = {}
        """`user` and `pass`, or `auth_token`."""

    def publish(self, subject: str, key: str, body: bytes, stream: bool, find: Lookup) -> None:
        """Hand in one message; with `stream`, return once a stream has written it down.

        Raises SinkBusy (silence, sign-in, no stream, an answer of 5xx) or SinkRejected. What the
        server says in words is not repeated: it may quote names.
        """
        who = f"nats {self.url.host}"
        try:
            address = checked_address(self.url, self._private, find)
            with Deadline(self._timeout_s) as deadline:
                made = socket.create_connection((address, self._port), self._timeout_s)
                with made:
                    deadline.hold(made)
                    _Talk(who, made, self._trust, self.url.host).say(
                        self.login, subject, key, body, stream
                    )
        except TargetRefused as error:
            raise SinkBusy(
                f"{who}: {error}. Set allow_private = true if you mean it.", 60.0
            ) from None
        except (OSError, ValueError) as error:
            raise SinkBusy(f"{who}: {type(error).__name__}.") from None


class _Talk:
    """The lines of one connection."""

    def __init__(self, who: str, made: socket.socket, trust: SSLContext | None, host: str) -> None:
        self._who, self._made, self._trust, self._host = who, made, trust, host
        self._held = b""

    def say(
        self, login: dict[str, str], subject: str, key: str, body: bytes, stream: bool
    ) -> None:
        """Everything from the greeting to the answer."""
        hello = self._greeted()
        self._send(b"CONNECT " + msgspec.json.encode({
            "verbose": False, "pedantic": False, "lang": "python", "version": "1",
            "name": "tocsin", "protocol": 1, "headers": True, "no_responders": True,
            "tls_required": self._trust is not None, **login,
        }) + b"\r\nPING\r\n")  # fmt: skip
        self._answer()
        head = f"NATS/1.0\r\nNats-Msg-Id: {key}\r\n\r\n".encode("ascii")
        if len(head) + len(body) > hello.max_payload:
            raise SinkRejected(f"{self._who}: takes {hello.max_payload} bytes at most. Raise that.")
        inbox = f" {_INBOX}" if stream else ""
        self._send(
            (f"SUB {_INBOX} 1\r\n" if stream else "").encode()
            + f"HPUB {subject}{inbox} {len(head)} {len(head) + len(body)}\r\n".encode("ascii")
            + head + body + b"\r\n" + (b"" if stream else b"PING\r\n")
        )  # fmt: skip
        answer = self._answer()
        if stream:
            self._judge(subject, *answer)

    def _greeted(self) -> _Hello:
        line = self._line()
        if not line.startswith(b"INFO "):
            raise ValueError("no NATS server")
        hello = msgspec.json.decode(line[5:], type=_Hello)
        if hello.tls_required and self._trust is None:
            raise SinkBusy(f'{self._who}: it asks for TLS. Set security = "tls".', 300.0)
        if not hello.headers:
            raise SinkBusy(f"{self._who}: it knows no headers. Use version 2.2 or newer.", 300.0)
        if self._trust is not None:
            self._made = self._trust.wrap_socket(self._made, server_hostname=self._host)
        return hello

    def _answer(self) -> tuple[bytes, bytes]:
        """Headers and body of the next message, both empty for a PONG."""
        for _ in range(LINES_MOST):
            verb, *rest = self._line().split()
            if verb == b"PONG":
                return b"", b""
            if verb == b"PING":
                self._send(b"PONG\r\n")
            elif verb == b"MSG":
                return b"", self._body(int(rest[-1]))
            elif verb == b"HMSG":
                size, whole = int(rest[-2]), self._body(int(rest[-1]))
                return whole[:size], whole[size:]
            elif verb == b"-ERR":
                self._refused(b" ".join(rest).lower())
        raise ValueError("no answer among so many lines")

    def _refused(self, said: bytes) -> None:
        if b"authorization" in said or b"authentication" in said:
            raise SinkBusy(f"{self._who}: sign-in was refused. Check user and password.", 300.0)
        if b"permissions" in said:
            raise SinkBusy(f"{self._who}: it may not publish there. Grant the subject.", 300.0)
        if b"payload" in said or b"invalid subject" in said:
            raise SinkRejected(f"{self._who}: it takes no such message. Check subject and size.")
        raise SinkBusy(f"{self._who}: it ended the conversation.")

    def _judge(self, subject: str, head: bytes, body: bytes) -> None:
        """Whether a stream has it; a message it knew already is kept as well."""
        if head.startswith(b"NATS/1.0 503"):
            raise SinkBusy(
                f"{self._who}: no stream takes {subject}. Make one, or set stream = false.", 60.0
            )
        kept = msgspec.json.decode(body, type=_Kept)
        if kept.stream and kept.error is None:
            return
        code = kept.error.code if kept.error else 0
        if 400 <= code < 500:
            raise SinkRejected(f"{self._who}: its stream answered {code}. Check its limits.")
        raise SinkBusy(f"{self._who}: its stream answered {code}.")

    def _send(self, data: bytes) -> None:
        self._made.sendall(data)

    def _more(self) -> None:
        got = self._made.recv(1 << 16)
        if not got:
            raise ConnectionError("the connection ended")
        self._held += got

    def _line(self) -> bytes:
        while b"\r\n" not in self._held:
            if len(self._held) > LINE_BYTES:
                raise ValueError("a line without end")
            self._more()
        line, _, self._held = self._held.partition(b"\r\n")
        return line or b"-ERR"

    def _body(self, size: int) -> bytes:
        if not 0 <= size <= LINE_BYTES:
            raise ValueError("an answer of no such size")
        while len(self._held) < size + 2:
            self._more()
        body, self._held = self._held[:size], self._held[size + 2 :]
        return body
