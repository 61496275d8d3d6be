"""An alert in the Common Alerting Protocol, version 1.2: Alert, Update or Cancel."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec

from tocsin.model import Alert, Earlier, Event, Mode, Speech
from tocsin.render.message import Message, Voice, clean, message, mode_of, voice_for
from tocsin.render.phrases import phrases

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA = "application/cap+xml"
_STATUS: dict[Mode, str] = {"drill": "Exercise", "maintenance": "Test", "test": "Test"}
EXPIRES_H = 24
"""Life of a message when the event gives none; whoever hears nothing more may drop it then."""


class Issuer(msgspec.Struct, frozen=True):
    """Who speaks in CAP, and whether in earnest."""

    sender: str
    """Globally unique name of the sender, without spaces, commas, < and &."""
    actual: bool = False
    """Only when the operator opts in; else every message has the status Exercise."""


def cap(alert: Alert, issuer: Issuer, voice: Voice) -> bytes | None:
    """The message as XML; None for a withdrawal when nothing was told that it could cancel.

    The identifier is the alert's key; references name what `alert.earlier` lists.
    """
    if alert.kind == "withdrawal" and not alert.earlier:
        return None
    voice = voice_for(alert, voice)
    # English comes beside it, so the language is chosen here and not by the alert.
    alert = msgspec.structs.replace(alert, speech=Speech())
    event = alert.event
    root = ET.Element("alert", {"xmlns": NAMESPACE})
    mode = mode_of(alert)
    earnest = "Actual" if issuer.actual else "Exercise"
    for name, text in (
        ("identifier", alert.key),
        ("sender", issuer.sender),
        ("sent", stamp(event.at)),
        ("status", _STATUS.get(mode, earnest)),
        ("msgType", message_type(alert)),
        ("scope", "Public"),
        ("note", message(alert, Voice("en", voice.zone, voice.units)).note),
        ("references", _references(alert, issuer.sender)),
    ):
        _add(root, name, text)
    for lang in dict.fromkeys((voice.lang, "en")):
        _info(root, alert, message(alert, Voice(lang, voice.zone, voice.units)))
    ET.indent(root)
    return str(ET.tostring(root, encoding="unicode")).encode() + b"\n"


def message_type(alert: Alert) -> str:
    """Cancel for a withdrawal, Update when anything was told before, else Alert."""
    if alert.kind == "withdrawal":
        return "Cancel"
    return "Update" if alert.earlier else "Alert"


def stamp(at: str) -> str:
    """A time as CAP wants it: whole seconds and a numeric zone, never Z."""
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}-00:00"


def _references(alert: Alert, sender: str) -> str:
    """Every earlier message as sender, identifier, sent; what is referred to is superseded."""
    _, _, tail = alert.key.split(".", 2)
    return " ".join(
        f"{sender},{alert.event.event_id}.{one.revision}.{tail},{stamp(one.at)}"
        for one in alert.earlier
    )


def _info(root: ET.Element, alert: Alert, said: Message) -> None:
    event = alert.event
    info = ET.SubElement(root, "info")
    over = alert.kind == "withdrawal" or event.phase not in ("reported", "updated")
    for name, text in (
        ("language", said.lang),
        ("category", event.category),
        ("event", clean(said.headline.partition(phrases(said.lang).comma)[0])),
        ("responseType", "AllClear" if over else "Monitor"),
        ("urgency", "Past" if over else event.urgency),
        ("severity", event.severity),
        ("certainty", event.certainty),
        ("effective", stamp(event.at)),
        ("onset", stamp(event.first_seen)),
        ("expires", _expires(event)),
        ("senderName", "Tocsin"),
        ("headline", said.title[:160]),
        ("description", "\n".join(f"{row.label}: {row.value}" for row in said.rows)),
        ("instruction", "\n".join((*said.urgent, said.note))),
        ("web", alert.answer_url),
    ):
        _add(info, name, text)
    for name, value in (("tocsin:level", event.level), ("tocsin:tier", event.tier)):
        parameter = ET.SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    _area(info, event)


def _area(info: ET.Element, event: Event) -> None:
    place = event.place
    if place is None:
        return
    area = ET.SubElement(info, "area")
    _add(area, "areaDesc", clean(", ".join(p for p in (place.name, place.country) if p)))
    _add(area, "circle", f"{place.lat:.3f},{place.lon:.3f} {place.radius_km:.1f}")


def _expires(event: Event) -> str:
    if event.expires:
        return stamp(event.expires)
    end = datetime.fromisoformat(event.at) + timedelta(hours=EXPIRES_H)
    return stamp(end.isoformat())


def _add(parent: ET.Element, name: str, text: str) -> None:
    """One element; empty ones are left out, as CAP asks."""
    if text:
        ET.SubElement(parent, name).text = text


def of_event(history: Sequence[Event], channel: str) -> Alert:
    """The last of an event's revisions as an alert to whoever reads a feed."""
    last = history[-1]
    return Alert(
        key=f"{last.event_id}.{last.revision}.{channel}",
        kind="withdrawal" if last.phase == "withdrawn" else "alert",
        watch=channel,
        meaning="",
        channel=channel,
        event=last,
        earlier=tuple(Earlier(one.revision, one.at) for one in history[:-1]),
    )
