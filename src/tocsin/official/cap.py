"""Reads the typed part of Common Alerting Protocol messages; text and contacts are left behind."""

from collections import Counter
from typing import get_args

from tocsin.bulletin import Bulletin, Certainty, Status, Urgency
from tocsin.markup import Part, Wanted, read_markup
from tocsin.metrics import Reason
from tocsin.official.area import Circle, enclosing
from tocsin.official.bounds import (
    REFERENCES_MOST,
    Read,
    Refused,
    identifier,
    moment_ms,
)
from tocsin.official.cap_event import codes_of, hazard_of, refuse_persons, severity_of
from tocsin.official.tables import SEVERITIES, tables
from tocsin.official.where import AREAS_MOST, Context, areas_of

MESSAGE_BYTES = 1_048_576
"""Longest message that is read."""
SPACES = frozenset(f"urn:oasis:names:tc:emergency:cap:1.{minor}" for minor in (1, 2))
ALERT_PARTS = frozenset((
    "alert", "identifier", "sent", "status", "msgType", "scope", "references", "info",
    "language", "category", "event", "responseType", "urgency", "severity", "certainty",
    "eventCode", "valueName", "value", "expires", "area", "areaDesc", "polygon", "circle",
))  # fmt: skip
"""Everything of a message that is ever built: no sender, contact, headline or description."""

_INFOS_MOST = 64
_TESTS = frozenset({"Test", "Exercise", "Draft"})
_NOWHERE = Circle(0.0, 0.0, 0.0)
_URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
_CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)


def read_cap(frame: bytes, source: str, context: Context) -> Read:
    """Bulletins of one CAP 1.2 (or 1.1) message: one per hazard it names.

    A cancellation gives one bulletin of status cancelled with the ids it takes back, an
    all-clear one of status ended; neither needs an area, because it supports nothing.
    """
    if len(frame) > MESSAGE_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        root = read_markup(frame, Wanted(ALERT_PARTS))
        return Read(alert_bulletins(root, source, context), Counter())
    except Refused as refusal:
        return Read([], Counter([refusal.reason]))


def alert_bulletins(alert: Part, source: str, context: Context) -> list[Bulletin]:
    """Bulletins of one `alert` element; raises Refused when there is none for us."""
    if alert.name != "alert" or alert.space not in SPACES:
        raise Refused(Reason.BAD_BULLETIN)
    infos = list(alert.all("info"))[:_INFOS_MOST]
    for info in infos:
        refuse_persons(info)
    if alert.text("scope") not in ("Public", ""):
        raise Refused(Reason.OTHER_KIND)
    kind = alert.text("msgType")
    if kind in ("Cancel", "Error"):
        return [_cancellation(alert, source, infos)]
    if kind not in ("Alert", "Update"):
        raise Refused(Reason.OTHER_KIND)
    found: dict[str, Bulletin] = {}
    why = Reason.BAD_BULLETIN
    for info in infos:
        try:
            bulletin = _bulletin(alert, info, source, context)
        except Refused as refusal:
            why = refusal.reason
            continue
        # The same alert in two languages is one bulletin; the worse word counts.
        before = found.get(bulletin.hazard)
        if before is None or _rank(bulletin) > _rank(before):
            found[bulletin.hazard] = bulletin
    if not found:
        raise Refused(why)
    return list(found.values())


def _bulletin(alert: Part, info: Part, source: str, context: Context) -> Bulletin:
    hazard = hazard_of(info)
    if hazard is None:
        raise Refused(Reason.OTHER_KIND)
    status = _status(alert, info)
    try:
        circles = areas_of(info, context)
    except Refused:
        if status != "ended":
            raise
        circles = [_NOWHERE]
    where = enclosing(circles) if circles != [_NOWHERE] else _NOWHERE
    if len(circles) > AREAS_MOST:
        circles = [*circles[: AREAS_MOST - 1], enclosing(circles[AREAS_MOST - 1 :])]
    return Bulletin(
        source=source,
        id=identifier(alert.text("identifier")),
        sent_ms=moment_ms(alert.text("sent")),
        hazard=hazard,
        lat=where.lat,
        lon=where.lon,
        radius_km=where.radius_km,
        severity=severity_of(info.text("severity")),
        status=status,
        references=_references(alert.text("references")),
        urgency=next((w for w in _URGENCIES if w == info.text("urgency")), "Unknown"),
        certainty=next((w for w in _CERTAINTIES if w == info.text("certainty")), "Unknown"),
        expires_ms=moment_ms(info.text("expires")) if info.text("expires") else None,
        areas=tuple((c.lat, c.lon, c.radius_km) for c in circles) if len(circles) > 1 else (),
    )


def _cancellation(alert: Part, source: str, infos: list[Part]) -> Bulletin:
    hazard = next((key for info in infos if (key := hazard_of(info))), "incident")
    references = _references(alert.text("references"))
    if not references:
        raise Refused(Reason.BAD_BULLETIN)
    return Bulletin(
        source=source,
        id=identifier(alert.text("identifier")),
        sent_ms=moment_ms(alert.text("sent")),
        hazard=hazard,
        lat=_NOWHERE.lat,
        lon=_NOWHERE.lon,
        radius_km=_NOWHERE.radius_km,
        status="test" if alert.text("status") in _TESTS else "cancelled",
        references=references,
    )


def _status(alert: Part, info: Part) -> Status:
    status = alert.text("status")
    if status in _TESTS or set(codes_of(info)) & tables().cap.test_codes:
        return "test"
    if status != "Actual":
        raise Refused(Reason.OTHER_KIND)
    if "AllClear" in info.texts("responseType") or info.text("urgency") == "Past":
        return "ended"
    return "actual"


def _references(text: str) -> tuple[str, ...]:
    """Ids of earlier messages, without their senders; what is no id is left out."""
    kept: list[str] = []
    for triple in text.split()[:REFERENCES_MOST]:
        parts = triple.split(",")
        if len(parts) == 3:
            try:
                kept.append(identifier(parts[1]))
            except Refused:
                continue
    return tuple(kept)


def _rank(bulletin: Bulletin) -> int:
    return SEVERITIES.index(bulletin.severity)
