"""The last messages of the stream, numbered, so that a reader who lost the line can resume."""

import secrets
from collections import deque
from typing import Literal

import msgspec

MessageKind = Literal["event", "alert"]


class Message(msgspec.Struct, frozen=True):
    """One numbered message; `data` is JSON in UTF-8, without line breaks."""

    id: str
    number: int
    kind: MessageKind
    event_id: str
    data: bytes


class Replayed(msgspec.Struct, frozen=True):
    """What a reader has missed; `reset` says that too much is gone and all must be read anew."""

    messages: tuple[Message, ...]
    at_id: str
    reset: bool = False


class Replay:
    """A ring of `size` messages with ids `run.number`; not thread-safe, the board locks.

    The run is drawn anew at every start, so that an id of an earlier process is never
    mistaken for one of this process.
    """

    def __init__(self, size: int, run: str | None = None) -> None:
        self._run = run or secrets.token_hex(4)
        self._size = size
        self._ring: deque[Message] = deque()
        self._last = 0
        self._lost = 0

    @property
    def at_id(self) -> str:
        """Id of the last message, or of the start when there was none."""
        return f"{self._run}.{self._last}"

    def append(self, kind: MessageKind, event_id: str, data: bytes) -> None:
        """Number a message and keep it; the oldest goes when the ring is full."""
        self._last += 1
        self._ring.append(Message(self.at_id, self._last, kind, event_id, data))
        if len(self._ring) > self._size:
            self._lost = self._ring.popleft().number

    def forget(self, event_id: str) -> None:
        """Drop what was said of one event; readers simply never see those numbers."""
        self._ring = deque(m for m in self._ring if m.event_id != event_id)

    def since(self, last_id: str | None) -> Replayed:
        """Messages after `last_id`; None means from now on."""
        if last_id is None:
            return Replayed((), self.at_id)
        number = self._number(last_id)
        if number is None or number < self._lost:
            return Replayed((), self.at_id, reset=True)
        missed = []
        for message in reversed(self._ring):
            if message.number <= number:
                break
            missed.append(message)
        return Replayed(tuple(reversed(missed)), self.at_id)

    def _number(self, last_id: str) -> int | None:
        run, _, digits = last_id.partition(".")
        if run != self._run or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            return None
        number = int(digits)
        return number if number <= self._last else None
