"""Who is told what the engine found, and what became of its sources."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tocsin.model import Alert, Event


class Notice(NamedTuple):
    """What the operator should know of a source."""

    source: str
    what: Literal["deaf", "heard", "gap", "blind"]
    """Silent beyond its habit; back again; deletions missed, so its reports were purged; what it
    sent since the last start cannot be read any more."""
    since_ms: int
    until_ms: int = 0
    """Of `blind` alone: when this start began."""


def _nobody(_: Notice) -> None:
    """Nobody asked to be told of sources."""


class Listeners(NamedTuple):
    """Who is told after a step was committed."""

    event: Callable[[Event], None]
    alert: Callable[[Alert], None]
    notice: Callable[[Notice], None] = _nobody
    recalled: Callable[[Sequence[Event]], None] | None = None
    """At the start, once: what earlier starts told and still is known. It was said already, so a
    terminal need not say it again; who names nobody here is told of each as of a new one."""

    def begin(self, known: Sequence[Event]) -> None:
        """Tell what is known from earlier starts."""
        if self.recalled is not None:
            self.recalled(known)
            return
        for event in known:
            self.event(event)
