"""Statuses of a Mastodon server as posts: public, local, consenting, and nothing else of them."""

import html
import re

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Op, Post

ID_CHARS = 40
"""Longest id of a status; servers count in numbers of 18 to 20 digits."""

_ACCT_CHARS = 512
_LANG_CHARS = 35
_PUBLIC_OPS: dict[str, Op] = {"update": "create", "status.update": "edit"}
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>")
_BREAKS = frozenset({"p", "br", "div", "li", "blockquote", "h1", "h2", "h3", "pre"})
_NO_BOTS = re.compile(r"#(?:nobots?|noindex|noarchive|nosearch)\b", re.IGNORECASE)
_ID = re.compile(rf"[A-Za-z0-9]{{1,{ID_CHARS}}}")


class _ProfileField(msgspec.Struct):
    value: str = ""


class _Account(msgspec.Struct):
    """What is asked of an account: which one it is, and whether it agrees to be read."""

    id: str
    acct: str
    note: str = ""
    fields: list[_ProfileField] = []
    noindex: bool | None = None
    indexable: bool | None = None
    discoverable: bool | None = None
    suspended: bool = False
    limited: bool = False


class _Reblog(msgspec.Struct):
    """Somebody else's status; that there is one is all that is asked."""


class _Status(msgspec.Struct):
    """What is read of a status; warnings, media, polls, cards and parents are not declared."""

    id: str
    created_at: str
    account: _Account
    visibility: str = ""
    content: str = ""
    language: str | None = None
    edited_at: str | None = None
    reblog: _Reblog | None = None


class _Event(msgspec.Struct):
    """One message of the stream: its kind and, as a string, what it is about."""

    event: str
    payload: str = ""


class _Mark(msgspec.Struct):
    id: str = ""


class _Said(msgspec.Struct):
    event: str = ""
    error: str = ""


_SAID = msgspec.json.Decoder(_Said)
_EVENT = msgspec.json.Decoder(_Event)
_STATUS = msgspec.json.Decoder(_Status)
_MARK = msgspec.json.Decoder(_Mark)
_BAD = (msgspec.MsgspecError, ValueError, RecursionError)


def decode_mastodon(frame: bytes, host: str, now_ms: int) -> Post | Reason:
    """A post, edit or deletion of the server `host`, or why it is none.

    A deletion carries no time of its own, so it counts as of `now_ms`. An edit that withdraws
    consent or leaves the public takes back what was read before.
    """
    if len(frame) > FRAME_BYTES:
        return Reason.TOO_LARGE
    try:
        event = _EVENT.decode(frame)
        if event.event == "delete":
            return _deletion(event.payload.strip(), host, now_ms)
        op = _PUBLIC_OPS.get(event.event)
        if op is None:
            return Reason.OTHER_KIND
        return _post(_STATUS.decode(event.payload), op, host)
    except _BAD:
        return Reason.BAD_FRAME


def status_id(message: bytes) -> str:
    """The id of a new status, empty for every other message and for what cannot be read."""
    try:
        event = _EVENT.decode(message)
        return _MARK.decode(event.payload).id if event.event == "update" else ""
    except _BAD:
        return ""


def canonical(message: bytes) -> bytes:
    """A message as a frame: its kind and what it is about; what cannot be read stays as it is."""
    try:
        return msgspec.json.encode(_EVENT.decode(message))
    except _BAD:
        return message


def is_error(message: bytes) -> bool:
    """Whether a message is the streaming server's word that it will not go on."""
    try:
        said = _SAID.decode(message)
    except _BAD:
        return False
    return bool(said.error and not said.event)


def plain_text(content: str) -> str:
    """The words of a status without its markup: hashtags stay, mentions and links do not.

    A mention becomes `@` and a link `https://`, so that what a text looks like remains.
    """
    parts: list[str] = []
    at, hidden = 0, ""
    for tag in _TAG.finditer(content):
        if not hidden:
            parts.append(content[at : tag.start()])
        at = tag.end()
        closing, name, rest = tag[1], tag[2].lower(), tag[3]
        if name == "a" and not closing and not hidden and "hashtag" not in rest:
            hidden = " @ " if "mention" in rest else " https:// "
        elif name == "a" and closing and hidden:
            parts.append(hidden)
            hidden = ""
        elif name in _BREAKS:
            parts.append("\n")
    if not hidden:
        parts.append(content[at:])
    return html.unescape("".join(parts)).strip()


def _deletion(key: str, host: str, now_ms: int) -> Post | Reason:
    if not _ID.fullmatch(key):
        return Reason.BAD_FRAME
    return Post(author=None, text="", at_ms=now_ms, id=f"{host}/{key}", op="delete")


def _post(status: _Status, op: Op, host: str) -> Post | Reason:
    account = status.account
    if not _ID.fullmatch(status.id) or not _ID.fullmatch(account.id):
        return Reason.BAD_FRAME
    if not 0 < len(account.acct) <= _ACCT_CHARS:
        return Reason.BAD_FRAME
    try:
        at_ms = parse_time_ms((status.edited_at if op == "edit" else None) or status.created_at)
    except (ValueError, OverflowError):
        return Reason.BAD_TIME
    key = f"{host}/{status.id}"
    refused = _refusal(status)
    text = "" if refused else plain_text(status.content)[:TEXT_CHARS]
    if refused or not text:
        if op == "edit":
            return Post(author=None, text="", at_ms=at_ms, id=key, op="delete")
        return refused or Reason.NO_TEXT
    lang = status.language
    if lang is not None and not (0 < len(lang) <= _LANG_CHARS and lang.isascii()):
        lang = None
    return Post(f"{host}/{account.id}", text, at_ms, lang, key, op)


def _refusal(status: _Status) -> Reason | None:
    """Why a status is not ours to read, whatever it says."""
    if status.visibility != "public":
        return Reason.NOT_PUBLIC
    if status.reblog is not None:
        return Reason.OTHER_KIND
    # The permission is of this server, so it covers the accounts of this server alone.
    if "@" in status.account.acct:
        return Reason.NOT_PERMITTED
    return None if _consents(status.account) else Reason.OPTED_OUT


def _consents(account: _Account) -> bool:
    """Whether an account leaves its public posts to machines.

    `indexable` is the account's own word about that; servers older than it have `noindex` and
    `discoverable`. A profile that says #nobot is believed everywhere.
    """
    if account.noindex or account.suspended or account.limited:
        return False
    if account.indexable is False or (account.indexable is None and account.discoverable is False):
        return False
    said = [account.note, *(field.value for field in account.fields)]
    return not any(_NO_BOTS.search(_TAG.sub("", text)) for text in said)
