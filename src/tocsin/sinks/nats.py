"""Alerts as messages on a NATS server, kept by a stream before they count as sent."""

import re
from collections.abc import Sequence

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.model import Alert, Receipt
from tocsin.render import mode_of
from tocsin.sinks.data_form import message
from tocsin.sinks.nats_wire import NatsServer
from tocsin.sinks.outlet import NET_FIELDS, trust
from tocsin.sinks.posting import VOICE_FIELDS, voice_of
from tocsin.sinks.target import local, lookup

_SUBJECT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,7}")


class NatsSink:
    """Publishes each alert under its key, so that a stream keeps it once."""

    spec = Spec(
        name="nats",
        kind="sink",
        summary="Messages on a NATS server, by default kept by a JetStream stream.",
        fields=(
            Field("host", None, "The server.", required=True),
            Field("port", 4222, "Its port.", low=1, high=65_535),
            Field(
                "security",
                "tls",
                "How the connection is protected; none only to this machine.",
                choices=("tls", "none"),
            ),
            Field("user", "", "Name to sign in with; empty to sign in with a token."),
            Field("password", "", "Password or token to sign in with.", secret=True),
            Field("subject", "tocsin", "First part of the subject; mode, hazard and level follow."),
            Field("stream", True, "Whether a stream must have kept a message before it is sent."),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'host = "nats.example.org"\n'
            'user = "tocsin"\n'
            'password = "invented-for-the-docs"\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._voice = voice_of(settings)
        self._subject, self._stream = str(settings["subject"]), bool(settings["stream"])
        if not _SUBJECT.fullmatch(self._subject):
            raise ConfigError("subject", "no subject", 'Write words with dots, as "ops.tocsin".')
        safe = settings["security"] == "tls"
        self._server = NatsServer(
            str(settings["host"]),
            int(str(settings["port"])),
            trust(str(settings["ca_file"])) if safe else None,
            float(str(settings["timeout_s"])),
            bool(settings["allow_private"]),
        )
        if not safe and not local(self._server.url):
            raise ConfigError("security", "none leaves this machine", 'Write security = "tls".')
        user, secret = str(settings["user"]), str(settings["password"])
        if user:
            self._server.login = {"user": user, "pass": secret}
        elif secret:
            self._server.login = {"auth_token": secret}
        self.lookup = lookup
        """How names become addresses; tests put a hostile resolver here."""

    def __repr__(self) -> str:
        return f"NatsSink({self._server.url.host!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Publish each; raises SinkBusy or SinkRejected as the server answers."""
        for alert in alerts:
            self._server.publish(
                self.subject(alert), alert.key, message(alert, self._voice), self._stream,
                self.lookup,
            )  # fmt: skip
        return Receipt(accepted=len(alerts))

    def subject(self, alert: Alert) -> str:
        """Where it is published: what is no earnest never comes under `live`."""
        return f"{self._subject}.{mode_of(alert)}.{alert.event.hazard}.{alert.event.level}"

    def close(self) -> None:
        """Nothing stays open between two messages."""
