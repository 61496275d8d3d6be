"""A receiver that keeps failing is asked now and then, not by every message in turn."""

from tocsin.store import Owed

TRIPS = 5
"""So many failures in a row open the circuit."""
PROBE_MS = 30_000
"""While it is open one message is tried so often; shorter than any wait for a retraction."""


class Breaker:
    """Counts failures of one target; a correction that was never tried always passes."""

    def __init__(self) -> None:
        self.failures = 0
        """In a row, up to now."""
        self._failed_ms = 0

    @property
    def open(self) -> bool:
        """Whether the target is taken to be down."""
        return self.failures >= TRIPS

    def allows(self, owed: Owed, now_ms: int) -> bool:
        """Whether this message may be tried now."""
        if not self.open or (owed.corrects and not owed.attempts):
            return True
        # A clock that went back opens the way at once rather than shutting it for long.
        return not 0 <= now_ms - self._failed_ms < PROBE_MS

    def failed(self, now_ms: int) -> None:
        """The target was busy or silent."""
        self.failures += 1
        self._failed_ms = now_ms

    def answered(self) -> None:
        """The target gave an answer, be it yes or no."""
        self.failures = 0
