"""What alerts pass before they are owed: one list, and nothing stops there without a reason."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tocsin.clock import Quiet
from tocsin.deliver.past import Past, line
from tocsin.deliver.policy import Policy
from tocsin.deliver.silences import covers
from tocsin.model import LEVELS, Alert
from tocsin.store import Silence
from tocsin.vocabulary.geometry import distance_km


class Held(StrEnum):
    """Why an alert was not owed: a label of the metrics, and part of why-not."""

    DUPLICATE = "duplicate"
    DRILL = "drill"
    NEVER_TOLD = "never_told"
    INHIBITED = "inhibited"
    SILENCED = "silenced"
    MAINTENANCE = "maintenance"
    GROUPED = "grouped"
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    BUDGET = "budget"


class Stop(NamedTuple):
    """An alert that goes no further now; `until_ms` is when it is given after all, 0 is never."""

    alert: Alert
    reason: Held
    until_ms: int = 0


class Moment(msgspec.Struct):
    """What the stages know at one moment."""

    now_ms: int
    policies: Mapping[str, Policy] = {}
    """By channel; one without a policy, such as the page, is told everything at once."""
    quiet: Mapping[str, Quiet] = {}
    """Quiet hours by watch."""
    silences: Sequence[Silence] = ()
    past: Past = msgspec.field(default_factory=Past)
    keys: set[str] = msgspec.field(default_factory=set)
    """Keys that came by already."""


Stage = Callable[[Alert, Policy, Moment], Stop | None]
"""Lets an alert pass (None) or stops it."""
Kept = tuple[list[Alert], list[Stop]]


def deduplicate(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """The first alert of each key passes; what was owed in earlier steps the outbox knows."""
    if alert.key in moment.keys:
        return Stop(alert, Held.DUPLICATE)
    moment.keys.add(alert.key)
    return None


def drill(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """A drill goes to test channels alone."""
    if alert.event.drill and not policy.drill:
        return Stop(alert, Held.DRILL)
    return None


def never_told(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """The end of a matter is no news to a channel that was kept from hearing of it."""
    past = moment.past
    if _ends(alert) and (key := line(alert)) in past.unsaid and past.told(alert) is None:
        del past.unsaid[key]
        return Stop(alert, Held.NEVER_TOLD)
    return None


def inhibit(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """An event that was red quiets its own green updates, after the first that says so."""
    told = moment.past.told(alert)
    if told is None or alert.kind != "update" or _corrects(alert, moment):
        return None
    if LEVELS[told.peak] == "red" and LEVELS[told.level] == alert.event.level == "green":
        return Stop(alert, Held.INHIBITED)
    return None


def silence(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """A silence stops what it covers; never the end of what was told, nor a step down.

    During maintenance test channels go on, so that the work can be seen; see `through`.
    """
    if _corrects(alert, moment):
        return None
    for each in moment.silences:
        if covers(each, alert, moment.now_ms):
            if each.maintenance and policy.drill:
                continue
            return Stop(alert, Held.MAINTENANCE if each.maintenance else Held.SILENCED)
    return None


def group(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """The first message about an event goes at once, the next ones after the interval."""
    told = moment.past.told(alert)
    if told is None or _corrects(alert, moment) or _level(alert) > told.level:
        return None
    due_ms = told.at_ms + policy.group_ms
    # A clock that went back must not hold a message for longer than the interval.
    if told.at_ms <= moment.now_ms < due_ms:
        return Stop(alert, Held.GROUPED, due_ms)
    return None


def quiet_hours(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """All but red ones wait for the morning, when the channel or the watch says so."""
    hours = [of for of in (policy.quiet, moment.quiet.get(alert.watch)) if of is not None]
    if not hours or _corrects(alert, moment):
        return None
    if alert.event.level == "red" and policy.red_breaks:
        return None
    until_ms = max(of.until_ms(moment.now_ms) for of in hours)
    return Stop(alert, Held.QUIET_HOURS, until_ms) if until_ms else None


def digest(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """With a daily digest all but red ones wait for its hour."""
    if policy.daily is None or _corrects(alert, moment):
        return None
    if alert.event.level == "red" and policy.red_breaks:
        return None
    return Stop(alert, Held.DIGEST, policy.daily.next_ms(moment.now_ms))


def budget(alert: Alert, policy: Policy, moment: Moment) -> Stop | None:
    """Beyond the budget of the hour a message waits; red ones are never counted or held."""
    if not policy.budget or alert.event.level == "red" or _corrects(alert, moment):
        return None
    spent, free_ms = moment.past.in_hour(alert.channel, moment.now_ms)
    return Stop(alert, Held.BUDGET, free_ms) if spent >= policy.budget else None


STAGES: tuple[Stage, ...] = (
    deduplicate, drill, never_told, inhibit, silence, digest, group, quiet_hours, budget,
)  # fmt: skip
LATE_STAGES: tuple[Stage, ...] = (deduplicate, drill, silence)
"""What a message passes that was held and is now given."""
_PLAIN = Policy(drill=True)


def through(stages: Sequence[Stage], alerts: Sequence[Alert], moment: Moment) -> Kept:
    """Run alerts through the stages: each comes out kept or stopped, never neither."""
    kept: list[Alert] = []
    stops: list[Stop] = []
    for alert in alerts:
        policy = moment.policies.get(alert.channel, _PLAIN)
        found = (stage(alert, policy, moment) for stage in stages)
        stop = next((one for one in found if one is not None), None)
        if stop is None:
            if policy.drill and _in_maintenance(alert, moment):
                alert = msgspec.structs.replace(alert, mode="maintenance")
            if retracts(alert, moment):
                alert = msgspec.structs.replace(alert, corrects=True)
            moment.past.say(alert, moment.now_ms)
            kept.append(alert)
        else:
            if stop.reason not in (Held.DUPLICATE, Held.NEVER_TOLD):
                moment.past.keep_back(alert)
            stops.append(stop)
    return kept, stops


def _in_maintenance(alert: Alert, moment: Moment) -> bool:
    return any(s.maintenance and covers(s, alert, moment.now_ms) for s in moment.silences)


def _ends(alert: Alert) -> bool:
    return alert.kind == "withdrawal" or alert.event.phase not in ("reported", "updated")


def _corrects(alert: Alert, moment: Moment) -> bool:
    """Whether it takes back or lowers what the channel believes: that is told at once."""
    told = moment.past.told(alert)
    if told is None:
        return alert.kind == "withdrawal"
    return _ends(alert) or retracts(alert, moment)


def retracts(alert: Alert, moment: Moment) -> bool:
    """Whether what the channel was told is wrong now: taken back, lowered, elsewhere, else."""
    if alert.kind == "withdrawal" or alert.event.phase == "merged":
        return True
    told, place = moment.past.told(alert), alert.event.place
    if told is None or _ends(alert):
        return False
    if _level(alert) < told.level or alert.event.hazard != told.hazard:
        return True
    if told.place is None or place is None or place.id == told.place.id:
        return False
    apart_km = distance_km(told.place.lat, told.place.lon, place.lat, place.lon)
    # A place within what was told, or around it, only says the same more or less exactly.
    return bool(apart_km > max(told.place.radius_km, place.radius_km))


def _level(alert: Alert) -> int:
    return LEVELS.index(alert.event.level)
