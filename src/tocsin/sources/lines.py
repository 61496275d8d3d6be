"""Bytes cut into lines without ever holding a line that has no end."""

import os
import select
from typing import BinaryIO

from tocsin.sources import FRAME_BYTES

_CHUNK_BYTES = 262_144


class LineCutter:
    """Cuts a stream into lines; an endless one becomes one frame a byte over the bound.

    Such a frame is what decoders answer with TOO_LARGE, so nothing goes uncounted.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Whole lines that the chunk completes, without their newlines, in order."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        if self._skipping and lines:
            # The end of the line whose head was already handed on.
            lines.pop(0)
            self._skipping = False
        cut = [line if len(line) <= FRAME_BYTES else line[: FRAME_BYTES + 1] for line in lines]
        if len(self._rest) > FRAME_BYTES:
            if not self._skipping:
                cut.append(self._rest[: FRAME_BYTES + 1])
            self._skipping = True
            self._rest = b""
        return cut

    def end(self) -> list[bytes]:
        """The last line, when the stream ended without a newline."""
        rest, self._rest = self._rest, b""
        if self._skipping or not rest:
            self._skipping = False
            return []
        return [rest]


class Standing:
    """A stream of bytes that stands open, read as it comes and never waited for beyond the asking.

    What it holds, a pipe or a file, belongs to whoever opened it and is not closed here.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._fd = stream.fileno()
        self._cutter = LineCutter()
        self.ended = False

    def lines(self, wait_s: float | None) -> list[bytes]:
        """Whole lines of what is there within `wait_s` seconds (None waits as long as it takes)."""
        if self.ended:
            return []
        if not select.select([self._fd], [], [], wait_s)[0]:
            return []
        chunk = os.read(self._fd, _CHUNK_BYTES)
        if chunk:
            return self._cutter.feed(chunk)
        self.ended = True
        return self._cutter.end()
