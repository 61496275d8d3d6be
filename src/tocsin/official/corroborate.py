"""Holds what officials said lately, and says which of it speaks of an event."""

from collections.abc import Iterator
from typing import NamedTuple

from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.model import Bulletin, Place, Support
from tocsin.official.tables import SEVERITIES, tables
from tocsin.vocabulary.geometry import distance_km

HELD_MS = 72 * HOUR_MS
"""How long a bulletin is held, from its sending."""
HELD_MOST = 20_000
"""Most bulletins held; beyond it the oldest tenth goes."""
SUPPORTS_MOST = 16
"""Most bulletins one event is given, earliest first."""

_SUDDEN_MS = (1 * HOUR_MS, 12 * HOUR_MS)
_SLOW_MS = (24 * HOUR_MS, 72 * HOUR_MS)

_Key = tuple[str, str, str]


class _Held(NamedTuple):
    bulletin: Bulletin
    first_sent_ms: int
    """When the first message of its chain of updates was sent: the official's first word."""


class Corroborator:
    """Bulletins of the last 72 hours, each under its newest revision."""

    def __init__(self) -> None:
        self._held: dict[_Key, _Held] = {}
        self._ended: dict[tuple[str, str], int] = {}
        self._swept_ms = 0

    @property
    def held(self) -> int:
        """How many bulletins are held."""
        return len(self._held)

    def add(self, bulletin: Bulletin) -> None:
        """Take one message in: a new word, an update of an earlier one, or its end.

        A feed can take back and replace its own messages only. The end of a message holds
        whichever of the two comes first.
        """
        if bulletin.status == "test":
            return
        if bulletin.status == "cancelled":
            self._end(bulletin)
            return
        known_ms = self._ended.get((bulletin.source, bulletin.id))
        if known_ms is not None and bulletin.sent_ms <= known_ms:
            return
        first_ms = bulletin.sent_ms
        key = (bulletin.source, bulletin.id, bulletin.hazard)
        for earlier in (bulletin.id, *bulletin.references):
            before = self._held.get((bulletin.source, earlier, bulletin.hazard))
            if before is None:
                continue
            if before.bulletin.sent_ms > bulletin.sent_ms and earlier == bulletin.id:
                # An older revision that came late only tells when it all began.
                bulletin = before.bulletin
            first_ms = min(first_ms, before.first_sent_ms)
        for earlier in bulletin.references:
            self._held.pop((bulletin.source, earlier, bulletin.hazard), None)
        self._held[key] = _Held(bulletin, first_ms)
        self._bound()

    def supports(
        self,
        evidence_hazard: str,
        place: Place | None,
        first_seen_ms: int,
        last_seen_ms: int,
        now_ms: int,
    ) -> tuple[Support, ...]:
        """The bulletins that speak of an event, earliest first (then by source and id).

        A bulletin speaks of an event when its hazard may be a word for the same thing, it
        was sent near enough in time, and their circles meet. An event without a place has
        no support; one known by its country alone only within the country's own radius.
        """
        self._forget(now_ms)
        if place is None:
            return ()
        found: list[Support] = []
        for held in self._speaking(evidence_hazard, first_seen_ms, last_seen_ms, now_ms):
            bulletin = held.bulletin
            away_km = float(distance_km(place.lat, place.lon, bulletin.lat, bulletin.lon))
            if away_km <= _reach_km(place, bulletin):
                lead_s = (held.first_sent_ms - first_seen_ms) / 1000
                found.append(Support(bulletin, round(away_km, 1), lead_s))
        found.sort(key=lambda s: (s.bulletin.sent_ms, s.bulletin.source, s.bulletin.id))
        return tuple(found[:SUPPORTS_MOST])

    def _speaking(
        self, hazard: str, first_seen_ms: int, last_seen_ms: int, now_ms: int
    ) -> Iterator[_Held]:
        table = tables()
        for held in self._held.values():
            bulletin = held.bulletin
            if bulletin.sent_ms < now_ms - HELD_MS:
                continue
            if bulletin.hazard != hazard:
                least = table.speaks_for.get(bulletin.hazard, {}).get(hazard)
                if least is None or SEVERITIES.index(bulletin.severity) < least:
                    continue
            before_ms, after_ms = _SLOW_MS if bulletin.hazard in table.slow else _SUDDEN_MS
            # An update keeps a warning alive, so any moment from first word to last may fit.
            if (
                held.first_sent_ms <= min(now_ms, last_seen_ms + after_ms)
                and bulletin.sent_ms >= first_seen_ms - before_ms
            ):
                yield held

    def _end(self, bulletin: Bulletin) -> None:
        for gone in (bulletin.id, *bulletin.references):
            self._ended[(bulletin.source, gone)] = bulletin.sent_ms
        ended = {(bulletin.source, gone) for gone in (bulletin.id, *bulletin.references)}
        for key in [key for key in self._held if key[:2] in ended]:
            if self._held[key].bulletin.sent_ms <= bulletin.sent_ms:
                del self._held[key]
        self._bound()

    def _forget(self, now_ms: int) -> None:
        """Drop what is too old, once a minute; `_speaking` passes over it in between."""
        if abs(now_ms - self._swept_ms) < MINUTE_MS:
            return
        self._swept_ms = now_ms
        oldest_ms = now_ms - HELD_MS
        self._held = {k: h for k, h in self._held.items() if h.bulletin.sent_ms >= oldest_ms}
        self._ended = {name: at_ms for name, at_ms in self._ended.items() if at_ms >= oldest_ms}

    def _bound(self) -> None:
        # A tenth goes at once, so that a flood costs one sort per thousand messages.
        if len(self._held) > HELD_MOST:
            oldest = sorted(self._held, key=lambda k: (self._held[k].bulletin.sent_ms, k))
            for key in oldest[: HELD_MOST // 10]:
                del self._held[key]
        if len(self._ended) > HELD_MOST:
            for name in sorted(self._ended, key=lambda n: (self._ended[n], n))[: HELD_MOST // 10]:
                del self._ended[name]


def _reach_km(place: Place, bulletin: Bulletin) -> float:
    """How far apart the two may lie: both radii, or the country's own where no more is known."""
    if place.kind == "country":
        return place.radius_km
    return max(place.radius_km + bulletin.radius_km, tables().least_km.get(bulletin.hazard, 0.0))
