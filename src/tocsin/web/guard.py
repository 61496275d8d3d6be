"""What holds for every request and every answer: methods, hosts, headers, no payload in logs."""

import logging

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.web.access import Access, Caller, Doors, enough
from tocsin.web.answers import Problem
from tocsin.web.writes import Writable, refusal

log = logging.getLogger("tocsin.web")

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, nothing foreign, no frame around the page."""

REPLY_PREFIX = "/answer/"
REPLY_POLICY = POLICY.replace("form-action 'none'", "form-action 'self'")
"""The page behind the link of a message holds one form, and nothing else is looser there."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def json_answer(answer: object, status: int = 200, **headers: str) -> Response:
    """Any struct as JSON that no cache keeps."""
    return Response(
        msgspec.json.encode(answer),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store", **headers},
    )


class Guard:
    """The outermost layer: refuses before the routes see a request, marks every answer."""

    def __init__(
        self,
        app: ASGIApp,
        contract: str,
        hosts: tuple[str, ...],
        writable: Writable,
        doors: Doors,
        access: Access,
        public_host: str = "",
    ) -> None:
        """`public_host` is a further name; without tokens only the links of messages are there."""
        self._public_host = public_host
        self._doors, self._access = doors, access
        self._app, self._hosts, self._writable = app, hosts, writable
        self._headers = {**HEADERS, "x-tocsin-contract": contract}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an error inside becomes a plain 500 that tells nothing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        refused, caller = self._refusal(scope)
        scope["tocsin_caller"] = caller

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if scope["path"].startswith(REPLY_PREFIX):
                    headers["content-security-policy"] = REPLY_POLICY
                # Files are asked for again after an upgrade; answers say no-store themselves.
                headers.setdefault("cache-control", "no-cache")
            elif message.get("more_body") and caller and not self._access.holds(caller):
                raise _SignedOut
            await send(message)

        if refused is not None:
            await refused(scope, receive, marked)
            return
        try:
            await self._app(scope, receive, marked)
        except _SignedOut:
            await send({"type": "http.response.body", "body": b""})
        except Exception as error:
            # The class alone: a message or a traceback may carry what was sent (contract P17).
            log.error("a request failed with %s", type(error).__name__)
            if started:
                raise ConnectionError("the answer broke off") from None
            problem = Problem("The server could not answer.", "Its log names the kind of error.")
            await json_answer(problem, 500)(scope, receive, marked)

    def _refusal(self, scope: Scope) -> tuple[Response | None, Caller | None]:
        """Why a request goes no further, and else who asks."""
        method, path, headers = scope["method"], scope["path"], Headers(scope=scope)
        reads = method in ("GET", "HEAD")
        if not reads and not self._writable.holds(method, path):
            problem = Problem("Only reading is possible here.", "Use GET or HEAD.")
            return json_answer(problem, 405, allow="GET, HEAD"), None
        host, closed = _host_name(headers.get("host", "")), self._access.required
        outside = bool(self._public_host) and host == self._public_host
        if path.startswith(REPLY_PREFIX) and (host in self._hosts or outside):
            # Such a request is known by its link, which no foreign page can guess.
            return None, None
        # A foreign site that points its name at this machine must not read from here.
        if host not in self._hosts and not (outside and closed):
            remedy = f"Use one of: {', '.join(self._hosts)}."
            return json_answer(Problem("This name is not served here.", remedy), 421), None
        needs, caller = self._doors.needs(method, path), self._access.caller(headers)
        if not reads and (wrong := refusal(scope, signed_in=closed)):
            return json_answer(*wrong), caller
        if needs == "open":
            return None, caller
        if caller is None:
            problem = Problem("Nobody has signed in.", "Sign in, or send a bearer token.")
            return json_answer(problem, 401, **{"www-authenticate": "Bearer"}), None
        if not enough(caller.role, needs):
            problem = Problem(f"This is for the role {needs}.", f"You are {caller.role}.")
            return json_answer(problem, 403), caller
        return None, caller


class _SignedOut(Exception):
    """A session ended while an answer was under way."""


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[: host.find("]") + 1].lower()
    return host.partition(":")[0].lower()
