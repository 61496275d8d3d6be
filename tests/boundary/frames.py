"""Frames of every connector with an identity planted in each field a sender can fill."""

import json
from datetime import UTC, datetime
from zlib import crc32

from boundary.canaries import Canary

POSTS = "app.bsky.feed.post"
V2 = "network.bsky.jetstream.subscribeEvents"
WIRES = ("v1", "v2", "rows", "social")


def stamp(at_ms: int) -> str:
    """RFC 3339 with milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


class Signer:
    """Takes the place of the signer of the synthetic world and writes any wire."""

    def __init__(self, canaries: tuple[Canary, ...], wire: str, world: str) -> None:
        assert wire in WIRES
        self._canaries, self._wire, self._world = canaries, wire, world
        self._seq = 0
        self._ids: dict[str, str] = {}
        self.host = ""
        """The server whose accounts these are, once it is known; for the wire of Mastodon."""
        self.accounts: dict[str, None] = {}
        """Every account that wrote, in order."""

    def canary(self, voice: str) -> Canary:
        """Under which identity this voice writes."""
        return self._canaries[crc32(voice.encode()) % len(self._canaries)]

    def did(self, voice: str) -> str:
        """The account of a voice."""
        return f"did:plc:{self.canary(voice).token}{voice}"

    def names(self, draft) -> tuple[str, str]:
        """Account and post id of a draft as the gate sees them."""
        one, did = self.canary(draft.voice), self.did(draft.voice)
        if self._wire == "rows":
            return did, f"{self._world}.{draft.key}.{one.token}"
        if self._wire == "social":
            return f"{self.host}/{one.token}{draft.voice}", f"{self.host}/{self.status_id(draft)}"
        return did, f"{did}/{self._world}.{draft.key}.{one.token}rk"

    def frame(self, draft) -> bytes:
        """One frame of a draft of the synthetic world."""
        self.accounts[self.names(draft)[0]] = None
        if self._wire == "rows":
            return _json(self._row(draft))
        if self._wire == "social":
            return _json(self._social(draft))
        return _json(self._jetstream(draft))

    def _text(self, draft) -> str:
        """The text, with its identity first, so that a quote of any length shows it."""
        if draft.op in ("delete", "account_deleted"):
            return ""
        token = self.canary(draft.voice).token
        salt = crc32(draft.key.encode())
        return (
            f"@{token}tx {draft.text}",
            f"{token}tx {draft.text}",
            f"{draft.text} #{token}tg",
            f"{draft.text} https://{token}.example/{token}ln",
        )[salt % 4]

    def _row(self, draft) -> dict:
        one = self.canary(draft.voice)
        author, key = self.names(draft)
        lang = draft.lang if crc32(draft.key.encode()) % 5 else f"{one.token}"
        return {
            "created_at": stamp(draft.at_ms), "author": author, "text": self._text(draft),
            "lang": lang, "id": key, "op": draft.op, **extras(one),
        }  # fmt: skip

    def _jetstream(self, draft) -> dict:
        one = self.canary(draft.voice)
        did, key = self.names(draft)
        rkey = key.partition("/")[2]
        self._seq += 1
        if draft.op == "account_deleted":
            body = {"account": {"active": False, "status": "deleted", "did": did,
                                "handle": f"{one.token}.example"}}  # fmt: skip
            kind = "account"
        else:
            wire_op = {"edit": "update"}.get(draft.op, draft.op)
            commit = {"rev": f"{one.token}rv", "operation": wire_op, "collection": POSTS,
                      "rkey": rkey, "cid": f"baf{one.token}ci"}  # fmt: skip
            if wire_op != "delete":
                commit["record"] = self._record(draft, one)
            body = {"commit": commit} if self._wire == "v1" else commit
            kind = "commit"
        if self._wire == "v1":
            return {"did": did, "time_us": draft.at_ms * 1000, "kind": kind, **body,
                    **extras(one)}  # fmt: skip
        payload = {"$type": f"{V2}#{kind}", "did": did, "seq": 7_000_000 + self._seq,
                   "time": stamp(draft.at_ms), "witnessedAt": stamp(draft.at_ms), **body,
                   **extras(one)}  # fmt: skip
        return {"$type": "message", "payload": payload, f"x{one.token}": one.name}

    def status_id(self, draft) -> str:
        """The number of a status: its time, shifted, and the same for its edits and deletion."""
        salt = crc32(draft.key.encode()) & 0xFFFF
        return self._ids.setdefault(draft.key, str((draft.at_ms << 16) + salt))

    def _social(self, draft) -> dict:
        """A message of the stream of a Mastodon server; accounts are closed post by post there."""
        one = self.canary(draft.voice)
        event = {"create": "update", "edit": "status.update"}.get(draft.op, "delete")
        payload = self.status_id(draft)
        if event != "delete":
            payload = _json(self._status(draft, one)).decode()
        return {"stream": ["public:local", one.token], "event": event, "payload": payload,
                **extras(one)}  # fmt: skip

    def _status(self, draft, one: Canary) -> dict:
        token = one.token
        account = {
            "id": f"{token}{draft.voice}", "username": f"{token}un", "acct": f"{token}ac",
            "note": f"<p>I am {one.name} {token}nt</p>", "indexable": True, "bot": False,
            "url": f"https://{token}.example/@{token}", "avatar_static": f"{token}as",
            "fields": [{"name": f"{token}fn", "value": f"<a>{token}fv</a>"}], **extras(one),
        }  # fmt: skip
        link = f'<a href="https://{token}.example/x" class="mention">@<span>{token}mn</span></a>'
        return {
            "id": self.status_id(draft), "created_at": stamp(draft.at_ms),
            "edited_at": stamp(draft.at_ms), "visibility": "public", "language": draft.lang,
            "content": f"<p>{self._text(draft)} {link}</p>", "account": account, "reblog": None,
            "uri": f"https://{token}.example/u", "spoiler_text": f"{token}sp",
            "in_reply_to_account_id": f"{token}ir", "application": {"name": f"{token}ap"},
            "media_attachments": [{"description": f"{one.name} {token}md", "url": f"{token}mu"}],
            "mentions": [{"acct": f"{token}ma"}], "tags": [{"name": f"{token}tn"}],
            "card": {"title": one.name, "author_name": f"{token}an"},
            "quote": {"content": f"quoted {token}qt"}, **extras(one),
        }  # fmt: skip

    def _record(self, draft, one: Canary) -> dict:
        parent = {"uri": f"at://did:plc:{one.token}pa/{POSTS}/{one.token}", "cid": one.token}
        langs = [draft.lang, one.token] if crc32(draft.key.encode()) % 5 else [one.token]
        return {
            "$type": POSTS, "text": self._text(draft), "langs": langs,
            "createdAt": f"{one.token}", "tags": [f"{one.token}tt"], "via": f"{one.token}vi",
            "labels": {"$type": "com.atproto.label.defs#selfLabels",
                       "values": [{"val": f"{one.token}lb", "src": f"did:plc:{one.token}ls"}]},
            "reply": {"root": parent, "parent": parent},
            "facets": [{"index": {"byteStart": 0, "byteEnd": 9}, "features": [
                {"$type": "app.bsky.richtext.facet#mention", "did": f"did:plc:{one.token}mn"},
                {"$type": "app.bsky.richtext.facet#link", "uri": f"https://{one.token}.example/"},
                {"$type": "app.bsky.richtext.facet#tag", "tag": f"{one.token}ft"}]}],
            "embed": {
                "$type": "app.bsky.embed.images",
                "images": [{"alt": f"{one.name} {one.token}al", "exif": {
                    "GPSLatitude": f"12.{one.digits[0]}", "Artist": one.name}}],
                "external": {"uri": f"https://{one.token}.example/e", "title": one.name,
                             "description": f"{one.token}ed", "thumb": f"{one.token}th"},
                "record": {**parent, "value": {"text": f"quoted {one.token}qt"}}},
            **extras(one),
        }  # fmt: skip


def extras(one: Canary) -> dict:
    """What nobody declared: an identity in every key and in every value."""
    token = one.token
    return {
        "display_name": one.name, "handle": f"@{token}hd", "bio": f"I am {one.name}",
        "avatar": f"https://img.{token}.example/{token}av.jpg", "email": f"{token}@mail.example",
        "client": f"app-{token}", "mentions": [f"{token}mn"], "links": [f"https://{token}.example"],
        "reply_to": {"author": f"{token}rp", "text": f"quoted {token}qt"},
        "quote": {"author": one.name, "text": f"{token}qq"}, "alt_text": f"{token}al",
        "content_warning": f"{token}cw", "poll": [f"{token}p1", f"{token}p2"],
        "edits": [{"text": f"{token}eh", "at": token}], "emoji": f":{token}:",
        f"x_{token}": f"{token}xv", one.name: {token: [one.name]},
        "geo": {"lat": float(f"12.{one.digits[0]}"), "lon": float(f"34.{one.digits[1]}")},
        "location": f"12.{one.digits[0]}, 34.{one.digits[1]}", "ip": f"{token}.example",
    }  # fmt: skip


def usgs_feed(quakes: list[tuple[float, float, float, int]], birds: tuple[Canary, ...]) -> bytes:
    """GeoJSON of (lat, lon, magnitude, time ms), with somebody in every free field."""
    features = []
    for number, (lat, lon, magnitude, at_ms) in enumerate(quakes):
        one = birds[number % len(birds)]
        features.append({
            "type": "Feature", "id": f"us7000q{number:03d}",
            "properties": {
                "mag": magnitude, "time": at_ms, "updated": at_ms + 60_000, "type": "earthquake",
                "status": f"{one.token}st", "ids": f",us7000q{number:03d},{one.token},",
                "place": f"3 km from the house of {one.name} {one.token}",
                "title": f"M {magnitude} {one.name}", "url": f"https://{one.token}.example/u",
                "detail": f"https://{one.token}.example/d", "net": one.token, "code": one.token,
                "sources": f",{one.token},", "types": f",{one.token},", "alert": one.token,
                "magType": one.token, **extras(one)},
            "geometry": {"type": "Point", "coordinates": [lon, lat, 10.0]}, **extras(one),
        })  # fmt: skip
    head = {"type": "FeatureCollection", "metadata": extras(birds[0]), f"x{birds[1].token}": 1}
    return _json({**head, "features": features})


def jsonl_bulletins(rows: list[dict], birds: tuple[Canary, ...]) -> bytes:
    """JSON Lines bulletins with undeclared fields, good ones and broken ones."""
    lines = [_json({**row, **extras(birds[n % len(birds)])}) for n, row in enumerate(rows)]
    lines += [_json({**rows[0], "hazard": bird.token, "severity": bird.name}) for bird in birds[:4]]
    lines += [bird.token.encode() for bird in birds[4:6]]
    return b"\n".join(lines) + b"\n"


_CAP = """<?xml version="1.0" encoding="UTF-8"?>
<!-- {name} {token} -->
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>invented.cap.{number}</identifier><sender>{token}@office.example</sender>
<sent>{sent}</sent><status>Actual</status><msgType>Alert</msgType><source>{name}</source>
<scope>Public</scope><addresses>{token}ad</addresses><note>{name} {token}nt</note>
<incidents>{token}in</incidents>
<info><language>{token}</language><category>Met</category><event>{event}</event>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
<audience>{name}</audience>
<eventCode><valueName>{token}vn</valueName><value>{token}vc</value></eventCode>
<senderName>{name}</senderName><headline>{name} {token}hl</headline>
<description>The suspect is {name}, called {token}, of 12.{lat}, 34.{lon}</description>
<instruction>Call {name}</instruction><web>https://{token}.example/</web>
<contact>{name} {token}@office.example</contact>
<parameter><valueName>{token}pn</valueName><value>{name}</value></parameter>
<resource><resourceDesc>{name}</resourceDesc><mimeType>image/jpeg</mimeType>
<uri>https://{token}.example/r.jpg</uri></resource>
<area><areaDesc>the street of {name} {token}</areaDesc><circle>{at_lat},{at_lon} 30</circle>
<geocode><valueName>{token}gn</valueName><value>{token}gv</value></geocode></area></info></alert>
"""


def cap_message(
    number: int, event: str, at_ms: int, lat: float, lon: float, one: Canary
) -> bytes:
    """A CAP 1.2 alert that speaks of a person wherever it may."""
    return _CAP.format(
        number=number, event=event, sent=stamp(at_ms), token=one.token, name=one.name,
        lat=one.digits[0], lon=one.digits[1], at_lat=lat, at_lon=lon,
    ).encode()  # fmt: skip


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
