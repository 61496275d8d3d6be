"""What is owed to the channels, what was given up, and when nothing could be heard."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.clock import rfc3339
from tocsin.store import Owed, Store
from tocsin.web.blindness import Blindness, Gap
from tocsin.web.guard import json_answer
from tocsin.web.openapi import RouteSpec
from tocsin.web.watch_routes import served

SHOWN = 100
"""Newest messages told of those that were given up."""


class Channel(msgspec.Struct, frozen=True):
    """One way out, and how it does."""

    name: str
    waiting: int
    given_up: int
    resting: bool
    """It failed so often that it is only tried now and then."""


class Deliveries(msgspec.Struct, frozen=True):
    """The channels, and all messages by state."""

    channels: list[Channel]
    counts: dict[str, int]


class GivenUp(msgspec.Struct, frozen=True):
    """One message that will not arrive, and why."""

    channel: str
    kind: str
    event_id: str
    headline: str
    state: str
    attempts: int
    at: str
    """RFC 3339 time of the last try, or of the message when there was none."""
    detail: str


class GivenUpList(msgspec.Struct, frozen=True):
    """Messages that were given up, newest first."""

    messages: list[GivenUp]


class Unheard(msgspec.Struct, frozen=True):
    """A stretch of time without a voice, to the minute; `until` is None while it lasts."""

    since: str
    until: str | None


class BlindTimes(msgspec.Struct, frozen=True):
    """When every source of posts was silent at once, and so every watch blind; newest first."""

    known_since: str
    """Nothing is known of earlier times."""
    blind: list[Unheard]
    sources: dict[str, list[Unheard]]


DELIVERY_ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec(
        "/api/channels", "The channels, what waits for them and what was given up.", Deliveries,
        errors=(400, 503),
    ),
    RouteSpec(
        "/api/undelivered", "Messages that were given up, newest first.", GivenUpList,
        errors=(400, 503), needs="editor",
    ),
    RouteSpec(
        "/api/blind", "When no source could be heard, since the start.", BlindTimes,
        errors=(400, 503),
    ),
)  # fmt: skip


class Outbound:
    """Each method answers one address; methods may be called from any thread."""

    def __init__(
        self,
        store: Store,
        channels: Callable[[], tuple[str, ...]],
        resting: Callable[[], tuple[str, ...]],
        blindness: Blindness,
    ) -> None:
        self._store, self._channels, self._resting = store, channels, resting
        self._blindness = blindness

    def channels(self, _: Request, __: bytes) -> Response:
        """The channels that are configured, and those that are still owed something."""
        by_channel, resting = self._store.channel_counts(), self._resting()
        counts: dict[str, int] = {}
        for of in by_channel.values():
            for state, n in of.items():
                counts[state] = counts.get(state, 0) + n
        found = [
            Channel(
                name,
                by_channel.get(name, {}).get("pending", 0),
                sum(by_channel.get(name, {}).get(state, 0) for state in ("rejected", "expired")),
                name in resting,
            )
            for name in dict.fromkeys((*self._channels(), *sorted(by_channel)))
        ]
        return json_answer(Deliveries(found, counts))

    def undelivered(self, _: Request, __: bytes) -> Response:
        """What will not arrive."""
        return json_answer(GivenUpList([_given_up(o) for o in self._store.undelivered(SHOWN)]))

    def blind(self, _: Request, __: bytes) -> Response:
        """When nothing could be heard."""
        gaps, sources = self._blindness.all(), self._blindness.by_source()
        return json_answer(
            BlindTimes(
                rfc3339(self._blindness.known_since_ms),
                [_unheard(gap) for gap in gaps],
                {name: [_unheard(gap) for gap in each] for name, each in sources.items()},
            )
        )


def delivery_routes(outbound: Outbound | None) -> list[Route]:
    """The endpoints; without an engine each of them answers 503."""
    answers: dict[str, Callable[[Request, bytes], Response]] = {}
    if outbound is not None:
        answers = {
            "/api/channels": outbound.channels,
            "/api/undelivered": outbound.undelivered,
            "/api/blind": outbound.blind,
        }
    return [
        Route(spec.path, served(answers.get(spec.path), spec), methods=["GET"])
        for spec in DELIVERY_ROUTES
    ]


def _given_up(owed: Owed) -> GivenUp:
    event: Any = owed.alert.event
    at_ms = owed.tried_ms or owed.created_ms
    return GivenUp(
        owed.alert.channel, owed.alert.kind, event.event_id, event.headline, owed.state,
        owed.attempts, rfc3339(at_ms), owed.detail,
    )  # fmt: skip


def _unheard(gap: Gap) -> Unheard:
    return Unheard(rfc3339(gap.since_ms), None if gap.until_ms is None else rfc3339(gap.until_ms))
