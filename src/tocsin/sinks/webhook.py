"""Alerts as signed JSON by HTTP POST, in the form of Standard Webhooks."""

from collections.abc import Sequence

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.model import Alert, Receipt
from tocsin.sinks.data_form import message
from tocsin.sinks.outlet import NET_FIELDS, Outlet
from tocsin.sinks.posting import VOICE_FIELDS, voice_of
from tocsin.sinks.signature import Secrets
from tocsin.sinks.target import Lookup


class WebhookSink:
    """Posts each alert to one URL; a busy or silent receiver is asked again by the dispatcher."""

    spec = Spec(
        name="webhook",
        kind="sink",
        summary="Signed JSON by HTTP POST (Standard Webhooks).",
        fields=(
            Field(
                "url",
                None,
                "Where to post: an https URL, or http to this machine.",
                required=True,
                secret=True,
            ),
            Field(
                "secret",
                None,
                "whsec_ and 24 to 64 bytes in base64; several, newest first, with spaces between.",
                required=True,
                secret=True,
            ),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'url = "https://alerts.example.org/tocsin"\n'
            'secret = "whsec_aW52ZW50ZWQtc2VjcmV0LWZvci1kb2NzLW9ubHk="\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._voice = voice_of(settings)
        self._outlet = Outlet("webhook", str(settings["url"]), settings)
        try:
            self._secrets = Secrets(str(settings["secret"]))
        except ValueError as error:
            raise ConfigError("secret", str(error), "Make one of 32 random bytes.") from None

    @property
    def lookup(self) -> Lookup:
        """How names become addresses."""
        return self._outlet.lookup

    @lookup.setter
    def lookup(self, find: Lookup) -> None:
        self._outlet.lookup = find

    def __repr__(self) -> str:
        return f"WebhookSink({self._outlet.host!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Post each alert, signed at `now_ms` under its own constant key.

        Raises SinkBusy or SinkRejected as the outlet judges the answer.
        """
        for alert in alerts:
            body, at_s = message(alert, self._voice), now_ms // 1000
            headers = {
                "content-type": "application/json",
                "webhook-id": alert.key,
                "webhook-timestamp": str(at_s),
                "webhook-signature": self._secrets.sign(alert.key, at_s, body),
            }
            self._outlet.post(body, headers, now_ms)
        return Receipt(accepted=len(alerts))

    def close(self) -> None:
        """Let go of connections; closing twice is fine."""
        self._outlet.close()
