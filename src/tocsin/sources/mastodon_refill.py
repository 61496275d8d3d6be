"""What a Mastodon server wrote while we did not listen, page by page and never in the way."""

import queue
import threading
from contextlib import suppress

import httpx
import msgspec

from tocsin.sources.courtesy import is_loopback

PAGE_STATUSES = 40
"""Most statuses the server gives at a time."""
PAGES = 25
"""Most pages of one refill: a thousand statuses; what lies beyond is lost, and said to be."""
BODY_BYTES = 5_000_000
"""Longest answer taken off the wire (reliability R12)."""

_STEP_S = 10.0
_PUT_S = 0.2
_PATH = "/api/v1/timelines/public"


class _Listed(msgspec.Struct):
    id: str = ""


_PAGE = msgspec.json.Decoder(list[msgspec.Raw])
_LISTED = msgspec.json.Decoder(_Listed)


class TooLong(Exception):
    """An answer was longer than its bound."""


class Refill:
    """One gap of a local timeline, fetched by a thread of its own, oldest page first."""

    def __init__(self, base: str, headers: dict[str, str], min_id: int) -> None:
        """`base` is the address of the server; statuses with ids above `min_id` are asked for."""
        self._base, self._headers, self._min_id = base, headers, min_id
        self._pages: queue.Queue[list[bytes]] = queue.Queue(2)
        self._stop = threading.Event()
        self._ended = threading.Event()
        self.complete = False
        """Whether the last page was empty, so that nothing between was left out."""
        self._thread = threading.Thread(target=self._run, name="mastodon-refill", daemon=True)
        self._thread.start()

    def take(self, wait_s: float) -> list[bytes]:
        """The next page as frames of the stream, or nothing when none came in time."""
        with suppress(queue.Empty):
            return self._pages.get(timeout=max(wait_s, 0.001))
        return []

    @property
    def done(self) -> bool:
        """Whether every page that came has been taken, and no other follows."""
        return self._ended.is_set() and self._pages.empty()

    def close(self) -> None:
        """Stop at the next page; a request under way ends by its own deadline."""
        self._stop.set()

    def _run(self) -> None:
        try:
            with httpx.Client(
                base_url=self._base, headers=self._headers, timeout=_STEP_S,
                follow_redirects=False, trust_env=not is_loopback(self._base),
            ) as client:  # fmt: skip
                self._page_on(client)
        except (httpx.HTTPError, OSError, ValueError, msgspec.MsgspecError, TooLong):
            # What could not be had is a gap, and `complete` stays false.
            pass
        finally:
            self._ended.set()
            # Whoever waits for a page is told at once that none follows.
            self._put([])

    def _page_on(self, client: httpx.Client) -> None:
        for _ in range(PAGES):
            try:
                raw = self._page(client)
            except httpx.RemoteProtocolError:
                # A server may end an idle connection just as we use it again.
                raw = self._page(client)
            if raw is None:
                return
            ids = [int(key) for key in (_LISTED.decode(each).id for each in raw) if key.isdecimal()]
            newer = [key for key in ids if key > self._min_id]
            if not newer:
                self.complete = not raw
                return
            # A page comes newest first, the stream oldest first.
            self._put([_framed(each) for each in reversed(raw)])
            self._min_id = max(newer)
            if self._stop.is_set():
                return

    def _page(self, client: httpx.Client) -> list[msgspec.Raw] | None:
        asked = {"local": "true", "limit": str(PAGE_STATUSES), "min_id": str(self._min_id)}
        with client.stream("GET", _PATH, params=asked) as answer:
            if answer.status_code != 200:
                return None
            return _PAGE.decode(bounded_body(answer, BODY_BYTES))

    def _put(self, frames: list[bytes]) -> None:
        while not self._stop.is_set():
            try:
                self._pages.put(frames, timeout=_PUT_S)
            except queue.Full:
                continue
            return


def bounded_body(answer: httpx.Response, bound: int) -> bytes:
    """The body of an answer as it comes off the wire, uncompressed; raises TooLong beyond."""
    if answer.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise TooLong("a coding that was not asked for")
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > bound:
            raise TooLong(f"over {bound} bytes")
    return bytes(body)


def _framed(status: msgspec.Raw) -> bytes:
    """A status of a page as the stream would have brought it."""
    return msgspec.json.encode({"event": "update", "payload": bytes(status).decode("utf-8")})
