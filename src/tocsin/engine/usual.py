"""Carries what is usual from detection to the store and back: names here, rows there."""

from collections.abc import Sequence

from tocsin.clock import HOUR_MS
from tocsin.detect.usual import EVERY, HOURS, Habit, Usual
from tocsin.store import Store
from tocsin.store.usual import UsualHour
from tocsin.vocabulary.hazards import hazard_ids


class UsualKeeper:
    """Writes hours down once they are over, and tells a fresh start of them."""

    def __init__(self, usual: Usual, iso_codes: Sequence[str], store: Store, contract: str) -> None:
        """`contract`: under another vocabulary the same words mean other counts."""
        self._hazards, self._iso, self._stamp = list(hazard_ids()), iso_codes, contract
        self._usual, self._store = usual, store

    def keep(self, now_ms: int) -> None:
        """Write down what changed since the last call; forget what no baseline reaches.

        Raises StoreUnavailable.
        """
        hours = [
            UsualHour(
                "" if h.hazard == EVERY else self._hazards[h.hazard],
                "" if h.country == EVERY else self._iso[h.country],
                h.hour_ms,
                h.reports,
            )
            for h in self._usual.taken()
        ]
        if hours:
            self._store.usual.keep(hours, self._stamp, now_ms - 2 * HOURS * HOUR_MS)

    def recall(self) -> None:
        """Let detection know what was kept; raises Corruption when that cannot be true."""
        hazards = {name: row for row, name in enumerate(self._hazards)} | {"": EVERY}
        countries = {name: row for row, name in enumerate(self._iso)} | {"": EVERY}
        self._usual.recall(
            Habit(hazards[each.hazard], countries[each.country], each.hour_ms, each.reports)
            for each in self._store.usual.all(self._stamp)
            if each.hazard in hazards and each.country in countries
        )
