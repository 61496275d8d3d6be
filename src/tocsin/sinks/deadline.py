"""A hard end for one HTTP exchange, however slowly the other side drips its answer."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any, Self


class Deadline:
    """Cuts the connection of a request after `seconds`; httpx's own timeouts are per read.

    Pass `trace` as the request's trace extension and use the object as a context around it.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._turn = threading.Lock()
        self._socket: socket.socket | None = None
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, found: dict[str, Any]) -> None:
        """Remember the socket of each connection made; called by the transport."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.hold(found["return_value"].get_extra_info("socket"))

    def hold(self, made: socket.socket) -> None:
        """Remember a socket that was just connected."""
        with self._turn:
            self._socket = made
            if self.passed:
                self._shut()

    def _cut(self) -> None:
        with self._turn:
            self.passed = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
