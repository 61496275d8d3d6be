"""What channels were told lately: bounded, and restored from the store."""

from collections import OrderedDict, deque
from collections.abc import Iterable

import msgspec

from tocsin.clock import HOUR_MS
from tocsin.model import LEVELS, Alert, Place

BOUND = 100_000
"""How many (event, watch, channel) are remembered; the oldest are forgotten first."""
Line = tuple[str, str, str]
"""Event, watch, channel."""


class Telling(msgspec.Struct):
    """What one channel was told about one event through one watch."""

    at_ms: int
    level: int
    peak: int
    hazard: str = ""
    place: Place | None = None


class Past:
    """Who was told what and when; forgetting only makes Tocsin say more, never less."""

    def __init__(self) -> None:
        self._told: OrderedDict[Line, Telling] = OrderedDict()
        self._channels: dict[tuple[str, str], list[str]] = {}
        self._times: dict[str, deque[int]] = {}
        self.unsaid: OrderedDict[Line, Alert] = OrderedDict()
        """The last message that was not given, where nothing else ever was."""

    def told(self, alert: Alert) -> Telling | None:
        """What the alert's channel was last told of the matter."""
        return self._told.get(line(alert))

    def channels(self, alert: Alert) -> tuple[str, ...]:
        """Every channel that heard of the event through the watch."""
        return tuple(self._channels.get((alert.event.event_id, alert.watch), ()))

    def in_hour(self, channel: str, now_ms: int) -> tuple[int, int]:
        """Messages of the last hour, and when the first of them will be an hour ago."""
        times = self._times.get(channel, deque())
        while times and times[0] <= now_ms - HOUR_MS:
            times.popleft()
        return len(times), times[0] + HOUR_MS if times else now_ms

    def say(self, alert: Alert, at_ms: int) -> None:
        """Remember a message that is owed."""
        key, level = line(alert), LEVELS.index(alert.event.level)
        before = self._told.pop(key, None)
        self._told[key] = Telling(
            at_ms,
            level,
            max(level, before.peak if before else level),
            alert.event.hazard,
            alert.event.place,
        )
        known = self._channels.setdefault(key[:2], [])
        if key[2] not in known:
            known.append(key[2])
        if alert.kind != "withdrawal" and level < 2:
            self._times.setdefault(alert.channel, deque(maxlen=BOUND)).append(at_ms)
        self.unsaid.pop(key, None)
        while len(self._told) > BOUND:
            old, _ = self._told.popitem(last=False)
            self._channels.pop(old[:2], None)

    def keep_back(self, alert: Alert) -> None:
        """Remember a message that was not given, unless something else was before."""
        if line(alert) not in self._told:
            self.unsaid[line(alert)] = alert
            while len(self.unsaid) > BOUND:
                self.unsaid.popitem(last=False)

    def restore(self, said: Iterable[tuple[Alert, int]], unsaid: Iterable[Alert]) -> None:
        """Take up again, oldest first."""
        for alert, at_ms in said:
            self.say(alert, at_ms)
        for alert in unsaid:
            self.keep_back(alert)


def line(alert: Alert) -> Line:
    """What an alert is about, and to whom."""
    return alert.event.event_id, alert.watch, alert.channel
