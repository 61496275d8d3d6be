"""Stream time: it only moves forward, and one wrong stamp cannot drag it along."""

from tocsin.clock import HOUR_MS

LEAP_MS = HOUR_MS
"""A stamp further ahead than this moves the clock only when the next post agrees."""


class Timeline:
    """Turns stamps of arriving posts into a clock that never runs back."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._leap_ms: int | None = None

    def arrive(self, stamp_ms: int) -> int:
        """Stream time at which a post with this stamp counts as arrived.

        Late posts count as of now (reliability R8). A post from the far future counts as
        of now too, unless the post after it stands within an hour of it: then the stream
        really has a gap there, and the clock leaps.
        """
        if self.now_ms == 0:
            self.now_ms = stamp_ms
        elif stamp_ms > self.now_ms + LEAP_MS:
            agreed = self._leap_ms is not None and abs(stamp_ms - self._leap_ms) <= LEAP_MS
            if agreed:
                self.now_ms = stamp_ms
                self._leap_ms = None
            else:
                self._leap_ms = stamp_ms
        else:
            self.now_ms = max(self.now_ms, stamp_ms)
            self._leap_ms = None
        return self.now_ms
