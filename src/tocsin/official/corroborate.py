"""Holds what officials said lately, and says which of it speaks of an event."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tocsin.bulletin import Bulletin, Support
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.model import Place
from tocsin.official.chains import Chains
from tocsin.official.tables import SEVERITIES, tables
from tocsin.vocabulary.geometry import apart_km as between_km

HELD_MS = 72 * HOUR_MS
"""How long a bulletin is held, from its sending."""
HELD_MOST = 20_000
"""Most messages held; beyond it the oldest tenth goes."""
SUPPORTS_MOST = 16
"""Most bulletins one event is given, earliest first."""

SUDDEN_MS = (6 * HOUR_MS, 12 * HOUR_MS)
SLOW_MS = (24 * HOUR_MS, 72 * HOUR_MS)
"""How long before the first and after the last report a word may have been sent."""

_LEAST_KM_A_DEGREE = 110.5

_Name = tuple[str, str]
"""Agency and id of a message, which may name several hazards."""


class _Held(NamedTuple):
    bulletin: Bulletin
    first_sent_ms: int
    """When the first message of its chain of updates was sent: the official's first word."""


class Corroborator:
    """Bulletins of the last 72 hours, each under its newest revision."""

    def __init__(self, dropped: Counter[str]) -> None:
        """What is let go because there is too much is counted in `dropped` by reason."""
        self._dropped = dropped
        self._held: dict[_Name, dict[str, _Held]] = {}
        self._chains = Chains()
        self._swept_ms = 0

    @property
    def held(self) -> int:
        """How many bulletins are held."""
        return sum(map(len, self._held.values()))

    def add(self, bulletin: Bulletin) -> None:
        """Take one message in: a new word, an update of an earlier one, or its end.

        A feed can take back and replace its own messages only. What becomes of a message is
        the same whichever comes first, it or the message that speaks of it.
        """
        if bulletin.status == "test":
            return
        self._chains.note(bulletin)
        if bulletin.status == "actual":
            self._hold(bulletin)
        # Whatever it spoke of is looked at again: taken back, replaced, over, or older than known.
        for name in {bulletin.id, *bulletin.references, self._chains.heir(bulletin)}:
            self._settle((bulletin.source, name))
        self._bound()

    def supports(
        self,
        evidence_hazard: str,
        place: Place | None,
        first_seen_ms: int,
        last_seen_ms: int,
        now_ms: int,
    ) -> tuple[Support, ...]:
        """The official bulletins that speak of an event, earliest first (then source and id).

        A bulletin speaks of an event when its hazard may be a word for the same thing, it
        was sent near enough in time, and their circles meet. An event without a place has
        no support; one known by its country alone only within the country's own radius.
        """
        found = self._about(evidence_hazard, place, first_seen_ms, last_seen_ms, now_ms)
        return tuple([s for s in found if s.bulletin.kind == "official"][:SUPPORTS_MOST])

    def in_the_news(
        self,
        evidence_hazard: str,
        place: Place | None,
        first_seen_ms: int,
        last_seen_ms: int,
        now_ms: int,
    ) -> bool:
        """Whether a news feed names the hazard and the place, by the rules of `supports`."""
        found = self._about(evidence_hazard, place, first_seen_ms, last_seen_ms, now_ms)
        return any(s.bulletin.kind == "news" for s in found)

    def newest(self, bulletin: Bulletin, hazard: str) -> Bulletin | None:
        """What a message says by now: itself or what replaced it, None if it was taken back.

        Where an update names another hazard, the first it names.
        """
        words = self._held.get((bulletin.source, self._chains.heir(bulletin)), {})
        held = words.get(hazard) or next((words[key] for key in sorted(words)), None)
        return held.bulletin if held is not None else None

    def held_of(self, source: str, name: str) -> list[Bulletin]:
        """What is held of one message, by hazard."""
        words = self._held.get((source, name), {})
        return [words[hazard].bulletin for hazard in sorted(words)]

    def first_ms(self, bulletin: Bulletin) -> int:
        """When the first message of its chain was sent."""
        return self._chains.first_ms(bulletin)

    def _about(
        self,
        evidence_hazard: str,
        place: Place | None,
        first_seen_ms: int,
        last_seen_ms: int,
        now_ms: int,
    ) -> list[Support]:
        self._forget(now_ms)
        if place is None:
            return []
        found: list[Support] = []
        for held in self._speaking(evidence_hazard, first_seen_ms, last_seen_ms, now_ms):
            away_km = apart_km(place, held.bulletin)
            if away_km is not None:
                lead_s = (held.first_sent_ms - first_seen_ms) / 1000
                found.append(Support(held.bulletin, round(away_km, 1), lead_s))
        found.sort(key=lambda s: (s.bulletin.sent_ms, s.bulletin.source, s.bulletin.id))
        return found

    def _speaking(
        self, hazard: str, first_seen_ms: int, last_seen_ms: int, now_ms: int
    ) -> Iterator[_Held]:
        slow = tables().slow
        for held in (held for words in self._held.values() for held in words.values()):
            bulletin = held.bulletin
            if bulletin.sent_ms < now_ms - HELD_MS or not speaks_for(bulletin, hazard):
                continue
            before_ms, after_ms = SLOW_MS if bulletin.hazard in slow else SUDDEN_MS
            # An update keeps a warning alive, so any moment from first word to last may fit.
            if (
                held.first_sent_ms <= min(now_ms, last_seen_ms + after_ms)
                and bulletin.sent_ms >= first_seen_ms - before_ms
            ):
                yield held

    def _hold(self, bulletin: Bulletin) -> None:
        words = self._held.setdefault((bulletin.source, bulletin.id), {})
        before = words.get(bulletin.hazard)
        if before is None or before.bulletin.sent_ms <= bulletin.sent_ms:
            words[bulletin.hazard] = _Held(bulletin, bulletin.sent_ms)

    def _settle(self, name: _Name) -> None:
        """Let the chain decide what becomes of a held message."""
        for held in list(self._held.get(name, {}).values()):
            bulletin = held.bulletin
            if self._chains.is_gone(bulletin):
                del self._held[name][bulletin.hazard]
                continue
            over_ms = self._chains.over_ms(bulletin)
            if over_ms is not None and bulletin.status == "actual":
                bulletin = msgspec.structs.replace(bulletin, status="ended", expires_ms=over_ms)
            first_ms = self._chains.first_ms(bulletin)
            self._held[name][bulletin.hazard] = _Held(bulletin, first_ms)
        if not self._held.get(name, True):
            del self._held[name]

    def _forget(self, now_ms: int) -> None:
        """Drop what is too old, once a minute; `_speaking` passes over it in between."""
        if abs(now_ms - self._swept_ms) < MINUTE_MS:
            return
        self._swept_ms = now_ms
        oldest_ms = now_ms - HELD_MS
        self._held = {name: w for name, w in self._held.items() if _sent_ms(w) >= oldest_ms}
        self._chains.forget(oldest_ms)

    def _bound(self) -> None:
        # A tenth goes at once, so that a flood costs one sort per thousand messages.
        if len(self._held) > HELD_MOST:
            oldest = sorted(self._held, key=lambda name: (_sent_ms(self._held[name]), name))
            self._dropped["bulletins_held"] += HELD_MOST // 10
            for name in oldest[: HELD_MOST // 10]:
                del self._held[name]
        self._chains.bound(2 * HELD_MOST)


def _sent_ms(words: dict[str, _Held]) -> int:
    return max(held.bulletin.sent_ms for held in words.values())


def speaks_for(bulletin: Bulletin, hazard: str) -> bool:
    """Whether a bulletin's hazard may be a word for the same thing as a reported one."""
    if bulletin.hazard == hazard:
        return True
    least = tables().speaks_for.get(bulletin.hazard, {}).get(hazard)
    return least is not None and SEVERITIES.index(bulletin.severity) >= least


def apart_km(place: Place, bulletin: Bulletin) -> float | None:
    """Distance in km to the nearest area of a bulletin; None when the circles do not meet.

    Both radii count, or the country's own alone where no more is known of the place.
    """
    least_km = tables().least_km.get(bulletin.hazard, 0.0)
    widest_km = max(place.radius_km + bulletin.radius_km, least_km)
    # Most bulletins lie in another part of the world: their latitude alone tells.
    if abs(place.lat - bulletin.lat) * _LEAST_KM_A_DEGREE > widest_km:
        return None
    near = []
    for lat, lon, radius_km in bulletin.areas or (
        (bulletin.lat, bulletin.lon, bulletin.radius_km),
    ):
        away_km = between_km(place.lat, place.lon, lat, lon)
        if place.kind == "country":
            reach_km = place.radius_km
        else:
            reach_km = max(place.radius_km + radius_km, least_km)
        if away_km <= reach_km:
            near.append(away_km)
    return min(near, default=None)
