"""The addresses of watches in one table, and the endpoints that serve them."""

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.errors import InputError, TocsinError
from tocsin.store import ROLE
from tocsin.watch.advice import Advice
from tocsin.watch.backtest import Backtest
from tocsin.watch.trace import Trace
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import BadQuery, Parameter, check_names
from tocsin.web.watch_answers import (
    SaidOfAlert,
    SitesRead,
    Trial,
    WatchChanged,
    WatchChecked,
    WatchKept,
    WatchList,
    WatchSent,
)
from tocsin.web.watch_api import WatchApi
from tocsin.web.watch_shelf import Shelf
from tocsin.web.watch_trials import DAYS, PER_DAY, WatchTrials
from tocsin.web.writes import TooLarge, body_of

WATCH_ID = Parameter(
    "watch_id", "Id of a watch.", {"type": "string", "pattern": "^[0-9a-f]{16}$"}, "path"
)
DAYS_BACK = Parameter(
    "days",
    f"How many days back, {DAYS[0]} to {DAYS[1]}.",
    {"type": "integer", "minimum": DAYS[0], "maximum": DAYS[1], "default": 30},
)
PER_DAY_MOST = Parameter(
    "per_day",
    f"Find the bounds that alert at most so often a day, {PER_DAY[0]} to {PER_DAY[1]}.",
    {"type": "integer", "minimum": PER_DAY[0], "maximum": PER_DAY[1]},
)
EVENT_ASKED = Parameter(
    "event_id", "Id of an event.", {"type": "string", "pattern": "^[0-9a-z]{16}$"}
)
_WRITES = (400, 403, 412, 413, 415, 422, 429, 503)

WATCH_ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec("/api/watches", "All watches, in words and in ids.", WatchList, errors=(400, 503)),
    RouteSpec(
        "/api/watches",
        "Store a watch that was checked and confirmed.",
        WatchChanged,
        errors=_WRITES,
        method="POST",
        takes=WatchSent,
    ),
    RouteSpec(
        "/api/watches/check",
        "What a watch means, in words and on the map, or why it is refused; nothing is stored.",
        WatchChecked,
        errors=(400, 403, 413, 415, 429, 503),
        method="POST",
        takes=WatchSent,
    ),
    RouteSpec(
        "/api/watches/sites",
        "A CSV of id,label,latitude,longitude,radius_km as areas for a watch.",
        SitesRead,
        errors=(400, 403, 413, 415, 422, 503),
        method="POST",
        media_taken="text/csv",
    ),
    RouteSpec(
        "/api/watches/try",
        "Try a watch on the past without storing it.",
        Backtest,
        errors=_WRITES,
        method="POST",
        takes=Trial,
    ),
    RouteSpec(
        "/api/watches/{watch_id}",
        "One watch.",
        WatchKept,
        parameters=(WATCH_ID,),
        errors=(400, 404, 503),
    ),
    RouteSpec(
        "/api/watches/{watch_id}",
        "Put another watch in its place; honours If-Match.",
        WatchChanged,
        parameters=(WATCH_ID,),
        errors=(*_WRITES, 404),
        method="PUT",
        takes=WatchSent,
    ),
    RouteSpec(
        "/api/watches/{watch_id}",
        "Take it out; honours If-Match.",
        WatchChanged,
        parameters=(WATCH_ID,),
        errors=(400, 403, 404, 412, 503),
        method="DELETE",
    ),
    RouteSpec(
        "/api/watches/{watch_id}/geojson",
        "Its areas as GeoJSON.",
        media="application/geo+json",
        parameters=(WATCH_ID,),
        errors=(400, 404, 503),
    ),
    RouteSpec(
        "/api/watches/{watch_id}/test",
        "What it would have told in the past.",
        Backtest,
        parameters=(WATCH_ID, DAYS_BACK, PER_DAY_MOST),
        errors=(400, 404, 503),
    ),
    RouteSpec(
        "/api/watches/{watch_id}/why",
        "Why an event alerted it or did not.",
        Trace,
        parameters=(WATCH_ID, EVENT_ASKED),
        errors=(400, 404, 503),
    ),
    RouteSpec(
        "/api/watches/{watch_id}/advice",
        "What readers said of its alerts, and which bound would have pleased them better.",
        Advice,
        parameters=(WATCH_ID,),
        errors=(400, 404, 503),
    ),
    RouteSpec(
        "/api/watches/{watch_id}/feedback",
        "Keep what a reader says of an alert: right, wrong, useless or late.",
        WatchChanged,
        parameters=(WATCH_ID,),
        errors=(400, 403, 404, 413, 415, 503),
        method="POST",
        takes=SaidOfAlert,
    ),
)

Endpoint = Callable[[Request, bytes], Response]
_NONE_HERE = Problem("No watches are served here.", "Run the engine: tocsin run.")


def watch_routes(shelf: Shelf | None) -> list[Route]:
    """The endpoints; without a shelf each of them says that there are no watches here."""
    answers = _answers(shelf) if shelf is not None else {}
    routes = []
    # A fixed name must be tried before the one that takes any id.
    for spec in sorted(WATCH_ROUTES, key=lambda spec: "{" in spec.path):
        answer = answers.get((spec.method, spec.path))
        routes.append(Route(spec.path, served(answer, spec), methods=[spec.method]))
    return routes


def _answers(shelf: Shelf) -> dict[tuple[str, str], Endpoint]:
    api, trials = WatchApi(shelf), WatchTrials(shelf)
    one = "/api/watches/{watch_id}"
    return {
        ("GET", "/api/watches"): api.list,
        ("POST", "/api/watches"): api.create,
        ("POST", "/api/watches/check"): api.check,
        ("POST", "/api/watches/sites"): api.sites,
        ("POST", "/api/watches/try"): trials.try_one,
        ("GET", one): api.one,
        ("PUT", one): api.update,
        ("DELETE", one): api.delete,
        ("GET", f"{one}/geojson"): api.shape,
        ("GET", f"{one}/test"): trials.test,
        ("GET", f"{one}/why"): trials.why,
        ("GET", f"{one}/advice"): trials.advice,
        ("POST", f"{one}/feedback"): api.feedback,
    }


def served(answer: Endpoint | None, spec: RouteSpec) -> Callable[[Request], Any]:
    """The answer in a thread of its own, but only to known parameters and bounded bodies."""
    known = tuple(p for p in spec.parameters if p.where == "query")

    async def bounded(request: Request) -> Response:
        if answer is None:
            return json_answer(_NONE_HERE, 503)
        check_names(request.query_params.multi_items(), known)
        try:
            raw = await body_of(request)
        except TooLarge:
            return json_answer(TooLarge.problem, 413)
        caller = request.scope.get("tocsin_caller")
        ROLE.set(caller.role if caller else "nobody")
        try:
            return await run_in_threadpool(answer, request, raw)
        except BadQuery:
            raise
        except InputError as error:
            # A bound of the store; its words hold nothing of what was sent.
            problem, _, remedy = str(error).partition(". ")
            return json_answer(Problem(f"{problem}.", remedy), 422)
        except TocsinError:
            return json_answer(Problem("The store cannot be used.", "See: tocsin doctor."), 503)

    return bounded
