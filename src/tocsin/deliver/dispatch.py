"""From owed to delivered: at least once, under a constant key, corrections first."""

import contextlib
import random
from collections.abc import Mapping, Sequence

import msgspec

from tocsin.clock import DAY_MS, Clock
from tocsin.config_file import PAGE
from tocsin.deliver.breaker import Breaker
from tocsin.deliver.links import Links
from tocsin.deliver.outbox import GIVE_UP_MS, Turn, wait_ms
from tocsin.deliver.trial import trial
from tocsin.errors import InputError, SinkBusy, SinkRejected
from tocsin.model import Alert, Earlier, Receipt
from tocsin.sinks import Sink
from tocsin.store import Owed, Store

TURN_MESSAGES = 256
"""Most messages tried for one channel in one turn."""
TURN_S = 30.0
"""No new message is begun in a turn that has lasted this long, so that stopping stays quick."""

STANDING_MS = 2 * DAY_MS
"""What was last told longer ago is no more sent again to a receiver that forgets."""


class Counts(msgspec.Struct):
    """What one turn did."""

    sent: int = 0
    busy: int = 0
    rejected: int = 0
    expired: int = 0
    joined: set[str] = msgspec.field(default_factory=set)
    """Keys tried in this turn, alone or as part of a digest."""

    def add(self, other: "Counts") -> None:
        """Take another turn's counts into these."""
        self.sent += other.sent
        self.busy += other.busy
        self.rejected += other.rejected
        self.expired += other.expired


class Dispatcher:
    """Sends what the store owes through the sinks, one message of a channel after another.

    Channels do not wait for each other when each has a thread that calls `run_channel`;
    `run_once` takes them in turn.
    """

    def __init__(
        self,
        store: Store,
        sinks: Mapping[str, Sink],
        clock: Clock,
        rng: random.Random,
        links: Links | None = None,
    ) -> None:
        self._store, self._sinks, self._clock, self._rng = store, dict(sinks), clock, rng
        self._links = links
        self._breakers: dict[str, Breaker] = {}
        self._renewed_ms: dict[str, int] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that can be served: the configured sinks and the page."""
        return (*self._sinks, PAGE)

    def run_once(self, now_ms: int) -> Counts:
        """One turn for every channel; returns without waiting for what is not due.

        Messages of a channel without a sink stay owed until they expire. Raises
        StoreUnavailable or Corruption; a sink's own failures are counted, never raised.
        """
        counts = Counts(expired=self.give_up(now_ms))
        for channel in self.channels:
            counts.add(self.run_channel(channel, now_ms))
        return counts

    def give_up(self, now_ms: int) -> int:
        """Expire what has been owed for 24 hours; how many."""
        return self._store.expire(now_ms - GIVE_UP_MS)

    def run_channel(self, channel: str, now_ms: int) -> Counts:
        """One turn for one channel; may run beside the turns of other channels."""
        counts = Counts()
        # One look before many: a channel that rests is asked often and says the same each time.
        first = self._store.pending(channel, 1)
        if not any(owed.due(now_ms) or (owed.corrects and not owed.attempts) for owed in first):
            self._renew(channel, now_ms)
            return counts
        turn = Turn(self._store.pending(channel, TURN_MESSAGES), now_ms)
        began_s = self._clock.monotonic_s()
        for owed in turn:
            if owed.alert.key in counts.joined:
                continue
            # Time passes while a slow receiver answers; `now_ms` is when the turn began.
            spent_s = self._clock.monotonic_s() - began_s
            if spent_s > TURN_S:
                break
            self._try(channel, owed, now_ms + round(spent_s * 1000), turn, counts)
        self._renew(channel, now_ms)
        return counts

    def _renew(self, channel: str, now_ms: int) -> None:
        """Send again what would lapse at a receiver that forgets; a failure waits for the next."""
        sink = self._sinks.get(channel)
        every_s = getattr(sink, "renew_s", None)
        if sink is None or every_s is None:
            return
        last_ms = self._renewed_ms.get(channel)
        if last_ms is not None and 0 <= now_ms - last_ms < every_s * 1000:
            return
        self._renewed_ms[channel] = now_ms
        waiting = self._store.pending(channel, TURN_MESSAGES)
        gone = {o.alert.event.event_id for o in waiting if o.alert.kind == "withdrawal"}
        # A stranger's sink may fail in its own way; the next turn is soon enough.
        with contextlib.suppress(Exception):
            for owed in self._store.standing(channel, now_ms - STANDING_MS):
                if owed.alert.event.event_id not in gone:
                    sink.send([owed.alert], now_ms)

    def _try(self, channel: str, owed: Owed, now_ms: int, turn: Turn, counts: Counts) -> None:
        key = owed.alert.key
        if channel == PAGE:
            # Being kept is being delivered: the page reads the store.
            self._store.mark(key, "sent", now_ms)
            counts.sent += 1
            return
        group = turn.of_digest(owed)
        counts.joined.update(each.alert.key for each in group)
        breaker = self._breakers.setdefault(channel, Breaker())
        # What a turn tries after a failure is its own way to find a message that is the trouble.
        if not counts.busy and not breaker.allows(owed, now_ms):
            turn.rest()
            return
        try:
            receipt = self._sinks[channel].send([self._telling(each) for each in group], now_ms)
        except SinkRejected as error:
            breaker.answered()
            for each in group:
                self._store.mark(each.alert.key, "rejected", now_ms, detail=str(error))
            counts.rejected += len(group)
        except SinkBusy as error:
            breaker.failed(now_ms)
            self._later(group, now_ms, error.retry_after_s, str(error))
            turn.failed(owed)
            counts.busy += len(group)
        except Exception as error:
            # A stranger's sink may break in its own way: that is no reason to lose the alert.
            breaker.failed(now_ms)
            self._later(group, now_ms, None, f"the sink failed: {type(error).__name__}")
            turn.failed(owed)
            counts.busy += len(group)
        else:
            breaker.answered()
            for each in group:
                self._store.mark(each.alert.key, "sent", now_ms, detail=receipt.detail)
            counts.sent += len(group)

    def _telling(self, owed: Owed) -> Alert:
        """The alert with what its channel heard before; the same at every try of this message."""
        earlier = [
            Earlier(each.alert.event.revision, each.alert.event.at)
            for each in self._store.told(owed)
        ]
        link = self._links.url(owed) if self._links and owed.alert.kind != "withdrawal" else ""
        return msgspec.structs.replace(owed.alert, earlier=tuple(earlier), answer_url=link)

    def _later(
        self, group: Sequence[Owed], now_ms: int, asked_s: float | None, detail: str
    ) -> None:
        pause_ms = wait_ms(group[0].attempts + 1, asked_s, self._rng)
        for each in group:
            self._store.mark(each.alert.key, "pending", now_ms, now_ms + pause_ms, detail)

    @property
    def renewing(self) -> tuple[str, ...]:
        """Channels whose receiver forgets, so that they want a turn though nothing is owed."""
        return tuple(n for n, s in self._sinks.items() if getattr(s, "renew_s", None) is not None)

    def is_suspect(self, channel: str) -> bool:
        """Whether the receiver of a channel failed at the last try."""
        breaker = self._breakers.get(channel)
        return breaker is not None and breaker.failures > 0

    @property
    def broken(self) -> tuple[str, ...]:
        """Channels whose receiver failed so often that it is only probed now and then."""
        return tuple(name for name, breaker in self._breakers.items() if breaker.open)

    def try_out(self, channel: str, now_ms: int) -> Receipt:
        """Send a test message at once, past outbox and stages.

        Raises InputError for a channel without a sink, SinkBusy or SinkRejected as it answers.
        """
        if channel not in self._sinks:
            known = ", ".join(sorted(self._sinks)) or "none is configured"
            raise InputError(f"no sink of this name. Choose one of: {known}.")
        return self._sinks[channel].send([trial(channel, now_ms)], now_ms)

    def close(self) -> None:
        """Close every sink."""
        for sink in self._sinks.values():
            sink.close()
