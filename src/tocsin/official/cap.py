"""Reads the typed part of Common Alerting Protocol messages; text and contacts are left behind."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tocsin.metrics import Reason
from tocsin.model import Bulletin, Severity
from tocsin.official.area import Circle, area_of, enclosing
from tocsin.official.bounds import (
    REFERENCES_MOST,
    Read,
    Refused,
    identifier,
    moment_ms,
)
from tocsin.official.tables import SEVERITIES, fold, tables

MESSAGE_BYTES = 1_048_576
"""Longest message that is read."""

_NAMESPACES = ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1")
_INFOS_MOST = 64
_PARTS_MOST = 1_000
_WORDS_MOST = 32
_NAME_CHARS = 400
_TESTS = frozenset({"Test", "Exercise", "Draft"})
_NOWHERE = Circle(0.0, 0.0, 0.0)

Status = Literal["actual", "cancelled", "test"]


def read_cap(frame: bytes, source: str) -> Read:
    """Bulletins of one CAP 1.2 (or 1.1) message: one per hazard it names.

    A cancellation gives one bulletin of status cancelled with the ids it takes back; it
    stands nowhere, because it supports nothing.
    """
    if len(frame) > MESSAGE_BYTES:
        return Read([], Counter([Reason.TOO_LARGE]))
    try:
        root = fromstring(frame, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        return Read(_bulletins(root, source), Counter())
    except Refused as refusal:
        return Read([], Counter([refusal.reason]))
    except (ParseError, DefusedXmlException, ValueError, RecursionError, LookupError):
        return Read([], Counter([Reason.BAD_BULLETIN]))


def _bulletins(root: Element, source: str) -> list[Bulletin]:
    space = next((ns for ns in _NAMESPACES if root.tag == f"{{{ns}}}alert"), None)
    if space is None:
        raise Refused(Reason.BAD_BULLETIN)
    alert = _Part(root, space)
    infos = list(alert.parts("info"))[:_INFOS_MOST]
    for info in infos:
        _refuse_persons(info)
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
            bulletin = _bulletin(alert, info, source)
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


class _Part:
    """A CAP element, read by local name."""

    def __init__(self, element: Element, space: str) -> None:
        self._element, self._space = element, space

    def text(self, name: str) -> str:
        """Text of the first child of that name, bounded; empty when there is none."""
        return (self._element.findtext(f"{{{self._space}}}{name}") or "").strip()

    def texts(self, name: str) -> list[str]:
        """Texts of all children of that name."""
        return [(part._element.text or "").strip() for part in self.parts(name)]

    def parts(self, name: str) -> "Iterator[_Part]":
        """Children of that name, a bounded number of them."""
        found = self._element.findall(f"{{{self._space}}}{name}")[:_PARTS_MOST]
        return (_Part(element, self._space) for element in found)


def _refuse_persons(info: _Part) -> None:
    """A message that seeks a person, or acts against people, is dropped whole (contract P14)."""
    table = tables().cap
    if table.person.found_in(_words(info)) or table.person_codes & set(_codes(info)):
        raise Refused(Reason.PERSON_BULLETIN)
    categories = info.texts("category")
    if categories and set(categories) <= {"Security", "Rescue"} and not _hazard(info):
        raise Refused(Reason.PERSON_BULLETIN)


def _bulletin(alert: _Part, info: _Part, source: str) -> Bulletin:
    hazard = _hazard(info)
    if hazard is None:
        raise Refused(Reason.OTHER_KIND)
    circles = [circle for part in info.parts("area") for circle in _circles(part)]
    if not circles:
        raise Refused(Reason.BAD_BULLETIN)
    where = enclosing(circles)
    return Bulletin(
        source=source,
        id=identifier(alert.text("identifier")),
        sent_ms=moment_ms(alert.text("sent")),
        hazard=hazard,
        lat=where.lat,
        lon=where.lon,
        radius_km=where.radius_km,
        severity=_severity(info.text("severity")),
        status=_status(alert, info),
        references=_references(alert.text("references")),
    )


def _cancellation(alert: _Part, source: str, infos: list[_Part]) -> Bulletin:
    hazard = next((key for info in infos if (key := _hazard(info))), "incident")
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


def _status(alert: _Part, info: _Part) -> Status:
    status = alert.text("status")
    if status in _TESTS or set(_codes(info)) & tables().cap.test_codes:
        return "test"
    if status != "Actual":
        raise Refused(Reason.OTHER_KIND)
    if "AllClear" in info.texts("responseType") or info.text("urgency") == "Past":
        return "cancelled"
    return "actual"


def _hazard(info: _Part) -> str | None:
    """The hazard an info block names: by event name, then code, then category."""
    table = tables().cap
    words = _words(info)
    if table.ignore.found_in(words):
        return None
    for hazard, names in table.names:
        if names.found_in(words):
            return hazard
    for code in _codes(info):
        if code in table.codes:
            return table.codes[code]
    return next(
        (table.categories[name] for name in info.texts("category") if name in table.categories),
        None,
    )


def _words(info: _Part) -> list[str]:
    return fold(info.text("event")[:_NAME_CHARS])[:_WORDS_MOST]


def _codes(info: _Part) -> list[str]:
    return [code.text("value").upper() for code in info.parts("eventCode")]


def _circles(area: _Part) -> Iterator[Circle]:
    for polygon in area.texts("polygon"):
        yield area_of(polygon)
    for circle in area.texts("circle"):
        yield area_of(circle)


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


def _severity(word: str) -> Severity:
    return next((severity for severity in SEVERITIES if severity == word), "Unknown")


def _rank(bulletin: Bulletin) -> int:
    return SEVERITIES.index(bulletin.severity)
