"""An alert as data for programs: the record, and the same facts in words."""

from typing import Any

import msgspec

from tocsin.model import Alert
from tocsin.render import Voice, mode_of
from tocsin.render import message as said_in

NOTE = "automatic, not an official warning"


def data_of(alert: Alert, voice: Voice) -> dict[str, Any]:
    """What webhook and file carry of one alert; equal for equal alerts, whenever it is asked."""
    said = said_in(alert, voice)
    return {
        "kind": alert.kind,
        "mode": mode_of(alert),
        "corrects": alert.corrects,
        "watch": alert.watch,
        "meaning": alert.meaning,
        "why": alert.why,
        "event": alert.event,
        "note": NOTE,
        "answer_url": alert.answer_url,
        "audit": alert.audit,
        "message": {
            "lang": said.lang,
            "direction": said.direction,
            "title": said.title,
            "urgent": said.urgent,
            "rows": [{"label": row.label, "value": row.value} for row in said.rows],
            "note": said.note,
        },
    }


def message(alert: Alert, voice: Voice) -> bytes:
    """The record as a JSON message of its own, the same bytes at every try."""
    # A receiver that acts on alerts alone never acts on what is not in earnest.
    kind = "tocsin.alert" if mode_of(alert) == "live" else f"tocsin.{mode_of(alert)}"
    envelope = {"type": kind, "timestamp": alert.event.at, "data": data_of(alert, voice)}
    return msgspec.json.encode(envelope)
