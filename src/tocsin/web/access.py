"""Who asks: sessions of people who signed in by token, and which role an address needs."""

import re
import secrets
import threading
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie

import msgspec
from starlette.datastructures import Headers

from tocsin.clock import HOUR_MS, Clock, SystemClock
from tocsin.errors import ConfigError
from tocsin.web.openapi import Needs, RouteSpec, needs_of
from tocsin.web.tokens import ROLES, Role, Token, TokenFile, digest_of

SESSION_MS = 12 * HOUR_MS
"""A session ends with the shift, whatever is done in it."""
IDLE_MS = HOUR_MS
"""A session that asks for nothing so long ends; an open page asks several times a minute."""
SESSIONS = 1_000
"""Sessions at one time; beyond it the one that began first ends."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks, as far as it matters: a role, and by which token; never a name."""

    role: Role
    token: str = ""
    """Id of the token; empty on a machine without tokens."""
    session: str = ""
    """Digest of the session's name; empty for a program that sends its token each time."""
    until_ms: int = 0


class _Session(msgspec.Struct):
    token: str
    began_ms: int
    seen_ms: int


class Doors:
    """Which role each address of a table needs."""

    def __init__(self, routes: Sequence[RouteSpec]) -> None:
        self._fixed: dict[tuple[str, str], Needs] = {}
        self._shaped: list[tuple[str, re.Pattern[str], Needs]] = []
        for route in routes:
            if "{" not in route.path:
                self._fixed[route.method, route.path] = needs_of(route)
                continue
            shape = re.sub(r"\\\{(\w+)\\\}", _hole, re.escape(route.path))
            self._shaped.append((route.method, re.compile(shape), needs_of(route)))

    def needs(self, method: str, path: str) -> Needs:
        """The role for an address; what is in no table needs one, too."""
        verb = "GET" if method == "HEAD" else method
        fixed = self._fixed.get((verb, path))
        if fixed is not None:
            return fixed
        found = (needs for of, shape, needs in self._shaped if of == verb and shape.fullmatch(path))
        return next(found, "viewer")


def _hole(name: re.Match[str]) -> str:
    return ".*" if name[1] == "path" else "[^/]+"


class Access:
    """Sessions over one file of tokens; methods may be called from any thread.

    Without tokens nobody signs in, and whoever reaches this machine may do everything. From the
    first token on everybody signs in, until a start without any: taking the last one out does
    not open the door.
    """

    def __init__(
        self, tokens: TokenFile | None = None, clock: Clock | None = None, *, secure: bool = False
    ) -> None:
        """`secure` is said when people come by https alone, so that the cookie does, too."""
        self._file, self._clock, self.secure = tokens, clock or SystemClock(), secure
        self._sessions: dict[str, _Session] = {}
        self._turn = threading.Lock()
        self._closed = bool(tokens and tokens.tokens())
        self.cookie = "__Host-tocsin" if secure else "tocsin"

    @property
    def required(self) -> bool:
        """Whether one has to sign in."""
        if not self._closed and self._tokens():
            self._closed = True
        return self._closed

    def caller(self, headers: Headers) -> Caller | None:
        """Who sends these headers; None for nobody known."""
        if not self.required:
            return Caller("operator")
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            digest = digest_of(given.strip())
            token = next((one for one in self._tokens().values() if one.digest == digest), None)
            return Caller(token.role, token.id) if token else None
        name = self._named(headers)
        return self._of_session(digest_of(name)) if name else None

    def sign_in(self, secret: str) -> tuple[str, Caller] | None:
        """A session's name, to be kept by the browser alone, for a token; None for a wrong one."""
        digest, now_ms = digest_of(secret.strip()), self._clock.now_ms()
        token = next((one for one in self._tokens().values() if one.digest == digest), None)
        if token is None:
            return None
        name = secrets.token_urlsafe(32)
        with self._turn:
            while len(self._sessions) >= SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[digest_of(name)] = _Session(token.id, now_ms, now_ms)
        return name, Caller(token.role, token.id, digest_of(name), now_ms + SESSION_MS)

    def sign_out(self, caller: Caller) -> None:
        """End the session of a caller; nothing happens to one without."""
        with self._turn:
            self._sessions.pop(caller.session, None)

    def holds(self, caller: Caller) -> bool:
        """Whether an answer that is still being sent may go on."""
        if not caller.token:
            return not self.required
        if caller.token not in self._tokens():
            return False
        if not caller.session:
            return True
        with self._turn:
            return self._lives(caller.session) is not None

    def _of_session(self, digest: str) -> Caller | None:
        tokens = self._tokens()
        with self._turn:
            session = self._lives(digest)
            token = tokens.get(session.token) if session else None
            if session is None or token is None:
                self._sessions.pop(digest, None)
                return None
            session.seen_ms = self._clock.now_ms()
            return Caller(token.role, token.id, digest, session.began_ms + SESSION_MS)

    def _lives(self, digest: str) -> _Session | None:
        session, now_ms = self._sessions.get(digest), self._clock.now_ms()
        if session is None:
            return None
        ended = now_ms >= session.began_ms + SESSION_MS or now_ms >= session.seen_ms + IDLE_MS
        return None if ended else session

    def _named(self, headers: Headers) -> str:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def _tokens(self) -> dict[str, Token]:
        try:
            return {one.id: one for one in self._file.tokens()} if self._file else {}
        except ConfigError:
            # Who cannot be checked does not come in.
            self._closed = True
            return {}


def enough(role: Role, needs: Needs) -> bool:
    """Whether a role may do what needs another."""
    return needs == "open" or needs == "link" or ROLES.index(role) >= ROLES.index(needs)
