"""What an earlier start told: its events wait for reports that continue them, and nothing of its
time is told a second time."""

from collections import OrderedDict
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.bulletin import Bulletin
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.model import BANDS, LEVELS, Event, Evidence, Place
from tocsin.rate.bands import voices_band
from tocsin.render import headline
from tocsin.revision import at_ms_of, is_live
from tocsin.vocabulary.geometry import apart_km
from tocsin.vocabulary.hazards import Hazard

RECALLED_MOST = 1_000
"""Events of earlier starts known at once; beyond it the one told longest ago is let go."""
HELD_MOST = 1_000
"""Events found anew among what an earlier start heard; beyond it the oldest is told no more."""
QUIET_MS = 4 * HOUR_MS
"""An event nobody continues for so long is over, as one is whose reports cease."""
AGAIN_MS = 12 * HOUR_MS
"""How long after its last revision reports without a place of their own may continue an event."""
SETTLED_MS = HOUR_MS
"""How long an event is not lowered once it goes on."""
WORD_MS = 15 * MINUTE_MS
"""How long an event told with an official word is not told without it, before feeds are read."""
REOPEN_MS = 48 * HOUR_MS
"""How long reports of its very place may."""


class Recalled:
    """Events of earlier starts, and what is found among reports that were heard before."""

    def __init__(self, related: NDArray[np.bool_], hazards: Sequence[Hazard]) -> None:
        """`related` as in `Traits`; `hazards` are its rows."""
        self._related, self._hazards = related, hazards
        self._row = {hazard.key: row for row, hazard in enumerate(hazards)}
        self._waiting: OrderedDict[str, Event] = OrderedDict()
        self._going: dict[str, int] = {}
        """When each event that goes on was taken up again."""
        self._words: set[tuple[str, str]] = set()
        """Official words that were told before and not yet read again."""
        self._held: OrderedDict[str, Evidence] = OrderedDict()
        self.until_ms = self._begun_ms = 0

    def __len__(self) -> int:
        return sum(map(is_live, self._waiting.values()))

    def told_until(self, at_ms: int) -> None:
        """What is found up to this stream time was told, or not, by the earlier start."""
        self.until_ms = at_ms

    def keep(self, event: Event) -> None:
        """Know the last revision of an event of an earlier start."""
        if event.phase in ("withdrawn", "merged"):
            return
        self._waiting[event.event_id] = event
        self._words |= {(ref.source, ref.id) for ref in event.bulletins}
        if len(self._waiting) > RECALLED_MOST:
            self._waiting.popitem(last=False)

    def holds(self, evidence: Evidence) -> bool:
        """Whether evidence is of a time that was told of; its last word is held until it is over.

        Reports are read a second time after a restart. What they give while they are read must
        not be told as news, and what ended in that time not at all.
        """
        if evidence.at_ms > self.until_ms:
            return False
        self._held.pop(evidence.event_id, None)
        if evidence.phase in ("reported", "updated"):
            self._held[evidence.event_id] = evidence
            if len(self._held) > HELD_MOST:
                self._held.popitem(last=False)
        return True

    def released(self, now_ms: int) -> list[Evidence]:
        """What was held and still stands, once the stream has passed the earlier start."""
        if not self._held or now_ms <= self.until_ms:
            return []
        held, self._held = self._held, OrderedDict()
        return [
            msgspec.structs.replace(evidence, at_ms=self.until_ms + 1, phase="reported")
            for evidence in held.values()
        ]

    def home_of(self, event: Event, evidence: Evidence) -> Event | None:
        """The event of an earlier start that a newly found one continues; it waits no more."""
        scored = [
            (self._closeness(old, event), old.at, old.event_id) for old in self._waiting.values()
        ]
        best = max(scored, default=(0.0, "", ""))
        if best[0] <= 0.0:
            return None
        home = self._waiting.pop(best[2])
        if is_live(home):
            self._going[home.event_id] = evidence.at_ms
        return home

    def heard(self, bulletin: Bulletin) -> None:
        """An agency speaks again of these words, be it to take them back."""
        self._words -= {(bulletin.source, name) for name in (bulletin.id, *bulletin.references)}

    def withholds(self, event: Event, before: Event, evidence: Evidence) -> bool:
        """Whether a revision would take back what the earlier start knew better.

        So it is while fewer speak of the event than before, and for an hour where it would be
        lowered, moved or called otherwise: its reports may lie where nobody can read them again.
        What officials say, that it ends, or that it is withdrawn is told all the same.
        """
        if not is_live(event):
            return False
        told = any((ref.source, ref.id) in self._words for ref in before.bulletins)
        if told and evidence.at_ms <= max(self.until_ms, self._begun_ms) + WORD_MS:
            # Its official word is not yet read again.
            return True
        since_ms = self._going.get(event.event_id)
        if since_ms is None or event.bulletins != before.bulletins:
            return False
        if BANDS.index(voices_band(evidence.voices)) < BANDS.index(before.voices):
            return True
        if evidence.at_ms < since_ms + SETTLED_MS:
            return _takes_back(event, before)
        del self._going[event.event_id]
        return False

    def ended(self, now_ms: int) -> list[Event]:
        """The last revision of events that nobody continued in time."""
        self._begun_ms = self._begun_ms or now_ms
        over = []
        for old in list(self._waiting.values()):
            due_ms = max(at_ms_of(old.at), self._begun_ms, self.until_ms) + QUIET_MS
            if is_live(old) and due_ms <= now_ms:
                over.append(self._resolved(old, due_ms))
                self._waiting[old.event_id] = over[-1]
            elif now_ms - at_ms_of(old.at) > REOPEN_MS:
                del self._waiting[old.event_id]
        return over

    def _alone(self, event: Event) -> bool:
        """Whether no other event that waits could be meant where no place is told."""
        same = (old for old in self._waiting.values() if old.hazard == event.hazard)
        return sum(map(is_live, same)) == 1

    def _resolved(self, event: Event, at_ms: int) -> Event:
        """The end of an event of which nothing is known but what was told."""
        row = self._row.get(event.hazard)
        title = event.headline
        if row is not None:
            title = headline(
                self._hazards[row], event.place, event.facts, event.tier, "resolved"
            )
        return msgspec.structs.replace(
            event, revision=event.revision + 1, phase="resolved", at=rfc3339(at_ms),
            urgency="Past", headline=title,
        )  # fmt: skip

    def _closeness(self, old: Event, new: Event) -> float:
        """How surely two records are of one event: 0 not at all."""
        one, two = self._row.get(old.hazard), self._row.get(new.hazard)
        if one is None or two is None or not self._related[one, two]:
            return 0.0
        silent_ms = at_ms_of(new.first_seen) - at_ms_of(old.at)
        same = 1.0 if one == two else 0.5
        if old.place is None or new.place is None:
            near = is_live(old) and one == two and silent_ms <= AGAIN_MS
            return 0.1 if near and self._alone(old) else 0.0
        if silent_ms > (AGAIN_MS if is_live(old) else REOPEN_MS):
            return 0.0
        return same * _near(old.place, new.place)


def _takes_back(new: Event, old: Event) -> bool:
    """Whether a revision says less, or something else, than the one before it."""
    lower = LEVELS.index(new.level) < LEVELS.index(old.level)
    moved = old.place is not None and (new.place is None or not _near(old.place, new.place))
    return lower or moved or new.hazard != old.hazard


def _near(one: Place, two: Place) -> float:
    """How near two places are: 2 for the same, 0 for circles apart; a country holds its own."""
    if one.id == two.id:
        return 2.0
    if "country" in (one.kind, two.kind):
        return 0.5 if one.country == two.country else 0.0
    away_km = apart_km(one.lat, one.lon, two.lat, two.lon)
    reach_km = one.radius_km + two.radius_km
    return 1.0 - 0.5 * away_km / reach_km if away_km <= reach_km else 0.0
