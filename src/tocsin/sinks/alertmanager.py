"""Alerts for a Prometheus Alertmanager, sent again before they would lapse there."""

from base64 import b64encode

from tocsin.clock import Clock, rfc3339
from tocsin.config import Field, Spec, Value
from tocsin.model import Alert
from tocsin.render import message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, json

PATH = "/api/v2/alerts"


class AlertmanagerSink(PostingSink):
    """Posts to the v2 API. Labels never change in the life of an event; annotations do."""

    spec = Spec(
        name="alertmanager",
        kind="sink",
        summary="Alerts for a Prometheus Alertmanager (API v2).",
        fields=(
            Field("url", None, f"Its address, without {PATH}.", required=True),
            Field("user", "", "Name for basic authentication, when it asks."),
            Field("password", "", "Password for basic authentication.", secret=True),
            Field(
                "hold_s",
                600.0,
                "How long an alert stands there without being sent again.",
                unit="s",
                low=30.0,
                high=86_400.0,
            ),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'url = "https://alertmanager.example.org"\n'
            'user = "tocsin"\n'
            'password = "invented-for-the-docs"\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        super().__init__(settings, clock)
        self._hold_ms = round(float(str(settings.get("hold_s", 600.0))) * 1000)
        self.renew_s = self._hold_ms / 3000
        """How often what still stands is sent again: twice at least before it lapses."""
        user, password = str(settings.get("user", "")), str(settings.get("password", ""))
        basic = b64encode(f"{user}:{password}".encode()).decode()
        self._basic = {"authorization": f"Basic {basic}"} if user else {}

    def address(self, settings: dict[str, Value]) -> str:
        """The alerts of the v2 API."""
        return str(settings["url"]).rstrip("/") + PATH

    def headers(self, key: str) -> dict[str, str]:
        """With name and password, when there are any."""
        return {**super().headers(key), **self._basic}

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """A list of one: it ends now when the matter is over, else after `hold_s`."""
        said, event = message(alert, self._voice), alert.event
        over = alert.kind == "withdrawal" or event.phase not in ("reported", "updated")
        annotations = {
            "summary": said.title,
            "description": said.text(),
            "level": event.level,
            "note": said.note,
            "revision": str(event.revision),
            "key": alert.key,
            "mode": said.mode,
        }
        return json(
            [
                {
                    "labels": {
                        # A route that pages people for Tocsin never sees what is not in earnest.
                        "alertname": "Tocsin" if said.mode == "live" else "TocsinDrill",
                        "event_id": event.event_id,
                        "watch": alert.watch,
                        "channel": alert.channel,
                    },
                    "annotations": annotations,
                    "startsAt": event.first_seen,
                    **({"generatorURL": said.answer.value} if said.answer else {}),
                    "endsAt": event.at if over else rfc3339(now_ms + self._hold_ms),
                }
            ]
        )
