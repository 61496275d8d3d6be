"""What comes back out of the store, and what is left of an event that had to shrink."""

from typing import Literal

import msgspec

from tocsin.model import Alert, Event, Ground, Phase, Why

OutboxState = Literal["pending", "sent", "rejected", "expired", "superseded"]


class Revision(msgspec.Struct, frozen=True):
    """One stored event revision; `event` is None once it has shrunk."""

    seq: int
    """Grows with every commit: where a reader resumes."""
    event_id: str
    revision: int
    at_ms: int
    first_seen_ms: int
    hazard: str
    country: str | None
    phase: Phase
    event: Event | None


class Owed(msgspec.Struct, frozen=True):
    """One message of the outbox with the story of its delivery so far."""

    seq: int
    alert: Alert
    state: OutboxState
    attempts: int
    created_ms: int
    tried_ms: int
    next_at_ms: int
    detail: str

    def due(self, now_ms: int) -> bool:
        """Whether it may be tried; a clock that went back behind the last try never holds it."""
        return now_ms >= self.next_at_ms or now_ms < self.tried_ms


def fell_below_k(event: Event) -> bool:
    """Whether this revision says that too few voices are left (contract P3, P10)."""
    return event.phase == "withdrawn" and any(why.ground is Ground.BELOW_K for why in event.why)


def shrunk(event: Event) -> Event:
    """The same revision with nothing but id, hazard, phase and times in it."""
    return msgspec.structs.replace(
        event,
        phase="withdrawn",
        origin="posts",
        tier="unconfirmed",
        headline=f"Withdrawn: {event.hazard.replace('_', ' ')}",
        lang="en",
        place=None,
        level="green",
        severity="Unknown",
        urgency="Unknown",
        certainty="Unknown",
        confidence=0.0,
        voices="0",
        families=(),
        facts=(),
        bulletins=(),
        why=(Why(Ground.BELOW_K, True),),
        merged_into=None,
        expires=None,
        extent=None,
        population=None,
        sensitive=False,
    )
