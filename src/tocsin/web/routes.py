"""Every address in one table: what it is for, what may be asked, and what comes back."""

from typing import Any

from tocsin.engine.coverage import Coverage
from tocsin.render import LANGS
from tocsin.web.answers import (
    AlertList,
    CorrectionList,
    Credits,
    EventDetail,
    EventList,
    Readiness,
    Timeline,
    Words,
)
from tocsin.web.corrections import CORRECTION_FILTERS
from tocsin.web.delivery_api import DELIVERY_ROUTES
from tocsin.web.duty_api import DUTY_ROUTES
from tocsin.web.health import Health
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import EVENT_FILTERS, TIMELINE, Parameter
from tocsin.web.reply import REPLY_ROUTES
from tocsin.web.signin import SESSION_ROUTES
from tocsin.web.watch_routes import WATCH_ROUTES

EVENT_ID = Parameter(
    "event_id", "Id of an event.", {"type": "string", "pattern": "^[0-9a-z]{16}$"}, "path"
)
LANG = Parameter("lang", "Language of the words.", {"type": "string", "enum": list(LANGS)}, "path")
STATIC_PATH = Parameter("path", "Name of a file.", {"type": "string"}, "path")

ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec("/", "The page.", media="text/html", needs="open"),
    RouteSpec("/plain", "The plain page, which needs no build.", media="text/html", needs="open"),
    RouteSpec(
        "/static/{path}",
        "Files of the plain page, and the outlines of the world.",
        media="*/*",
        parameters=(STATIC_PATH,),
        errors=(404,),
        needs="open",
    ),
    RouteSpec(
        "/ui/{path}",
        "Files of the built page.",
        media="*/*",
        parameters=(STATIC_PATH,),
        errors=(404,),
        needs="open",
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
        "Events that were taken back or lowered, and how soon, as an Atom feed.",
        media="application/atom+xml",
        parameters=CORRECTION_FILTERS,
        errors=(400,),
    ),
    RouteSpec(
        "/api/corrections",
        "The same, with the median time to correct.",
        CorrectionList,
        parameters=CORRECTION_FILTERS,
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
    RouteSpec(
        "/api/timeline",
        "How much was decided when, by level.",
        Timeline,
        parameters=TIMELINE,
        errors=(400,),
    ),
    RouteSpec(
        "/api/words/{lang}",
        "Names of hazards and phrases in one language.",
        Words,
        parameters=(LANG,),
        errors=(400, 404),
        needs="open",
    ),
    RouteSpec("/api/alerts", "Alerts that were sent, newest first.", AlertList, errors=(400,)),
    RouteSpec("/api/health", "How the engine is doing.", Health, errors=(400,)),
    RouteSpec(
        "/api/coverage",
        "Which languages and countries were heard in the last day, in bands of voices.",
        Coverage,
        errors=(400,),
    ),
    RouteSpec(
        "/api/ready", "Whether it can do its work.", Readiness, errors=(400, 503), needs="open"
    ),
    RouteSpec("/api/attribution", "Whose work is used.", Credits, errors=(400,)),
    RouteSpec("/api/openapi.json", "This document.", dict[str, Any], errors=(400,)),
    *WATCH_ROUTES,
    *DUTY_ROUTES,
    *DELIVERY_ROUTES,
    *REPLY_ROUTES,
    *SESSION_ROUTES,
    RouteSpec(
        "/metrics",
        "Counters for Prometheus.",
        media="text/plain",
        errors=(400,),
        needs="operator",
    ),
)
