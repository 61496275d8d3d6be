"""A seeded world that plants hazard events in chatter and knows the truth about them."""

from collections.abc import Sequence
from functools import lru_cache
from heapq import heappop, heappush
from random import Random
from zlib import crc32

from tocsin.errors import ConfigError
from tocsin.sources.synthetic_canary import Draft, Signer, base36, hatch
from tocsin.sources.synthetic_chatter import BURST_LIFE_MS, TAKEN_BACK_MS, burst, chatter_of_second
from tocsin.sources.synthetic_event import LIFE_MS, Plan, Planted, Site, plan_event
from tocsin.sources.synthetic_lore import cities, natures
from tocsin.sources.synthetic_official import OFFICIAL_LIFE_MS, plan_bulletins

BURST_EVERY_MS = 37_000
_BLOCK_MS = 1_000


class World:
    """Posts and bulletins of an invented world, and the truth behind them.

    The same arguments give the same bytes, however often and in whatever steps they are
    asked for. Memory is bounded by what is under way: at most a second of chatter and
    the posts still to come of the events of the last five minutes.
    """

    def __init__(
        self,
        seed: int,
        start_ms: int,
        posts_per_s: float = 20.0,
        events: Sequence[str] | None = None,
        *,
        first_event_s: float = 4.0,
        event_every_s: float = 25.0,
        history_s: float = 0.0,
        decoys: bool = True,
    ) -> None:
        """`events`: hazards to plant in this order and no more; None plants for ever.

        Chatter begins `history_s` before `start_ms`, events `first_event_s` after it.
        Raises ConfigError for a hazard that the world does not know.
        """
        for hazard in events or ():
            if hazard not in natures():
                known = ", ".join(sorted(natures()))
                raise ConfigError("events", f"unknown hazard {hazard!r}", f"Choose of: {known}.")
        self.seed, self.start_ms = seed, start_ms
        self.base_ms = start_ms - round(history_s * 1000)
        self.canaries = hatch(seed)
        """The identities that sign every frame; search for their forms."""
        self.event_of = lru_cache(maxsize=64)(self._plan)
        """Plan of planted event `number` (from 0): its truth and its drafts."""
        self._events = None if events is None else tuple(events)
        self._first_ms, self._every_ms = round(first_event_s * 1000), round(event_every_s * 1000)
        self._posts_per_s, self._decoys = posts_per_s, decoys
        self._signer = Signer(self.canaries, base36(crc32(f"{seed}/{start_ms}".encode())))
        self._official_ms = start_ms
        self.seek(self.base_ms)

    def seek(self, at_ms: int) -> None:
        """Go on from here: the next frame is the first one at or after `at_ms`."""
        at_ms = max(at_ms, self.base_ms)
        self.position_ms = at_ms
        """Every frame before this moment has been given."""
        self._due: list[tuple[int, str, str, Draft]] = []
        self._second = max(0, (at_ms - TAKEN_BACK_MS - self.base_ms) // _BLOCK_MS)
        self._next_event = self._first_since(at_ms - LIFE_MS)
        self._next_burst = max(0, (at_ms - BURST_LIFE_MS - self.base_ms) // BURST_EVERY_MS)
        while self._block_ms() <= at_ms:
            self._make_block()
        while self._due and self._due[0][0] < at_ms:
            heappop(self._due)

    def frames(self, until_ms: int, limit: int | None = None) -> list[bytes]:
        """Replay JSON lines from the present position until `until_ms` (exclusive).

        With a limit it stops after about that many, at a whole millisecond; `position_ms`
        says how far it came.
        """
        found: list[bytes] = []
        while self.position_ms < until_ms:
            while self._block_ms() <= self.position_ms:
                self._make_block()
            end_ms = min(until_ms, self._block_ms())
            while self._due and self._due[0][0] < end_ms:
                at_ms = self._due[0][0]
                if limit is not None and len(found) >= limit and at_ms >= self.position_ms:
                    self.position_ms = at_ms
                    return found
                found.append(self._signer.frame(heappop(self._due)[3]))
                self.position_ms = at_ms + 1
            self.position_ms = end_ms
        return found

    def bulletins(self, until_ms: int) -> list[bytes]:
        """JSON lines of the bulletins sent since the last call, until `until_ms` (exclusive)."""
        begin_ms, self._official_ms = self._official_ms, max(until_ms, self._official_ms)
        found: list[tuple[int, bytes]] = []
        number = self._first_since(begin_ms - OFFICIAL_LIFE_MS)
        while self._has(number) and self._event_ms(number) < until_ms:
            found.extend(plan_bulletins(self.seed, self.site(number), self.canaries))
            number += 1
        return [line for at_ms, line in sorted(found) if begin_ms <= at_ms < until_ms]

    def seek_bulletins(self, at_ms: int) -> None:
        """The next bulletin is the first one sent at or after `at_ms`."""
        self._official_ms = at_ms

    @property
    def truth(self) -> list[Planted]:
        """The events begun so far, in order; computed when asked, so that nothing piles up."""
        begun: list[Planted] = []
        while self._has(len(begun)) and self._event_ms(len(begun)) < self.position_ms:
            begun.append(self.event_of(len(begun)).planted)
        return begun

    def site(self, number: int) -> Site:
        """What event `number` is, where and when."""
        hazard = self._hazard(number)
        order = list(cities())
        Random(f"cities/{self.seed}/{number // len(order)}").shuffle(order)
        place = number % len(order)
        if natures()[hazard].coast and not order[place].coast:
            half = place + len(order) // 2
            turned = [order[(half + step) % len(order)] for step in range(len(order))]
            return Site(number, hazard, next(c for c in turned if c.coast), self._event_ms(number))
        return Site(number, hazard, order[place], self._event_ms(number))

    def _plan(self, number: int) -> Plan:
        return plan_event(self.seed, self.site(number))

    def _hazard(self, number: int) -> str:
        if self._events is not None:
            return self._events[number]
        order = sorted(natures())
        Random(f"hazards/{self.seed}/{number // len(order)}").shuffle(order)
        return order[number % len(order)]

    def _has(self, number: int) -> bool:
        return self._events is None or number < len(self._events)

    def _event_ms(self, number: int) -> int:
        return self.start_ms + self._first_ms + number * self._every_ms

    def _first_since(self, at_ms: int) -> int:
        """Number of the first event that starts at or after `at_ms`."""
        return max(0, -((self.start_ms + self._first_ms - at_ms) // self._every_ms))

    def _block_ms(self) -> int:
        """Everything before this moment has been made."""
        return self.base_ms + self._second * _BLOCK_MS

    def _make_block(self) -> None:
        """Make the chatter of the next second, and the events and bursts that start in it."""
        begin_ms = self._block_ms()
        for draft in chatter_of_second(self.seed, self._second, begin_ms, self._posts_per_s):
            self._push(draft)
        self._second += 1
        while self._has(self._next_event) and self._event_ms(self._next_event) < self._block_ms():
            for draft in self.event_of(self._next_event).drafts:
                self._push(draft)
            self._next_event += 1
        while self._decoys and self._burst_ms(self._next_burst) < self._block_ms():
            start_ms = self._burst_ms(self._next_burst)
            for draft in burst(self.seed, self._next_burst, start_ms):
                self._push(draft)
            self._next_burst += 1

    def _burst_ms(self, number: int) -> int:
        return self.base_ms + 11_000 + number * BURST_EVERY_MS

    def _push(self, draft: Draft) -> None:
        heappush(self._due, (draft.at_ms, draft.key, draft.op, draft))


def planted_number(post_id: str) -> int | None:
    """Which planted event a post of the world speaks of, told by its `id`; None for the rest."""
    parts = post_id.split(".")
    if len(parts) < 4 or not (parts[1].startswith("e") and parts[1][1:].isdigit()):
        return None
    return int(parts[1][1:])
