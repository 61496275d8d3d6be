"""Messages of a Telegram bot to one chat."""

import re
from collections.abc import Sequence

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.model import Alert
from tocsin.render import digest_text, message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, clipped, json

TEXT_CHARS = 4_000
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,80}")


class TelegramSink(PostingSink):
    """Sends plain text, so that nothing in it can be taken for markup."""

    spec = Spec(
        name="telegram",
        kind="sink",
        summary="Messages of a Telegram bot to one chat.",
        fields=(
            Field("token", None, "Token of the bot.", required=True, secret=True),
            Field("chat", None, "Number of the chat, or @name of a channel.", required=True),
            Field("url", "https://api.telegram.org", "Root of the bot API."),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example='token = "123456789:invented-for-the-docs-0000000000000"\nchat = "-100123456"\n',
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        super().__init__(settings, clock)
        self._chat = str(settings["chat"])

    def address(self, settings: dict[str, Value]) -> str:
        """The method, with the token in the path as the API wants it; raises ConfigError."""
        token = str(settings["token"])
        if not _TOKEN.fullmatch(token):
            raise ConfigError("token", "no token of a bot", "Write NUMBER:LETTERS as given to you.")
        return f"{str(settings['url']).rstrip('/')}/bot{token}/sendMessage"

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """The whole text; only green ones arrive without a sound."""
        silent = alert.event.level == "green" and alert.kind != "withdrawal"
        return self._body(message(alert, self._voice).text(), silent)

    def digest(self, alerts: Sequence[Alert]) -> bytes:
        """Many in one message."""
        return self._body(digest_text(alerts, self._voice), False)

    def _body(self, text: str, silent: bool) -> bytes:
        return json(
            {
                "chat_id": self._chat,
                "text": clipped(text, TEXT_CHARS),
                "disable_notification": silent,
                "link_preview_options": {"is_disabled": True},
            }
        )
