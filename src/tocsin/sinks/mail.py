"""Alerts as e-mail: plain text and HTML without images, one thread for each event."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import blake2b
from html import escape

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError, SinkBusy, SinkRejected
from tocsin.model import Alert, Receipt
from tocsin.render import LANGS, Message, digest_text, digest_title, message
from tocsin.sinks.outlet import NET_FIELDS, trust
from tocsin.sinks.posting import VOICE_FIELDS, together, voice_of
from tocsin.sinks.smtp import MailServer, ServerSilent
from tocsin.sinks.target import Lookup, local, lookup

RECIPIENTS = 50
REMEMBERED = 10_000
"""Pairs of message and recipient known to be delivered, so that one failure repeats no other."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_HTTPS = re.compile(r"https://[!-;=?-~]{1,500}")
_COLOURS = {"green": "#2e7d32", "yellow": "#8d6e00", "red": "#b71c1c"}
_NOT_LIVE = "#5e35b1"
"""The colour of drills, tests and maintenance."""


class EmailSink:
    """Hands each message in once for every recipient; recipients do not see each other."""

    spec = Spec(
        name="email",
        kind="sink",
        summary="E-mail by SMTP, as plain text and HTML, one thread for each event.",
        fields=(
            Field("host", None, "The server that takes mail in.", required=True),
            Field("port", 587, "Its port.", low=1, high=65_535),
            Field(
                "security",
                "starttls",
                "How the connection is protected; none only to this machine.",
                choices=("starttls", "tls", "none"),
            ),
            Field("user", "", "Name to sign in with."),
            Field("password", "", "Password to sign in with.", secret=True),
            Field("sender", None, "Address the mail comes from.", required=True),
            Field("to", None, f"Up to {RECIPIENTS} addresses, with spaces between.", required=True),
            Field("unsubscribe", "", "https page to leave the list; empty: by mail to the sender."),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'host = "smtp.example.org"\n'
            'user = "tocsin"\n'
            'password = "invented-for-the-docs"\n'
            'sender = "tocsin@example.org"\n'
            'to = "duty@example.org desk@example.org"\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._voice = voice_of(settings)
        self._server = _server(settings)
        self._sender = _address("sender", str(settings["sender"]))
        self._to = tuple(_address("to", word) for word in str(settings["to"]).split())
        if not 0 < len(self._to) <= RECIPIENTS:
            raise ConfigError("to", "no or too many addresses", f"Give 1 to {RECIPIENTS}.")
        self._leave = str(settings.get("unsubscribe", ""))
        if self._leave and not _HTTPS.fullmatch(self._leave):
            raise ConfigError("unsubscribe", "no https page", "Write https://HOST/PATH.")
        self._done: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.lookup: Lookup = lookup
        """How names become addresses; tests put a hostile resolver here."""

    def __repr__(self) -> str:
        return f"EmailSink({self._server.url.host!r})"

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Hand in; raises SinkBusy when some recipient is still to be tried.

        Raises SinkRejected only when no recipient at all was accepted.
        """
        taken = 0
        for group in together(alerts):
            content = self.letter(group)
            taken += self._hand_in(str(content["message-id"]), content)
        return Receipt(len(alerts), f"{taken} handed in" if alerts else "")

    def letter(self, alerts: Sequence[Alert]) -> EmailMessage:
        """The mail for one alert, or for those of one digest; a recipient is still to be set."""
        return self._single(alerts[0]) if len(alerts) == 1 else self._digest(alerts)

    def close(self) -> None:
        """Nothing is held open between two messages."""

    def _hand_in(self, key: str, content: EmailMessage) -> int:
        busy: SinkBusy | None = None
        rejected: SinkRejected | None = None
        for recipient in self._to:
            if (key, recipient) in self._done:
                continue
            del content["to"]
            content["to"] = recipient
            try:
                self._server.deliver(self._sender, recipient, content.as_bytes(), self.lookup)
            except ServerSilent as error:
                # A correction must not wait for fifty silences in a row.
                busy = error
                break
            except SinkBusy as error:
                busy = error
            except SinkRejected as error:
                rejected = error
            else:
                self._done[key, recipient] = None
        taken = sum((key, recipient) in self._done for recipient in self._to)
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        if busy is not None:
            raise busy
        if rejected is not None and not taken:
            raise rejected
        return taken

    def _single(self, alert: Alert) -> EmailMessage:
        said = message(alert, self._voice)
        mail = self._envelope(alert.key, said.title, alert.event.at)
        root = f"<{alert.event.event_id}.{alert.watch}@{self._domain}>"
        mail["in-reply-to"] = root
        mail["references"] = root
        if alert.audit:
            mail["x-tocsin-audit"] = alert.audit
        if said.mode != "live":
            mail["x-tocsin-mode"] = said.mode
        return _filled(mail, said.text(), [said], said.title, alert.key)

    def _digest(self, alerts: Sequence[Alert]) -> EmailMessage:
        title = digest_title(alerts, self._voice)
        latest = max(alert.event.at for alert in alerts)
        key = f"{alerts[0].digest}.{alerts[0].channel}"
        mail = self._envelope(key, title, latest)
        said = [message(alert, self._voice) for alert in alerts]
        return _filled(mail, digest_text(alerts, self._voice), said, title, key)

    def _envelope(self, key: str, title: str, at: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["from"] = f"Tocsin <{self._sender}>"
        mail["subject"] = title
        # The time of the event, not of the try: every try is the same message.
        mail["date"] = format_datetime(datetime.fromisoformat(at))
        mail["message-id"] = f"<{key}@{self._domain}>"
        mail["auto-submitted"] = "auto-generated"
        mail["list-id"] = f"Tocsin <tocsin.{self._domain}>"
        if self._leave:
            mail["list-unsubscribe"] = f"<{self._leave}>"
            mail["list-unsubscribe-post"] = "List-Unsubscribe=One-Click"
        else:
            mail["list-unsubscribe"] = f"<mailto:{self._sender}?subject=unsubscribe>"
        return mail

    @property
    def _domain(self) -> str:
        return self._sender.rpartition("@")[2]


def _server(settings: dict[str, Value]) -> MailServer:
    host, security = str(settings["host"]), str(settings.get("security", "starttls"))
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host):
        raise ConfigError("host", "no name of a server", "Write only its name.")
    server = MailServer(
        host,
        int(str(settings.get("port", 587))),
        security,
        float(str(settings.get("timeout_s", 10.0))),
        trust(str(settings.get("ca_file", ""))),
    )
    if security == "none" and not local(server.url):
        raise ConfigError("security", "none is for this machine only", 'Write "starttls".')
    server.login = (str(settings.get("user", "")), str(settings.get("password", "")))
    server.allow_private = bool(settings.get("allow_private", False))
    return server


def _address(path: str, text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ConfigError(path, "no e-mail address", "Write NAME@HOST, without brackets.")
    return text


def _filled(
    mail: EmailMessage, text: str, said: Sequence[Message], title: str, key: str
) -> EmailMessage:
    mail.set_content(text + "\n", cte="base64")
    lang, direction = (said[0].lang, said[0].direction) if said else (LANGS[0], "ltr")
    body = "".join(_section(one) for one in said)
    mail.add_alternative(
        f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title></head><body style="font-family:sans-serif;'
        f'max-width:40em">{body}</body></html>\n',
        subtype="html",
        cte="base64",
    )
    # Chosen, not drawn, so that a second try is the same to the byte.
    mail.set_boundary(blake2b(key.encode(), digest_size=12).hexdigest())
    return mail


def _section(said: Message) -> str:
    colour = _COLOURS[said.level] if said.mode == "live" else _NOT_LIVE
    urgent = "".join(f"<p><strong>{escape(line)}</strong></p>" for line in said.urgent)
    rows = "".join(
        f'<tr><th scope="row" style="text-align:start;padding-inline-end:1em">'
        # A date or a Latin name keeps its own order between Arabic letters.
        f"{escape(row.label)}</th><td><bdi>{escape(row.value)}</bdi></td></tr>"
        for row in said.rows
    )
    answer = ""
    if said.answer:
        href = escape(said.answer.value, quote=True)
        answer = f'<p><a href="{href}">{escape(said.answer.label)}</a></p>'
    return (
        f'<h1 style="font-size:1.2em;border-inline-start:.4em solid {colour};'
        f'padding-inline-start:.5em">{escape(said.title)}</h1>{urgent}'
        f"<table>{rows}</table>{answer}<p><em>{escape(said.note)}</em></p>"
    )
