"""Reads outages of a service from the common status-feed JSON; no name or text of an incident."""

from collections import Counter

import msgspec

from tocsin.bulletin import Bulletin, Severity
from tocsin.metrics import Reason
from tocsin.official.bounds import (
    BULLETINS_MOST,
    Read,
    Refused,
    between,
    identifier,
    moment_ms,
)
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import Context

_IMPACTS: dict[str, Severity] = {"minor": "Minor", "major": "Moderate", "critical": "Severe"}
"""What an impact is taken for; `none` and maintenance are no outage."""
_OVER = frozenset({"resolved", "postmortem"})


class _Incident(msgspec.Struct):
    id: str
    status: str
    impact: str
    created_at: str
    started_at: str | None = None
    resolved_at: str | None = None


class _Page(msgspec.Struct):
    incidents: list[msgspec.Raw]


_PAGE = msgspec.json.Decoder(_Page)
_INCIDENT = msgspec.json.Decoder(_Incident)


def read_status(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of one summary or list of incidents, about the feed's hazard at its place.

    Without both there is nothing to say (AREA_UNKNOWN): a status page does not tell where.
    """
    if len(frame) > BODY_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        incidents = _PAGE.decode(frame).incidents
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Read([], Counter([Reason.BAD_BULLETIN]))
    refused: Counter[Reason] = Counter()
    bulletins: list[Bulletin] = []
    for raw in incidents[:BULLETINS_MOST]:
        try:
            bulletins.append(_bulletin(_INCIDENT.decode(raw), source, context))
        except Refused as refusal:
            refused[refusal.reason] += 1
        except (msgspec.MsgspecError, ValueError, RecursionError):
            refused[Reason.BAD_BULLETIN] += 1
    refused[Reason.TOO_LARGE] += max(0, len(incidents) - BULLETINS_MOST)
    return Read(bulletins, +refused)


def _bulletin(incident: _Incident, source: str, context: Context) -> Bulletin:
    feed = context.feed
    severity = _IMPACTS.get(incident.impact)
    if severity is None:
        raise Refused(Reason.OTHER_KIND)
    if feed.hazard is None or feed.where is None:
        raise Refused(Reason.AREA_UNKNOWN)
    over = incident.status in _OVER
    sent = incident.resolved_at if over else incident.started_at
    lat, lon, radius_km = feed.where
    return Bulletin(
        source=source,
        # A status page's ids may be letters alone; ours hold a figure.
        id=identifier(f"incident-1:{incident.id}"),
        sent_ms=moment_ms(sent or incident.created_at),
        hazard=feed.hazard,
        lat=between(lat, -90.0, 90.0),
        lon=between(lon, -180.0, 180.0),
        radius_km=radius_km,
        severity=severity,
        status="ended" if over else "actual",
        urgency="Past" if over else "Immediate",
        certainty="Observed",
    )
