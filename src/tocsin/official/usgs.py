"""Reads earthquake bulletins out of the USGS GeoJSON feed."""

import re
from collections import Counter
from typing import Literal

import msgspec

from tocsin.metrics import Reason
from tocsin.model import Bulletin, Severity
from tocsin.official.bounds import (
    BULLETINS_MOST,
    REFERENCES_MOST,
    Read,
    Refused,
    between,
    identifier,
)
from tocsin.official.quakes import sent_ms, size_of, wrapped
from tocsin.official.tables import SEVERITIES, QuakeClass
from tocsin.official.where import Context

BODY_BYTES = 8_388_608
"""Longest feed body that is read (reliability R12)."""
URL = "https://earthquake.usgs.gov/earthquakes/eventpage/{id}"

_PAGE_ID = re.compile(r"[a-z]{2}[0-9a-z]{6,12}")


class _Properties(msgspec.Struct):
    mag: float | None = None
    time: int | None = None
    updated: int | None = None
    status: str = ""
    tsunami: int | None = None
    type: str = ""
    ids: str = ""


class _Geometry(msgspec.Struct):
    coordinates: list[float | None]


class _Feature(msgspec.Struct):
    id: str
    properties: _Properties
    geometry: _Geometry


class _Feed(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: list[msgspec.Raw] = []


_FEED = msgspec.json.Decoder(_Feed)
_FEATURE = msgspec.json.Decoder(_Feature)


def read_usgs(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of one feed body; a bad feature costs itself only."""
    refused: Counter[Reason] = Counter()
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        features = _FEED.decode(frame).features
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Read([], Counter([Reason.BAD_BULLETIN]))
    bulletins: list[Bulletin] = []
    for raw in features[:BULLETINS_MOST]:
        try:
            bulletins.append(_bulletin(_FEATURE.decode(raw), source))
        except Refused as refusal:
            refused[refusal.reason] += 1
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refused[Reason.BAD_BULLETIN] += 1
    refused[Reason.TOO_LARGE] += max(0, len(features) - BULLETINS_MOST)
    return Read(bulletins, +refused)


def _bulletin(feature: _Feature, source: str) -> Bulletin:
    told = feature.properties
    if told.type != "earthquake":
        raise Refused(Reason.OTHER_KIND)
    if told.mag is None or len(feature.geometry.coordinates) < 2:
        raise Refused(Reason.BAD_BULLETIN)
    magnitude = between(told.mag, -10.0, 10.0)
    size = size_of(magnitude)
    if size is None:
        raise Refused(Reason.OTHER_KIND)
    lon, lat = feature.geometry.coordinates[:2]
    if lat is None or lon is None:
        raise Refused(Reason.BAD_BULLETIN)
    key = identifier(feature.id)
    deleted = told.status == "deleted"
    return Bulletin(
        source=source,
        id=key,
        sent_ms=sent_ms(told.time, told.updated),
        hazard="earthquake",
        lat=between(lat, -90.0, 90.0),
        lon=wrapped(between(lon, -360.0, 360.0)),
        radius_km=size.radius_km,
        severity=_severity(size, told.tsunami),
        status="cancelled" if deleted else "actual",
        # A deleted solution takes back itself, not the one it was merged into.
        references=() if deleted else _other_ids(told.ids, key),
        url=URL.format(id=key) if _PAGE_ID.fullmatch(key) else None,
        magnitude=magnitude,
    )


def _severity(size: QuakeClass, tsunami: int | None) -> Severity:
    """By magnitude; the tsunami flag (a large quake at sea) makes it Severe at least."""
    if tsunami == 1:
        return max(size.severity, "Severe", key=SEVERITIES.index)
    return size.severity


def _other_ids(ids: str, own: str) -> tuple[str, ...]:
    """Ids the same earthquake had with other networks; a merged one keeps its history."""
    others = []
    for key in ids.split(",")[: REFERENCES_MOST + 2]:
        if key and key != own and _PAGE_ID.fullmatch(key):
            others.append(key)
    return tuple(others[:REFERENCES_MOST])
