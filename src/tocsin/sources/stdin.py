"""Live posts from a program of your own, line by line over standard input."""

import sys
from collections import deque

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SourceEnded, SourceLost
from tocsin.metrics import Reason
from tocsin.sources import Post
from tocsin.sources.frames import decode_replay
from tocsin.sources.lines import Standing

FRAMES_PER_READ = 4_096
"""Most lines one read hands on; the rest waits, and the program that writes with it."""


class StdinSource:
    """Rows of the replay format as another program writes them; it ends where its input ends."""

    spec = Spec(
        name="stdin",
        kind="posts",
        summary="Live posts that a program of your own writes to standard input, one row a line.",
        fields=(
            Field(
                name="deletions",
                default=False,
                required=True,
                help=(
                    "Set it to true once your program also tells of deletions and closed "
                    "accounts (op delete and account_deleted)."
                ),
            ),
        ),
        example='[sources.own]\ntype = "stdin"\ndeletions = true\n',
        family="stdin",
        deletes=True,
        terms="",
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError without deletions."""
        if settings["deletions"] is not True:
            raise ConfigError(
                "deletions",
                "posts without their deletions may not be read (contract P11)",
                "Have your program tell of them, then set it to true.",
            )
        self._stream: Standing | None = None
        self._ready: deque[bytes] = deque()

    def open(self, cursor: str | None) -> None:
        """Begin to read; what was written before is never told again, so there is no cursor.

        Raises SourceLost where this process has no standard input.
        """
        try:
            self._stream = Standing(sys.stdin.buffer)
        except (AttributeError, OSError, ValueError):
            raise SourceLost(
                "standard input is closed. Start Tocsin behind a pipe: program | tocsin run."
            ) from None

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """Lines that came within `wait_s` seconds; raises SourceEnded at the end of the input."""
        if self._stream is None:
            raise SourceLost("standard input is not open. Open it again.")
        if not self._ready:
            try:
                lines = self._stream.lines(wait_s)
            except OSError as error:
                raise SourceLost(f"standard input cannot be read ({error.strerror}).") from None
            self._ready.extend(line for line in lines if line.strip())
        if not self._ready and self._stream.ended:
            raise SourceEnded("standard input has ended")
        count = min(FRAMES_PER_READ, len(self._ready))
        return [self._ready.popleft() for _ in range(count)], None

    def decode(self, frame: bytes) -> Post | Reason:
        """A replay row or a recorded Jetstream frame; a bad line is counted and costs itself."""
        return decode_replay(frame)

    def close(self) -> None:
        """Stop reading; standard input belongs to the process and stays open."""
        self._stream = None
        self._ready.clear()
