"""The live view of events and alerts that the engine publishes to and the web reads from."""

import threading
from collections import deque
from collections.abc import Callable

import msgspec

from tocsin.model import LEVELS, Alert, Event, LevelWord, Phase
from tocsin.web.replay import Replay, Replayed

EVENTS = 5_000
"""Events kept; the one that has not changed for longest goes first."""
REVISIONS_EACH = 64
"""Revisions kept of one event: the first, and the newest others."""
REVISIONS_ALL = 50_000
"""Revisions kept of all events together, so that memory stays bounded near 200 MB."""
ALERTS = 500
"""Alerts kept, newest last to go."""
REPLAY = 1_000
"""Stream messages kept for readers who resume."""
STREAM_CLIENTS = 200
"""Readers of the stream at one time."""

Wake = Callable[[], None]


class Filters(msgspec.Struct, frozen=True):
    """Which events are wanted; an empty tuple or None leaves that question open."""

    hazards: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    level: LevelWord = "green"
    phases: tuple[Phase, ...] = ()
    since: str | None = None
    """RFC 3339 in UTC with milliseconds: only revisions decided at or after it."""
    until: str | None = None
    """The same form: events as they stood then, by what is still kept of them."""
    limit: int = 100

    def wants(self, event: Event) -> bool:
        """Whether the event passes every filter."""
        country = event.place.country if event.place else None
        return (
            (not self.hazards or event.hazard in self.hazards)
            and (not self.countries or country in self.countries)
            and LEVELS.index(event.level) >= LEVELS.index(self.level)
            and (not self.phases or event.phase in self.phases)
            and (self.since is None or event.at >= self.since)
        )


class Board:
    """Latest revisions, their history, sent alerts and the stream; every method is thread-safe."""

    def __init__(self, run: str | None = None) -> None:
        """`run` names this process in stream ids; drawn at random when left out."""
        self._lock = threading.Lock()
        self._history: dict[str, list[Event]] = {}
        """By event id, oldest change first; each list by revision."""
        self._kept = 0
        self._alerts: deque[Alert] = deque(maxlen=ALERTS)
        self._replay = Replay(REPLAY, run)
        self._wakes: set[Wake] = set()

    def publish(self, event: Event) -> None:
        """Take one revision; one already known is ignored, an older one only joins the history."""
        with self._lock:
            news = self._remember(event)
            if news:
                self._replay.append("event", event.event_id, msgspec.json.encode(event))
        if news:
            self._wake_all()

    def publish_alert(self, alert: Alert) -> None:
        """Take one alert that was sent; a retry with the same key replaces the first."""
        with self._lock:
            latest = self._history.get(alert.event.event_id, [alert.event])[-1]
            if latest.phase == "withdrawn":
                alert = msgspec.structs.replace(alert, event=latest, why=())
            kept = [known for known in self._alerts if known.key != alert.key]
            self._alerts = deque([*kept, alert], maxlen=ALERTS)
            self._replay.append("alert", alert.event.event_id, msgspec.json.encode(alert))
        self._wake_all()

    def events(self, filters: Filters | None = None) -> list[Event]:
        """The latest revision of each wanted event, newest change first."""
        wanted = filters or Filters()
        if wanted.until is not None:
            return self._as_of(wanted.until, wanted)
        found: list[Event] = []
        with self._lock:
            for history in reversed(self._history.values()):
                if len(found) >= wanted.limit:
                    break
                if wanted.wants(history[-1]):
                    found.append(history[-1])
        return found

    def _as_of(self, until: str, wanted: Filters) -> list[Event]:
        found = []
        with self._lock:
            for history in self._history.values():
                known = next((one for one in reversed(history) if one.at <= until), None)
                if known is not None and wanted.wants(known):
                    found.append(known)
        found.sort(key=lambda event: event.at, reverse=True)
        return found[: wanted.limit]

    def decided(self, since: str) -> list[tuple[str, LevelWord]]:
        """Time and level of every kept revision decided at or after a time, in no order."""
        with self._lock:
            return [
                (one.at, one.level)
                for history in self._history.values()
                for one in history
                if one.at >= since
            ]

    def revisions(self, event_id: str) -> list[Event]:
        """The kept revisions of one event, oldest first; empty when the event is unknown."""
        with self._lock:
            return list(self._history.get(event_id, ()))

    def alerts(self) -> list[Alert]:
        """The kept alerts, newest first."""
        with self._lock:
            return list(reversed(self._alerts))

    def since(self, last_event_id: str | None) -> Replayed:
        """What a stream reader has missed after an id; None means from now on."""
        with self._lock:
            return self._replay.since(last_event_id)

    def subscribe(self, wake: Wake) -> bool:
        """Have `wake` called, from any thread, after each message; False when all are taken."""
        with self._lock:
            if len(self._wakes) >= STREAM_CLIENTS:
                return False
            self._wakes.add(wake)
            return True

    def unsubscribe(self, wake: Wake) -> None:
        """Stop calling `wake`; fine when it is not there."""
        with self._lock:
            self._wakes.discard(wake)

    def counts(self) -> dict[str, int]:
        """How much is kept: events, revisions, alerts, and readers of the stream."""
        with self._lock:
            return {
                "events": len(self._history),
                "revisions": self._kept,
                "alerts": len(self._alerts),
                "stream_clients": len(self._wakes),
            }

    def _remember(self, event: Event) -> bool:
        """Put a revision in its place; True when it is the latest of its event."""
        history = self._history.get(event.event_id, [])
        if any(known.revision == event.revision for known in history):
            return False
        if history and event.revision < history[-1].revision:
            if history[-1].phase != "withdrawn":
                history.append(event)
                history.sort(key=lambda known: known.revision)
                self._kept += 1
                self._trim(history)
            return False
        if event.phase == "withdrawn":
            self._shrink(event)
            history = []
        self._history.pop(event.event_id, None)
        self._history[event.event_id] = history
        history.append(event)
        self._kept += 1
        self._trim(history)
        return True

    def _shrink(self, event: Event) -> None:
        """Forget all earlier words about a withdrawn event (contract P10)."""
        self._kept -= len(self._history.get(event.event_id, ()))
        self._replay.forget(event.event_id)
        self._alerts = deque(
            (
                msgspec.structs.replace(alert, event=event, why=())
                if alert.event.event_id == event.event_id
                else alert
                for alert in self._alerts
            ),
            maxlen=ALERTS,
        )

    def _trim(self, history: list[Event]) -> None:
        if len(history) > REVISIONS_EACH:
            del history[1]
            self._kept -= 1
        while len(self._history) > 1 and (
            len(self._history) > EVENTS or self._kept > REVISIONS_ALL
        ):
            oldest = next(iter(self._history))
            self._kept -= len(self._history.pop(oldest))

    def _wake_all(self) -> None:
        with self._lock:
            wakes = tuple(self._wakes)
        for wake in wakes:
            wake()
