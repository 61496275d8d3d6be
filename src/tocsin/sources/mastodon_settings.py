"""What may stand in the settings of a Mastodon server: an address, and somebody's leave."""

import re
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from tocsin.config import Value
from tocsin.errors import ConfigError
from tocsin.sources.courtesy import is_loopback

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:[0-9]{1,5})?")
_WHO_CHARS = 200


def is_believed(address: str, base: str) -> bool:
    """Whether a token may go to this address: encrypted, and the server's own or below it."""
    parts, home = urlsplit(address), urlsplit(base)
    host, own = parts.hostname or "", home.hostname or ""
    if parts.username or parts.query or parts.path not in ("", "/"):
        return False
    if parts.scheme == "ws" and not (is_loopback(address) and is_loopback(base)):
        return False
    return parts.scheme in ("ws", "wss") and (host == own or host.endswith(f".{own}"))


def base_of(server: str) -> str:
    """`https://host` of the setting; raises ConfigError for what is no server or not encrypted."""
    parts = urlsplit(server if "//" in server else f"https://{server}")
    base = f"{parts.scheme}://{parts.netloc}"
    plain = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc) or not plain:
        raise ConfigError("server", "is no server", "Give a name such as social.example.")
    if parts.scheme == "http" and not is_loopback(base):
        raise ConfigError("server", "is not encrypted", "Use https for anything but this machine.")
    return base


def check_leave(settings: dict[str, Value], now_ms: int) -> None:
    """Raise ConfigError unless somebody allowed this, on a day that has been."""
    who = str(settings.get("permission_from", "")).strip()
    if not who or not who.isprintable() or len(who) > _WHO_CHARS:
        raise ConfigError(
            "permission_from", "names nobody", "Ask the server's operator, then give the address."
        )
    try:
        day = date.fromisoformat(str(settings.get("permission_date", "")))
    except ValueError:
        raise ConfigError("permission_date", "is no day", "Write it as YYYY-MM-DD.") from None
    if day > datetime.fromtimestamp(now_ms / 1000, UTC).date():
        raise ConfigError("permission_date", "is yet to come", "Begin on the day you may.")
