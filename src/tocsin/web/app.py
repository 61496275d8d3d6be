"""The application: every address in one table, and what each one answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tocsin.web.answers import (
    CREDITS,
    AlertList,
    Credits,
    EventDetail,
    EventList,
    Problem,
    Readiness,
)
from tocsin.web.board import Board
from tocsin.web.feeds import feed_answers
from tocsin.web.guard import Guard, json_answer
from tocsin.web.health import Health, told
from tocsin.web.openapi import RouteSpec, document
from tocsin.web.query import EVENT_FILTERS, BadQuery, Parameter, check_names, event_filters
from tocsin.web.stream import HEARTBEAT_S, Streams
from tocsin.web.watch_routes import WATCH_ROUTES, watch_routes
from tocsin.web.watch_shelf import Shelf
from tocsin.web.writes import Writable

PAGE = Path(__file__).parent / "page"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Names under which the page may be asked for."""

METRICS_MEDIA = "text/plain; version=0.0.4; charset=utf-8"
EVENT_ID = Parameter(
    "event_id", "Id of an event.", {"type": "string", "pattern": "^[0-9a-z]{16}$"}, "path"
)
STATIC_PATH = Parameter("path", "Name of a file.", {"type": "string"}, "path")

ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec("/", "The page.", media="text/html"),
    RouteSpec(
        "/static/{path}",
        "Files of the page.",
        media="*/*",
        parameters=(STATIC_PATH,),
        errors=(404,),
    ),
    RouteSpec(
        "/api/events",
        "Latest revision of each event, newest change first.",
        EventList,
        parameters=EVENT_FILTERS,
        errors=(400,),
    ),
    RouteSpec(
        "/api/events.atom",
        "The same as an Atom feed.",
        media="application/atom+xml",
        parameters=EVENT_FILTERS,
        errors=(400,),
    ),
    RouteSpec(
        "/api/events.geojson",
        "The same as GeoJSON.",
        media="application/geo+json",
        parameters=EVENT_FILTERS,
        errors=(400,),
    ),
    RouteSpec(
        "/api/corrections.atom",
        "Events that were taken back, as an Atom feed.",
        media="application/atom+xml",
        parameters=EVENT_FILTERS,
        errors=(400,),
    ),
    RouteSpec(
        "/api/events/{event_id}/cap",
        "One event in CAP 1.2, always as an exercise.",
        media="application/cap+xml",
        parameters=(EVENT_ID,),
        errors=(400, 404),
    ),
    RouteSpec(
        "/api/events/{event_id}",
        "One event with its revisions.",
        EventDetail,
        parameters=(EVENT_ID,),
        errors=(400, 404),
    ),
    RouteSpec(
        "/api/stream",
        "Server-sent events `event`, `alert` and `reset`; resumes at Last-Event-ID.",
        media="text/event-stream",
        errors=(400, 503),
    ),
    RouteSpec("/api/alerts", "Alerts that were sent, newest first.", AlertList, errors=(400,)),
    RouteSpec("/api/health", "How the engine is doing.", Health, errors=(400,)),
    RouteSpec("/api/ready", "Whether it can do its work.", Readiness, errors=(400, 503)),
    RouteSpec("/api/attribution", "Whose work is used.", Credits, errors=(400,)),
    RouteSpec("/api/openapi.json", "This document.", dict[str, Any], errors=(400,)),
    *WATCH_ROUTES,
    RouteSpec("/metrics", "Counters for Prometheus.", media="text/plain", errors=(400,)),
)

Answer = Callable[[Request], Response]


def create_app(
    board: Board,
    health: Callable[[], Health],
    metrics: Callable[[], bytes],
    *,
    hosts: tuple[str, ...] = LOOPBACK,
    heartbeat_s: float = HEARTBEAT_S,
    shelf: Shelf | None = None,
) -> Starlette:
    """The web application over a board; `health` and `metrics` are asked at each request.

    `health` is also asked once at once, for the contract that every answer carries.
    `shelf` holds the watches; without it their addresses answer 503.
    `hosts` are the names it answers to, so that no foreign name can be pointed at it.
    """
    streams = Streams(board, heartbeat_s)
    first = health()
    answers = _answers(board, health, metrics, first.version)
    specs = {spec.path: spec for spec in ROUTES}
    writable = Writable([(s.method, s.path) for s in ROUTES if s.method != "GET"])
    routes: list[BaseRoute] = [
        Route(path, _checked(answer, specs[path]), methods=["GET"])
        for path, answer in answers.items()
    ]
    routes += watch_routes(shelf)
    routes.append(Route("/api/stream", _checked_stream(streams), methods=["GET"]))
    routes.append(Mount("/static", StaticFiles(directory=PAGE), name="static"))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, contract=first.contract, hosts=hosts, writable=writable)],
        exception_handlers={HTTPException: _refused, BadQuery: _bad_query},
    )
    app.state.streams = streams
    return app


def _answers(
    board: Board, health: Callable[[], Health], metrics: Callable[[], bytes], version: str
) -> dict[str, Answer]:
    """What each address answers; none of them waits for anything."""
    openapi = msgspec.json.encode(document(ROUTES, version))

    def events(request: Request) -> Response:
        stream_id = board.since(None).at_id
        found = board.events(event_filters(request.query_params.multi_items()))
        return json_answer(EventList(events=found, stream_id=stream_id))

    def event(request: Request) -> Response:
        revisions = board.revisions(request.path_params["event_id"])
        if not revisions:
            problem = "No event has this id, or it is too long ago."
            return json_answer(Problem(problem, "Take an id from /api/events."), 404)
        return json_answer(EventDetail(event=revisions[-1], revisions=revisions))

    def ready(_: Request) -> Response:
        now = health()
        answer = Readiness(ready=now.ready, advice=now.advice)
        return json_answer(answer, 200 if now.ready else 503)

    return {
        "/": lambda _: FileResponse(PAGE / "index.html", headers={"cache-control": "no-cache"}),
        "/api/events": events,
        **feed_answers(board, lambda: health().now),
        "/api/events/{event_id}": event,
        "/api/alerts": lambda _: json_answer(AlertList(alerts=board.alerts())),
        "/api/health": lambda _: json_answer(told(health(), board.counts())),
        "/api/ready": ready,
        "/api/attribution": lambda _: json_answer(CREDITS),
        "/api/openapi.json": lambda _: Response(openapi, media_type="application/json"),
        "/metrics": lambda _: Response(metrics(), headers={"content-type": METRICS_MEDIA}),
    }


def _checked(answer: Answer, spec: RouteSpec) -> Callable[[Request], object]:
    """The answer, but only to questions made of known parameters."""
    known = tuple(p for p in spec.parameters if p.where == "query")

    async def checked(request: Request) -> Response:
        check_names(request.query_params.multi_items(), known)
        return answer(request)

    return checked


def _checked_stream(streams: Streams) -> Callable[[Request], object]:
    async def stream(request: Request) -> object:
        check_names(request.query_params.multi_items(), ())
        return await streams.answer(request)

    return stream


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    problem = Problem("Nothing is found at this address.", "See /api/openapi.json for all of them.")
    return json_answer(problem, status)


async def _bad_query(_: Request, error: Exception) -> Response:
    if not isinstance(error, BadQuery):
        raise error
    return json_answer(Problem(error.problem, error.remedy), error.status)
