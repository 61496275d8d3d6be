"""CAP 1.2 messages by HTTP POST; an exercise unless the operator says that it is none."""

import re

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.model import Alert
from tocsin.render.cap import MEDIA, Issuer, cap
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink

_SENDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,119}")


class CapSink(PostingSink):
    """Alert, Update and Cancel under constant identifiers, with references to what was sent."""

    spec = Spec(
        name="cap",
        kind="sink",
        summary="Common Alerting Protocol 1.2 by HTTP POST.",
        fields=(
            Field("url", None, "Where to post.", required=True),
            Field("sender", None, "Your unique name in CAP, such as an address.", required=True),
            Field("token", "", "Bearer token, when the receiver wants one.", secret=True),
            Field("actual", False, "Send as Actual; without it every message is an Exercise."),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'url = "https://cap.example.org/in"\n'
            'sender = "tocsin@example.org"\n'
            'token = "invented-for-the-docs"\n'
        ),
    )
    media = MEDIA

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        super().__init__(settings, clock)
        sender = str(settings["sender"])
        if not _SENDER.fullmatch(sender):
            remedy = "Use letters, digits, and . _ @ - only."
            raise ConfigError("sender", "no name that CAP allows", remedy)
        self._issuer = Issuer(sender, bool(settings.get("actual", False)))
        self._token = str(settings.get("token", ""))

    def headers(self, key: str) -> dict[str, str]:
        """With the token, when there is one."""
        bearer = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return {**super().headers(key), **bearer}

    def content(self, alert: Alert, now_ms: int) -> bytes | None:
        """The XML; None when there is nothing to cancel."""
        return cap(alert, self._issuer, self._voice)
