"""Reads earthquake bulletins of the European-Mediterranean Seismological Centre (FDSN JSON)."""

import re
from collections import Counter

import msgspec

from tocsin.bulletin import Bulletin
from tocsin.metrics import Reason
from tocsin.official.bounds import (
    BULLETINS_MOST,
    Read,
    Refused,
    between,
    identifier,
    moment_ms,
)
from tocsin.official.quakes import sent_ms, size_of, wrapped
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import Context

URL = "https://www.seismicportal.eu/eventdetails.html?unid={id}"

_PAGE_ID = re.compile(r"[0-9]{8}_[0-9]{7}")
_TYPES = frozenset({"ke", "se", "fe", "de", "uk", ""})
"""Known, suspected, felt and damaging earthquakes, and what nobody has typed yet."""


class _Properties(msgspec.Struct):
    unid: str
    time: str
    lat: float
    lon: float
    mag: float
    lastupdate: str | None = None
    evtype: str | None = None


class _Feature(msgspec.Struct):
    properties: _Properties


class _List(msgspec.Struct):
    features: list[msgspec.Raw] = []
    data: msgspec.Raw = msgspec.Raw()
    """One feature, as the service pushes it."""
    action: str = ""


_LIST = msgspec.json.Decoder(_List)
_FEATURE = msgspec.json.Decoder(_Feature)


def read_emsc(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of one answer or one pushed message; a bad feature costs itself only."""
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        told = _LIST.decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Read([], Counter([Reason.BAD_BULLETIN]))
    features = [*told.features, *([told.data] if bytes(told.data) else [])]
    refused: Counter[Reason] = Counter()
    if not features and b'"features"' not in frame:
        refused[Reason.BAD_BULLETIN] += 1
    bulletins: list[Bulletin] = []
    for raw in features[:BULLETINS_MOST]:
        try:
            quake = _FEATURE.decode(raw).properties
            bulletins.append(_bulletin(quake, source, told.action == "delete"))
        except Refused as refusal:
            refused[refusal.reason] += 1
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refused[Reason.BAD_BULLETIN] += 1
    refused[Reason.TOO_LARGE] += max(0, len(features) - BULLETINS_MOST)
    return Read(bulletins, +refused)


def _bulletin(quake: _Properties, source: str, deleted: bool) -> Bulletin:
    if (quake.evtype or "") not in _TYPES:
        raise Refused(Reason.OTHER_KIND)
    magnitude = between(quake.mag, -10.0, 10.0)
    size = size_of(magnitude)
    if size is None:
        raise Refused(Reason.OTHER_KIND)
    key = identifier(quake.unid)
    return Bulletin(
        source=source,
        id=key,
        sent_ms=sent_ms(_ms(quake.time), _ms(quake.lastupdate) if quake.lastupdate else None),
        hazard="earthquake",
        lat=between(quake.lat, -90.0, 90.0),
        lon=wrapped(between(quake.lon, -360.0, 360.0)),
        radius_km=size.radius_km,
        severity=size.severity,
        status="cancelled" if deleted else "actual",
        url=URL.format(id=key) if _PAGE_ID.fullmatch(key) else None,
        magnitude=magnitude,
    )


def _ms(text: str) -> int:
    """The service leaves the zone away where it means UTC."""
    return moment_ms(text if text.endswith("Z") or "+" in text else text + "Z")
