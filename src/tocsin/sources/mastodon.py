"""Live posts of the accounts of one Mastodon server that allowed it, deletions included."""

import re
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.courtesy import agent, is_loopback
from tocsin.sources.mastodon_cursor import Place
from tocsin.sources.mastodon_refill import Refill, TooLong, bounded_body
from tocsin.sources.mastodon_settings import base_of, check_leave, is_believed
from tocsin.sources.mastodon_wire import canonical, decode_mastodon, is_error, status_id

FRAMES_PER_READ = 1_024
"""Most frames one read hands on."""
QUEUE_FRAMES = 256
"""Frames held between the socket and us; beyond it the server has to wait."""
MESSAGE_BYTES = 2_097_152
"""Longest message taken off the wire; from FRAME_BYTES on it is only counted."""
ANSWER_BYTES = 1_000_000
"""Longest description of itself a server may give."""

_OPEN_S = 10.0
_CLOSE_S = 1.0
_PING_S = 30.0
_STREAM = "/api/v1/streaming?stream=public:local"
_TOKEN = re.compile(r"[\x21-\x7e]{0,512}")


class _Urls(msgspec.Struct):
    streaming: str = ""


class _Configuration(msgspec.Struct):
    urls: _Urls = msgspec.field(default_factory=_Urls)


class _Instance(msgspec.Struct):
    configuration: _Configuration = msgspec.field(default_factory=_Configuration)


class MastodonSource:
    """The local public timeline of one server: posts, edits and deletions as they happen."""

    spec = Spec(
        name="mastodon",
        kind="posts",
        summary="Public posts of one Mastodon server's own accounts, with its operator's leave.",
        fields=(
            Field(
                name="server",
                default="",
                required=True,
                help="Name the server, such as social.example; one table for each server.",
            ),
            Field(
                name="permission_from",
                default="",
                required=True,
                help="Say which address of the server's operator gave you leave to read it.",
            ),
            Field(
                name="permission_date",
                default="",
                required=True,
                help="Say on which day that was, as YYYY-MM-DD.",
            ),
            Field(
                name="token",
                default="",
                secret=True,
                help="Give the access token of your application (scope read:statuses).",
            ),
            Field(
                name="contact",
                default="",
                help="Say how the server's operator can reach you, in one line.",
            ),
        ),
        example=(
            '[sources.social]\ntype = "mastodon"\nserver = "social.example"\n'
            'permission_from = "admin@social.example"\npermission_date = "2025-11-01"\n'
            'contact = "ops@example.org"\n'
        ),
        family="mastodon",
        deletes=True,
        terms=(
            "Mastodon API documentation, read 2026-11-22: `delete` and `status.update` come over "
            "the stream, nothing is replayed; rules are each server's own, so its operator's "
            "leave is a setting; accounts that are not indexable, or say #nobot, are not read."
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError for a server without leave."""
        self._clock = clock
        self._base = base_of(str(settings["server"]))
        self._host = urlsplit(self._base).netloc
        check_leave(settings, clock.now_ms())
        self._headers = {"User-Agent": agent(str(settings.get("contact", "")))}
        token = str(settings.get("token", ""))
        if not _TOKEN.fullmatch(token):
            raise ConfigError("token", "is no access token", "Copy it again, in one line.")
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._place = Place(self._host, None)
        self._socket: ClientConnection | None = None
        self._refill: Refill | None = None
        self._open = ExitStack()
        self._lost = ""
        self.gap = False
        """Whether deletions may be missing before what the open connection gives."""
        self.incomplete = False
        """Whether posts are missing too, since the last refill could not reach back far enough."""

    def open(self, cursor: str | None) -> None:
        """Connect; what was written since the cursor is fetched, what was deleted cannot be.

        So every opening with a cursor is a gap in deletions. Raises SourceLost or SourceRefused.
        """
        self.close()
        self._lost, self.incomplete = "", False
        place = self._place if self._place.text == cursor else Place(self._host, cursor)
        self.gap = cursor is not None
        address = self._streaming()
        try:
            link = connect(
                f"{address}{_STREAM}",
                compression=None,
                additional_headers={k: v for k, v in self._headers.items() if k != "User-Agent"},
                user_agent_header=self._headers["User-Agent"],
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                ping_interval=_PING_S,
                ping_timeout=_PING_S,
                max_size=MESSAGE_BYTES,
                max_queue=QUEUE_FRAMES,
                proxy=None if is_loopback(self._base) else True,
            )
            self._socket = self._open.enter_context(link)
        except InvalidStatus as error:
            raise _refusal(self._host, error.response.status_code) from None
        except (WebSocketException, OSError, EOFError) as error:
            raise _unreachable(self._host, error) from None
        self._place = place
        if place.min_id is not None:
            # The stream is open already, so nothing falls between it and the last page.
            headers = {**self._headers, "Accept-Encoding": "identity"}
            self._refill = Refill(self._base, headers, place.min_id)
        elif cursor is not None:
            self.incomplete = True

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """What came within `wait_s` seconds, and the cursor; missed posts first.

        Raises SourceLost once the connection has ended and its last frames were handed on.
        """
        if self._socket is None:
            raise SourceLost("the connection is not open. Open it again.")
        if self._refill is not None:
            page, done = self._refill.take(wait_s), self._refill.done
            frames = self._place.bridged(page, status_id, done)
            if done:
                self.incomplete = not self._refill.complete
                self._refill = None
            return frames, self._place.text
        if self._lost:
            raise SourceLost(self._lost)
        frames = self._place.fresh(self._taken(self._socket, wait_s), status_id)
        if self._lost and not frames:
            raise SourceLost(self._lost)
        return frames, self._place.text

    def decode(self, frame: bytes) -> Post | Reason:
        """A typed view of one message of the stream."""
        return decode_mastodon(frame, self._host, self._clock.now_ms())

    def close(self) -> None:
        """End connection and refill; takes a second at most."""
        if self._refill is not None:
            self._refill.close()
        self._refill = None
        self._socket = None
        self._open.close()

    def _taken(self, socket: ClientConnection, wait_s: float) -> list[bytes]:
        """Messages as they come; a connection that ends is noted in `_lost`."""
        taken: list[bytes] = []
        until_s = self._clock.monotonic_s() + wait_s
        left_s = wait_s
        try:
            while len(taken) < FRAMES_PER_READ:
                message = bytes(socket.recv(timeout=max(0.0, left_s), decode=False))
                left_s = 0.0
                if len(message) > FRAME_BYTES:
                    # Cut a byte past the bound, so that decode counts it as too large.
                    message = message[: FRAME_BYTES + 1]
                elif is_error(message):
                    self._lost = f"{self._host} ended the stream with an error. Open it again."
                    break
                taken.append(canonical(message))
                if self._clock.monotonic_s() > until_s:
                    break
        except TimeoutError:
            pass
        except (ConnectionClosed, WebSocketException, OSError) as error:
            code = getattr(getattr(error, "rcvd", None), "code", None)
            how = f"closed by the server, code {code}" if code else type(error).__name__
            self._lost = f"{self._host}: connection lost ({how}). Open it again."
        return taken

    def _streaming(self) -> str:
        """Where the server streams, as it says itself; only it and its own parts are believed."""
        try:
            with (
                httpx.Client(
                    headers={**self._headers, "Accept-Encoding": "identity"}, timeout=_OPEN_S,
                    follow_redirects=False, trust_env=not is_loopback(self._base),
                ) as client,
                client.stream("GET", f"{self._base}/api/v2/instance") as answer,
            ):  # fmt: skip
                if answer.status_code != 200:
                    raise _refusal(self._host, answer.status_code)
                told = msgspec.json.decode(bounded_body(answer, ANSWER_BYTES), type=_Instance)
        except (msgspec.MsgspecError, ValueError, RecursionError, TooLong):
            raise SourceRefused(
                f"{self._host} does not answer like a Mastodon server. Check server."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _unreachable(self._host, error) from None
        own = self._base.replace("http", "ws", 1)
        address = told.configuration.urls.streaming.rstrip("/") or own
        if not is_believed(address, self._base):
            raise SourceRefused(
                f"{self._host} streams from a host that is not its own. Ask its operator."
            )
        return address


def _refusal(host: str, status: int) -> SourceLost | SourceRefused:
    if status in (401, 403):
        return SourceRefused(
            f"{host} does not let us in (HTTP {status}). Give the token of an application."
        )
    if status in (400, 404, 405, 410, 422, 451) or 300 <= status < 400:
        return SourceRefused(f"{host} has no such stream (HTTP {status}). Check server.")
    return SourceLost(f"{host} is not ready (HTTP {status}). Try again later.")


def _unreachable(host: str, error: Exception) -> SourceLost:
    return SourceLost(
        f"{host} cannot be reached ({type(error).__name__}). Check the network and the server."
    )
