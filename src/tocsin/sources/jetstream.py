"""Live posts from a Bluesky Jetstream server: one connection, resumable, deletions included."""

from urllib.parse import urlencode, urlsplit

import msgspec
import numpy as np
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.columns import Block
from tocsin.sources.courtesy import agent, is_loopback
from tocsin.sources.frames import POSTS, decode_jetstream
from tocsin.sources.jetstream_cursor import Cursor, Tracker, Wire
from tocsin.sources.jetstream_servers import Turns, address, others
from tocsin.sources.scan import scan_jetstream
from tocsin.sources.spare import thinned
from tocsin.sources.wire import Link
from tocsin.sources.wire_dial import dial

FRAMES_PER_READ = 4_096
"""Most frames one read hands on."""
MESSAGE_BYTES = 2_097_152
"""Longest message taken off the wire; from FRAME_BYTES on it is only counted."""
KINDS = ("commit", "account", "sync")
"""Kinds of events asked for: each of them can take posts back."""
LOOK_BACK_US = 36 * 3_600 * 1_000_000
"""How far back a v1 server rewinds; an older cursor is clamped without a word."""
STALL_S = 60.0
"""After so long without an event another server is asked, if there is one."""

_PATHS: dict[Wire, str] = {
    "v2": "/xrpc/network.bsky.jetstream.subscribeEvents",
    "v1": "/subscribe",
}


class _Problem(msgspec.Struct):
    error: str = ""


class JetstreamSource:
    """Posts, edits, deletions and account closures as Jetstream sends them."""

    spec = Spec(
        name="jetstream",
        kind="posts",
        summary="Public Bluesky posts, live from a Jetstream server (v2 wire, v1 as fallback).",
        fields=(
            Field(
                name="host",
                default="jetstream2.us-east.bsky.network",
                help="Name the Jetstream server to listen to, without scheme or path.",
            ),
            Field(
                name="url",
                default="",
                help="Give ws://127.0.0.1:PORT or wss://HOST to use a server of your own.",
            ),
            Field(
                name="fallback",
                default=[],
                help="List servers to turn to, in order, when this one fails: names, or wss://HOST.",
            ),
            Field(
                name="wire",
                default="auto",
                choices=("auto", "v2", "v1"),
                help="Leave at auto: v2 where the server speaks it, else v1.",
            ),
            Field(
                name="contact",
                default="",
                help="Say how the server's operator can reach you, in one line.",
            ),
        ),
        example=(
            '[sources.bluesky]\ntype = "jetstream"\ncontact = "ops@example.org"\n'
            'fallback = ["jetstream1.us-east.bsky.network", "jetstream2.us-west.bsky.network"]\n'
        ),
        family="bluesky",
        deletes=True,
        terms=(
            "Bluesky developer guidelines, read 2026-11-22: every service must delete what a "
            "user asks to be deleted; no key needed; one connection per client."
        ),
    )

    scan = staticmethod(scan_jetstream)
    thin = staticmethod(thinned)

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError for a host or url that is none."""
        self._clock = clock
        first = address(str(settings.get("url", "")), str(settings.get("host", "")))
        self._servers = Turns((first, *others(settings.get("fallback", []))))
        self._heard_s = 0.0
        self._wanted = str(settings.get("wire", "auto"))
        self._agent = agent(str(settings.get("contact", "")))
        self._link: Link | None = None
        self._tracker = Tracker("v2", self._host, None)
        self._lost = ""
        self._choked = False
        self.gap = False
        """Whether posts may be missing before what the open connection gives (blind interval)."""

    @property
    def _base(self) -> str:
        return self._servers.now

    @property
    def _host(self) -> str:
        return urlsplit(self._base).netloc

    def rewound(self, cursor: str, back_ms: int) -> str | None:
        """A cursor so far before another one, None when that is none."""
        at = Cursor.parse(cursor)
        return str(at.rewound(back_ms)) if at is not None and at.time_us else None

    def open(self, cursor: str | None) -> None:
        """Connect and resume; sets `gap` when the server cannot rewind that far.

        A server that cannot be had hands the turn to the next one, which is asked at the next
        opening, and resumes by time. Raises SourceLost (network, server busy) or, when every
        server says no, SourceRefused.
        """
        with self._servers.tried():
            self._open_here(cursor)
        self._heard_s = self._clock.monotonic_s()

    def _open_here(self, cursor: str | None) -> None:
        self.close()
        self._lost = ""
        resume = Cursor.parse(cursor)
        if self._choked:
            # Resuming would meet the same endless message again: skip to now, and say so.
            resume, self._choked = None, False
        self.gap = cursor is not None and resume is None
        if self._wanted != "v1":
            status = self._connect("v2", resume)
            if status is None:
                return
            if self._wanted == "v2":
                raise SourceRefused(
                    f"{self._host} does not speak the v2 wire (HTTP {status}). "
                    'Set wire = "auto", or choose another host.'
                )
        status = self._connect("v1", resume)
        if status is not None:
            raise SourceRefused(
                f"{self._host} is no Jetstream server (HTTP {status}). Check host or url."
            )

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """What came within `wait_s` seconds: at most FRAMES_PER_READ frames, and the cursor.

        Raises SourceLost with the reason once the connection has ended and its last frames
        have been handed on; a clean close by the server counts as lost as well.
        """
        block, cursor = self.read_block(wait_s)
        return [block.frame(row) for row in range(len(block.start))], cursor

    def read_block(self, wait_s: float) -> tuple[Block, str | None]:
        """The same as `read`, as one block."""
        if self._lost:
            self.close()
            raise SourceLost(self._lost)
        if self._link is None:
            raise SourceLost("the connection is not open. Open it again.")
        try:
            block, gap, error = self._tracker.follow(self._link.take(wait_s))
        except (ConnectionClosed, WebSocketException, OSError) as problem:
            self._choked = getattr(getattr(problem, "sent", None), "code", None) == 1009
            self._lost = _closed(self._host, problem)
            raise SourceLost(self._lost) from None
        self.gap |= gap
        if error:
            self._lost = f"{self._host} ended the stream: {error}. Reopen from the cursor."
        self._mind_silence(bool(len(block.start)))
        if self._lost and not len(block.start):
            raise SourceLost(self._lost)
        return _cut(block), self._tracker.text

    def _mind_silence(self, heard: bool) -> None:
        """Turn to the next server when this one keeps the connection but says nothing."""
        now_s = self._clock.monotonic_s()
        if heard:
            self._heard_s = now_s
        elif not self._lost and self._servers.more and now_s - self._heard_s > STALL_S:
            self._lost = f"{self._host} says nothing. The next server is asked."
            self._servers.turn()

    def decode(self, frame: bytes) -> Post | Reason:
        """A typed view of a frame of either wire."""
        return decode_jetstream(frame)

    def close(self) -> None:
        """End the connection; takes a second at most."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _connect(self, wire: Wire, resume: Cursor | None) -> int | None:
        """None when connected, or the HTTP status that says the wire is not spoken here."""
        position = resume.position(wire, self._host) if resume else None
        try:
            self._dial(wire, position)
        except InvalidStatus as error:
            status = error.response.status_code
            if resume and _problem(error) == "CursorTooOld":
                # By time the server clamps to the oldest it has, which loses the least.
                self.gap = True
                return self._again(wire, resume)
            if status in (400, 404, 405):
                return status
            raise _refusal(self._host, error) from None
        self._tracker = Tracker(wire, self._host, resume)
        if wire == "v1" and resume and self._older_than_look_back(resume):
            self.gap = True
        return None

    def _again(self, wire: Wire, resume: Cursor) -> int | None:
        try:
            self._dial(wire, resume.time_us or None)
        except InvalidStatus as error:
            raise _refusal(self._host, error) from None
        self._tracker = Tracker(wire, self._host, resume)
        return None

    def _older_than_look_back(self, resume: Cursor) -> bool:
        return self._clock.now_ms() * 1_000 - resume.time_us > LOOK_BACK_US

    def _dial(self, wire: Wire, position: int | None) -> None:
        v2 = wire == "v2"
        query: list[tuple[str, str]] = (
            [*(("kinds", kind) for kind in KINDS), ("collections", POSTS)]
            if v2
            else [("wantedCollections", POSTS)]
        )
        if position is not None:
            query.append(("cursor", str(position)))
        try:
            opened = dial(
                f"{self._base}{_PATHS[wire]}?{urlencode(query)}",
                self._agent,
                self._clock,
                MESSAGE_BYTES,
                ("xrpc.v1.json",) if v2 else (),
                proxies=not is_loopback(self._base),
            )
            self._link = Link(opened, self._clock, MESSAGE_BYTES, FRAMES_PER_READ)
        except InvalidStatus:
            raise
        except (WebSocketException, OSError, EOFError) as error:
            raise SourceLost(
                f"{self._host} cannot be reached ({type(error).__name__}). "
                "Check the network, the host and the clock of this machine."
            ) from None


def _problem(error: InvalidStatus) -> str:
    """The name of the error in the answer's body, or an empty string."""
    try:
        return msgspec.json.decode(bytes(error.response.body or b""), type=_Problem).error
    except (msgspec.MsgspecError, ValueError):
        return ""


def _refusal(host: str, error: InvalidStatus) -> SourceLost | SourceRefused:
    status = error.response.status_code
    if status in (401, 403, 410, 451):
        return SourceRefused(f"{host} does not let us in (HTTP {status}). Choose another host.")
    if 300 <= status < 400:
        return SourceRefused(f"{host} points elsewhere (HTTP {status}). Name that server as host.")
    return SourceLost(f"{host} is not ready (HTTP {status}). Try again later.")


def _cut(block: Block) -> Block:
    """A frame beyond the bound ends a byte past it, so that decode counts it as too large."""
    long = block.end - block.start > FRAME_BYTES
    if not long.any():
        return block
    end = np.where(long, block.start + FRAME_BYTES + 1, block.end)
    block.buffer[end[long]] = 10
    return block._replace(end=end)


def _closed(host: str, error: Exception) -> str:
    """Why a connection ended, without a word of the other side's free text."""
    code = getattr(getattr(error, "rcvd", None), "code", None)
    how = f"closed by the server, code {code}" if code else type(error).__name__
    return f"{host}: connection lost ({how}). Reopen from the cursor."
