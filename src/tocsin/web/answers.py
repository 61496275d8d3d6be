"""The shapes of the answers, over the very structs of the model."""

from typing import Literal

import msgspec

from tocsin.model import Alert, Event
from tocsin.render.phrases import Phrases


class EventList(msgspec.Struct, frozen=True):
    """Latest revisions, newest change first."""

    events: list[Event]
    stream_id: str
    """Give it as Last-Event-ID to /api/stream and nothing is missed in between."""


class EventDetail(msgspec.Struct, frozen=True):
    """One event: its latest revision, and all kept ones oldest first."""

    event: Event
    revisions: list[Event]


class AlertList(msgspec.Struct, frozen=True):
    """Alerts that were sent, newest first."""

    alerts: list[Alert]


class Timeline(msgspec.Struct, frozen=True):
    """How much was decided when, in equal steps from `begins` on."""

    begins: str
    step_s: int
    bins: tuple[tuple[int, int, int], ...]
    """Revisions at level green, yellow and red in each step, oldest first."""


class Words(msgspec.Struct, frozen=True):
    """The words of one language: names of hazards, and the phrases of messages."""

    lang: str
    hazards: dict[str, str]
    categories: dict[str, str]
    """CAP category of each hazard."""
    phrases: Phrases


class Corrected(msgspec.Struct, frozen=True):
    """One correction: what kind of event it was about, and how long the wrong word stood."""

    event_id: str
    revision: int
    kind: Literal["withdrawn", "lowered"]
    hazard: str
    country: str | None
    at: str
    wrong_since: str
    took_s: float


class CorrectionList(msgspec.Struct, frozen=True):
    """Corrections since a time, newest first, and the median time to correct."""

    since: str
    count: int
    median_s: float | None
    corrections: list[Corrected]


class Readiness(msgspec.Struct, frozen=True):
    """Whether the engine can do its work, and what to do when not."""

    ready: bool
    advice: str = ""


class Credit(msgspec.Struct, frozen=True):
    """Whose work is used, for what, and under which licence."""

    name: str
    use: str
    licence: str
    url: str


class Credits(msgspec.Struct, frozen=True):
    """Everything that must be credited where the answers are shown."""

    credits: tuple[Credit, ...]


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a request and what to do; never repeats what was sent."""

    problem: str
    remedy: str


CREDITS = Credits(
    credits=(
        Credit(
            name="GeoNames",
            use="names and positions of places",
            licence="CC BY 4.0",
            url="https://www.geonames.org/",
        ),
        Credit(
            name="Natural Earth",
            use="outlines of the map",
            licence="public domain",
            url="https://www.naturalearthdata.com/",
        ),
    )
)
