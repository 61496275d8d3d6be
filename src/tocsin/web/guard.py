"""What holds for every request and every answer: methods, hosts, headers, no payload in logs."""

import logging

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
        reply_host: str = "",
    ) -> None:
        """`reply_host` is a further name, under which only the links of messages are served."""
        self._reply_host = reply_host
        self._app, self._hosts, self._writable = app, hosts, writable
        self._headers = {**HEADERS, "x-tocsin-contract": contract}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an error inside becomes a plain 500 that tells nothing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

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
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, marked)
            return
        try:
            await self._app(scope, receive, marked)
        except Exception as error:
            # The class alone: a message or a traceback may carry what was sent (contract P17).
            log.error("a request failed with %s", type(error).__name__)
            if started:
                raise ConnectionError("the answer broke off") from None
            problem = Problem("The server could not answer.", "Its log names the kind of error.")
            await json_answer(problem, 500)(scope, receive, marked)

    def _refusal(self, scope: Scope) -> Response | None:
        reads = scope["method"] in ("GET", "HEAD")
        if not reads and not self._writable.holds(scope["method"], scope["path"]):
            problem = Problem("Only reading is possible here.", "Use GET or HEAD.")
            return json_answer(problem, 405, allow="GET, HEAD")
        if scope["path"].startswith(REPLY_PREFIX):
            # Such a request is known by its link, which no foreign page can guess.
            host = _host_name(Headers(scope=scope).get("host", ""))
            if host in self._hosts or (self._reply_host and host == self._reply_host):
                return None
        # A foreign site that points its name at this machine must not read from here.
        if _host_name(Headers(scope=scope).get("host", "")) not in self._hosts:
            remedy = f"Use one of: {', '.join(self._hosts)}."
            return json_answer(Problem("This name is not served here.", remedy), 421)
        refused = None if reads else refusal(scope)
        return json_answer(*refused) if refused else None


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[: host.find("]") + 1].lower()
    return host.partition(":")[0].lower()
