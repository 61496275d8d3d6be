"""Messages in Slack by incoming webhook."""

from collections.abc import Sequence

from tocsin.config import Field, Spec
from tocsin.model import Alert
from tocsin.render import Row, digest_text, digest_title, message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, clipped, json

HEADER_CHARS = 150
SECTION_CHARS = 3_000
BUTTON_CHARS = 75
_MARKS = {"green": "🟢", "yellow": "🟡", "red": "🔴"}
_NOT_LIVE = "🟣"
"""The mark of drills, tests and maintenance."""


class SlackSink(PostingSink):
    """Blocks of plain text, so that nothing in them can be taken for markup or a mention."""

    spec = Spec(
        name="slack",
        kind="sink",
        summary="Messages in Slack (incoming webhook).",
        fields=(
            Field("url", None, "The incoming webhook.", required=True, secret=True),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example='url = "https://hooks.slack.com/services/T0/B0/invented"\n',
    )

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """Title, rows, note."""
        said = message(alert, self._voice)
        rows = "\n".join(f"{row.label}: {row.value}" for row in said.rows)
        mark = _MARKS[said.level] if said.mode == "live" else _NOT_LIVE
        text = "\n".join((*said.urgent, rows))
        return _body(f"{mark} {said.title}", text, said.note, said.answer)

    def digest(self, alerts: Sequence[Alert]) -> bytes:
        """Many in one message."""
        text = digest_text(alerts, self._voice)
        note = message(alerts[0], self._voice).note
        return _body(digest_title(alerts, self._voice), text, note)


def _body(title: str, text: str, note: str, answer: Row | None = None) -> bytes:
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(title, HEADER_CHARS)},
        {"type": "section", "text": _plain(text, SECTION_CHARS)},
        {"type": "context", "elements": [_plain(note, SECTION_CHARS)]},
    ]
    if answer:
        button = {"type": "button", "text": _plain(answer.label, BUTTON_CHARS), "url": answer.value}
        blocks.append({"type": "actions", "elements": [button]})
    return json({"text": escaped, "blocks": blocks})


def _plain(text: str, limit_chars: int) -> dict[str, object]:
    return {"type": "plain_text", "text": clipped(text, limit_chars), "emoji": False}
