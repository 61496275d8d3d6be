"""Finds the messages that an Atom or RSS index of CAP links to."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from tocsin.markup import Part, Refused, Wanted, read_markup

LINKS_MOST = 5_000
"""Most messages of one index that are looked at."""

_WANTED = Wanted(
    frozenset((
        "alert", "feed", "entry", "rss", "RDF", "channel", "item", "link", "enclosure", "updated",
        "pubDate", "event",
    )),
    frozenset({"href", "url", "type"}),
)  # fmt: skip
_TYPES = ("cap+xml", "common-alerting-protocol")
_CAP_SPACE = "urn:oasis:names:tc:emergency:cap:"


class Link(NamedTuple):
    """Where one message lies, and which state of it."""

    url: str
    updated: str


def links_in(body: bytes, base: str) -> list[Link] | None:
    """Messages an index links to, in its order; None for a body that is no index.

    An entry with CAP fields links to its message by any link; another only by one that says so
    in its type or ends like one.
    """
    try:
        root = read_markup(body, _WANTED)
    except Refused:
        return None
    if root.name not in ("feed", "rss", "RDF"):
        return None
    found: dict[Link, None] = {}
    for entry in _entries(root):
        href = _message_of(entry)
        if href and len(found) < LINKS_MOST:
            link = Link(_joined(base, href), entry.text("updated") or entry.text("pubDate"))
            found[link] = None
    return list(found)


def _joined(base: str, href: str) -> str:
    """The whole address; empty for one that is none."""
    try:
        return urlsplit(urljoin(base, href)).geturl()
    except ValueError:
        return ""


def _entries(root: Part) -> Iterator[Part]:
    yield from root.all("entry")
    yield from root.all("item")
    for channel in root.all("channel"):
        yield from channel.all("item")


def _message_of(entry: Part) -> str:
    """The address of an entry's message; empty when it names none."""
    links = [*entry.all("link"), *entry.all("enclosure")]
    told = [(_address(link), link.attributes.get("type", "")) for link in links]
    for address, kind in told:
        if any(name in kind for name in _TYPES):
            return address
    for address, _ in told:
        if address.partition("?")[0].endswith((".xml", ".cap")):
            return address
    has_fields = any(part.space.startswith(_CAP_SPACE) for part in entry.parts)
    return next((address for address, _ in told if address), "") if has_fields else ""


def _address(link: Part) -> str:
    return (link.attributes.get("href") or link.attributes.get("url") or link.text())[:2048]
