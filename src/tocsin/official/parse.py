"""One way in for every official wire: bytes to bulletins, and why the rest was left behind."""

import re
from collections import Counter
from collections.abc import Callable, Container
from pathlib import Path
from typing import Literal, get_args

from tocsin.errors import ConfigError, InputError
from tocsin.metrics import Reason
from tocsin.model import Bulletin
from tocsin.official.bounds import Read, is_source_name
from tocsin.official.cap import read_cap
from tocsin.official.emsc import read_emsc
from tocsin.official.gdacs import read_gdacs
from tocsin.official.index import read_index
from tocsin.official.jsonl import read_jsonl
from tocsin.official.news import read_news
from tocsin.official.status import read_status
from tocsin.official.usgs import read_usgs
from tocsin.official.where import Context
from tocsin.vocabulary.hazards import hazard_ids

Wire = Literal["usgs", "emsc", "gdacs", "cap", "index", "status", "news", "jsonl"]
WIRES: tuple[Wire, ...] = get_args(Wire)

FILE_BYTES = 67_108_864
"""Longest bulletin file that is read."""

_READERS: dict[Wire, Callable[[bytes, str, Context], Read]] = {
    "usgs": read_usgs,
    "emsc": read_emsc,
    "gdacs": read_gdacs,
    "cap": read_cap,
    "index": read_index,
    "status": read_status,
    "news": read_news,
}
_AGENCY: dict[Wire, str] = {"index": "cap"}


def parse(
    frame: bytes,
    wire: Wire,
    hazards: Container[str] | None = None,
    source: str | None = None,
    context: Context = Context(),  # noqa: B008 - a frozen tuple of nothing
) -> tuple[list[Bulletin], Counter[Reason]]:
    """Bulletins of one frame and the count of refused messages by reason.

    `hazards` are the known hazard keys (the vocabulary's when None); `source` names the agency
    (else the feed's own, else the wire; JSON Lines name their own). Bad input never raises; a
    `source` that is no feed name raises ConfigError.
    """
    source = source or context.feed.agency
    if source is not None and not is_source_name(source):
        raise ConfigError("source", "is no feed name", "Use lower case letters, digits, - and _.")
    known = hazard_ids() if hazards is None else hazards
    if wire == "cap" and sniff(frame) == "index":
        # An index that holds its messages itself comes by the same source.
        wire = "index"
    if wire == "jsonl":
        found = read_jsonl(frame, known)
    else:
        found = _READERS[wire](frame, source or _AGENCY.get(wire, wire), context)
    kept = [bulletin for bulletin in found.bulletins if bulletin.hazard in known]
    refused = found.refused
    refused[Reason.OTHER_KIND] += len(found.bulletins) - len(kept)
    return kept, +refused


def sniff(frame: bytes) -> Wire:
    """Which wire the bytes look like; JSON Lines when nothing else fits."""
    head = frame[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"<", b"\xfe\xff", b"\xff\xfe")):
        if b"http://www.gdacs.org" in head:
            return "gdacs"
        return "index" if re.search(rb"<(\w+:)?(feed|rss|RDF)\b", head) else "cap"
    if head.startswith(b"{") and b'"FeatureCollection"' in head:
        if b"flynn_region" in head or b'"source_catalog"' in head:
            return "emsc"
        return "gdacs" if b'"alertlevel"' in head else "usgs"
    return "jsonl"


def parse_path(path: str, hazards: Container[str] | None = None) -> list[Bulletin]:
    """Bulletins of one file in order of sending, the wire told by the content.

    Raises InputError for a file that cannot be read, is too long, or holds nothing but
    messages in none of the wires.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{path}: is a folder. Give the bulletin files in it by name.")
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path.") from None
    if len(content) > FILE_BYTES:
        raise InputError(f"{path}: is over {FILE_BYTES} bytes. Split it by day.")
    bulletins, refused = _read(content, hazards)
    broken = refused[Reason.BAD_BULLETIN] + refused[Reason.BAD_TIME] + refused[Reason.TOO_LARGE]
    if not bulletins and (broken or not content.strip()):
        raise InputError(
            f"{path}: no bulletin in it can be read ({broken} refused). "
            "Give CAP 1.2 XML, an Atom or RSS index with CAP in it, USGS, EMSC or GDACS "
            "GeoJSON, GDACS RSS, or JSON Lines with source, id, sent, hazard, lat, "
            "lon, radius_km, severity, status."
        )
    return sorted(bulletins, key=lambda b: (b.sent_ms, b.source, b.id, b.hazard))


def _read(content: bytes, hazards: Container[str] | None) -> Read:
    return Read(*parse(content, sniff(content), hazards))
