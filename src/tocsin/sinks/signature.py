"""Standard Webhooks signatures: made for what we send, checked by whoever receives it."""

import base64
import binascii
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far the clocks of sender and receiver may lie apart before a message is a replay."""
_KEY_BYTES = (24, 64)


class Secrets:
    """Signing keys, newest first; two of them while one replaces the other."""

    def __init__(self, text: str) -> None:
        """Read space-separated `whsec_` secrets; raises ValueError, which never shows them."""
        self._keys = tuple(_key(word) for word in text.split())
        if not self._keys:
            raise ValueError("no secret")

    def __repr__(self) -> str:
        return f"Secrets({len(self._keys)} hidden)"

    def sign(self, message_id: str, at_s: int, body: bytes) -> str:
        """The `webhook-signature` value: one signature per secret, separated by spaces."""
        return " ".join(_signature(key, message_id, at_s, body) for key in self._keys)

    def verified(self, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
        """Whether the headers (small letters) sign this body within the tolerance."""
        message_id = headers.get("webhook-id", "")
        stamp = headers.get("webhook-timestamp", "")
        if not message_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            return False
        if abs(now_s - int(stamp)) > TOLERANCE_S:
            return False
        given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()[:16]
        fits = False
        for key in self._keys:
            right = _signature(key, message_id, int(stamp), body).encode()
            # Every pair is compared, so the time taken tells nothing.
            for one in given:
                fits |= hmac.compare_digest(right, one)
        return fits


def _signature(key: bytes, message_id: str, at_s: int, body: bytes) -> str:
    signed = b".".join((message_id.encode(), str(at_s).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _key(word: str) -> bytes:
    try:
        bare = word.removeprefix(PREFIX).rstrip("=")
        key = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        # Without the cause: its text could show part of the secret.
        raise ValueError("a secret is not base64") from None
    low, high = _KEY_BYTES
    if not word.startswith(PREFIX) or not low <= len(key) <= high:
        raise ValueError(f"a secret is not {PREFIX} and {low} to {high} bytes in base64")
    return key
