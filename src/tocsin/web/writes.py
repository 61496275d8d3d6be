"""What is asked of a request that would change something, before anything reads it."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from tocsin.web.answers import Problem

BODY_BYTES = 4 << 20
"""Largest body: some twenty thousand sites."""
METHODS = ("POST", "PUT", "DELETE")
_MEDIA = ("application/json", "text/csv")
_HERE = ("127.0.0.1", "::1")


class Writable:
    """Which addresses may be written to, by method."""

    def __init__(self, routes: Sequence[tuple[str, str]]) -> None:
        """Pairs of a method and a path with {names}."""
        self._routes = [
            (method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for method, path in routes
        ]

    def holds(self, method: str, path: str) -> bool:
        """Whether this method means something at this path."""
        return any(method == verb and of.fullmatch(path) for verb, of in self._routes)


class TooLarge(Exception):
    """A body goes on beyond its bound."""

    problem = Problem("The body is too large.", f"Send at most {BODY_BYTES} bytes.")


def refusal(scope: Scope, *, signed_in: bool = False) -> tuple[Problem, int] | None:
    """Why a request may not write: a foreign page, a foreign machine, a form, or too large.

    Where people sign in, their role says who may write, and no longer the machine.
    """
    headers = Headers(scope=scope)
    client = scope.get("client")
    if not signed_in and (client is None or client[0] not in _HERE):
        remedy = "Reach it by a tunnel, or give out tokens: tocsin token add."
        return Problem("Only this machine may change something.", remedy), 403
    if signed_in and "cookie" in headers and "origin" not in headers:
        # Every browser says where a write comes from; a cookie without that is no page of ours.
        return Problem("A session without an origin.", "Send a bearer token instead."), 403
    # A page of another site can make a browser send; it cannot make it lie about where from.
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
        return Problem("This comes from another site.", "Use the page of this Tocsin."), 403
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return Problem("This comes from another site.", "Use the page of this Tocsin."), 403
    media = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if scope["method"] != "DELETE" and media not in _MEDIA:
        return Problem("The body is of no known type.", f"Send {' or '.join(_MEDIA)}."), 415
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > BODY_BYTES:
        return TooLarge.problem, 413
    return None


async def body_of(request: Request) -> bytes:
    """The whole body; raises TooLarge beyond the bound, whatever its header said."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)
