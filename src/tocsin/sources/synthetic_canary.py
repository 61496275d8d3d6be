"""Invented identities whose tokens sit in every field of a synthetic frame, to be searched for."""

from random import Random
from typing import NamedTuple
from zlib import crc32

import msgspec

from tocsin.clock import rfc3339
from tocsin.sources import Op

CANARIES = 96
_SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Canary(msgspec.Struct, frozen=True):
    """An identity nobody has, and every string by which it would be recognised."""

    identity: str
    """16 characters, letters and digits; part of author, id, text and unknown keys."""
    forms: tuple[str, ...]
    """The identity and the rare digits of its planted coordinates."""


class Draft(NamedTuple):
    """A post before it is signed and encoded."""

    at_ms: int
    key: str
    """Unique within the world for a post; edits and deletes carry the key of theirs."""
    voice: str
    """Whoever writes; equal voices are one account."""
    lang: str
    text: str
    op: Op = "create"
    role: str = "chatter"
    origin: tuple[str, str] | None = None
    """Key and voice of the post that this one repeats, for a repost."""


def hatch(seed: int, count: int = CANARIES) -> tuple[Canary, ...]:
    """`count` distinct identities; the same for the same seed."""
    rng = Random(f"canary/{seed}")
    found: dict[str, Canary] = {}
    while len(found) < count:
        letters = "".join(rng.choice(_SIGNS) for _ in range(12))
        identity = f"zq{rng.randrange(10)}{letters}{rng.randrange(10)}"
        digits = tuple(str(rng.randrange(10**8, 10**9) // 10 * 10 + 7) for _ in range(2))
        found[identity] = Canary(identity, (identity, *digits))
    return tuple(found.values())


def base36(number: int) -> str:
    """Digits and small letters for a number from 0."""
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = _SIGNS[(rest + 26) % 36] + text
        if not number:
            return text


class Signer:
    """Turns drafts into frames, each signed by the canary of its voice."""

    def __init__(self, canaries: tuple[Canary, ...], world: str) -> None:
        self._canaries = canaries
        self._world = world
        self._tails = [_extras(canary) for canary in canaries]

    def canary(self, voice: str) -> int:
        """Index of the canary under which this voice writes."""
        return crc32(voice.encode()) % len(self._canaries)

    def author(self, voice: str) -> str:
        """The account name: canary token and what tells this voice from others."""
        return f"{self._canaries[self.canary(voice)].identity}{voice}"

    def frame(self, draft: Draft) -> bytes:
        """One JSON line without its line end."""
        index = self.canary(draft.voice)
        row = {
            "created_at": rfc3339(draft.at_ms),
            "author": self.author(draft.voice),
            "text": self._text(draft),
            "lang": draft.lang,
            "id": f"{self._world}.{draft.key}.{self._canaries[index].identity}",
            "op": draft.op,
        }
        return msgspec.json.encode(row)[:-1] + self._tails[index]

    def _text(self, draft: Draft) -> str:
        if draft.op in ("delete", "account_deleted"):
            return ""
        if draft.origin is None:
            return self._signed(draft.text, draft.key, draft.voice)
        key, voice = draft.origin
        return f"RT @{self.author(voice)}: {self._signed(draft.text, key, voice)}"

    def _signed(self, text: str, key: str, voice: str) -> str:
        """The text with its canary as mention, hashtag, link or tail, in turn.

        A few letters follow the token, so that two posts of one canary share no term
        by which they could be taken for one story.
        """
        salt = crc32(key.encode())
        token = f"{self._canaries[self.canary(voice)].identity}{base36(salt)}"
        return (
            f"{text} {token}",
            f"{text} #{token}",
            f"@{token} {text}",
            f"{text} https://{token}.example/{token}",
        )[salt % 4]


def _extras(canary: Canary) -> bytes:
    """The unknown keys that follow the declared ones, with the closing brace."""
    token, lat, lon = canary.forms
    row = {
        "display_name": f"{token}dn",
        "handle": f"@{token}hd",
        "bio": f"lives at {token}bi",
        "avatar": f"https://img.{token}.example/{token}av.jpg",
        "email": f"{token}em@mail.example",
        "client": f"app-{token}cl",
        "mentions": [f"{token}mn"],
        "tags": [f"{token}tg"],
        "links": [f"https://{token}.example/{token}ln"],
        "reply_to": {"author": f"{token}rp", "text": f"quoted {token}qt"},
        "alt_text": f"a picture of {token}al",
        "content_warning": f"{token}cw",
        "poll": [f"{token}p1", f"{token}p2"],
        f"x_{token}": f"{token}xv",
    }
    geo = f',"geo":{{"lat":-{int(lat[:2]) % 80}.{lat},"lon":{int(lon[:2])}.{lon}}}}}'
    return b"," + msgspec.json.encode(row)[1:-1] + geo.encode()
