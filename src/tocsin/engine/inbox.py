"""What waits between sources and line: bounded in bytes, bulletins in a lane of their own."""

import threading
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from tocsin.sources.columns import Block, Frames, count_of

if TYPE_CHECKING:
    from tocsin.engine.intake import Intake

POSTS_BYTES = 33_554_432
"""Most that waits of posts; the sources wait beyond it."""
CHUNKS = 256
"""Most reads that wait in either lane."""
STEP_FRAMES = 16_384
"""So many frames a step takes, a read more or less: what it decides does not wait for more."""
_OBJECT_BYTES = 41


class Chunk(NamedTuple):
    """Frames of one read, with the cursor behind them and the time of receipt."""

    intake: "Intake"
    frames: Frames
    cursor: str | None
    received_ms: int
    gap: bool = False
    """Deletions may be missing before these frames: what the source gave before is purged."""
    shed: int = 0
    """Frames of the read that were shed unread."""

    @property
    def size_bytes(self) -> int:
        """What it holds in memory, about."""
        if isinstance(self.frames, Block):
            return len(self.frames.buffer) + 16 * len(self.frames.start)
        return sum(map(len, self.frames)) + _OBJECT_BYTES * len(self.frames)


class Inbox:
    """Two bounded lanes, first come first served in each; bulletins never wait behind posts."""

    def __init__(self) -> None:
        self._posts: deque[tuple[Chunk, int]] = deque()
        self._bulletins: deque[Chunk] = deque()
        self._bytes = self._most_bytes = 0
        self._turn = threading.Condition()
        self.keep_one_in = 1
        """Of new posts one in so many is put in, by sources that can tell them apart."""
        self.lag_ms: int | None = None
        """How old the newest post of the last read was."""

    def fullest(self) -> float:
        """How full the lane of posts was at most since the last call, 1 being its bound."""
        with self._turn:
            most, self._most_bytes = self._most_bytes, self._bytes
            return most / POSTS_BYTES

    def put(self, chunk: Chunk, wait_s: float) -> bool:
        """Put it in within `wait_s` seconds; False when there was no room."""
        with self._turn:
            if not self._turn.wait_for(lambda: self._has_room(chunk), wait_s):
                return False
            if chunk.intake.kind == "posts":
                size_bytes = chunk.size_bytes
                self._posts.append((chunk, size_bytes))
                self._bytes += size_bytes
                self._most_bytes = max(self._most_bytes, self._bytes)
                self.lag_ms = chunk.intake.lag_ms
            else:
                self._bulletins.append(chunk)
            self._turn.notify_all()
            return True

    def take(self, wait_s: float) -> list[Chunk]:
        """All bulletins and a step of posts, after waiting at most so long for anything at all."""
        with self._turn:
            self._turn.wait_for(lambda: self._posts or self._bulletins, wait_s)
            chunks = list(self._bulletins)
            self._bulletins.clear()
            frames = 0
            while self._posts and frames < STEP_FRAMES:
                chunk, size_bytes = self._posts.popleft()
                self._bytes -= size_bytes
                frames += count_of(chunk.frames)
                chunks.append(chunk)
            self._turn.notify_all()
            return chunks

    def _has_room(self, chunk: Chunk) -> bool:
        if chunk.intake.kind != "posts":
            return len(self._bulletins) < CHUNKS
        return self._bytes < POSTS_BYTES and len(self._posts) < CHUNKS
