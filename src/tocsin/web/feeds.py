"""Events for programs that read feeds: Atom, GeoJSON, and one event as CAP."""

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import parse_time_ms
from tocsin.render import Voice
from tocsin.render.cap import MEDIA, Issuer, cap, of_event
from tocsin.render.feeds import ATOM_MEDIA, GEOJSON_MEDIA, atom, geojson
from tocsin.web.answers import Problem
from tocsin.web.board import Board
from tocsin.web.guard import json_answer
from tocsin.web.query import event_filters

_ISSUER = Issuer("tocsin")
"""What is read here was asked for by nobody in particular, so it is always an exercise."""


def feed_answers(board: Board, now: Callable[[], str]) -> dict[str, Callable[[Request], Response]]:
    """Answers by address; `now` gives the time as RFC 3339."""

    def as_atom(request: Request) -> Response:
        events = board.events(event_filters(request.query_params.multi_items()))
        return Response(atom(events, parse_time_ms(now())), media_type=ATOM_MEDIA)

    def as_geojson(request: Request) -> Response:
        events = board.events(event_filters(request.query_params.multi_items()))
        return Response(msgspec.json.encode(geojson(events)), media_type=GEOJSON_MEDIA)

    def as_cap(request: Request) -> Response:
        history = board.revisions(request.path_params["event_id"])
        body = cap(of_event(history, "feed"), _ISSUER, Voice()) if history else None
        if body is None:
            problem = "No event has this id, or nothing of it was told."
            return json_answer(Problem(problem, "Take an id from /api/events."), 404)
        return Response(body, media_type=MEDIA)

    return {
        "/api/events.atom": as_atom,
        "/api/events.geojson": as_geojson,
        "/api/events/{event_id}/cap": as_cap,
    }
