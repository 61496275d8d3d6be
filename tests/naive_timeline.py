"""The twin of stream time, one post after the other."""

from tocsin.gate.timeline import LEAP_MS


class NaiveTimeline:
    """Turns stamps of arriving posts into a clock that never runs back."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._leap_ms: int | None = None

    def arrive(self, stamp_ms: int) -> int:
        """Stream time at which a post with this stamp counts as arrived."""
        if self.now_ms == 0:
            self.now_ms = stamp_ms
        elif stamp_ms > self.now_ms + LEAP_MS:
            self._leap(stamp_ms)
        else:
            self.now_ms = max(self.now_ms, stamp_ms)
            self._leap_ms = None
        return self.now_ms

    def _leap(self, stamp_ms: int) -> None:
        leap_ms, self._leap_ms = self._leap_ms, stamp_ms
        if leap_ms is None or stamp_ms < leap_ms - LEAP_MS:
            return
        if stamp_ms <= leap_ms + LEAP_MS:
            self.now_ms, self._leap_ms = stamp_ms, None
        else:
            self.now_ms = max(self.now_ms, leap_ms)
