"""Reads bulletins from JSON Lines: the plain form for tests, simulations and other programs."""

from collections import Counter
from collections.abc import Container

import msgspec

from tocsin.bulletin import Status
from tocsin.metrics import Reason
from tocsin.model import Bulletin
from tocsin.official.bounds import (
    BULLETINS_MOST,
    RADIUS_MOST_KM,
    REFERENCES_MOST,
    Read,
    Refused,
    between,
    identifier,
    is_source_name,
    moment_ms,
)
from tocsin.official.tables import SEVERITIES

LINE_BYTES = 65_536
"""Longest line that is read."""


class _Line(msgspec.Struct):
    source: str
    id: str
    sent: str
    hazard: str
    lat: float
    lon: float
    radius_km: float
    severity: str = "Unknown"
    status: str = "actual"
    references: tuple[str, ...] = ()
    magnitude: float | None = None


_DECODER = msgspec.json.Decoder(_Line)
_STATUSES: tuple[Status, ...] = ("actual", "ended", "cancelled", "test")


def read_jsonl(frame: bytes, hazards: Container[str]) -> Read:
    """Bulletins of one or more lines; a bad line costs itself only.

    A hazard outside `hazards` is refused: a bulletin speaks the closed vocabulary too.
    """
    refused: Counter[Reason] = Counter()
    bulletins: list[Bulletin] = []
    for line in frame.split(b"\n"):
        if not line.strip():
            continue
        if len(line) > LINE_BYTES or len(bulletins) >= BULLETINS_MOST:
            refused[Reason.TOO_LARGE] += 1
            continue
        try:
            bulletins.append(_bulletin(_DECODER.decode(line), hazards))
        except Refused as refusal:
            refused[refusal.reason] += 1
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refused[Reason.BAD_BULLETIN] += 1
    return Read(bulletins, refused)


def _bulletin(line: _Line, hazards: Container[str]) -> Bulletin:
    severity = next((word for word in SEVERITIES if word == line.severity), None)
    status = next((word for word in _STATUSES if word == line.status), None)
    if line.hazard not in hazards or severity is None or status is None:
        raise Refused(Reason.BAD_BULLETIN)
    if len(line.references) > REFERENCES_MOST or not is_source_name(line.source):
        raise Refused(Reason.BAD_BULLETIN)
    return Bulletin(
        source=line.source,
        id=identifier(line.id),
        sent_ms=moment_ms(line.sent),
        hazard=line.hazard,
        lat=between(line.lat, -90.0, 90.0),
        lon=between(line.lon, -180.0, 180.0),
        radius_km=between(line.radius_km, 0.0, RADIUS_MOST_KM),
        severity=severity,
        status=status,
        references=tuple(identifier(key) for key in line.references),
        magnitude=None if line.magnitude is None else between(line.magnitude, -10.0, 10.0),
    )
