"""Messages in Discord by webhook."""

import re
from collections.abc import Sequence

from tocsin.config import Field, Spec
from tocsin.model import LEVELS, Alert
from tocsin.render import digest_text, digest_title, message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, clipped, json

TITLE_CHARS = 256
TEXT_CHARS = 4_000
VALUE_CHARS = 1_000
_COLOURS = {"green": 0x2E7D32, "yellow": 0xF9A825, "red": 0xC62828}
_NOT_LIVE = 0x5E35B1
"""The colour of drills, tests and maintenance."""
_MARKUP = re.compile(r"([\\*_~`|>#\[\]()<@:-])")


class DiscordSink(PostingSink):
    """One embed for each alert; nobody can be mentioned by it."""

    spec = Spec(
        name="discord",
        kind="sink",
        summary="Messages in Discord (webhook).",
        fields=(
            Field("url", None, "The webhook.", required=True, secret=True),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example='url = "https://discord.com/api/webhooks/1/invented"\n',
    )

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """Title, rows as fields, note at the foot."""
        said = message(alert, self._voice)
        fields: list[dict[str, object]] = [
            {"name": row.label, "value": plain(row.value, VALUE_CHARS), "inline": True}
            for row in said.rows
        ]
        embed: dict[str, object] = {
            "title": plain(said.title, TITLE_CHARS),
            "description": plain("\n".join(said.urgent), TEXT_CHARS),
            "color": _COLOURS[said.level] if said.mode == "live" else _NOT_LIVE,
            "fields": fields,
            "footer": {"text": said.note},
            "timestamp": alert.event.at,
        }
        if said.answer:
            # An address must stand unescaped, or it leads nowhere.
            embed["url"] = said.answer.value
            fields.append({"name": said.answer.label, "value": said.answer.value})
        return _body(embed)

    def digest(self, alerts: Sequence[Alert]) -> bytes:
        """Many in one embed."""
        level = max((a.event.level for a in alerts), key=LEVELS.index)
        embed = {
            "title": digest_title(alerts, self._voice),
            "description": plain(digest_text(alerts, self._voice), TEXT_CHARS),
            "color": _COLOURS[level],
        }
        return _body(embed)


def plain(text: str, limit_chars: int) -> str:
    """Text with every sign of Discord's markup escaped, within a bound."""
    return clipped(_MARKUP.sub(r"\\\1", clipped(text, limit_chars)), limit_chars)


def _body(embed: dict[str, object]) -> bytes:
    return json({"embeds": [embed], "allowed_mentions": {"parse": []}})
