"""Signing in and out over the API; who signs in is noted nowhere but in the session itself."""

import logging

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tocsin.clock import rfc3339
from tocsin.web.access import SESSION_MS, Access, Caller
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import check_names
from tocsin.web.tokens import Role
from tocsin.web.watch_shelf import body_as
from tocsin.web.writes import TooLarge, body_of

log = logging.getLogger("tocsin.web")
BODY_BYTES = 1_024
"""Largest body here: it is read before anybody has signed in."""


class SignIn(msgspec.Struct, frozen=True):
    """A token, as `tocsin token add` gave it out."""

    token: str


class Session(msgspec.Struct, frozen=True):
    """How the one who asks stands here."""

    required: bool
    """Whether one has to sign in at all."""
    role: Role | None
    """What the one who asks may do; None before signing in."""
    parts: tuple[str, ...]
    """What stands behind the page besides events: watches, duty, delivery."""
    until: str | None = None
    """RFC 3339 time at which the session ends; None without one."""


SESSION_ROUTES: tuple[RouteSpec, ...] = (
    RouteSpec(
        "/api/session", "Whether one has to sign in, and with which role one has.", Session,
        errors=(400,), needs="open",
    ),
    RouteSpec(
        "/api/session", "Sign in by token; the answer sets a cookie no script can read.", Session,
        errors=(400, 401, 403, 413, 415), method="POST", takes=SignIn, needs="open",
    ),
    RouteSpec(
        "/api/session", "Sign out.", Session, errors=(400, 403), method="DELETE", needs="open",
    ),
)  # fmt: skip


def session_routes(access: Access, parts: tuple[str, ...] = ()) -> list[Route]:
    """The endpoints of sessions; `parts` are what the page may ask for."""

    def stands(caller: Caller | None) -> Session:
        until = rfc3339(caller.until_ms) if caller and caller.until_ms else None
        return Session(access.required, caller.role if caller else None, parts, until)

    async def told(request: Request) -> Response:
        check_names(request.query_params.multi_items(), ())
        return json_answer(stands(request.scope["tocsin_caller"]))

    async def sign_in(request: Request) -> Response:
        check_names(request.query_params.multi_items(), ())
        try:
            raw = await body_of(request)
        except TooLarge:
            raw = b" " * (BODY_BYTES + 1)
        if len(raw) > BODY_BYTES:
            remedy = f"Send at most {BODY_BYTES} bytes."
            return json_answer(Problem("The body is too large.", remedy), 413)
        found = access.sign_in(body_as(raw, SignIn).token)
        if found is None:
            log.info("a sign-in was refused")
            problem = Problem("This token is not known.", "Ask for one: tocsin token add.")
            return json_answer(problem, 401)
        name, caller = found
        answer = json_answer(stands(caller))
        answer.set_cookie(
            access.cookie, name, max_age=SESSION_MS // 1_000, path="/", secure=access.secure,
            httponly=True, samesite="strict",
        )  # fmt: skip
        return answer

    async def sign_out(request: Request) -> Response:
        check_names(request.query_params.multi_items(), ())
        caller: Caller | None = request.scope["tocsin_caller"]
        if caller:
            access.sign_out(caller)
        answer = json_answer(stands(None if access.required else caller))
        answer.delete_cookie(
            access.cookie, path="/", secure=access.secure, httponly=True, samesite="strict"
        )
        return answer

    return [
        Route("/api/session", told, methods=["GET"]),
        Route("/api/session", sign_in, methods=["POST"]),
        Route("/api/session", sign_out, methods=["DELETE"]),
    ]
