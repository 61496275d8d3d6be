"""Where a webhook may go: a public address, resolved once and connected to as checked."""

import ipaddress
import socket
from collections.abc import Callable

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], list[str]]
"""From host and port to IP addresses; raises OSError when there are none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class TargetRefused(Exception):
    """The address is one that alerts never go to; the text names the rule, not the address."""


def lookup(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def parsed(text: str) -> httpx.URL:
    """The URL if its form is right: https, or http to this machine; raises ValueError."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise ValueError("no valid URL") from None
    if not url.host:
        raise ValueError("no host in it")
    if url.userinfo:
        raise ValueError("it holds a user name or password")
    if url.scheme != "https" and not (url.scheme == "http" and local(url)):
        raise ValueError("only https is allowed, except to this machine")
    return url


def local(url: httpx.URL) -> bool:
    """Whether the URL itself says this machine; a name that merely resolves to it does not."""
    return url.host in _LOCAL_NAMES


def checked_address(url: httpx.URL, allow_private: bool, find: Lookup) -> str:
    """The one address to connect to.

    Raises OSError when the name has none, TargetRefused when any of its addresses is not
    public: an answer that mixes both kinds is how a rebinding attack begins.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    addresses = [ipaddress.ip_address(text) for text in find(url.raw_host.decode("ascii"), port)]
    if not addresses:
        raise OSError("no address")
    if local(url):
        if not all(address.is_loopback for address in addresses):
            raise TargetRefused("the name of this machine points elsewhere")
    elif not allow_private and not all(public(address) for address in addresses):
        raise TargetRefused("the name points to a private address")
    return str(addresses[0])


def public(address: Address) -> bool:
    """Whether an address is on the open internet, looked at through every wrapping of IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
