"""Bytes cut into lines without ever holding a line that has no end."""

from tocsin.sources import FRAME_BYTES


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
