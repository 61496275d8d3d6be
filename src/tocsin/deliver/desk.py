"""The stages at work: what is owed now, what waits, what is due, and who is told next."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tocsin.clock import DAY_MS, Quiet, quiet_hours, zone_of
from tocsin.deliver.past import Past, line
from tocsin.deliver.policy import Policy
from tocsin.deliver.stages import LATE_STAGES, STAGES, Held, Moment, Stop, through
from tocsin.model import Alert, Watch
from tocsin.store import Store, Unsaid

_STRICT = Policy()
RESTORED = 20_000
"""Messages looked at when a run begins."""
DIGEST_MESSAGES = 500
"""Most messages of one channel released in one step."""


class Desk:
    """Between the watches and the outbox; all of it can be restored from the store."""

    def __init__(self, policies: Mapping[str, Policy], store: Store) -> None:
        self._policies, self._store = dict(policies), store
        self._past = Past()
        self._waiting: dict[tuple[str, str, str], Unsaid] = {}
        self._quiet: dict[str, Quiet] = {}
        self.held: Counter[str] = Counter()
        """Stops by reason since the start."""
        said = reversed(store.recent_alerts(RESTORED))
        unsaid = list(reversed(store.unsaid()))
        self._past.restore(((o.alert, o.created_ms) for o in said), (u.alert for u in unsaid))
        for each in unsaid:
            self._wait(each)

    def mind(self, watches: Iterable[Watch]) -> None:
        """Keep to the quiet hours of these watches from now on."""
        self._quiet = {w.id: quiet_hours(w.quiet, zone_of(w.zone)) for w in watches if w.quiet}

    def take(self, alerts: Sequence[Alert], now_ms: int) -> tuple[list[Alert], list[Unsaid]]:
        """What is owed now of new alerts and of what was held until now; and what is not."""
        moment = self._moment(now_ms)
        kept, stops = through(STAGES, list(self._widened(alerts)), moment)
        self.held.update(stop.reason.value for stop in stops)
        stops = [stop for stop in stops if stop.reason is not Held.DUPLICATE]
        fresh = {line(alert) for alert in kept} | {line(stop.alert) for stop in stops}
        due = self._due(now_ms, fresh)
        late, late_stops = through(LATE_STAGES, due, moment)
        self.held.update(stop.reason.value for stop in late_stops)
        for alert in (*kept, *due):
            self._waiting.pop(line(alert), None)
        held = [self._stopped(stop, now_ms) for stop in (*stops, *late_stops)]
        return [*kept, *late, *self._escalated(now_ms)], held

    def _moment(self, now_ms: int) -> Moment:
        silences = self._store.silences(now_ms)
        return Moment(now_ms, self._policies, self._quiet, silences, self._past)

    def _widened(self, alerts: Iterable[Alert]) -> Iterable[Alert]:
        """Whoever heard of an event by escalation hears what becomes of it, too."""
        for alert in alerts:
            yield alert
            if alert.kind != "alert":
                for channel in self._past.channels(alert):
                    if channel != alert.channel:
                        yield to_channel(alert, channel)

    def _due(self, now_ms: int, fresh: set[tuple[str, str, str]]) -> list[Alert]:
        """Messages whose wait is over, those of one channel under the name of one digest."""
        found: dict[str, list[Alert]] = {}
        for key, each in self._waiting.items():
            # What was overtaken just now says more than what waited.
            if each.until_ms <= now_ms and key not in fresh:
                found.setdefault(each.alert.channel, []).append(each.alert)
        due: list[Alert] = []
        for channel, alerts in found.items():
            some = alerts[:DIGEST_MESSAGES]
            name = f"digest-{channel}-{now_ms}" if len(some) > 1 else ""
            due += [msgspec.structs.replace(alert, digest=name) for alert in some]
        return due

    def _stopped(self, stop: Stop, now_ms: int) -> Unsaid:
        each = Unsaid(stop.alert, stop.reason.value, now_ms, stop.until_ms)
        self._wait(each)
        return each

    def _wait(self, each: Unsaid) -> None:
        self._waiting.pop(line(each.alert), None)
        if each.until_ms:
            self._waiting[line(each.alert)] = each

    def _escalated(self, now_ms: int) -> list[Alert]:
        """Alerts that nobody acknowledged in time, for the next channel; each of them once."""
        found: list[Alert] = []
        for channel, policy in self._policies.items():
            if not policy.escalate_to:
                continue
            before_ms = now_ms - policy.escalate_ms
            for owed in self._store.unanswered(channel, before_ms - DAY_MS, before_ms):
                alert = to_channel(owed.alert, policy.escalate_to)
                test = self._policies.get(alert.channel, _STRICT).drill
                if self._past.told(alert) is None and (test or not alert.event.drill):
                    self._past.say(alert, now_ms)
                    found.append(alert)
        return found


def to_channel(alert: Alert, channel: str) -> Alert:
    """The same message for another channel, under the key of that channel."""
    key = f"{alert.event.event_id}.{alert.event.revision}.{alert.watch}.{channel}"
    return msgspec.structs.replace(alert, key=key, channel=channel, digest="")
