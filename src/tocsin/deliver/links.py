"""Links in messages by which whoever reads one can answer: signed, for a day, for one event."""

import hmac
import re
from hashlib import blake2b, sha256
from typing import NamedTuple

from tocsin.clock import DAY_MS, MINUTE_MS
from tocsin.store import Owed

LIFE_MS = DAY_MS
"""How long after its message was decided a link can be used."""
_TOKEN = re.compile(r"([0-9a-z]{16})-([0-9]{1,9})-([0-9a-f]{16})-([0-9a-f]{32})")


class Claim(NamedTuple):
    """What a genuine link is for; whether it may still be used is asked of clock and store."""

    id: str
    event_id: str
    until_ms: int


class Links:
    """Makes and reads links under one key; nothing about a reader is in them."""

    def __init__(self, secret: bytes, base_url: str) -> None:
        """`secret` stays with the installation; `base_url` is where its page is reached."""
        self._key = blake2b(secret, digest_size=32, person=b"tocsin answers").digest()
        self._base_url = base_url.rstrip("/")

    def url(self, owed: Owed) -> str:
        """The link of one message, the same at every try."""
        until_min = (owed.created_ms + LIFE_MS) // MINUTE_MS
        # Each message has a link of its own, so that one used link uses up no other.
        nonce = blake2b(owed.alert.key.encode(), key=self._key, digest_size=8).hexdigest()
        signed = f"{owed.alert.event.event_id}-{until_min}-{nonce}"
        return f"{self._base_url}/answer/{signed}-{self._seal(signed)}"

    def read(self, token: str) -> Claim | None:
        """What the last part of a link says; None when it is not one of ours."""
        hit = _TOKEN.fullmatch(token)
        if hit is None:
            return None
        signed = token.rpartition("-")[0]
        if not hmac.compare_digest(self._seal(signed), hit[4]):
            return None
        return Claim(hit[3], hit[1], int(hit[2]) * MINUTE_MS)

    def _seal(self, signed: str) -> str:
        return hmac.new(self._key, signed.encode(), sha256).hexdigest()[:32]
