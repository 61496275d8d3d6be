"""From owed to delivered: at least once, under a constant key, withdrawals first."""

import random
from collections.abc import Mapping

import msgspec

from tocsin.clock import Clock
from tocsin.config_file import PAGE
from tocsin.deliver.outbox import GIVE_UP_MS, Turn, wait_ms
from tocsin.errors import SinkBusy, SinkRejected
from tocsin.sinks import Sink
from tocsin.store import Owed, Store

TURN_MESSAGES = 256
"""Most messages tried for one channel in one turn."""
TURN_S = 30.0
"""No new message is begun in a turn that has lasted this long, so that stopping stays quick."""


class Counts(msgspec.Struct):
    """What one turn did."""

    sent: int = 0
    busy: int = 0
    rejected: int = 0
    expired: int = 0

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
        self, store: Store, sinks: Mapping[str, Sink], clock: Clock, rng: random.Random
    ) -> None:
        self._store, self._sinks, self._clock, self._rng = store, dict(sinks), clock, rng

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
        turn = Turn(self._store.pending(channel, TURN_MESSAGES), now_ms)
        began_s = self._clock.monotonic_s()
        for owed in turn:
            # Time passes while a slow receiver answers; `now_ms` is when the turn began.
            spent_s = self._clock.monotonic_s() - began_s
            if spent_s > TURN_S:
                break
            self._try(channel, owed, now_ms + round(spent_s * 1000), turn, counts)
        return counts

    def _try(self, channel: str, owed: Owed, now_ms: int, turn: Turn, counts: Counts) -> None:
        key = owed.alert.key
        if channel == PAGE:
            # Being kept is being delivered: the page reads the store.
            self._store.mark(key, "sent", now_ms)
            counts.sent += 1
            return
        try:
            receipt = self._sinks[channel].send([owed.alert], now_ms)
        except SinkRejected as error:
            self._store.mark(key, "rejected", now_ms, detail=str(error))
            counts.rejected += 1
        except SinkBusy as error:
            self._later(owed, now_ms, error.retry_after_s, str(error))
            turn.failed(owed)
            counts.busy += 1
        except Exception as error:
            # A stranger's sink may break in its own way: that is no reason to lose the alert.
            self._later(owed, now_ms, None, f"the sink failed: {type(error).__name__}")
            turn.failed(owed)
            counts.busy += 1
        else:
            self._store.mark(key, "sent", now_ms, detail=receipt.detail)
            counts.sent += 1

    def _later(self, owed: Owed, now_ms: int, asked_s: float | None, detail: str) -> None:
        pause_ms = wait_ms(owed.attempts + 1, asked_s, self._rng)
        self._store.mark(owed.alert.key, "pending", now_ms, now_ms + pause_ms, detail)

    def close(self) -> None:
        """Close every sink."""
        for sink in self._sinks.values():
            sink.close()
