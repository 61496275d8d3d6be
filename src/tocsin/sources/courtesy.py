"""How Tocsin introduces itself to a server, and where it may speak without encryption."""

import ipaddress
from urllib.parse import urlsplit

from tocsin import __version__
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
