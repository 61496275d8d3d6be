"""Gathers, hour by hour, how far bursts came that were not reported."""

from collections.abc import Sequence

from tocsin.clock import HOUR_MS
from tocsin.detect.weigh import Bar, Weighing
from tocsin.model import K_VOICES
from tocsin.rate.bands import voices_band
from tocsin.store.near_misses import NearMiss

HELD = 4_096
"""Hours of hazards and countries gathered between two flushes at most."""
_ORDER = {bar: n for n, bar in enumerate(Bar)}
# The floors of voices and of harm rise where people assemble: to tell of them would tell of that.
_TOLD = (Bar.SCORE, Bar.QUIET, Bar.PLACE, Bar.BELIEF)


class Gatherer:
    """A watcher of weighings that keeps the furthest miss of each hazard, country and hour."""

    def __init__(self, hazards: Sequence[str], iso_codes: Sequence[str]) -> None:
        self._hazards, self._iso = hazards, iso_codes
        self._held: dict[tuple[int, int, int], tuple[int, Bar, int]] = {}

    def __call__(self, look: Weighing) -> None:
        """Note one weighing; fewer than five voices leave nothing."""
        key = (look.hazard, look.country, look.at_ms // HOUR_MS * HOUR_MS)
        if look.missed is Bar.NONE:
            self._held.pop(key, None)
            return
        if look.missed not in _TOLD or look.voices < K_VOICES:
            return
        before = self._held.get(key)
        if before is None and len(self._held) >= HELD:
            return
        if before is None or (_ORDER[look.missed], look.voices) >= (before[0], before[2]):
            self._held[key] = (_ORDER[look.missed], look.missed, look.voices)

    def take(self) -> list[NearMiss]:
        """What was gathered since the last call."""
        found = [
            NearMiss(
                self._hazards[hazard], self._iso[country] if country >= 0 else "", hour_ms,
                bar.value, voices_band(voices),
            )
            for (hazard, country, hour_ms), (_, bar, voices) in self._held.items()
        ]  # fmt: skip
        self._held.clear()
        return found
