"""An alert as data for programs: the record, and the same facts in words."""

from typing import Any

from tocsin.model import Alert
from tocsin.render import Voice, message, mode_of

NOTE = "automatic, not an official warning"


def data_of(alert: Alert, voice: Voice) -> dict[str, Any]:
    """What webhook and file carry of one alert; equal for equal alerts, whenever it is asked."""
    said = message(alert, voice)
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
