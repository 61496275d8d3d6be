"""The second threshold: which bursts are reported, and the first bar the others miss."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from tocsin.clock import HOUR_MS
from tocsin.detect.belief import Scene, Table, Where, shipped, signs, where_of
from tocsin.detect.describe import main_hazard, masked_share
from tocsin.detect.state import PlaceTable, State
from tocsin.detect.traits import Traits
from tocsin.model import K_SENSITIVE, K_VOICES

RIPE_SCORE = 4.2
"""Weighted voices at which a candidate is weighed: five plain ones of which one may doubt."""
SENSITIVE_SHARE = 0.3
"""Share of reports with masked assembly words from which the setting is sensitive."""
INJURY_SHARE = 0.2
WARM_MS = 6 * HOUR_MS
PLACED_LEAST, SAME_PLACE = 2.0, 2.0
PLACED_NEEDED, GATHERED = 0.34, 0.4
"""Where only a place convinces: votes of one region, and of one place; the region's share of all
voices, and of all places named."""


class Bar(StrEnum):
    """What a burst must clear to be reported, in the order asked."""

    VOICES = "voices"
    """Distinct voices at or above the floor (contract P3)."""
    HARM = "harm"
    """In a sensitive setting: casualties among what is reported."""
    SCORE = "score"
    """Voices weighed by how much each says."""
    QUIET = "quiet"
    """Something still going on."""
    PLACE = "place"
    """A place, where the hazard means nothing without one or too little was heard before."""
    BELIEF = "belief"
    """The weighed signs together."""
    NONE = "none"
    """Nothing missed: it is reported."""


class Weighing(NamedTuple):
    """One look at a candidate."""

    number: int
    at_ms: int
    hazard: int
    country: int
    """Gazetteer's country of most of its places, -1 when none leads."""
    voices: int
    belief: float
    missed: Bar
    signs: dict[str, float]


Watcher = Callable[[Weighing], None]


class Scales:
    """Weighs candidates against every bar; a watcher, if any, sees each weighing."""

    def __init__(
        self, state: State, places: PlaceTable, traits: Traits, watcher: Watcher | None = None,
        table: Table | None = None,
    ) -> None:  # fmt: skip
        self._state, self._places, self._traits = state, places, traits
        self._watcher = watcher
        self._table = table if table is not None else shipped()
        self.backed: set[int] = set()
        """Numbers of events that an official word speaks of as well."""

    def enough(self, e: int) -> bool:
        """Whether the floor of distinct voices holds, higher and only with harm if sensitive."""
        return self._floor(e) is Bar.NONE

    def belief(self, e: int, scene: Scene) -> float:
        """How likely the event is real by what its reports show, 0 to 1."""
        return self._table.belief(signs(self._state.events, self._places, e, scene))

    def weigh(
        self, e: int, heard_ms: int, now_ms: int, candidates: int, quiet: bool,
        shadowed: bool = False,
    ) -> bool:  # fmt: skip
        """Whether a candidate is to be reported now."""
        events = self._state.events
        hazard = main_hazard(events, e)
        scene = self.scene(e, hazard, heard_ms, now_ms, candidates)
        found = signs(events, self._places, e, scene)
        belief = self._table.belief(found)
        missed = self._missed(e, hazard, scene, belief, quiet, shadowed)
        if self._watcher is not None:
            self._watcher(
                Weighing(
                    int(events.number[e]), now_ms, hazard, self._country(e),
                    int(events.voices[e]), belief, missed, found,
                )
            )  # fmt: skip
        return missed is Bar.NONE

    def scene(self, e: int, hazard: int, heard_ms: int, now_ms: int, candidates: int) -> Scene:
        """What is known of the stream and a hazard at a moment."""
        return Scene(
            heard_ms, now_ms, candidates,
            bool(self._traits.chronic[hazard]), bool(self._traits.sudden[hazard]),
            int(self._state.events.number[e]) in self.backed,
        )  # fmt: skip

    def _missed(
        self, e: int, hazard: int, scene: Scene, belief: float, quiet: bool, shadowed: bool
    ) -> Bar:
        floor = self._floor(e)
        if floor is not Bar.NONE:
            return floor
        if not scene.official and self._state.events.score[e] < RIPE_SCORE:
            return Bar.SCORE
        if quiet:
            # It would be resolved in the same minute: nobody needs to hear of it now.
            return Bar.QUIET
        only_placed = bool(self._traits.placed_only[hazard])
        if not scene.official and (only_placed or scene.heard_ms < WARM_MS):
            where = where_of(self._state.events, self._places, e)
            if not self._agreed(where, int(self._state.events.voices[e]), only_placed):
                return Bar.PLACE
        bar = self._table.shadow_bar if shadowed else self._table.bar
        return Bar.NONE if belief >= bar else Bar.BELIEF

    def _floor(self, e: int) -> Bar:
        events = self._state.events
        voices = int(events.voices[e])
        if masked_share(events, e) < SENSITIVE_SHARE:
            return Bar.NONE if voices >= K_VOICES else Bar.VOICES
        if voices < K_SENSITIVE:
            return Bar.VOICES
        return Bar.NONE if events.injured[e] >= INJURY_SHARE * voices else Bar.HARM

    def _agreed(self, where: Where, voices: int, needed: bool) -> bool:
        """Whether the reports agree on a place; three towns named once each do not."""
        together = where.single >= SAME_PLACE or where.leading >= 2 * SAME_PLACE
        gathered = where.leading >= GATHERED * where.total
        share = where.leading >= PLACED_NEEDED * voices or not needed
        return together and gathered and share and where.leading >= PLACED_LEAST

    def _country(self, e: int) -> int:
        events = self._state.events
        votes = np.where(events.countries[e] >= 0, events.country_votes[e], -1.0)
        best = int(votes.argmax())
        if votes[best] <= 0 or 2 * votes[best] < votes[votes > 0].sum():
            return -1
        return int(events.countries[e, best])
