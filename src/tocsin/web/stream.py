"""Server-sent events: each reader follows the ring at its own pace, so none costs memory."""

import asyncio
import threading
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tocsin.web.answers import Problem
from tocsin.web.board import Board
from tocsin.web.guard import json_answer
from tocsin.web.replay import Message

HEARTBEAT_S = 15.0
RETRY_MS = 2_000
"""How long a browser waits before it tries again."""
SEND_TIMEOUT_S = 20.0
"""A reader that takes nothing for so long loses its seat."""
RETRY_AFTER_S = 30


class Streams:
    """All open streams of one server, so that they can be ended together."""

    def __init__(self, board: Board, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._board, self._heartbeat_s = board, heartbeat_s
        self._lock = threading.Lock()
        self._open: set[_Seat] = set()
        self.closing = False

    async def answer(self, request: Request) -> "Response | _Seat":
        """A stream, or 503 with Retry-After when every seat is taken."""
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers={"cache-control": "no-store"})
        seat = _Seat(self, self._board, self._heartbeat_s)
        if self.closing or not self._board.subscribe(seat.wake):
            problem = Problem("All seats at the stream are taken.", "Try again later.")
            return json_answer(problem, 503, **{"retry-after": str(RETRY_AFTER_S)})
        with self._lock:
            self._open.add(seat)
        return seat

    def leave(self, seat: "_Seat") -> None:
        """Give a seat back."""
        self._board.unsubscribe(seat.wake)
        with self._lock:
            self._open.discard(seat)

    def close(self) -> None:
        """End every stream; from any thread."""
        self.closing = True
        with self._lock:
            seats = tuple(self._open)
        for seat in seats:
            seat.wake()


class _Seat:
    """One reader of the stream, as an answer that gives its seat back whatever happens."""

    def __init__(self, streams: Streams, board: Board, heartbeat_s: float) -> None:
        self._streams, self._board, self._heartbeat_s = streams, board, heartbeat_s
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Say that there is news; from any thread, also after the loop has gone."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the reader leaves, falls silent or the server stops."""
        last_id = Headers(scope=scope).get("last-event-id")
        answer = EventSourceResponse(
            self._frames(last_id),
            ping=self._heartbeat_s,
            ping_message_factory=lambda: ServerSentEvent(comment="still here", sep="\n"),
            sep="\n",
            send_timeout=SEND_TIMEOUT_S,
        )
        try:
            await answer(scope, receive, send)
        except SendTimeoutError:
            pass
        finally:
            self._streams.leave(self)

    async def _frames(self, last_id: str | None) -> AsyncIterator[bytes]:
        first = True
        while not self._streams.closing:
            self._news.clear()
            replayed = self._board.since(last_id)
            if replayed.reset:
                yield _reset(replayed.at_id)
            elif first:
                yield _opening(last_id or replayed.at_id)
            for message in replayed.messages:
                yield _frame(message)
            first, last_id = False, replayed.at_id
            await self._news.wait()


def _opening(at_id: str) -> bytes:
    """Sets the pace of retries and an id, so that even an early break can be resumed."""
    return f"retry: {RETRY_MS}\nid: {at_id}\n\n".encode()


def _reset(at_id: str) -> bytes:
    return f"retry: {RETRY_MS}\nid: {at_id}\nevent: reset\ndata: {{}}\n\n".encode()


def _frame(message: Message) -> bytes:
    head = f"id: {message.id}\nevent: {message.kind}\ndata: ".encode()
    return head + message.data + b"\n\n"
