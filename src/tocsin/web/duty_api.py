"""Acknowledging, silencing and trying channels over the API; who asks is not asked."""

import secrets
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.clock import DAY_MS, Clock, rfc3339
from tocsin.errors import SinkBusy, SinkRejected
from tocsin.model import LevelWord, Receipt
from tocsin.store import Act, Broken, Outcome, Silence, Store, median_ms
from tocsin.store.outcomes import Judgement
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import BadQuery, Parameter
from tocsin.web.watch_routes import served
from tocsin.web.watch_shelf import body_as

OUTCOMES_MS = 90 * DAY_MS
"""How far back it is told how often alerts were right."""
TryOut = Callable[[str], Receipt]
"""Sends a test message to a channel; raises InputError, SinkBusy or SinkRejected."""


class Seen(msgspec.Struct, frozen=True):
    """That somebody sees to an event, and what came of it."""

    event_id: str
    outcome: Outcome = ""
    at: str = ""


class SeenList(msgspec.Struct, frozen=True):
    """What was seen to, newest first."""

    acks: list[Seen]


class Quieted(msgspec.Struct, frozen=True):
    """A silence: what is set must fit; corrections of what was told go out all the same."""

    minutes: int = 120
    hazard: str = ""
    country: str = ""
    event_id: str = ""
    watch: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_km: float = 0.0
    max_level: LevelWord = "yellow"
    maintenance: bool = False
    id: str = ""
    until: str = ""


class QuietedList(msgspec.Struct, frozen=True):
    """Silences that have not ended."""

    silences: list[Quieted]


class Right(msgspec.Struct, frozen=True):
    """How often the alerts of a hazard or a watch were right, of those that were judged."""

    of: str
    alerted: int
    judged: int
    right: float | None
    real: int
    exaggerated: int
    false: int
    duplicate: int
    elsewhere: int


class Rights(msgspec.Struct, frozen=True):
    """What came of the alerts of the last 90 days, by hazard and by watch."""

    hazards: list[Right]
    watches: list[Right]
    corrections: int
    median_to_correct_s: float | None


class Acts(msgspec.Struct, frozen=True):
    """What was done here and in which role, newest first, and whether the log of it holds."""

    acts: list[Act]
    root: str
    """Number and hash of the last record, as messages carry it."""
    broken: Broken | None = None


class Tried(msgspec.Struct, frozen=True):
    """How a channel took a test message."""

    channel: str
    result: Literal["accepted", "busy", "rejected"]
    detail: str = ""


_SILENCE = Parameter("silence_id", "Id of a silence.", {"type": "string"}, "path")
_CHANNEL = Parameter("channel", "Name of a sink.", {"type": "string"}, "path")
_WRITES = (400, 403, 413, 415, 422, 503)
DUTY_ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec("/api/acks", "What somebody sees to, and what it was.", SeenList, errors=(400, 503)),
    RouteSpec(
        "/api/acks", "Say that somebody sees to an event, or what it was.", Seen,
        errors=_WRITES, method="POST", takes=Seen,
    ),
    RouteSpec("/api/silences", "Silences that have not ended.", QuietedList, errors=(400, 503)),
    RouteSpec(
        "/api/silences", "Begin a silence.", Quieted, errors=_WRITES, method="POST",
        takes=Quieted,
    ),
    RouteSpec(
        "/api/silences/{silence_id}", "End a silence.", QuietedList, parameters=(_SILENCE,),
        errors=(403, 404, 503), method="DELETE",
    ),
    RouteSpec(
        "/api/outcomes", "How often alerts were right, as noted by those who got them.", Rights,
        errors=(400, 503),
    ),
    RouteSpec(
        "/api/audit", "What was done here and in which role; never who.", Acts, errors=(400, 503),
        needs="operator",
    ),
    RouteSpec(
        "/api/channels/{channel}/test", "Send a test message, marked as one.", Tried,
        parameters=(_CHANNEL,), errors=(403, 415, 422, 503), method="POST", needs="operator",
    ),
)  # fmt: skip


class Duty:
    """Each method answers one address; methods may be called from any thread."""

    def __init__(self, store: Store, clock: Clock, try_out: TryOut) -> None:
        self._store, self._clock, self._try_out = store, clock, try_out

    def acks(self, _: Request, __: bytes) -> Response:
        """What was seen to."""
        found = [Seen(a.event_id, a.outcome, rfc3339(a.at_ms)) for a in self._store.acks(1_000)]
        return json_answer(SeenList(found))

    def acknowledge(self, _: Request, raw: bytes) -> Response:
        """Note it; a second word about the same event takes the place of the first."""
        said, now_ms = body_as(raw, Seen), self._clock.now_ms()
        self._store.acknowledge(said.event_id, now_ms, said.outcome)
        return json_answer(msgspec.structs.replace(said, at=rfc3339(now_ms)), 201)

    def silences(self, _: Request, __: bytes) -> Response:
        """What is quiet now."""
        return json_answer(self._all())

    def silence(self, _: Request, raw: bytes) -> Response:
        """Begin a silence; one that names nothing would hide everything and is refused."""
        asked, now_ms = body_as(raw, Quieted), self._clock.now_ms()
        placed = asked.lat is not None and asked.lon is not None and asked.radius_km > 0
        named = asked.hazard or asked.country or asked.event_id or asked.watch or placed
        if not (named or asked.maintenance):
            raise BadQuery("Nothing is named.", "Name what to silence, or set maintenance.")
        if asked.hazard and asked.hazard not in hazard_ids():
            raise BadQuery("The hazard is not known.", "See docs/reference/hazards.md.")
        if any(len(text) > 64 for text in (asked.country, asked.event_id, asked.watch)):
            raise BadQuery("An id is too long.", "Take ids from the other addresses.")
        one = Silence(
            id=secrets.token_hex(4), until_ms=now_ms + asked.minutes * 60_000,
            hazard=asked.hazard, country=asked.country.upper(), event_id=asked.event_id,
            watch=asked.watch, lat=asked.lat, lon=asked.lon, radius_km=asked.radius_km,
            max_level=asked.max_level, maintenance=asked.maintenance,
        )  # fmt: skip
        self._store.silence(one, now_ms)
        return json_answer(_quieted(one, now_ms), 201)

    def end_silence(self, request: Request, _: bytes) -> Response:
        """End it before its time."""
        if not self._store.end_silence(
            str(request.path_params["silence_id"]), self._clock.now_ms()
        ):
            problem = Problem("No silence has this id.", "It may have ended by itself.")
            return json_answer(problem, 404)
        return json_answer(self._all())

    def outcomes(self, _: Request, __: bytes) -> Response:
        """Of the last 90 days; an event counts once however often it was told."""
        since_ms = self._clock.now_ms() - OUTCOMES_MS
        found = self._store.corrections.since(since_ms, 10_000)
        middle = median_ms(found)
        return json_answer(Rights(
            [_right(each) for each in self._store.outcomes.by_hazard(since_ms)],
            [_right(each) for each in self._store.outcomes.by_watch(since_ms)],
            len(found), None if middle is None else middle / 1000,
        ))  # fmt: skip

    def audit(self, _: Request, __: bytes) -> Response:
        """The last 500 acts."""
        log = self._store.audit
        return json_answer(Acts(log.newest(500), log.root(), log.verify()))

    def try_channel(self, request: Request, _: bytes) -> Response:
        """Send a test message and say how it was taken."""
        channel = str(request.path_params["channel"])
        self._store.audit.write(self._clock.now_ms(), "channel tried", ascii(channel)[:64])
        try:
            receipt = self._try_out(channel)
        except SinkBusy as error:
            return json_answer(Tried(channel, "busy", str(error)))
        except SinkRejected as error:
            return json_answer(Tried(channel, "rejected", str(error)))
        return json_answer(Tried(channel, "accepted", receipt.detail))

    def _all(self) -> QuietedList:
        now_ms = self._clock.now_ms()
        return QuietedList([_quieted(each, now_ms) for each in self._store.silences(now_ms)])


def duty_routes(duty: Duty | None) -> list[Route]:
    """The endpoints; without a duty each of them answers 503."""
    answers: dict[tuple[str, str], Callable[[Request, bytes], Response]] = {}
    if duty is not None:
        answers = {
            ("GET", "/api/acks"): duty.acks,
            ("POST", "/api/acks"): duty.acknowledge,
            ("GET", "/api/silences"): duty.silences,
            ("POST", "/api/silences"): duty.silence,
            ("DELETE", "/api/silences/{silence_id}"): duty.end_silence,
            ("GET", "/api/outcomes"): duty.outcomes,
            ("GET", "/api/audit"): duty.audit,
            ("POST", "/api/channels/{channel}/test"): duty.try_channel,
        }
    return [
        Route(spec.path, served(answers.get((spec.method, spec.path)), spec), methods=[spec.method])
        for spec in DUTY_ROUTES
    ]


def _right(one: Judgement) -> Right:
    return Right(
        one.of, one.alerted, one.judged, one.right, one.real, one.exaggerated, one.false,
        one.duplicate, one.elsewhere,
    )  # fmt: skip


def _quieted(one: Silence, now_ms: int) -> Quieted:
    fields: dict[str, Any] = {
        name: getattr(one, name)
        for name in Quieted.__struct_fields__
        if name in Silence.__struct_fields__
    }
    minutes = max(0, (one.until_ms - now_ms) // 60_000)
    return Quieted(**fields | {"minutes": minutes, "until": rfc3339(one.until_ms)})
