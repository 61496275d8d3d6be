"""What the addresses of watches answer: said in words first, confirmed, then stored as ids."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import rfc3339
from tocsin.errors import InputError, WatchRefused
from tocsin.model import Area, Watch
from tocsin.store import Stored
from tocsin.watch import compile_text, table_of
from tocsin.watch.areas import of_sites, read_sites
from tocsin.watch.listed import table_of_area
from tocsin.watch.shape import geojson_of
from tocsin.watch.written import admits_label
from tocsin.web.answers import Problem
from tocsin.web.guard import json_answer
from tocsin.web.watch_answers import (
    SaidOfAlert,
    SitesRead,
    WatchChanged,
    WatchChecked,
    WatchKept,
    WatchList,
    WatchSent,
)
from tocsin.web.watch_shelf import NO_EVENT, NO_WATCH, Shelf, body_as, id_of, refused

_FIXED = Problem("This watch stands in the configuration.", "Change it in that file.")


class WatchApi:
    """What is asked of watches themselves; each method answers one address."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._store, self._clock = shelf, shelf.store, shelf.clock
        self._seal = secrets.token_bytes(32)

    def list(self, _: Request, __: bytes) -> Response:
        """Every watch, those of the configuration first."""
        said: dict[str, dict[str, int]] = {}
        for each in self._store.watches.judged():
            of = said.setdefault(each.watch, {})
            of[each.verdict] = of.get(each.verdict, 0) + 1
        version = self._version()
        kept = [_kept("file", Stored(watch, 0), said) for watch in self._shelf.configured.values()]
        kept += [_kept("store", each, said) for each in self._store.watches.all()]
        return json_answer(WatchList(kept, version), etag=version)

    def one(self, request: Request, _: bytes) -> Response:
        """One watch as it stands."""
        watch_id = id_of(request)
        stored = self._store.watches.get(watch_id)
        fixed = self._shelf.configured.get(watch_id)
        if stored is None and fixed is None:
            return json_answer(NO_WATCH, 404)
        said: dict[str, dict[str, int]] = {watch_id: {}}
        for each in self._store.watches.judged(watch_id):
            said[watch_id][each.verdict] = said[watch_id].get(each.verdict, 0) + 1
        if stored is not None:
            return json_answer(_kept("store", stored, said), etag=self._version())
        assert fixed is not None
        return json_answer(_kept("file", Stored(fixed, 0), said), etag=self._version())

    def check(self, _: Request, raw: bytes) -> Response:
        """What a watch means, with the word to confirm it; nothing is stored."""
        table = body_as(raw, WatchSent).watch
        try:
            watch = self._shelf.compiled(table)
        except WatchRefused as refusal:
            return refused(refusal, 200)
        others, aside = self._doubts(table)
        return json_answer(
            WatchChecked(
                "accept", watch.id, watch.meaning, self._confirm(watch), table_of(watch),
                geojson_of(watch), others, aside,
            )
        )  # fmt: skip

    def create(self, _: Request, raw: bytes) -> Response:
        """Store a watch that was shown and confirmed."""
        return self._store_it(body_as(raw, WatchSent), None, None)

    def update(self, request: Request, raw: bytes) -> Response:
        """Put another watch in the place of a stored one."""
        return self._store_it(
            body_as(raw, WatchSent), id_of(request), request.headers.get("if-match")
        )

    def delete(self, request: Request, _: bytes) -> Response:
        """Take a stored watch out."""
        watch_id, match = id_of(request), request.headers.get("if-match")
        found, missing = self._stored(watch_id)
        if found is None:
            return missing
        if not self._agrees(match):
            return _changed_meanwhile()
        self._store.watches.change([], [watch_id], self._clock.now_ms())
        return self._changed(found, True, 200)

    def feedback(self, request: Request, raw: bytes) -> Response:
        """Keep what a reader says of an alert."""
        said = body_as(raw, SaidOfAlert)
        watch = self._shelf.known(id_of(request))
        if watch is None:
            return json_answer(NO_WATCH, 404)
        try:
            self._store.watches.judge(said.event_id, watch.id, said.verdict, self._clock.now_ms())
        except InputError:
            return json_answer(NO_EVENT, 404)
        return self._changed(watch, True, 200)

    def sites(self, _: Request, raw: bytes) -> Response:
        """Areas of a list of sites in CSV, to be put into a watch."""
        try:
            areas = of_sites(read_sites(raw.decode("utf-8", "replace")), admits_label)
        except WatchRefused as refusal:
            return json_answer(Problem(refusal.reason, refusal.suggestion), 422)
        renamed = sum(area.label.startswith("site-") for area in areas)
        return json_answer(SitesRead([table_of_area(area) for area in areas], renamed))

    def shape(self, request: Request, _: bytes) -> Response:
        """The areas of a watch as GeoJSON."""
        watch = self._shelf.known(id_of(request))
        if watch is None:
            return json_answer(NO_WATCH, 404)
        return Response(msgspec.json.encode(geojson_of(watch)), media_type="application/geo+json")

    def _store_it(self, sent: WatchSent, old: str | None, match: str | None) -> Response:
        if old is not None and (missing := self._stored(old))[0] is None:
            return missing[1]
        if not self._agrees(match):
            return _changed_meanwhile()
        try:
            watch = self._shelf.compiled(sent.watch)
        except WatchRefused as refusal:
            return refused(refusal, 422)
        if not hmac.compare_digest(sent.confirm.encode(), self._confirm(watch).encode()):
            remedy = "Send it to /api/watches/check, read what it means, send `confirm` along."
            return json_answer(Problem("What it means was not confirmed.", remedy), 412)
        gone = [old] if old is not None and old != watch.id else []
        came, _ = self._store.watches.change([watch], gone, self._clock.now_ms())
        return self._changed(watch, bool(came or gone), 200 if old is not None else 201)

    def _doubts(self, table: dict[str, Any]) -> tuple[tuple[str, ...], int]:
        """Other places of a name, and words set aside, of a watch in words."""
        if "text" not in table:
            return (), 0
        around = (Area(0.0, 0.0, 1.0),) if "sites" in table else ()
        written = compile_text(table["text"], self._shelf.find, around)
        return written.others, written.aside

    def _stored(self, watch_id: str) -> tuple[Watch | None, Response]:
        found = self._store.watches.get(watch_id)
        if found is not None:
            return found.watch, Response()
        fixed = watch_id in self._shelf.configured
        return None, json_answer(_FIXED if fixed else NO_WATCH, 403 if fixed else 404)

    def _version(self) -> str:
        return f'"{self._store.watches.version()}"'

    def _agrees(self, match: str | None) -> bool:
        return match is None or match in ("*", self._version())

    def _confirm(self, watch: Watch) -> str:
        return hmac.digest(self._seal, watch.id.encode(), "sha256").hex()[:32]

    def _changed(self, watch: Watch, changed: bool, status: int) -> Response:
        version = self._version()
        answer = WatchChanged(watch.id, watch.meaning, changed, version)
        return json_answer(answer, status, etag=version)


def _kept(where: Any, each: Stored, said: dict[str, dict[str, int]]) -> WatchKept:
    watch = each.watch
    since = rfc3339(each.at_ms) if each.at_ms else None
    table = table_of(watch)
    return WatchKept(
        watch.id, where, since, watch.channel, watch.meaning, table, said.get(watch.id, {})
    )


def _changed_meanwhile() -> Response:
    return json_answer(Problem("The watches were changed meanwhile.", "Look again, repeat."), 412)


Endpoint = Callable[[Request, bytes], Response]
