"""What comes back out of the store, and what is left of an event that had to shrink."""

from typing import Literal, get_args

import msgspec

from tocsin.model import Alert, Event, Ground, LevelWord, Phase, Watch, Why

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

    @property
    def corrects(self) -> bool:
        """Whether it takes back or lowers what was told."""
        return self.alert.corrects or self.alert.kind == "withdrawal"

    def due(self, now_ms: int) -> bool:
        """Whether it may be tried; a clock that went back behind the last try never holds it."""
        return now_ms >= self.next_at_ms or now_ms < self.tried_ms


class Unsaid(msgspec.Struct, frozen=True):
    """The last message a channel was not given about an event, with the reason in one word."""

    alert: Alert
    reason: str
    at_ms: int
    until_ms: int
    """When it is given after all; 0 when never."""


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is not to be told for a while; every part that is set must fit."""

    id: str
    until_ms: int
    from_ms: int = 0
    hazard: str = ""
    country: str = ""
    event_id: str = ""
    watch: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_km: float = 0.0
    max_level: LevelWord = "yellow"
    """The highest level it quiets; red only when somebody says so."""
    maintenance: bool = False


Outcome = Literal["", "real", "exaggerated", "false", "duplicate", "elsewhere"]
"""What came of an event, as whoever got it says afterwards."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


class Ack(msgspec.Struct, frozen=True):
    """Somebody saw to an event."""

    event_id: str
    at_ms: int
    outcome: Outcome


Verdict = Literal["right", "wrong", "useless", "late"]
"""What a reader says of an alert: a closed list, and nothing about the reader."""


class Judged(msgspec.Struct, frozen=True):
    """What was said of one event as one watch told it."""

    event_id: str
    watch: str
    verdict: Verdict
    at_ms: int


class Stored(msgspec.Struct, frozen=True):
    """A watch as it is kept: its compiled form, and since when."""

    watch: Watch
    at_ms: int


def emptied(alert: Alert) -> Alert:
    """A dead letter: key, kind, hazard, level and times are left, every text is gone."""
    event = msgspec.structs.replace(
        alert.event, headline="", place=None, facts=(), bulletins=(), why=(), extent=None,
        population=None,
    )  # fmt: skip
    return msgspec.structs.replace(alert, event=event, why=(), meaning="")


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
