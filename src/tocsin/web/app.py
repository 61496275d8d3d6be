"""The application: what each address of the table answers."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tocsin.clock import rfc3339
from tocsin.engine.coverage import Coverage
from tocsin.web.access import Access, Doors
from tocsin.web.answers import CREDITS, AlertList, EventDetail, EventList, Problem, Readiness
from tocsin.web.board import Board
from tocsin.web.corrections import Find, correction_answers, on_board
from tocsin.web.delivery_api import Outbound, delivery_routes
from tocsin.web.duty_api import Duty, duty_routes
from tocsin.web.feeds import feed_answers
from tocsin.web.guard import Guard, json_answer
from tocsin.web.health import Health, told
from tocsin.web.openapi import RouteSpec, document
from tocsin.web.query import BadQuery, check_names, event_filters
from tocsin.web.reply import Desk, reply_routes
from tocsin.web.routes import ROUTES
from tocsin.web.signin import session_routes
from tocsin.web.stream import HEARTBEAT_S, Streams
from tocsin.web.timeline import timeline_answers
from tocsin.web.watch_routes import watch_routes
from tocsin.web.watch_shelf import Shelf
from tocsin.web.writes import Writable

__all__ = ["BUILT", "PAGE", "ROUTES", "create_app"]

PAGE = Path(__file__).parent / "page"
"""The plain page, which needs no build."""
BUILT = Path(__file__).parent / "built"
"""The page that `make ui` builds; not there where no npm registry was reached."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Names under which the page may be asked for."""

METRICS_MEDIA = "text/plain; version=0.0.4; charset=utf-8"

Answer = Callable[[Request], Response]


def nobody() -> Coverage:
    """The coverage of a page without an engine."""
    return Coverage(rfc3339(0))


def create_app(
    board: Board,
    health: Callable[[], Health],
    metrics: Callable[[], bytes],
    *,
    hosts: tuple[str, ...] = LOOPBACK,
    heartbeat_s: float = HEARTBEAT_S,
    built: Path = BUILT,
    corrections: Find | None = None,
    coverage: Callable[[], Coverage] = nobody,
    shelf: Shelf | None = None,
    duty: Duty | None = None,
    replies: Desk | None = None,
    outbound: Outbound | None = None,
    public_host: str = "",
    access: Access | None = None,
) -> Starlette:
    """The web application over a board; `health` and `metrics` are asked at each request.

    `health` is also asked once at once, for the contract that every answer carries.
    `built` is the folder of the built page; without it the plain page is served.
    `corrections` finds what was corrected since a time; left out, the board is asked.
    `coverage` tells who was heard; left out, nobody.
    `shelf` holds the watches; without it their addresses answer 503.
    `duty` takes acknowledgements and silences, `replies` the links of messages, `outbound`
    knows what is owed to the channels.
    `access` knows who signed in; left out, or without tokens, nobody has to. Only with tokens
    more than the links of messages is served under `public_host`.
    `hosts` are the names it answers to, so that no foreign name can be pointed at it.
    """
    streams = Streams(board, heartbeat_s)
    first = health()
    page = built if (built / "index.html").is_file() else PAGE
    answers = {
        "/": _file(page / "index.html"),
        "/plain": _file(PAGE / "index.html"),
        **_answers(board, health, metrics, first.version, corrections or on_board(board)),
        "/api/coverage": lambda _: json_answer(coverage()),
    }
    specs = {spec.path: spec for spec in ROUTES}
    routes: list[BaseRoute] = [
        Route(path, _checked(answer, specs[path]), methods=["GET"])
        for path, answer in answers.items()
    ]
    access = access or Access()
    routes += [*watch_routes(shelf), *duty_routes(duty), *reply_routes(replies)]
    behind = {"watches": shelf, "duty": duty, "delivery": outbound}
    parts = tuple(name for name, part in behind.items() if part is not None)
    routes += [*session_routes(access, parts), *delivery_routes(outbound)]
    routes.append(Route("/api/stream", _checked_stream(streams), methods=["GET"]))
    routes.append(Mount("/ui", StaticFiles(directory=page), name="ui"))
    routes.append(Mount("/static", StaticFiles(directory=PAGE), name="static"))
    app = Starlette(
        routes=routes,
        middleware=[_guard(first.contract, hosts, access, public_host)],
        exception_handlers={HTTPException: _refused, BadQuery: _bad_query},
    )
    app.state.streams = streams
    return app


def _guard(contract: str, hosts: tuple[str, ...], access: Access, public_host: str) -> Middleware:
    return Middleware(
        Guard,
        contract=contract,
        hosts=hosts,
        writable=Writable([(s.method, s.path) for s in ROUTES if s.method != "GET"]),
        doors=Doors(ROUTES),
        access=access,
        public_host=public_host,
    )


def _file(path: Path) -> Answer:
    return lambda _: FileResponse(path, headers={"cache-control": "no-cache"})


def _answers(
    board: Board,
    health: Callable[[], Health],
    metrics: Callable[[], bytes],
    version: str,
    corrections: Find,
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
        "/api/events": events,
        **feed_answers(board, lambda: health().now),
        **correction_answers(corrections, lambda: health().now),
        "/api/events/{event_id}": event,
        **timeline_answers(board, lambda: health().now),
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
