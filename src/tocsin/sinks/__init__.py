"""What a sink owes: to send, and to say whether trying again makes sense."""

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Protocol

from tocsin.clock import Clock
from tocsin.config import Spec, Value
from tocsin.model import Alert, Receipt


class Sink(Protocol):
    """A way out. Built as `cls(settings, clock)` with checked settings."""

    spec: Spec

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None: ...

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Deliver. Raises SinkBusy (try later) or SinkRejected (never)."""
        ...

    def close(self) -> None:
        """Let go of connections; closing twice is fine."""
        ...


def load_sinks() -> dict[str, type[Sink]]:
    """Every installed sink by name (entry points)."""
    found = entry_points(group="tocsin.sinks")
    return {entry.name: entry.load() for entry in sorted(found, key=lambda e: e.name)}
