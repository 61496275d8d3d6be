"""What a watch would have said over recorded event revisions, and what other bounds change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.model import LEVELS, Alert, Event, LevelWord, Preset, Watch
from tocsin.watch.match import reaches
from tocsin.watch.matcher import Matcher

PRESETS: tuple[Preset, ...] = ("fast", "balanced", "confirmed")
CONFIDENCES = (0.0, 0.6, 0.7, 0.8, 0.9)
_DAY_S = 86_400


class Firing(msgspec.Struct, frozen=True):
    """One would-be alert."""

    event: str
    at: str
    level: LevelWord
    hazard: str
    headline: str


class Outcome(msgspec.Struct, frozen=True):
    """What one version of a watch would have done."""

    evidence: Preset
    min_level: LevelWord
    min_confidence: float
    alerts: int
    events: int
    updates: int
    withdrawals: int
    busiest_day: int
    """Most alerts on one day (UTC)."""
    levels: dict[str, int]
    delay_s: float | None
    """Median wait behind the fast preset, over events both tell of."""
    lost: int
    """Events the fast preset tells of and this one never does."""
    lead_time_s: float | None
    """Median time between the first alert and the first bulletin; above 0 is earlier."""
    missed_official: tuple[str, ...]
    """Official events of its hazards in its area that never alerted."""
    firings: tuple[Firing, ...]


class Backtest(msgspec.Struct, frozen=True):
    """The watch as it is, and under each preset."""

    watch: str
    meaning: str
    revisions: int
    chosen: Outcome
    presets: tuple[Outcome, ...]


class Budget(msgspec.Struct, frozen=True):
    """The most permissive bounds that keep to so many alerts a day, and what is given up."""

    per_day: int
    chosen: Outcome | None
    """None when even the strictest bounds alert more often."""
    given_up: int


def backtest(watch: Watch, events: Sequence[Event]) -> Backtest:
    """Replay revisions, in their order, through the matcher that is used live."""
    fast = _first_alerts(_alerts(_changed(watch, evidence="fast"), events))
    presets = tuple(_outcome(_changed(watch, evidence=p), events, fast) for p in PRESETS)
    chosen = presets[PRESETS.index(watch.evidence)]
    return Backtest(watch.id, watch.meaning, len(events), chosen, presets)


def budget(watch: Watch, events: Sequence[Event], per_day: int) -> Budget:
    """Level and confidence that keep to `per_day` alerts on the busiest day.

    Lower levels are tried first, then lower confidences, so that least is given up.
    """
    fast = _first_alerts(_alerts(_changed(watch, evidence="fast"), events))
    usual = len(_first_alerts(_alerts(watch, events)))
    for level in LEVELS[LEVELS.index(watch.min_level) :]:
        for confidence in CONFIDENCES:
            if confidence and confidence <= watch.min_confidence:
                continue
            bound = max(confidence, watch.min_confidence)
            tried = msgspec.structs.replace(watch, min_level=level, min_confidence=bound)
            outcome = _outcome(tried, events, fast)
            if outcome.busiest_day <= per_day:
                return Budget(per_day, outcome, usual - outcome.events)
    return Budget(per_day, None, usual)


def alerts_of(watches: Sequence[Watch], events: Iterable[Event]) -> list[Alert]:
    """Every message the watches would have owed over these revisions."""
    matcher = Matcher(watches)
    return [alert for event in events for alert in matcher.alerts(event)]


def _alerts(watch: Watch, events: Iterable[Event]) -> list[Alert]:
    return alerts_of([watch], events)


def _changed(watch: Watch, evidence: Preset) -> Watch:
    return msgspec.structs.replace(watch, evidence=evidence)


def _first_alerts(alerts: Sequence[Alert]) -> dict[str, Event]:
    """The revision of each event's first alert."""
    first: dict[str, Event] = {}
    for alert in alerts:
        if alert.kind == "alert":
            first.setdefault(alert.event.event_id, alert.event)
    return first


def _outcome(watch: Watch, events: Sequence[Event], fast: dict[str, Event]) -> Outcome:
    told = _alerts(watch, events)
    first = _first_alerts(told)
    kinds = Counter(alert.kind for alert in told)
    rings = [alert.event for alert in told if alert.kind == "alert"]
    days = Counter(_seconds(event.at) // _DAY_S for event in rings)
    waits = [_seconds(of.at) - _seconds(fast[key].at) for key, of in first.items() if key in fast]
    return Outcome(
        evidence=watch.evidence,
        min_level=watch.min_level,
        min_confidence=watch.min_confidence,
        alerts=kinds["alert"],
        events=len(first),
        updates=kinds["update"],
        withdrawals=kinds["withdrawal"],
        busiest_day=max(days.values(), default=0),
        levels=dict(Counter(event.level for event in rings)),
        delay_s=float(median(waits)) if waits else None,
        lost=len(fast.keys() - first.keys()),
        lead_time_s=_lead(first, events),
        missed_official=_missed(watch, events, first),
        firings=tuple(Firing(of.event_id, of.at, of.level, of.hazard, of.headline) for of in rings),
    )


def _lead(first: dict[str, Event], events: Iterable[Event]) -> float | None:
    """Median of first bulletin minus first alert, over events that got both."""
    sent: dict[str, int] = {}
    for event in events:
        for bulletin in event.bulletins:
            at_s = _seconds(bulletin.sent)
            sent[event.event_id] = min(at_s, sent.get(event.event_id, at_s))
    leads = [sent[key] - _seconds(of.at) for key, of in first.items() if key in sent]
    return float(median(leads)) if leads else None


def _missed(watch: Watch, events: Iterable[Event], first: dict[str, Event]) -> tuple[str, ...]:
    official = {e.event_id for e in events if e.tier == "official" and reaches(watch, e)}
    return tuple(sorted(official - first.keys()))


def _seconds(at: str) -> int:
    return parse_time_ms(at) // 1000
