"""Alerts from event revisions: each crossing of a watch is told once, and so is its end."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec

from tocsin.model import Alert, AlertKind, Event, Ground, Speech, Watch, Why
from tocsin.watch.match import areas_of, checks_of, match, reaches
from tocsin.watch.nearby import Nearby

BOUND = 200_000
"""How many (watch, event) pairs are remembered; closed ones are forgotten first."""
Earlier = Callable[[str], Iterable[Alert]]
"""The last messages about an event and about those that became part of it, oldest first."""
_NO_GROUNDS: tuple[Why, ...] = ()
Material = tuple[object, ...]


class Told(IntEnum):
    """What a channel believes about an event after the last message it was owed."""

    LIVE = 0
    LAPSED = 1
    """Told that it ended, merged or fell below its level."""
    GONE = 2
    """Told that it was withdrawn or does not concern this watch."""
    JOINED = 3
    """Told that another event, which it heard of, became part of this one."""


_OPEN = (Told.LIVE, Told.JOINED)


class Standing(msgspec.Struct, frozen=True):
    """What one watch was last told about one event."""

    told: Told
    material: Material
    meaning: str
    channel: str
    merged: bool = False
    """Whether the last word was that it became part of another event."""


class Known(NamedTuple):
    """One event as the matcher remembers it: its last revision, and who was told what."""

    revision: int
    standings: dict[str, Standing]


class Matcher:
    """Watches against a stream of event revisions, with a bounded and restorable memory."""

    def __init__(
        self, watches: Sequence[Watch], bound: int = BOUND, earlier: Earlier | None = None
    ) -> None:
        """`earlier` is asked once for each event, when it first comes up: a start over a large
        store need not read what was told of events that nobody speaks of any more."""
        self.replace(watches)
        self._earlier, self._asked = earlier, OrderedDict[str, None]()
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._pairs, self._bound = 0, bound

    def replace(self, watches: Sequence[Watch]) -> None:
        """Watch this from now on; what was told is remembered."""
        self._watches = {watch.id: _spread(watch) for watch in watches}
        self._checks = {key: checks_of(watch) for key, watch in self._watches.items()}
        self._nearby = Nearby(list(self._watches.values()))

    def alerts(self, event: Event) -> list[Alert]:
        """Messages owed for this revision; none for one seen before or overtaken."""
        self._ask(event.event_id)
        known = self._known.get(event.event_id)
        if known is not None and event.revision <= known.revision:
            return []
        standings = dict(known.standings) if known else {}
        reached = self._nearby.ids(event)
        material = _material(event)
        alerts: list[Alert] = []
        for watch_id in dict.fromkeys((*standings, *reached)):
            alert, after = self._weigh(watch_id, event, material, standings.get(watch_id))
            if alert is not None:
                alerts.append(alert)
            if after is not None:
                standings[watch_id] = after
        self._remember(event, standings)
        self._inherit(event, standings)
        return alerts

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Take up where an earlier matcher stopped, from the messages it owed, oldest first.

        A watch that is configured no more is kept for one thing only: those who heard of an
        event through it hear of its withdrawal too.
        """
        for alert in alerts:
            known = self._known.get(alert.event.event_id)
            revision = max(alert.event.revision, known.revision if known else 0)
            standings = dict(known.standings) if known else {}
            standings[alert.watch] = self._standing(_told(alert, self._watches), alert)
            self._keep(alert.event.event_id, Known(revision, standings))
            self._inherit(alert.event, standings)

    def _ask(self, event_id: str) -> None:
        """Take up what earlier starts told of an event, once."""
        if self._earlier is None or event_id in self._asked:
            return
        self._asked[event_id] = None
        if len(self._asked) > self._bound:
            self._asked.popitem(last=False)
        self.restore(self._earlier(event_id))

    def __len__(self) -> int:
        """How many (watch, event) pairs are remembered."""
        return self._pairs

    def _weigh(
        self, watch_id: str, event: Event, material: Material, before: Standing | None
    ) -> tuple[Alert | None, Standing | None]:
        watch = self._watches.get(watch_id)
        if watch is None:
            fits, why = False, _NO_GROUNDS
        else:
            fits, why = match(watch, event, self._checks[watch_id])
        alive = event.phase in ("reported", "updated")
        step = _step(before, watch, event, material, fits and alive)
        if step is None:
            return None, before
        kind, told = step
        meaning = watch.meaning if watch else before.meaning if before else ""
        channel = watch.channel if watch else before.channel if before else ""
        if not alive:
            why = (*why, Why(Ground.PHASE, event.phase))
        key = f"{event.event_id}.{event.revision}.{watch_id}.{channel}"
        speech = _speech(watch) if watch else Speech()
        alert = Alert(key, kind, watch_id, meaning, channel, event, why, speech=speech)
        return alert, Standing(told, material, meaning, channel, event.phase == "merged")

    @staticmethod
    def _standing(told: Told, alert: Alert) -> Standing:
        merged = alert.event.phase == "merged"
        return Standing(told, _material(alert.event), alert.meaning, alert.channel, merged)

    def _remember(self, event: Event, standings: dict[str, Standing]) -> None:
        if standings:
            self._keep(event.event_id, Known(event.revision, standings))

    def _inherit(self, event: Event, standings: dict[str, Standing]) -> None:
        """Whoever was told that an event became part of another hears of that one's end."""
        if event.phase != "merged" or event.merged_into is None:
            return
        heirs = {
            watch_id: msgspec.structs.replace(standing, told=Told.JOINED)
            for watch_id, standing in standings.items()
            if standing.merged
        }
        self._ask(event.merged_into)
        known = self._known.get(event.merged_into, Known(0, {}))
        if heirs:
            self._keep(event.merged_into, Known(known.revision, {**heirs, **known.standings}))

    def _keep(self, event_id: str, known: Known) -> None:
        before = self._known.pop(event_id, None)
        self._pairs += len(known.standings) - (len(before.standings) if before else 0)
        self._known[event_id] = known
        if self._pairs > self._bound:
            self._trim()

    def _trim(self) -> None:
        """Forget a tenth: first events closed for everybody, then whatever is oldest."""
        goal = self._bound * 9 // 10
        closed = [
            event_id
            for event_id, known in self._known.items()
            if all(standing.told not in _OPEN for standing in known.standings.values())
        ]
        for event_id in dict.fromkeys((*closed, *self._known)):
            if self._pairs <= goal:
                return
            self._pairs -= len(self._known.pop(event_id).standings)


def _spread(watch: Watch) -> Watch:
    """The watch with its one circle among its areas, so that it is not made at each event."""
    if watch.lat is None:
        return watch
    areas = areas_of(watch)
    return msgspec.structs.replace(
        watch, place=None, lat=None, lon=None, radius_km=None, areas=areas
    )


def _step(
    before: Standing | None, watch: Watch | None, event: Event, material: Material, crosses: bool
) -> tuple[AlertKind, Told] | None:
    """What to tell, and what is believed afterwards; None when there is nothing to tell."""
    told = before.told if before else None
    if event.phase == "withdrawn":
        return None if told in (None, Told.GONE) else ("withdrawal", Told.GONE)
    if told is Told.JOINED and event.phase in ("resolved", "merged"):
        return ("update", Told.LAPSED)
    if told is not Told.LIVE:
        return ("alert", Told.LIVE) if crosses else None
    if watch is None:
        return None
    if crosses:
        same = before is not None and before.material == material
        return None if same else ("update", Told.LIVE)
    if event.phase in ("resolved", "merged") or reaches(watch, event):
        return ("update", Told.LAPSED)
    return ("withdrawal", Told.GONE)


def _told(alert: Alert, watches: dict[str, Watch]) -> Told:
    if alert.kind == "withdrawal":
        return Told.GONE
    watch = watches.get(alert.watch)
    alive = alert.event.phase in ("reported", "updated")
    if alert.kind == "update" and not (alive and watch and match(watch, alert.event)[0]):
        return Told.LAPSED
    return Told.LIVE


def _speech(watch: Watch) -> Speech:
    return Speech(watch.lang, "" if watch.zone == "UTC" else watch.zone, watch.units)


def _material(event: Event) -> Material:
    """What a reader acts upon: a revision that changes none of it is not told."""
    return (
        event.hazard,
        event.level,
        event.severity,
        event.tier,
        event.place.id if event.place else None,
        tuple((fact.kind, fact.low, fact.high) for fact in event.facts),
        event.drill,
    )
