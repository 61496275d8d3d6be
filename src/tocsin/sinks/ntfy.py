"""Push notices through an ntfy server, one's own or a public one."""

from collections.abc import Sequence

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.model import LEVELS, Alert
from tocsin.render import Message, Row, digest_text, digest_title, message
from tocsin.sinks.outlet import NET_FIELDS
from tocsin.sinks.posting import VOICE_FIELDS, PostingSink, clipped, json

TEXT_CHARS = 1_300
"""ntfy turns bodies over 4,096 bytes into attachments; a character takes up to three."""
_PRIORITY = {"green": 2, "yellow": 4, "red": 5}
_TAGS = {"green": "information_source", "yellow": "warning", "red": "rotating_light"}


class NtfySink(PostingSink):
    """Publishes JSON to the root of a server, as ntfy describes it."""

    spec = Spec(
        name="ntfy",
        kind="sink",
        summary="Push notices through an ntfy server.",
        fields=(
            Field("url", None, "Root of the server, without the topic.", required=True),
            Field(
                "topic",
                None,
                "Topic to publish to; who knows it can read along.",
                required=True,
                secret=True,
            ),
            Field("token", "", "Access token, when the server wants one.", secret=True),
            *VOICE_FIELDS,
            *NET_FIELDS,
        ),
        example=(
            'url = "https://ntfy.example.org/"\n'
            'topic = "tocsin-7f3a9c"\n'
            'token = "tk_invented0for0the0docs"\n'
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        super().__init__(settings, clock)
        self._topic, self._token = str(settings["topic"]), str(settings.get("token", ""))

    def headers(self, key: str) -> dict[str, str]:
        """With the token, when there is one."""
        bearer = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return {**super().headers(key), **bearer}

    def content(self, alert: Alert, now_ms: int) -> bytes:
        """Title, text, priority by level; a withdrawal is as loud as an alert."""
        said = message(alert, self._voice)
        priority = _PRIORITY[said.level]
        if alert.kind == "withdrawal":
            priority = max(priority, _PRIORITY["yellow"])
        tag = _TAGS[said.level] if said.mode == "live" else "test_tube"
        return self._body(said.title, _text(said), priority, tag, said.answer)

    def digest(self, alerts: Sequence[Alert]) -> bytes:
        """One notice for many, as loud as the worst."""
        level = max((a.event.level for a in alerts), key=LEVELS.index)
        text = clipped(digest_text(alerts, self._voice), TEXT_CHARS)
        return self._body(digest_title(alerts, self._voice), text, _PRIORITY[level], _TAGS[level])

    def _body(
        self, title: str, text: str, priority: int, tag: str, answer: Row | None = None
    ) -> bytes:
        return json(
            {
                "topic": self._topic,
                "title": title,
                "message": clipped(text, TEXT_CHARS),
                "priority": priority,
                "tags": [tag],
                **({"click": answer.value} if answer else {}),
            }
        )


def _text(said: Message) -> str:
    return "\n".join(said.text().split("\n")[1:]).lstrip("\n")
