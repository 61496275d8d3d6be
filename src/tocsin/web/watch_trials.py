"""Watches tried on the past, and why an event alerted one or did not."""

import threading

from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import DAY_MS
from tocsin.engine.history import advice_of, kept_events, told_of
from tocsin.errors import WatchRefused
from tocsin.model import Event, Watch
from tocsin.watch.backtest import backtest
from tocsin.watch.trace import nearest_trace
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.query import BadQuery
from tocsin.web.watch_answers import Trial
from tocsin.web.watch_shelf import NO_EVENT, NO_WATCH, Shelf, body_as, id_of, refused

DAYS = (1, 400)
PER_DAY = (0, 1_000)


class WatchTrials:
    """What is asked about a watch and the past; one trial runs at a time."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._trying = threading.Semaphore(1)

    def try_one(self, _: Request, raw: bytes) -> Response:
        """A watch that is not stored, on the past."""
        trial = body_as(raw, Trial)
        try:
            watch = self._shelf.compiled(trial.watch)
        except WatchRefused as refusal:
            return refused(refusal, 422)
        self._shelf.asked("watch tried", watch.id)
        return self._tried(watch, trial.days, trial.per_day)

    def test(self, request: Request, _: bytes) -> Response:
        """A watch that stands, on the past."""
        watch = self._shelf.known(id_of(request))
        if watch is None:
            return json_answer(NO_WATCH, 404)
        self._shelf.asked("watch tried", watch.id)
        query = request.query_params
        per_day = _whole(query["per_day"], "per_day") if "per_day" in query else None
        return self._tried(watch, _whole(query.get("days", "30"), "days"), per_day)

    def why(self, request: Request, _: bytes) -> Response:
        """Why an event alerted a watch, or did not."""
        watch = self._shelf.known(id_of(request))
        if watch is None:
            return json_answer(NO_WATCH, 404)
        event_id = request.query_params.get("event_id", "")
        self._shelf.asked("asked why", watch.id)
        kept = self._shelf.store.revisions_of(event_id)
        revisions = [each.event for each in kept if each.event is not None]
        if not revisions:
            return json_answer(NO_EVENT, 404)
        return json_answer(told_of(self._shelf.store, nearest_trace(watch, revisions)))

    def advice(self, request: Request, _: bytes) -> Response:
        """What readers said of its alerts, and what that suggests."""
        watch = self._shelf.known(id_of(request))
        if watch is None:
            return json_answer(NO_WATCH, 404)
        return json_answer(advice_of(self._shelf.store, watch))

    def _tried(self, watch: Watch, days: int, per_day: int | None) -> Response:
        _within(days, DAYS, "days")
        if per_day is not None:
            _within(per_day, PER_DAY, "per_day")
        if not self._trying.acquire(blocking=False):
            return json_answer(Problem("Another trial runs.", "Ask again in a moment."), 503)
        try:
            from_ms = self._shelf.clock.now_ms() - days * DAY_MS
            history = kept_events(self._shelf.store, from_ms, lambda event: _of_kind(watch, event))
            return json_answer(backtest(watch, history.events, per_day, history.whole))
        finally:
            self._trying.release()


def _of_kind(watch: Watch, event: Event) -> bool:
    return watch.hazards == "any" or event.hazard in watch.hazards


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadQuery(f"`{name}` is no number.", "Give a whole number.")
    return int(text)


def _within(value: int, bounds: tuple[int, int], name: str) -> None:
    if not bounds[0] <= value <= bounds[1]:
        raise BadQuery(f"`{name}` is out of range.", f"Give {bounds[0]} to {bounds[1]}.")
