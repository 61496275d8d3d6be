"""Cards in Microsoft Teams by the webhook of a workflow."""

from collections.abc import Sequence

from tocsin.config import Field, Spec
from tocsin.model import Alert
from tocsin.render import Row, digest_text, digest_title, message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, clipped, json

TEXT_CHARS = 3_000
_COLOURS = {"green": "Good", "yellow": "Warning", "red": "Attention"}


class TeamsSink(PostingSink):
    """An adaptive card of text runs, which know no markup."""

    spec = Spec(
        name="teams",
        kind="sink",
        summary="Cards in Microsoft Teams (workflow webhook).",
        fields=(
            Field("url", None, "The webhook of the workflow.", required=True, secret=True),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example='url = "https://teams.example.org/workflows/invented"\n',
    )

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """Title in the colour of the level, rows, note."""
        said = message(alert, self._voice)
        colour = _COLOURS[said.level] if said.mode == "live" else "Accent"
        runs = [_runs(_run(said.title, weight="Bolder", color=colour))]
        runs += [_runs(_run(line, weight="Bolder")) for line in said.urgent]
        runs += [
            _runs(_run(f"{row.label}: ", weight="Bolder"), _run(row.value)) for row in said.rows
        ]
        return _card(
            [*runs, _runs(_run(said.note, isSubtle=True))], said.direction == "rtl", said.answer
        )

    def digest(self, alerts: Sequence[Alert]) -> bytes:
        """Many on one card."""
        said = message(alerts[0], self._voice)
        text = clipped(digest_text(alerts, self._voice), TEXT_CHARS)
        runs = [_runs(_run(line)) for line in text.split("\n") if line]
        title = _runs(_run(digest_title(alerts, self._voice), weight="Bolder"))
        return _card([title, *runs[1:]], said.direction == "rtl")


def _run(text: str, **style: object) -> dict[str, object]:
    return {"type": "TextRun", "text": text, **style}


def _runs(*runs: dict[str, object]) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _card(body: list[dict[str, object]], rtl: bool, answer: Row | None = None) -> bytes:
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "rtl": rtl,
        "body": body,
    }
    if answer:
        action = {"type": "Action.OpenUrl", "title": answer.label, "url": answer.value}
        card["actions"] = [action]
    kind = "application/vnd.microsoft.card.adaptive"
    return json({"type": "message", "attachments": [{"contentType": kind, "content": card}]})
