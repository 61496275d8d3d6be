"""What sinks that post over HTTP share: an outlet, a voice, a key, and digests as one message."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import ClassVar

import msgspec

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.model import Alert, Receipt
from tocsin.render import LANGS, UNITS, Units, Voice
from tocsin.sinks.outlet import Outlet

VOICE_FIELDS = (
    Field("lang", "en", "Language of the messages.", choices=LANGS),
    Field("zone", "UTC", 'Time zone shown beside UTC, such as "Europe/Madrid".'),
    Field("units", "metric", "Units of distances and figures.", choices=UNITS),
)
"""What every sink that writes to people lets its operator set."""


class PostingSink:
    """One POST for each alert, or for each digest when the sink can write one."""

    spec: ClassVar[Spec]
    media: ClassVar[str] = "application/json"

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._voice = voice_of(settings)
        self._outlet = Outlet(self.spec.name, self.address(settings), settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._outlet.host!r})"

    def address(self, settings: dict[str, Value]) -> str:
        """The URL to post to."""
        return str(settings["url"])

    def headers(self, key: str) -> dict[str, str]:
        """Headers of one message; `key` is the same at every try."""
        return {"content-type": self.media, "idempotency-key": key}

    def content(self, alert: Alert, now_ms: int) -> bytes | None:
        """The body for one alert; None when there is nothing that could be said."""
        raise NotImplementedError

    def digest(self, alerts: Sequence[Alert]) -> bytes | None:
        """The body for the alerts of one digest; None when each must go alone."""
        return None

    def send(self, alerts: Sequence[Alert], now_ms: int) -> Receipt:
        """Post; raises SinkBusy or SinkRejected as the outlet judges the answer."""
        for group in together(alerts):
            body = self.digest(group) if len(group) > 1 else None
            if body is not None:
                self._outlet.post(
                    body, self.headers(f"{group[0].digest}.{group[0].channel}"), now_ms
                )
                continue
            for alert in group:
                body = self.content(alert, now_ms)
                if body is not None:
                    self._outlet.post(body, self.headers(alert.key), now_ms)
        return Receipt(accepted=len(alerts))

    def close(self) -> None:
        """Let go of connections; closing twice is fine."""
        self._outlet.close()


def voice_of(settings: dict[str, Value]) -> Voice:
    """Language, zone and units as set; raises ConfigError when one does not exist."""
    units: Units = "imperial" if settings.get("units") == "imperial" else "metric"
    return Voice(str(settings.get("lang", "en")), str(settings.get("zone", "UTC")), units).checked()


def together(alerts: Sequence[Alert]) -> Iterator[list[Alert]]:
    """Neighbours of one digest together, every other alert alone."""
    for digest, group in groupby(alerts, key=lambda alert: alert.digest):
        if digest:
            yield list(group)
        else:
            yield from ([alert] for alert in group)


def clipped(text: str, limit_chars: int) -> str:
    """Text of at most so many characters; a cut shows."""
    return text if len(text) <= limit_chars else text[: limit_chars - 2] + "\n…"


def json(data: object) -> bytes:
    """A JSON body."""
    return msgspec.json.encode(data)
