"""A Watchdog alert that lapses at an Alertmanager by itself, which raises the alarm there."""

from collections.abc import Callable, Mapping

import msgspec

from tocsin.clock import Clock, rfc3339
from tocsin.config import Value
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.sinks.outlet import Outlet

PATH = "/api/v2/alerts"
LAPSES = 3
"""A Watchdog alert stands for so many beats, so that one lost on the way alarms nobody."""


class Watchdog:
    """Beats while all is well and is silent otherwise; counts how its beats were taken."""

    def __init__(
        self, settings: Mapping[str, Value], clock: Clock, unwell: Callable[[], str]
    ) -> None:
        """`unwell` gives the reason not to beat, or nothing. Raises ConfigError for the URL."""
        self._clock, self._unwell = clock, unwell
        self._every_ms = round(float(str(settings["every_s"])) * 1000)
        url = str(settings["url"]).rstrip("/") + PATH
        try:
            self._outlet = Outlet("watchdog", url, settings)
        except ConfigError as error:
            raise ConfigError(f"watchdog.{error.path}", error.problem, error.remedy) from None
        self._beat_ms: int | None = None
        self._began_ms = clock.now_ms()
        self.taken = self.failed = self.withheld = 0

    @property
    def outlet(self) -> Outlet:
        """The way out; tests put a hostile resolver there."""
        return self._outlet

    def turn(self) -> bool:
        """Beat if it is time and all is well; whether a beat was taken now."""
        now_ms = self._clock.now_ms()
        # A clock that went back must not stop the beats.
        if self._beat_ms is not None and 0 <= now_ms - self._beat_ms < self._every_ms:
            return False
        if self._unwell():
            # The first beat after it comes at once.
            self.withheld += 1
            return False
        self._beat_ms = now_ms
        try:
            self._outlet.post(self._body(now_ms), {"content-type": "application/json"}, now_ms)
        except (SinkBusy, SinkRejected):
            # The other side hears nothing, which is what it is there to notice.
            self.failed += 1
            return False
        self.taken += 1
        return True

    def close(self) -> None:
        """Let go of connections."""
        self._outlet.close()

    def _body(self, now_ms: int) -> bytes:
        watchdog = {
            "labels": {"alertname": "Watchdog", "service": "tocsin"},
            "annotations": {"summary": "Tocsin is alive; alarm when this is no more."},
            "startsAt": rfc3339(self._began_ms),
            "endsAt": rfc3339(now_ms + LAPSES * self._every_ms),
        }
        return msgspec.json.encode([watchdog])
