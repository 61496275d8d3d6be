"""Events that stand on an official word while nobody reports them: their names and their ends."""

import hashlib
import heapq
from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from tocsin.bulletin import Bulletin
from tocsin.clock import HOUR_MS, rfc3339
from tocsin.model import BulletinRef, Event, Evidence, Phase, Place
from tocsin.official.corroborate import SLOW_MS, Corroborator, apart_km, speaks_for
from tocsin.official.tables import tables
from tocsin.vocabulary.geometry import apart_km as between_km
from tocsin.vocabulary.hazards import hazard_ids

ALONE_MOST = 2_000
"""Most events of this kind at a time; beyond it the oldest ends."""
TOLD_MOST = 50_000
"""Most bulletins of earlier starts that are known; beyond it the first taken up go."""
WIDER = 3.0
"""A warning for an area up to so many times as wide as a reported place is about that place."""
ONE_SHOCK_MS = HOUR_MS
"""How far apart two agencies may speak of one sudden thing: its echo comes later."""
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LETTERS = 16

_Name = tuple[str, str]
"""Agency and id of a bulletin."""
_K = TypeVar("_K")


class Standing(NamedTuple):
    """An event on the official word alone."""

    event_id: str
    hazard: str
    names: frozenset[_Name]
    """The bulletins it stands on."""
    main: Bulletin | None
    """The word it is told by; None after a restart, until the feed says it again."""
    first_ms: int
    end_ms: int


class Alone:
    """All events of this kind; a word is new only if none of them stands on it."""

    def __init__(self, key: bytes, dropped: Counter[str]) -> None:
        """`key` is the identity key: an id says nothing to whoever has not got it. What is let
        go because there is too much is counted in `dropped` by reason."""
        self._key, self._dropped = key, dropped
        self._standing: OrderedDict[str, Standing] = OrderedDict()
        self._known: OrderedDict[_Name, None] = OrderedDict()
        self._told: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        """Bulletins of earlier starts whose event is over or stands without them: agency, id and
        when they were sent, since what is sent later under the same id is news."""
        self._by_name: dict[_Name, set[str]] = {}
        self._ends: list[tuple[int, str]] = []
        """A heap of ends, of which those that hold no longer are passed over."""

    def __len__(self) -> int:
        return len(self._standing)

    def found(self, bulletin: Bulletin, first_ms: int, at_ms: int) -> Standing | None:
        """A new event of a bulletin, None for one that may not stand alone or is known."""
        names = {(bulletin.source, name) for name in (bulletin.id, *bulletin.references)}
        may = bulletin.kind == "official" and bulletin.severity in tables().alone
        if not may or bulletin.status != "actual" or any(n in self._known for n in names):
            return None
        if (bulletin.source, bulletin.id, rfc3339(bulletin.sent_ms)) in self._told:
            return None
        if bulletin.expires_ms is not None and bulletin.expires_ms <= at_ms:
            return None
        event_id = self._id(bulletin, at_ms)
        standing = Standing(event_id, bulletin.hazard, frozenset(names), bulletin, first_ms, at_ms)
        self._keep(standing)
        return standing

    def recall(self, event: Event, first_ms: int, end_ms: int) -> None:
        """Know an event of an earlier start again, so that its bulletins found none anew.

        One that people reported as well is not taken up, only its bulletins are remembered.
        """
        names = frozenset((ref.source, ref.id) for ref in event.bulletins)
        if event.origin == "official":
            self._keep(Standing(event.event_id, event.hazard, names, None, first_ms, end_ms))
        else:
            self._remember(self._known, sorted(names))

    def know(self, references: Iterable[BulletinRef]) -> None:
        """These bulletins were told of with an event before, so read again they found none."""
        self._remember(self._told, [(ref.source, ref.id, ref.sent) for ref in references])

    def get(self, event_id: str) -> Standing | None:
        """The event of an id, if it stands on the official word alone."""
        return self._standing.get(event_id)

    def heed(self, bulletin: Bulletin, official: Corroborator) -> list[Standing]:
        """Events whose word may have changed by a message that `official` has taken in."""
        names = {(bulletin.source, name) for name in (bulletin.id, *bulletin.references)}
        touched = []
        for event_id in sorted(self._of(names)):
            standing = self._standing[event_id]
            main = official.newest(bulletin, standing.hazard)
            if main is None and standing.main is not None:
                main = official.newest(standing.main, standing.hazard)
            now = standing.names if main is None else standing.names | {(main.source, main.id)}
            self._keep(standing._replace(main=main, names=now))
            touched.append(self._standing[event_id])
        told = {standing.event_id for standing in touched}
        return touched + [s for s in self._alike(bulletin) if s.event_id not in told]

    def ends_at(self, event_id: str, end_ms: int) -> None:
        """Note when the word of an event runs out."""
        self._keep(self._standing[event_id]._replace(end_ms=end_ms))

    def next_end(self) -> Standing | None:
        """The event that runs out first; one too many runs out at once."""
        if len(self._standing) > ALONE_MOST:
            oldest = next(iter(self._standing.values()))
            return oldest._replace(end_ms=0)
        while self._ends:
            end_ms, event_id = self._ends[0]
            standing = self._standing.get(event_id)
            if standing is not None and standing.end_ms == end_ms:
                return standing
            heapq.heappop(self._ends)
        return None

    def on_any_of(self, references: Iterable[BulletinRef]) -> list[Standing]:
        """Events that stand on one of these bulletins, by id."""
        found = self._of({(ref.source, ref.id) for ref in references})
        return [self._standing[event_id] for event_id in sorted(found)]

    def covers(self, bulletin: Bulletin) -> bool:
        """Whether an event already stands on this bulletin, or on the same thing by another."""
        return bool(self._of({(bulletin.source, bulletin.id)})) or bool(self._alike(bulletin))

    def leave(self, event_id: str) -> None:
        """An event that stands on the official word alone no longer."""
        standing = self._standing.pop(event_id, None)
        for name in standing.names if standing is not None else ():
            self._by_name[name].discard(event_id)
            if not self._by_name[name]:
                del self._by_name[name]

    def evidence(self, standing: Standing, phase: Phase, at_ms: int) -> Evidence:
        """What is known of such an event: no voice, no place by votes, no figure."""
        main = standing.main
        return Evidence(
            number=0,
            event_id=standing.event_id,
            phase=phase,
            at_ms=at_ms,
            first_seen_ms=standing.first_ms,
            last_seen_ms=main.sent_ms if main is not None else standing.first_ms,
            hazard=hazard_ids()[standing.hazard],
            voices=0,
            families=(),
            places=(),
            facts=(),
            languages=(),
            witness_share=0.0,
            diversity=0.0,
            masked_share=0.0,
            injury_share=0.0,
            surprise=0.0,
            window_s=0,
        )

    def _remember(self, known: OrderedDict[_K, None], names: Iterable[_K]) -> None:
        for name in names:
            known[name] = None
            known.move_to_end(name)
        while len(known) > TOLD_MOST:
            known.popitem(last=False)
            self._dropped["told_before"] += 1

    def _keep(self, standing: Standing) -> None:
        self._standing[standing.event_id] = standing
        for name in standing.names:
            self._by_name.setdefault(name, set()).add(standing.event_id)
        heapq.heappush(self._ends, (standing.end_ms, standing.event_id))
        if len(self._ends) > 4 * ALONE_MOST:
            self._ends = [(s.end_ms, s.event_id) for s in self._standing.values()]
            heapq.heapify(self._ends)

    def _of(self, names: Iterable[_Name]) -> set[str]:
        return {event_id for name in names for event_id in self._by_name.get(name, ())}

    def _alike(self, bulletin: Bulletin) -> list[Standing]:
        return [
            standing
            for standing in self._standing.values()
            if standing.main is not None and _same_thing(standing.main, bulletin)
        ]

    def _id(self, bulletin: Bulletin, at_ms: int) -> str:
        """16 letters: a keyed hash, as the events of posts have (contract P4)."""
        text = f"official {bulletin.source} {bulletin.id} {bulletin.hazard} {at_ms}".encode()
        value = int.from_bytes(hashlib.blake2b(text, key=self._key, digest_size=16).digest(), "big")
        letters = []
        for _ in range(_ID_LETTERS):
            value, rest = divmod(value, len(_LETTERS))
            letters.append(_LETTERS[rest])
        return "".join(letters)


def is_one(place: Place | None, bulletin: Bulletin) -> bool:
    """Whether what is reported at a place and what a bulletin says are one event.

    A quake is felt far around and is one all the same. A warning for a wide area is more than
    the flood in one of its towns: it stands beside it, so that the other towns keep it.
    """
    if place is None or apart_km(place, bulletin) is None:
        return False
    return bulletin.hazard not in tables().slow or bulletin.radius_km <= WIDER * place.radius_km


def _same_thing(main: Bulletin, other: Bulletin) -> bool:
    """Whether two agencies speak of one thing: hazard, place, and near enough in time.

    Two messages of one agency are two things, or it would have said that one replaces the other.
    """
    if other.kind != "official" or main.source == other.source or main.hazard != other.hazard:
        return False
    near_ms = SLOW_MS[0] if main.hazard in tables().slow else ONE_SHOCK_MS
    away_km = between_km(main.lat, main.lon, other.lat, other.lon)
    return (
        abs(main.sent_ms - other.sent_ms) <= near_ms and away_km <= main.radius_km + other.radius_km
    )


def touches(bulletin: Bulletin, event: Event) -> bool:
    """Whether a message may change what is said of an event: it may speak of it, or end a word."""
    return speaks_for(bulletin, event.hazard) or any(
        ref.source == bulletin.source for ref in event.bulletins
    )
