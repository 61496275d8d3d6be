"""An open WebSocket read in bulk: plain messages by a kernel, all else by the library."""

import ssl

import numpy as np
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

from tocsin.clock import Clock
from tocsin.sources.columns import PAD_BYTES, Block, block_of
from tocsin.sources.wire_dial import Opened
from tocsin.sources.wire_kernel import FULL, UNUSUAL, blank, split

GATHER_BYTES = 1_048_576
"""So much is taken at a time when the server has more than that."""
LINGER_S = 0.002
LINGERS = 5
"""After the first bytes a take waits so long, so often at most, for more to come: what comes in
small pieces is then worked on by the hundred, and nothing waits longer than ten milliseconds."""
PING_S = 30.0
"""A server silent for so long is asked for a sign of life, and given up after as long again."""
CLOSE_S = 1.0
_CLOSE_READS = 64
_HEAD_BYTES = 14
_KINDS = frozenset(Opcode)


class Link:
    """One open connection; not to be used from two threads at once.

    The library sees each frame that is no plain message, whole and alone, so it always stands
    between two frames: pings, closing, fragments, limits and errors are its own.
    """

    def __init__(self, opened: Opened, clock: Clock, message_bytes: int, rows: int) -> None:
        """`rows` is the most messages of a take, `message_bytes` the longest that is taken."""
        self._socket, self._protocol, self._clock = opened.socket, opened.protocol, clock
        self._message_bytes = message_bytes
        self._data = np.empty(message_bytes + _HEAD_BYTES + GATHER_BYTES, np.uint8)
        self._view = self._data.data
        self._at, self._stop = 0, len(opened.behind)
        self._view[: self._stop] = opened.behind
        self._start, self._end = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        self._unusual: list[tuple[int, bytes]] = []
        self._pieces: list[bytes] | None = None
        self._broken: Exception | None = None
        self._heard_s = self._asked_s = clock.monotonic_s()

    def take(self, wait_s: float) -> Block:
        """Messages that came within `wait_s` seconds, in order; maybe none.

        Raises ConnectionClosed (with the codes of both sides) or OSError once the connection has
        ended and its last messages were handed on.
        """
        self._shift()
        row, full = self._split(0)
        left_s, lingers = (wait_s if row == 0 else 0.0), 0
        while not full and self._broken is None and (row == 0 or self._stop < GATHER_BYTES):
            if self._stop == len(self._data):
                self._shift()
            if self._receive(left_s):
                row, full = self._split(row)
            elif self._stop == self._at == 0 or wait_s <= 0 or lingers == LINGERS:
                break
            else:
                lingers += 1
                self._clock.sleep_s(LINGER_S)
            left_s = 0.0
        block = self._block(row)
        if self._broken is not None and not len(block.start):
            self._socket.close()
            raise self._broken
        self._mind_silence()
        return block

    def close(self) -> None:
        """End the connection, politely if the other side is; closing twice is fine."""
        try:
            if self._protocol.state is OPEN and self._broken is None:
                self._protocol.send_close(1000)
                self._send()
                self._socket.settimeout(CLOSE_S)
                for _ in range(_CLOSE_READS):
                    if not self._socket.recv_into(self._view):
                        break
        except OSError:
            pass
        finally:
            self._broken = self._broken or OSError("closed here")
            self._socket.close()

    def _shift(self) -> None:
        """Move what is left to the front."""
        left = self._stop - self._at
        self._data[:left] = self._data[self._at : self._stop].copy()
        self._at, self._stop = 0, left

    def _receive(self, wait_s: float) -> bool:
        """Whether more came; an end or an error is kept for when all is handed on."""
        try:
            self._socket.settimeout(wait_s)
            count = self._socket.recv_into(self._view[self._stop :])
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError as error:
            self._broken = error
            return False
        if count == 0:
            self._over()
            return False
        self._stop += count
        self._heard_s = self._clock.monotonic_s()
        return True

    def _split(self, row: int) -> tuple[int, bool]:
        """Rows noted when all that is there was looked at, and whether no more fit."""
        while self._broken is None:
            if row + len(self._unusual) >= len(self._start):
                return row, True
            why = UNUSUAL
            if self._pieces is None:
                row, self._at, why = split(
                    self._data, self._at, self._stop, self._start, self._end, row
                )
            if why != UNUSUAL or not self._ask_library(row):
                return row, why == FULL
        return row, False

    def _ask_library(self, row: int) -> bool:
        """Give the library the frame at `_at`, if it is all there; its message is before `row`."""
        size, behind = _frame_end(self._view[self._at : self._stop])
        if size <= self._message_bytes and (behind < 0 or behind > self._stop - self._at):
            return False
        behind = self._stop if size > self._message_bytes else self._at + behind
        self._protocol.receive_data(bytes(self._view[self._at : behind]))
        self._at = behind
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._hear(event, row)
        try:
            self._send()
        except OSError as error:
            self._broken = error
        if self._protocol.state is not OPEN:
            self._over()
        return True

    def _hear(self, frame: Frame, row: int) -> None:
        if frame.opcode in (Opcode.PING, Opcode.PONG, Opcode.CLOSE):
            return
        if self._pieces is None:
            self._pieces = []
        if frame.data:
            self._pieces.append(bytes(frame.data))
        if frame.fin:
            self._unusual.append((row, b"".join(self._pieces)))
            self._pieces = None

    def _over(self) -> None:
        """The connection has ended; the library knows with which codes."""
        if self._broken is None:
            self._protocol.receive_eof()
            self._broken = self._protocol.close_exc

    def _send(self) -> None:
        """What the library wants sent: pongs and the like, a few bytes."""
        data = b"".join(self._protocol.data_to_send())
        if data:
            self._socket.settimeout(CLOSE_S)
            self._socket.sendall(data)

    def _mind_silence(self) -> None:
        """Ask a silent server for a sign of life, and give it up when none comes."""
        now_s = self._clock.monotonic_s()
        if self._broken is not None or now_s - max(self._heard_s, self._asked_s) < PING_S:
            return
        try:
            if self._asked_s > self._heard_s:
                self._protocol.fail(1011, "no sign of life")
                self._send()
                self._over()
                return
            self._protocol.send_ping(b"tocsin")
            self._send()
            self._asked_s = now_s
        except OSError as error:
            self._broken = error

    def _block(self, rows: int) -> Block:
        """A block of its own, so that what waits in memory is no more than what came."""
        start, end = self._start[:rows].copy(), self._end[:rows].copy()
        if self._unusual:
            frames = [bytes(self._view[a:b]) for a, b in zip(start, end, strict=True)]
            for row, message in reversed(self._unusual):
                frames.insert(row, message)
            self._unusual.clear()
            return block_of(frames)
        used = int(end[-1]) if rows else 0
        data = np.empty(-(-(used + PAD_BYTES) // 8), np.uint64).view(np.uint8)
        data[:used] = self._data[:used]
        blank(data, start, end)
        return Block(data, start, end)


def _frame_end(head: memoryview) -> tuple[int, int]:
    """(payload, bytes of the whole frame) of the frame that begins here; (0, -1) if unknown yet.

    What is wrong from the start on (a mask, an unknown kind) is no longer than its start.
    """
    if len(head) < 2:
        return 0, -1
    if head[1] & 0x80 or head[0] & 0x0F not in _KINDS:
        return 0, 2
    size, first = head[1] & 0x7F, 2
    if size >= 126:
        first = 4 if size == 126 else 10
        if len(head) < first:
            return 0, -1
        size = int.from_bytes(head[2:first], "big")
    return size, first + size
