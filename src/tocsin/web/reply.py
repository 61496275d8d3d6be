"""The page behind the link of a message: it shows, and only its button acts."""

import secrets
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tocsin.clock import HOUR_MS, Clock
from tocsin.deliver import Claim, Links
from tocsin.errors import InputError, TocsinError
from tocsin.model import Alert, Event
from tocsin.render import LANGS, Voice, message
from tocsin.render.phrases import Phrases, phrases
from tocsin.store import OUTCOMES, Ack, Outcome, Silence, Store
from tocsin.web.guard import REPLY_PREFIX as PREFIX
from tocsin.web.openapi import RouteSpec
from tocsin.web.query import Parameter
from tocsin.web.writes import TooLarge, body_of

MUTES_H = (1, 4, 24)
FORM_BYTES = 1_024
_TOKEN = Parameter("token", "The end of a link.", {"type": "string"}, "path")
_LANG = Parameter("lang", "Language of the page.", {"type": "string", "enum": list(LANGS)})
REPLY_ROUTES = tuple(
    RouteSpec(
        f"{PREFIX}{{token}}",
        summary,
        media="text/html",
        parameters=(_TOKEN, _LANG),
        errors=errors,
        method=method,
        media_taken=taken,
        needs="link",
    )
    for method, summary, errors, taken in (
        ("GET", "The page behind the link of a message.", (404, 410, 503), "application/json"),
        (
            "POST",
            "Say that somebody sees to it, mute it, note what it was; works once.",
            (404, 410, 413, 503),
            "application/x-www-form-urlencoded",
        ),
    )
)


class Desk:
    """Reads links against one store; nobody who uses one is noted anywhere."""

    def __init__(self, links: Links, store: Store, clock: Clock) -> None:
        self._links, self._store, self._clock = links, store, clock

    def show(self, token: str, words: Phrases, lang: str) -> tuple[str, int]:
        """The form, which changes nothing by being looked at; or why there is none."""
        claim, refusal = self._claim(token, words)
        if claim is None:
            return refusal
        if self._store.is_answered(claim.id):
            return _page(words, lang, words.reply["used"]), 410
        return _page(words, lang, "", _form(words, self._title(claim.event_id, lang))), 200

    def act(self, token: str, form: dict[str, str], words: Phrases, lang: str) -> tuple[str, int]:
        """What the button does, once; what is not on the form is not done."""
        claim, refusal = self._claim(token, words)
        if claim is None:
            return refusal
        now_ms = self._clock.now_ms()
        outcome: Outcome = next((o for o in OUTCOMES if o == form.get("outcome")), OUTCOMES[0])
        hours = next((h for h in MUTES_H if str(h) == form.get("mute")), 0)
        mute = Silence(
            secrets.token_hex(4), now_ms + hours * HOUR_MS, event_id=claim.event_id
        )  # fmt: skip
        ack = Ack(claim.event_id, now_ms, outcome)
        try:
            done = self._store.answer(claim.id, claim.until_ms, ack, mute if hours else None)
        except InputError:
            return _page(words, lang, words.reply["wrong"]), 404
        said = words.reply["done" if done else "used"]
        return _page(words, lang, said), 200 if done else 410

    def _claim(self, token: str, words: Phrases) -> tuple[Claim | None, tuple[str, int]]:
        claim = self._links.read(token)
        if claim is None:
            return None, (_page(words, "en", words.reply["wrong"]), 404)
        if self._clock.now_ms() >= claim.until_ms:
            return None, (_page(words, "en", words.reply["expired"]), 410)
        return claim, ("", 200)

    def _title(self, event_id: str, lang: str) -> str:
        latest = self._store.revisions_of(event_id)[-1:]
        if not latest or latest[0].event is None:
            return event_id
        return message(_alert(latest[0].event), Voice(lang)).title


def reply_routes(desk: Desk | None) -> list[Route]:
    """GET and POST of the links; without links nothing is found there."""

    async def served(request: Request) -> Response:
        asked = request.query_params.get("lang", "en")
        lang = asked if asked in LANGS else "en"
        words, token = phrases(lang), str(request.path_params["token"])
        if desk is None:
            return _html(_page(words, lang, words.reply["wrong"]), 404)
        work: Callable[[], tuple[str, int]] = lambda: desk.show(token, words, lang)  # noqa: E731
        if request.method == "POST":
            try:
                raw = await body_of(request)
            except TooLarge:
                raw = b"=" * (FORM_BYTES + 1)
            if len(raw) > FORM_BYTES:
                return _html(_page(words, lang, words.reply["wrong"]), 413)
            given = parse_qs(raw.decode("ascii", "replace"), max_num_fields=8)
            form = {name: values[0] for name, values in given.items()}
            work = lambda: desk.act(token, form, words, lang)  # noqa: E731
        try:
            return _html(*await run_in_threadpool(work))
        except TocsinError:
            return _html(_page(words, lang, ""), 503)

    return [Route(f"{PREFIX}{{token}}", served, methods=["GET", "POST"])]


def _html(page: str, status: int) -> Response:
    return HTMLResponse(page, status, headers={"cache-control": "no-store"})


def _form(words: Phrases, title: str) -> str:
    say = {key: escape(text) for key, text in words.reply.items()}
    hours = "".join(
        f'<option value="{h}">{say["mute_hours"].format(n=h)}</option>' for h in MUTES_H
    )
    outcomes = "".join(f'<option value="{o}">{say[o]}</option>' for o in OUTCOMES if o)
    return (
        f'<p><strong>{escape(title)}</strong></p><p>{say["intro"]}</p><form method="post">'
        f'<p><label>{say["mute"]}: <select name="mute"><option value="">{say["mute_not"]}'
        f"</option>{hours}</select></label></p>"
        f'<p><label>{say["outcome"]}: <select name="outcome"><option value="">{say["open"]}'
        f"</option>{outcomes}</select></label></p>"
        f'<p><button type="submit">{say["send"]}</button></p></form>'
    )


def _page(words: Phrases, lang: str, said: str, body: str = "") -> str:
    heading = escape(words.reply["heading"])
    return (
        f'<!doctype html><html lang="{lang}" dir="{words.direction}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="robots" content="noindex"><title>{heading}</title></head><body><main>'
        f'<h1>{heading}</h1><p role="status">{escape(said)}</p>{body}</main></body></html>\n'
    )


def _alert(event: Event) -> Alert:
    return Alert("", "alert", "", "", "", event)
