"""How Tocsin introduces itself, how often it asks, and where it may speak without encryption."""

import ipaddress
from collections import deque
from urllib.parse import urlsplit

from tocsin import __version__
from tocsin.clock import Clock
from tocsin.errors import ConfigError

_CONTACT_CHARS = 200


def agent(contact: str) -> str:
    """Our name for servers, with the contact; raises ConfigError for more than one plain line."""
    if not contact.isprintable() or not contact.isascii() or len(contact) > _CONTACT_CHARS:
        raise ConfigError("contact", "is not one line of plain text", "Give an address or a page.")
    return f"tocsin/{__version__}" + (f" ({contact})" if contact else "")


def is_loopback(url: str) -> bool:
    """Whether the address names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Quota:
    """So many requests in any hour and no more."""

    def __init__(self, per_hour: int, clock: Clock) -> None:
        self._taken_s: deque[float] = deque(maxlen=per_hour)
        self._clock = clock

    def free_s(self) -> float:
        """From when on, in seconds of the monotonic clock, the next request may be made."""
        if len(self._taken_s) < (self._taken_s.maxlen or 1):
            return self._clock.monotonic_s()
        return self._taken_s[0] + 3_600.0

    def take(self) -> None:
        """Count one request."""
        self._taken_s.append(self._clock.monotonic_s())
