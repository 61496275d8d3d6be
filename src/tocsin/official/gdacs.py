"""Reads the Global Disaster Alert and Coordination System's list, as RSS and as GeoJSON."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tocsin.bulletin import Bulletin
from tocsin.markup import Part, Wanted, read_markup
from tocsin.metrics import Reason
from tocsin.official.bounds import (
    BULLETINS_MOST,
    Read,
    Refused,
    between,
    identifier,
    mail_moment_ms,
    moment_ms,
)
from tocsin.official.quakes import size_of, wrapped
from tocsin.official.tables import tables
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import Context

URL = "https://www.gdacs.org/report.aspx?eventtype={type}&eventid={id}"

_WANTED = Wanted(
    frozenset((
        "rss", "channel", "item", "eventtype", "eventid", "alertlevel", "iscurrent", "point",
        "Point", "lat", "long", "pubDate", "datemodified", "severity",
    )),
    frozenset({"value"}),
)  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,12}")


class _Told(NamedTuple):
    """One disaster as either form gives it."""

    type: str
    number: str
    level: str
    current: bool
    lat: float
    lon: float
    sent_ms: int
    size: float | None


class _Severity(msgspec.Struct):
    severity: float | None = None


class _Properties(msgspec.Struct):
    eventtype: str
    eventid: int | str
    alertlevel: str
    fromdate: str
    datemodified: str | None = None
    iscurrent: str | bool = True
    severitydata: _Severity | None = None


class _Geometry(msgspec.Struct):
    coordinates: tuple[float, float]


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: _Geometry


class _Collection(msgspec.Struct):
    features: list[msgspec.Raw]


_COLLECTION = msgspec.json.Decoder(_Collection)
_FEATURE = msgspec.json.Decoder(_Feature)


def read_gdacs(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of one list; a bad item costs itself only."""
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    refused: Counter[Reason] = Counter()
    bulletins: list[Bulletin] = []
    try:
        rows = list(_items(frame))
    except Refused as refusal:
        return Read([], Counter([refusal.reason]))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Read([], Counter([Reason.BAD_BULLETIN]))
    for row in rows[:BULLETINS_MOST]:
        try:
            told = _of_item(row) if isinstance(row, Part) else _of_feature(row)
            bulletins.append(_bulletin(told, source))
        except Refused as refusal:
            refused[refusal.reason] += 1
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refused[Reason.BAD_BULLETIN] += 1
    refused[Reason.TOO_LARGE] += max(0, len(rows) - BULLETINS_MOST)
    return Read(bulletins, +refused)


def _items(frame: bytes) -> Iterator[Part | msgspec.Raw]:
    if frame.lstrip()[:1] == b"{":
        yield from _COLLECTION.decode(frame).features
        return
    root = read_markup(frame, _WANTED)
    if root.name != "rss":
        raise Refused(Reason.BAD_BULLETIN)
    for channel in root.all("channel"):
        yield from channel.all("item")


def _of_item(item: Part) -> _Told:
    point = item.first("Point")
    lat, lon = (point.text("lat"), point.text("long")) if point is not None else ("", "")
    if not lat:
        lat, lon = item.text("point").split()
    severity = item.first("severity")
    size = severity.attributes.get("value") if severity is not None else None
    sent = item.text("datemodified") or item.text("pubDate")
    return _Told(
        item.text("eventtype"),
        item.text("eventid"),
        item.text("alertlevel"),
        item.text("iscurrent").lower() != "false",
        float(lat),
        float(lon),
        mail_moment_ms(sent),
        float(size) if size else None,
    )


def _of_feature(raw: msgspec.Raw) -> _Told:
    feature = _FEATURE.decode(raw)
    told = feature.properties
    lon, lat = feature.geometry.coordinates
    sent = told.datemodified or told.fromdate
    return _Told(
        told.eventtype,
        str(told.eventid),
        told.alertlevel,
        str(told.iscurrent).lower() != "false",
        lat,
        lon,
        moment_ms(sent if sent.endswith("Z") else sent + "Z"),
        told.severitydata.severity if told.severitydata is not None else None,
    )


def _bulletin(told: _Told, source: str) -> Bulletin:
    kind = tables().gdacs.types.get(told.type)
    severity = tables().gdacs.levels.get(told.level)
    if kind is None or severity is None:
        raise Refused(Reason.OTHER_KIND)
    if not _NUMBER.fullmatch(told.number):
        raise Refused(Reason.BAD_BULLETIN)
    magnitude, radius_km = None, kind.radius_km
    if kind.hazard == "earthquake" and told.size is not None:
        magnitude = between(told.size, -10.0, 10.0)
        felt = size_of(magnitude)
        radius_km = felt.radius_km if felt is not None else radius_km
    return Bulletin(
        source=source,
        id=identifier(f"{told.type}{told.number}"),
        sent_ms=told.sent_ms,
        hazard=kind.hazard,
        lat=between(told.lat, -90.0, 90.0),
        lon=wrapped(between(told.lon, -360.0, 360.0)),
        radius_km=radius_km,
        severity=severity,
        status="actual" if told.current else "ended",
        url=URL.format(type=told.type, id=told.number),
        magnitude=magnitude,
    )
