"""Incidents in PagerDuty by Events API v2: one incident for the whole life of an event."""

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.model import Alert
from tocsin.render import message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, json

SUMMARY_CHARS = 1_024
_SEVERITY = {"green": "info", "yellow": "warning", "red": "critical"}


class PagerDutySink(PostingSink):
    """Triggers with alert and update, resolves with withdrawal and end."""

    spec = Spec(
        name="pagerduty",
        kind="sink",
        summary="Incidents in PagerDuty (Events API v2).",
        fields=(
            Field("routing_key", None, "Integration key.", required=True, secret=True),
            Field("url", "https://events.pagerduty.com/v2/enqueue", "Where events are taken."),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example='routing_key = "00invented00key00for00the00docs0"\n',
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        super().__init__(settings, clock)
        self._routing_key = str(settings["routing_key"])

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """One event under the dedup key of event and watch."""
        said, event = message(alert, self._voice), alert.event
        return json(
            {
                "routing_key": self._routing_key,
                "event_action": "trigger" if open_still(alert) else "resolve",
                "dedup_key": f"tocsin.{event.event_id}.{alert.watch}",
                "client": "tocsin",
                "links": [{"href": said.answer.value, "text": said.answer.label}]
                if said.answer
                else [],
                "payload": {
                    "summary": said.title[:SUMMARY_CHARS],
                    "source": "tocsin",
                    "severity": _SEVERITY[said.level] if said.mode == "live" else "info",
                    "timestamp": event.at,
                    "component": event.hazard,
                    "class": event.category,
                    "group": event.place.country if event.place else None,
                    "custom_details": {
                        **{row.label: row.value for row in said.rows},
                        "notes": [*said.urgent, said.note],
                        "key": alert.key,
                        "mode": said.mode,
                    },
                },
            }
        )


def open_still(alert: Alert) -> bool:
    """Whether the matter stands after this message."""
    return alert.kind != "withdrawal" and alert.event.phase in ("reported", "updated")
