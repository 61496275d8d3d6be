"""What alerts pass before they are owed; nothing disappears there without a reason."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from tocsin.model import Alert


class Held(StrEnum):
    """Why an alert was not owed."""

    DUPLICATE = "duplicate"


Kept = tuple[list[Alert], list[tuple[Alert, Held]]]
Stage = Callable[[Sequence[Alert], int], Kept]
"""From alerts and the time in ms to those kept and those held with their reasons."""


def deduplicate(alerts: Sequence[Alert], now_ms: int) -> Kept:
    """Keep the first alert of each key; what was owed in earlier steps the outbox knows."""
    first: dict[str, Alert] = {}
    held: list[tuple[Alert, Held]] = []
    for alert in alerts:
        if alert.key in first:
            held.append((alert, Held.DUPLICATE))
        else:
            first[alert.key] = alert
    return list(first.values()), held


STAGES: tuple[Stage, ...] = (deduplicate,)


def through(stages: Sequence[Stage], alerts: Sequence[Alert], now_ms: int) -> Kept:
    """Run stages in order: every alert comes out kept or held, never neither."""
    kept, held = list(alerts), []
    for stage in stages:
        kept, dropped = stage(kept, now_ms)
        held += dropped
    return kept, held
