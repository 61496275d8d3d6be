"""In what order a channel's messages are tried, and when one is tried again."""

import random
from collections.abc import Iterable, Iterator

from tocsin.clock import DAY_MS, HOUR_MS
from tocsin.store import Owed

GIVE_UP_MS = DAY_MS
"""A message owed for longer is listed as undelivered and tried no more."""
BACKOFF_S = (1.0, 60.0)
STUBBORN = 10
"""After so many tries a message may be the trouble itself, and the next one is tried too."""
_LONGEST_ASKED_MS = HOUR_MS


def wait_ms(attempts: int, asked_s: float | None, rng: random.Random) -> int:
    """How long to wait after try number `attempts` (from 1) failed.

    What the receiver asked for, up to an hour; else full jitter between 1 s and a bound
    that doubles up to 60 s, so that many senders do not come back together.
    """
    low, high = BACKOFF_S
    if asked_s is not None and asked_s > 0:
        return round(min(max(asked_s * 1000, low * 1000), _LONGEST_ASKED_MS))
    return round(1000 * rng.uniform(low, min(high, 2.0 ** min(attempts, 16))))


class Turn:
    """One pass over a channel's messages: who is next, and when the channel must rest.

    Order holds within a channel: what waits to be tried again holds up what comes after it.
    A message that keeps failing holds up its own event only, as soon as another one gets
    through right after it, which shows that the receiver is there. A correction that was never
    tried is tried in any case.
    """

    def __init__(self, owed: Iterable[Owed], now_ms: int) -> None:
        self._owed, self._now_ms = list(owed), now_ms
        self._blocked: set[tuple[str, str]] = set()
        self._failures, self._rests = 0, False

    def __iter__(self) -> Iterator[Owed]:
        for owed in self._owed:
            if self._line(owed) in self._blocked:
                continue
            if owed.corrects and not owed.attempts:
                yield owed
                continue
            if self._rests or not owed.due(self._now_ms):
                return
            yield owed

    def failed(self, owed: Owed) -> None:
        """The receiver was busy for this one: rest, or see whether only this one is the trouble."""
        self._blocked.add(self._line(owed))
        self._failures += 1
        self._rests = owed.attempts + 1 < STUBBORN or self._failures > 1

    def rest(self) -> None:
        """Try nothing more in this pass."""
        self._rests = True

    def of_digest(self, owed: Owed) -> list[Owed]:
        """This message and what is to go out with it; a correction always goes alone."""
        name = owed.alert.digest
        if not name or owed.corrects:
            return [owed]
        same = [o for o in self._owed if o.alert.digest == name and not o.corrects]
        # After a failure all of them have waited equally long; a newcomer joins no old digest.
        return [o for o in same if o.attempts == owed.attempts]

    @staticmethod
    def _line(owed: Owed) -> tuple[str, str]:
        return owed.alert.event.event_id, owed.alert.watch
