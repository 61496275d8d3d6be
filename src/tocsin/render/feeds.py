"""Events as feeds that other programs read: Atom and GeoJSON."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from tocsin.clock import rfc3339
from tocsin.model import Alert, AlertKind, Event
from tocsin.render.message import Voice, message

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
ATOM_MEDIA = "application/atom+xml"
GEOJSON_MEDIA = "application/geo+json"


def atom(events: Sequence[Event], now_ms: int, title: str = "Tocsin") -> bytes:
    """An Atom feed of the latest revisions, in the order given; ids never change."""
    root = ET.Element("feed", {"xmlns": ATOM, "xmlns:georss": GEORSS, "xml:lang": "en"})
    _add(root, "id", f"urn:tocsin:feed:{title.lower().replace(' ', '-')}")
    _add(root, "title", title)
    _add(root, "updated", max((event.at for event in events), default=rfc3339(now_ms)))
    author = ET.SubElement(root, "author")
    _add(author, "name", "Tocsin")
    for event in events:
        said = message(_alert(event), Voice())
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", f"urn:tocsin:event:{event.event_id}")
        _add(entry, "title", said.title)
        _add(entry, "updated", event.at)
        _add(entry, "published", event.first_seen)
        ET.SubElement(entry, "category", {"term": event.hazard})
        ET.SubElement(entry, "category", {"term": f"level:{event.level}"})
        _add(entry, "summary", said.text())
        if event.place is not None:
            _add(entry, "georss:point", f"{event.place.lat:.3f} {event.place.lon:.3f}")
    ET.indent(root)
    return str(ET.tostring(root, encoding="unicode")).encode() + b"\n"


def geojson(events: Sequence[Event]) -> dict[str, Any]:
    """A FeatureCollection (RFC 7946); an event without a place has no geometry."""
    return {"type": "FeatureCollection", "features": [_feature(event) for event in events]}


def _feature(event: Event) -> dict[str, Any]:
    said, place = message(_alert(event), Voice()), event.place
    point = None
    if place is not None:
        point = {"type": "Point", "coordinates": [round(place.lon, 3), round(place.lat, 3)]}
    return {
        "type": "Feature",
        "id": event.event_id,
        "geometry": point,
        "properties": {
            "revision": event.revision,
            "phase": event.phase,
            "hazard": event.hazard,
            "level": event.level,
            "tier": event.tier,
            "title": said.title,
            "place": place.name if place else None,
            "country": place.country if place else None,
            "radius_km": place.radius_km if place else None,
            "first_seen": event.first_seen,
            "at": event.at,
            "note": said.note,
            "drill": event.drill,
        },
    }


def _alert(event: Event) -> Alert:
    kind: AlertKind = "withdrawal" if event.phase == "withdrawn" else "alert"
    return Alert(f"{event.event_id}.{event.revision}.feed", kind, "feed", "", "feed", event)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
