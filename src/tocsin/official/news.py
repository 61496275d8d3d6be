"""Reads news feeds for corroboration: the hazard and place of a title, its time, and no more."""

from collections import Counter

from tocsin.bulletin import Bulletin
from tocsin.clock import HOUR_MS
from tocsin.markup import Part, Wanted, read_markup
from tocsin.metrics import Reason
from tocsin.model import Place
from tocsin.official.bounds import Read, Refused, mail_moment_ms, moment_ms
from tocsin.official.index import entries_of
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import Context

TITLES_MOST = 500
"""Most titles of one feed that are read."""
TITLE_CHARS = 300

_WANTED = Wanted(
    frozenset(("feed", "entry", "rss", "RDF", "channel", "item", "title", "published",
               "updated", "pubDate", "date"))
)  # fmt: skip


def read_news(frame: bytes, source: str, context: Context) -> Read:
    """One item for each hazard, place and hour that titles name; of kind news.

    Text, link and author are never built; without the gate (`context.titles`) nothing is read.
    """
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        entries = list(entries_of(read_markup(frame, _WANTED)))
    except Refused as refusal:
        return Read([], Counter([refusal.reason]))
    refused: Counter[Reason] = Counter()
    refused[Reason.TOO_LARGE] += max(0, len(entries) - TITLES_MOST)
    entries = entries[:TITLES_MOST]
    titles = [entry.text("title")[:TITLE_CHARS] for entry in entries]
    seen = context.titles(titles) if context.titles is not None else [None] * len(titles)
    found: dict[str, Bulletin] = {}
    for entry, named in zip(entries, seen, strict=True):
        if named is None:
            refused[Reason.NO_HAZARD] += 1
            continue
        try:
            item = _item(entry, *named, source)
        except Refused as refusal:
            refused[refusal.reason] += 1
            continue
        if item.id in found:
            refused[Reason.DUPLICATE] += 1
        found.setdefault(item.id, item)
    return Read(list(found.values()), +refused)


def _item(entry: Part, hazard: str, place: Place, source: str) -> Bulletin:
    at_ms = _when_ms(entry)
    return Bulletin(
        source=source,
        # Made of what the record may say, so that it tells nothing of the article.
        id=f"{hazard}:{place.id}:{at_ms // HOUR_MS}",
        sent_ms=at_ms,
        hazard=hazard,
        lat=place.lat,
        lon=place.lon,
        radius_km=place.radius_km,
        kind="news",
    )


def _when_ms(entry: Part) -> int:
    for name in ("published", "updated", "date"):
        if entry.text(name):
            return moment_ms(entry.text(name))
    return mail_moment_ms(entry.text("pubDate"))
