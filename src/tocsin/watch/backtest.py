"""What a watch would have said over recorded event revisions, and what other bounds change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.model import LEVELS, Alert, Event, LevelWord, Preset, Watch
from tocsin.watch.match import reaches
from tocsin.watch.matcher import Matcher
from tocsin.watch.trace import nearest_trace

PRESETS: tuple[Preset, ...] = ("fast", "balanced", "confirmed")
CONFIDENCES = (0.0, 0.6, 0.7, 0.8, 0.9)
_DAY_S = 86_400


FIRINGS = 500
"""Most would-be alerts listed one by one; all of them are counted."""


class Firing(msgspec.Struct, frozen=True):
    """One would-be alert."""

    event: str
    at: str
    level: LevelWord
    hazard: str
    headline: str
    lead_time_s: float | None = None
    """From it to the first bulletin; below 0 the bulletin was first, None without one."""


class Missed(msgspec.Struct, frozen=True):
    """An official event in the watch's area that never alerted, and what stood in the way."""

    event: str
    at: str
    hazard: str
    headline: str
    failed: str


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
    missed_official: tuple[Missed, ...]
    """Official events of its hazards in its area that never alerted."""
    firings: tuple[Firing, ...]


class Threshold(msgspec.Struct, frozen=True):
    """What other bounds would have made of it: how much came, and what came no more."""

    min_level: LevelWord
    min_confidence: float
    alerts: int
    events: int
    busiest_day: int
    lost: int
    missed_official: int


class Budget(msgspec.Struct, frozen=True):
    """The most permissive bounds that keep to so many alerts a day, and what is given up."""

    per_day: int
    chosen: Outcome | None
    """None when even the strictest bounds alert more often."""
    given_up: int
    given_up_events: tuple[Firing, ...] = ()
    """First alerts of the watch as it stands that would come no more."""


class Backtest(msgspec.Struct, frozen=True):
    """The watch as it is, under each preset, and under other bounds."""

    watch: str
    meaning: str
    revisions: int
    """Revisions that could concern it: of its hazards, in or near its area."""
    first: str | None
    last: str | None
    whole: bool
    """False when there were too many revisions and the newest were left out."""
    chosen: Outcome
    presets: tuple[Outcome, ...]
    thresholds: tuple[Threshold, ...]
    budget: Budget | None


def backtest(
    watch: Watch, events: Sequence[Event], per_day: int | None = None, whole: bool = True
) -> Backtest:
    """Replay revisions, in their order, through the matcher that is used live."""
    events = concerning(watch, events)
    fast = _first_alerts(_alerts(_changed(watch, evidence="fast"), events))
    presets = tuple(_outcome(_changed(watch, evidence=p), events, fast) for p in PRESETS)
    return Backtest(
        watch=watch.id,
        meaning=watch.meaning,
        revisions=len(events),
        first=min((event.at for event in events), default=None),
        last=max((event.at for event in events), default=None),
        whole=whole,
        chosen=presets[PRESETS.index(watch.evidence)],
        presets=presets,
        thresholds=tuple(
            _threshold(tried, events, fast) for tried in _variants(watch, LEVELS, 0.0)
        ),
        budget=None if per_day is None else budget(watch, events, per_day),
    )


def concerning(watch: Watch, events: Sequence[Event]) -> list[Event]:
    """All revisions of events that once were of its hazards in its area, or took such a one in."""
    ids = {event.event_id for event in events if reaches(watch, event)}
    into = {event.event_id: event.merged_into for event in events if event.merged_into}
    ends = list(ids)
    while ends:
        heir = into.get(ends.pop())
        if heir is not None and heir not in ids:
            ids.add(heir)
            ends.append(heir)
    return [event for event in events if event.event_id in ids]


def budget(watch: Watch, events: Sequence[Event], per_day: int) -> Budget:
    """Level and confidence that keep to `per_day` alerts on the busiest day.

    Lower levels are tried first, then lower confidences, so that least is given up.
    """
    events = concerning(watch, events)
    fast = _first_alerts(_alerts(_changed(watch, evidence="fast"), events))
    usual = _first_alerts(_alerts(watch, events))
    higher = LEVELS[LEVELS.index(watch.min_level) :]
    for tried in _variants(watch, higher, watch.min_confidence):
        told = _alerts(tried, events)
        if _busiest(told) <= per_day:
            kept = _first_alerts(told)
            lost = [event for key, event in usual.items() if key not in kept]
            given_up = tuple(_firing(event, {}) for event in lost[:FIRINGS])
            return Budget(per_day, _outcome(tried, events, fast), len(lost), given_up)
    lost = list(usual.values())
    return Budget(per_day, None, len(lost), tuple(_firing(e, {}) for e in lost[:FIRINGS]))


def _variants(watch: Watch, levels: Sequence[LevelWord], least: float) -> list[Watch]:
    """The watch under other levels and confidences from `least` up, most permissive first."""
    bounds = sorted({c for c in (watch.min_confidence, *CONFIDENCES) if c >= least})
    return [
        msgspec.structs.replace(watch, min_level=level, min_confidence=bound)
        for level in levels
        for bound in bounds
    ]


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


def _busiest(told: Sequence[Alert]) -> int:
    days = Counter(_seconds(a.event.at) // _DAY_S for a in told if a.kind == "alert")
    return max(days.values(), default=0)


def _threshold(watch: Watch, events: Sequence[Event], fast: dict[str, Event]) -> Threshold:
    told = _alerts(watch, events)
    first = _first_alerts(told)
    return Threshold(
        min_level=watch.min_level,
        min_confidence=watch.min_confidence,
        alerts=sum(alert.kind == "alert" for alert in told),
        events=len(first),
        busiest_day=_busiest(told),
        lost=len(fast.keys() - first.keys()),
        missed_official=len(_missed_ids(watch, events, first)),
    )


def _outcome(watch: Watch, events: Sequence[Event], fast: dict[str, Event]) -> Outcome:
    told = _alerts(watch, events)
    first = _first_alerts(told)
    kinds = Counter(alert.kind for alert in told)
    rings = [alert.event for alert in told if alert.kind == "alert"]
    waits = [_seconds(of.at) - _seconds(fast[key].at) for key, of in first.items() if key in fast]
    sent = _first_bulletins(events)
    leads = [sent[key] - _seconds(of.at) for key, of in first.items() if key in sent]
    return Outcome(
        evidence=watch.evidence,
        min_level=watch.min_level,
        min_confidence=watch.min_confidence,
        alerts=kinds["alert"],
        events=len(first),
        updates=kinds["update"],
        withdrawals=kinds["withdrawal"],
        busiest_day=_busiest(told),
        levels=dict(Counter(event.level for event in rings)),
        delay_s=float(median(waits)) if waits else None,
        lost=len(fast.keys() - first.keys()),
        lead_time_s=float(median(leads)) if leads else None,
        missed_official=_missed(watch, events, first),
        firings=tuple(_firing(event, sent) for event in rings[:FIRINGS]),
    )


def _firing(event: Event, sent: dict[str, int]) -> Firing:
    at_s = sent.get(event.event_id)
    lead_s = None if at_s is None else float(at_s - _seconds(event.at))
    return Firing(event.event_id, event.at, event.level, event.hazard, event.headline, lead_s)


def _first_bulletins(events: Iterable[Event]) -> dict[str, int]:
    """When the first bulletin about each event was sent, in seconds."""
    sent: dict[str, int] = {}
    for event in events:
        for bulletin in event.bulletins:
            at_s = _seconds(bulletin.sent)
            sent[event.event_id] = min(at_s, sent.get(event.event_id, at_s))
    return sent


def _missed_ids(watch: Watch, events: Iterable[Event], first: dict[str, Event]) -> list[str]:
    official = {e.event_id for e in events if e.tier == "official" and reaches(watch, e)}
    return sorted(official - first.keys())


def _missed(watch: Watch, events: Sequence[Event], first: dict[str, Event]) -> tuple[Missed, ...]:
    ids = _missed_ids(watch, events, first)[:FIRINGS]
    story: dict[str, list[Event]] = {key: [] for key in ids}
    for event in events:
        if event.event_id in story:
            story[event.event_id].append(event)
    found = []
    for key, revisions in story.items():
        last, near = revisions[-1], nearest_trace(watch, revisions)
        found.append(Missed(key, last.at, last.hazard, last.headline, near.failed or ""))
    return tuple(found)


def _seconds(at: str) -> int:
    return parse_time_ms(at) // 1000
