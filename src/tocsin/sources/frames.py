"""The two wire forms a post arrives in, as typed views that declare only what the gate may know."""

import re
from typing import Any, Literal

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Op, Post

POSTS = "app.bsky.feed.post"
JSON_DEPTH = 32
"""Deepest nesting a frame may have (reliability R12)."""

_DID_CHARS = 2_048
_KEY_CHARS = 512
_LANG_CHARS = 35
_EARLIEST_MS = 946_684_800_000
_LATEST_MS = 4_102_444_800_000
_OPT_OUT = "!no-unauthenticated"
_CLOSED = frozenset({"deleted", "takendown", "suspended", "deactivated"})
_WIRE_OPS: dict[str, Op] = {"create": "create", "update": "edit", "delete": "delete"}
_V2 = "network.bsky.jetstream.subscribeEvents#"

_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class _Label(msgspec.Struct):
    val: str = ""


class _Labels(msgspec.Struct):
    values: list[_Label] = []


class _Record(msgspec.Struct):
    """What is read of a post; facets, embeds and parents are not declared, so never built."""

    text: str = ""
    langs: list[str] | None = None
    labels: _Labels | None = None


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    record: msgspec.Raw = msgspec.Raw(b"")


class _Account(msgspec.Struct):
    active: bool
    status: str | None = None


class _V1Frame(msgspec.Struct):
    did: str
    time_us: int
    kind: str
    commit: _Commit | None = None
    account: _Account | None = None


class _V2Payload(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    did: str = ""
    time: str = ""
    witnessed_at: str = msgspec.field(name="witnessedAt", default="")
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.Raw(b"")
    account: _Account | None = None


class _V2Frame(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    payload: _V2Payload | None = None


class _Row(msgspec.Struct):
    """A replay row; the raw fields only tell a Jetstream frame apart."""

    created_at: int | str | None = None
    author: int | str | None = None
    text: str | None = None
    lang: str | None = None
    id: int | str | None = None
    op: Literal["create", "edit", "delete", "account_deleted"] = "create"
    did: msgspec.Raw = msgspec.Raw(b"")
    kind: msgspec.Raw = msgspec.Raw(b"")
    type: msgspec.Raw = msgspec.field(name="$type", default=msgspec.Raw(b""))


class _Sniff(msgspec.Struct):
    did: msgspec.Raw = msgspec.Raw(b"")
    kind: msgspec.Raw = msgspec.Raw(b"")
    type: msgspec.Raw = msgspec.field(name="$type", default=msgspec.Raw(b""))


_V1 = msgspec.json.Decoder(_V1Frame)
_V2_DECODER = msgspec.json.Decoder(_V2Frame)
_RECORD = msgspec.json.Decoder(_Record)
_ROW = msgspec.json.Decoder(_Row)
_SNIFF = msgspec.json.Decoder(_Sniff)

# msgspec raises its own errors, UnicodeDecodeError (a ValueError) for bad UTF-8, and
# RecursionError for towers of brackets; nothing else comes out of these decoders.
_BAD = (msgspec.MsgspecError, ValueError, RecursionError)


def decode_jetstream(frame: bytes) -> Post | Reason:
    """A post, deletion or account closure of either Jetstream wire, or why it is none.

    The time is the server's own; what the author's client claims is never read.
    """
    if refused := _outside_bounds(frame):
        return refused
    try:
        marks = _SNIFF.decode(frame)
        return _from_v2(frame) if bytes(marks.type) else _from_v1(frame)
    except _BAD:
        return Reason.BAD_FRAME


def decode_replay(frame: bytes) -> Post | Reason:
    """A post from a replay row, or from a recorded Jetstream frame in its place."""
    if refused := _outside_bounds(frame):
        return refused
    try:
        row = _ROW.decode(frame)
    except _BAD:
        # A raw frame of v1 may use our names for other things; ask its own decoder.
        return decode_jetstream(frame) if _is_jetstream(frame) else Reason.BAD_FRAME
    if row.created_at is None and (bytes(row.type) or (bytes(row.did) and bytes(row.kind))):
        return decode_jetstream(frame)
    return _from_row(row)


def _is_jetstream(frame: bytes) -> bool:
    try:
        marks = _SNIFF.decode(frame)
    except _BAD:
        return False
    return bool(bytes(marks.type) or (bytes(marks.did) and bytes(marks.kind)))


def _outside_bounds(frame: bytes) -> Reason | None:
    if len(frame) > FRAME_BYTES:
        return Reason.TOO_LARGE
    if frame.count(b"[") + frame.count(b"{") > JSON_DEPTH and _too_deep(frame):
        return Reason.BAD_FRAME
    return None


def _too_deep(frame: bytes) -> bool:
    """Whether brackets nest deeper than JSON_DEPTH: one replace peels one level of leaves."""
    skeleton = _STRINGS.sub(b"", frame).translate(_BRACKETS, _NOT_BRACKETS)
    for _ in range(JSON_DEPTH):
        skeleton = skeleton.replace(b"[]", b"")
    return bool(skeleton)


def _from_v1(frame: bytes) -> Post | Reason:
    event = _V1.decode(frame)
    at_ms = event.time_us // 1000
    if event.kind == "commit":
        commit = event.commit
        if commit is None:
            return Reason.BAD_FRAME
        return _post(
            event.did, commit.collection, commit.rkey, commit.operation, commit.record, at_ms
        )
    if event.kind == "account" and event.account is not None:
        return _closure(event.did, event.account, at_ms)
    return Reason.OTHER_KIND


def _from_v2(frame: bytes) -> Post | Reason:
    event = _V2_DECODER.decode(frame)
    if event.type != "message" or event.payload is None:
        return Reason.OTHER_KIND
    payload = event.payload
    if payload.type == _V2 + "commit":
        if not (payload.collection and payload.rkey):
            return Reason.BAD_FRAME
        if payload.collection != POSTS:
            return Reason.OTHER_KIND
    elif payload.type == _V2 + "sync":
        # The repository was set anew: what was read of it may be gone, so all of it goes.
        payload.account = _Account(active=False, status="deleted")
    elif payload.type != _V2 + "account" or payload.account is None:
        return Reason.OTHER_KIND
    try:
        at_ms = parse_time_ms(payload.witnessed_at or payload.time)
    except (ValueError, OverflowError):
        return Reason.BAD_TIME
    if payload.account is not None:
        return _closure(payload.did, payload.account, at_ms)
    return _post(
        payload.did, payload.collection, payload.rkey, payload.operation, payload.record, at_ms
    )


def _post(
    did: str, collection: str, rkey: str, operation: str, raw: Any, at_ms: int
) -> Post | Reason:
    if collection != POSTS:
        return Reason.OTHER_KIND
    op = _WIRE_OPS.get(operation)
    if op is None or not _is_did(did) or not 0 < len(rkey) <= _KEY_CHARS:
        return Reason.BAD_FRAME
    if not _EARLIEST_MS <= at_ms < _LATEST_MS:
        return Reason.BAD_TIME
    key = f"{did}/{rkey}"
    if op == "delete":
        return Post(author=did, text="", at_ms=at_ms, id=key, op="delete")
    record = _RECORD.decode(raw)
    if record.labels is not None and any(x.val == _OPT_OUT for x in record.labels.values):
        # An edit that opts out must also take back what was read before it.
        if op == "edit":
            return Post(author=did, text="", at_ms=at_ms, id=key, op="delete")
        return Reason.OPTED_OUT
    if not record.text.strip():
        # An edit that empties a post leaves nothing to report: the old words go.
        if op == "edit":
            return Post(author=did, text="", at_ms=at_ms, id=key, op="delete")
        return Reason.NO_TEXT
    lang = _lang(record.langs[0]) if record.langs else None
    return Post(did, record.text[:TEXT_CHARS], at_ms, lang, key, op)


def _closure(did: str, account: _Account, at_ms: int) -> Post | Reason:
    if account.active or account.status not in _CLOSED:
        return Reason.OTHER_KIND
    if not _is_did(did):
        return Reason.BAD_FRAME
    if not _EARLIEST_MS <= at_ms < _LATEST_MS:
        return Reason.BAD_TIME
    return Post(author=did, text="", at_ms=at_ms, op="account_deleted")


def _from_row(row: _Row) -> Post | Reason:
    try:
        at_ms = (
            row.created_at
            if isinstance(row.created_at, int)
            else parse_time_ms(row.created_at or "")
        )
    except (ValueError, OverflowError):
        return Reason.BAD_TIME
    if not _EARLIEST_MS <= at_ms < _LATEST_MS:
        return Reason.BAD_TIME
    author = None if row.author is None else str(row.author)
    key = None if row.id is None else str(row.id)
    if (row.op == "delete" and not key) or (row.op == "account_deleted" and not author):
        return Reason.BAD_FRAME
    if row.op in ("delete", "account_deleted"):
        return Post(author=author, text="", at_ms=at_ms, id=key, op=row.op)
    if not row.text or not row.text.strip():
        if row.op == "edit" and key:
            return Post(author=author, text="", at_ms=at_ms, id=key, op="delete")
        return Reason.NO_TEXT
    lang = _lang(row.lang) if row.lang else None
    return Post(author, row.text[:TEXT_CHARS], at_ms, lang, key, row.op)


def _is_did(did: str) -> bool:
    return did.startswith("did:") and len(did) <= _DID_CHARS


def _lang(tag: str) -> str | None:
    return tag if tag and len(tag) <= _LANG_CHARS and tag.isascii() else None
