"""Reads bulletins that stand in an Atom or RSS index itself: whole messages or their fields."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from tocsin.bulletin import Bulletin
from tocsin.markup import Part, Wanted, read_markup
from tocsin.metrics import Reason
from tocsin.official.bounds import BULLETINS_MOST, Read, Refused, identifier
from tocsin.official.cap import ALERT_PARTS, SPACES, alert_bulletins
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import Context

_FRAMES = frozenset(("feed", "entry", "rss", "RDF", "channel", "item", "content", "encoded"))
_WANTED = Wanted(ALERT_PARTS | _FRAMES | {"id", "guid", "updated", "message_type"})
_OF_ALERT = ("identifier", "sent", "status", "msgType", "scope", "references")
_OF_AREA = ("areaDesc", "polygon", "circle")


def read_index(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of all entries that hold CAP; one without is OTHER_KIND.

    An index often leaves shapes and references to the message it links to; the source fetches
    that instead where it can.
    """
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        entries = list(entries_of(read_markup(frame, _WANTED)))
    except Refused as refusal:
        return Read([], Counter([refusal.reason]))
    refused: Counter[Reason] = Counter()
    bulletins: list[Bulletin] = []
    for entry in entries[:BULLETINS_MOST]:
        try:
            for alert in _alerts(entry):
                bulletins += alert_bulletins(alert, source, context)
        except Refused as refusal:
            refused[refusal.reason] += 1
    refused[Reason.TOO_LARGE] += max(0, len(entries) - BULLETINS_MOST)
    return Read(bulletins, +refused)


def entries_of(root: Part) -> Iterator[Part]:
    """Entries of Atom, items of RSS (1.0 and 2.0); raises Refused for another document."""
    if root.name not in ("feed", "rss", "RDF"):
        raise Refused(Reason.BAD_BULLETIN)
    yield from root.all("entry")
    yield from root.all("item")
    for channel in root.all("channel"):
        yield from channel.all("item")


def _alerts(entry: Part) -> Iterator[Part]:
    whole = [
        alert
        for holder in (entry, *entry.all("content"), *entry.all("encoded"))
        for alert in holder.all("alert")
    ]
    if whole:
        yield from whole
        return
    fields = [part for part in entry.parts if part.space in SPACES]
    if not any(part.name == "event" for part in fields):
        raise Refused(Reason.OTHER_KIND)
    yield _assembled(entry, fields)


def _assembled(entry: Part, fields: list[Part]) -> Part:
    """The fields of an entry in the order of a message."""
    space = fields[0].space
    alert, info, area = (Part(space, name) for name in ("alert", "info", "area"))
    for part in fields:
        if part.name == "message_type":
            part.name = "msgType"
        home = alert if part.name in _OF_ALERT else area if part.name in _OF_AREA else info
        home.parts.append(part)
    info.parts.append(area)
    alert.parts.append(info)
    for name, text in (
        ("identifier", _plain(entry.text("id") or entry.text("guid"))),
        ("sent", entry.text("updated")),
        ("status", "Actual"),
        ("msgType", "Alert"),
    ):
        if not alert.text(name):
            # In front of an empty element of the same name.
            alert.parts.insert(0, Part.of(space, name, text))
    return alert


def _plain(name: str) -> str:
    """A name as an identifier: one with signs that ids may not hold becomes a digest of it."""
    try:
        return identifier(name)
    except Refused:
        return f"entry-1:{hashlib.blake2b(name.encode(), digest_size=12).hexdigest()}"
