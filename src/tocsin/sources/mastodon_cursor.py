"""Where in a Mastodon timeline one stands: a time, since an id on disk would name a post."""

import re
from collections.abc import Callable, Sequence

MARGIN_MS = 10_000
"""How far before the newest status a refill begins: statuses arrive a little out of order."""
RECENT = 4_096
"""Most ids remembered, for the length of the margin, to hand on nothing twice."""

_FORM = re.compile(r"ms:([0-9]{1,16}):([0-9]{1,5}):([A-Za-z0-9.:-]{1,260})")
_ID_BITS = 16
"""An id is the time in milliseconds, shifted by so many bits."""
IdOf = Callable[[bytes], str]


class Place:
    """The newest status seen, and the ids of those just before it.

    The cursor says how many statuses the margin held. When a refill brings as many, they are
    those; when it brings more, one came late, and all are handed on: the gate knows its own.
    """

    def __init__(self, host: str, cursor: str | None) -> None:
        """A cursor that is none, or of another server, counts as no cursor."""
        found = _FORM.fullmatch(cursor or "")
        known = found if found and found[3] == host else None
        self._host = host
        self._at_ms = int(known[1]) if known else 0
        self._recent: dict[str, int] = {}
        self._met = int(known[2]) if known else 0
        self._met_ms = self._at_ms
        self._held: list[bytes] = []

    @property
    def min_id(self) -> int | None:
        """Statuses above this id are asked for; None when nothing is known."""
        return max(self._at_ms - MARGIN_MS, 1) << _ID_BITS if self._at_ms else None

    @property
    def text(self) -> str | None:
        """The cursor, None before the first status."""
        if not self._at_ms:
            return None
        floor_ms = self._at_ms - MARGIN_MS
        near = sum(at_ms >= floor_ms for at_ms in self._recent.values()) or self._met
        return f"ms:{self._at_ms}:{near}:{self._host}"

    def fresh(self, messages: Sequence[bytes], id_of: IdOf) -> list[bytes]:
        """The messages without statuses that were handed on already; moves the place along."""
        return [message for message in messages if self._is_fresh(id_of(message))]

    def bridged(self, messages: Sequence[bytes], id_of: IdOf, done: bool) -> list[bytes]:
        """The same for a refill, whose first statuses may be those the margin held before.

        Those are held until the first beyond the margin, or the end of the refill (`done`).
        """
        if not self._met:
            return self.fresh(messages, id_of)
        beyond = [m for m in messages if _time_ms(id_of(m)) > self._met_ms]
        self._held += [m for m in messages if _time_ms(id_of(m)) <= self._met_ms]
        if not beyond and not done and len(self._held) < RECENT:
            return []
        held, self._held = self._held, []
        again = len(held) == self._met
        self._met = 0
        first = self.fresh(held, id_of)
        return ([] if again else first) + self.fresh(beyond, id_of)

    def _is_fresh(self, key: str) -> bool:
        if key in self._recent:
            return False
        at_ms = _time_ms(key)
        if at_ms:
            self._at_ms = max(self._at_ms, at_ms)
            self._recent[key] = at_ms
            self._forget()
        return True

    def _forget(self) -> None:
        if len(self._recent) > RECENT or len(self._recent) % 64 == 0:
            floor_ms = self._at_ms - MARGIN_MS
            live = [(k, ms) for k, ms in self._recent.items() if ms >= floor_ms]
            self._recent = dict(live[-RECENT:])


def _time_ms(key: str) -> int:
    """When a status of this id was written; 0 on servers that count otherwise than by time."""
    return int(key) >> _ID_BITS if key.isdecimal() and len(key) < 20 else 0
