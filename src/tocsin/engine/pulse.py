"""Whether an engine is well, and the sign of life it gives to somebody outside while it is."""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tocsin.clock import Clock
from tocsin.config import Value
from tocsin.deliver import Watchdog

if TYPE_CHECKING:
    from tocsin.engine.live import Engine

STALLED_MS = 30_000
"""A loop that did not step for so long has stalled."""


class Pulse:
    """Looks at one engine from beside it; without an address it never beats."""

    def __init__(self, engine: "Engine", settings: Mapping[str, Value], clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self.heart = Watchdog(settings, clock, self.unwell) if settings.get("url") else None

    def unwell(self) -> str:
        """Why nobody should rely on this run just now; nothing when all is well."""
        engine = self._engine
        if not engine.ready.is_set() or engine.failed is not None:
            return "not running"
        if self._clock.now_ms() - max(engine.stepped_ms, engine.started_ms) > STALLED_MS:
            return "stalled"
        if any(intake.state == "refused" for intake in engine.intakes):
            return "a source is refused"
        return ""

    def run(self, stop: threading.Event) -> None:
        """Beat until told to stop."""
        if self.heart is None:
            return
        while not stop.is_set():
            self.heart.turn()
            stop.wait(1.0)
        self.heart.close()
