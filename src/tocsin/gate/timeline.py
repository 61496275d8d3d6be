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

        Late posts count as of now (reliability R8). A post from the far future counts as of
        now too, until the post after it says that so much time has passed: then the clock
        moves as far as both agree. So a sparse stream keeps its hours, one post behind.
        """
        if self.now_ms == 0:
            self.now_ms = stamp_ms
        elif stamp_ms > self.now_ms + LEAP_MS:
            self._leap(stamp_ms)
        else:
            self.now_ms = max(self.now_ms, stamp_ms)
            self._leap_ms = None
        return self.now_ms

    def _leap(self, stamp_ms: int) -> None:
        """Move over a gap when the post before stood behind it as well."""
        leap_ms, self._leap_ms = self._leap_ms, stamp_ms
        if leap_ms is None or stamp_ms < leap_ms - LEAP_MS:
            return
        if stamp_ms <= leap_ms + LEAP_MS:
            self.now_ms, self._leap_ms = stamp_ms, None
        else:
            self.now_ms = max(self.now_ms, leap_ms)
