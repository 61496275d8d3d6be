"""Watches that can be asked about, and the pause after too many refusals."""

import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import HOUR_MS, Clock
from tocsin.errors import WatchRefused
from tocsin.model import Watch
from tocsin.store import Store
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import Resolver, compile_watch
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.query import BadQuery
from tocsin.web.watch_answers import WatchChecked

log = logging.getLogger("tocsin.web")
REFUSALS = 20
"""So many refusals in an hour, then a pause: nobody searches for gaps by machine."""
NO_WATCH = Problem("There is no such watch.", "Take an id from /api/watches.")
NO_EVENT = Problem("Nothing is kept of this event.", "Take an id from /api/events.")
_Body = TypeVar("_Body")


class Shelf:
    """Watches of one store and of the configuration; methods may be called from any thread."""

    def __init__(
        self,
        store: Store,
        configured: Sequence[Watch],
        channels: Sequence[str],
        find: Resolver,
        clock: Clock,
    ) -> None:
        self.store, self._channels, self.find, self.clock = store, channels, find, clock
        self.configured = {watch.id: watch for watch in configured}
        self._refused_ms: deque[int] = deque(maxlen=REFUSALS)

    def compiled(self, table: dict[str, Any]) -> Watch:
        """The watch of a table; raises WatchRefused, and BadQuery in the pause after many."""
        now_ms = self.clock.now_ms()
        full = len(self._refused_ms) == REFUSALS
        if full and now_ms - self._refused_ms[0] < HOUR_MS:
            raise BadQuery("Too many watches were refused.", "Wait an hour.", 429)
        try:
            return compile_watch(
                {"channel": "page", **table}, hazard_ids(), self.find, self._channels
            )
        except WatchRefused as refusal:
            self._refused_ms.append(now_ms)
            # The category alone: a refused text may name a person (contract P15).
            log.info("a watch was refused: %s", refusal.category)
            text = table.get("text")
            size = len(text) if isinstance(text, str) else len(table)
            self.store.audit.write(now_ms, "watch refused", f"{refusal.category} {size}")
            raise

    def asked(self, act: str, watch_id: str) -> None:
        """Note that somebody asked what a watch tells."""
        self.store.audit.write(self.clock.now_ms(), act, watch_id)

    def known(self, watch_id: str) -> Watch | None:
        """A stored or configured watch, or None."""
        found = self.store.watches.get(watch_id)
        return found.watch if found else self.configured.get(watch_id)


def refused(refusal: WatchRefused, status: int) -> Response:
    """The answer that explains a refusal, without a word of what was sent."""
    told = WatchChecked(
        "refuse", category=refusal.category, reason=refusal.reason,
        suggestion=refusal.suggestion,
    )  # fmt: skip
    return json_answer(told, status)


def id_of(request: Request) -> str:
    """The id of a watch in the address."""
    return str(request.path_params["watch_id"])


def body_as(raw: bytes, kind: type[_Body]) -> _Body:
    """A JSON body of that form; raises BadQuery."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # What is wrong with it may hold what was sent.
        remedy = f"Send {kind.__name__} as in /api/openapi.json."
        raise BadQuery("The body has another form.", remedy) from None
