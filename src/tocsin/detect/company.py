"""Whether two events are one: hazard, place, words, and whether one drowns the other."""

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.detect.apart import NARROW
from tocsin.detect.attach import DOMINANT_PLUS, DOMINANT_TIMES, hour_count
from tocsin.detect.belief import where_of
from tocsin.detect.cells import SORT_HAZARD
from tocsin.detect.merge import event_cosine, places_agree
from tocsin.detect.state import BIN_MS, CANDIDATE, DORMANT, FREE, LIVE, PlaceTable, State
from tocsin.detect.traits import Traits

MERGE_COSINE = 0.12
MERGE_ACROSS_COSINE = 0.6
"""Words alone join two events across contradicting places only from here."""
MERGE_BESIDE_COSINE = 0.04
"""Two hazards of one kin in one place at one time need hardly a word in common."""
ECHO = 0.05
"""How much a burst is part of an event by size alone: any word in common says more."""
FIRST_WORDS_MS = HOUR_MS // 2
"""How long a cry at large is taken for the first words of what is placed meanwhile."""
BOTH_SHARE = 0.1
"""Share of a burst's votes for places where another event is, from which it is talk of it."""
SLOW_S, GREAT_REPORTS = 3_600, 100
"""Window from which a burst is slow, and reports of an event that is talked of for a day."""
BOTH_LEAST = 0.05
"""Share of the other event's votes that makes a place one of its own."""
WIDE = 600.0 / 6_371.0
"""Radius, in radii of the globe, from which a place is too wide to tell two events apart."""
SAME_VOTES = 2.0
"""Votes for one place below which what a burst at large names is scattered."""
OWN_VOTES, OWN_SHARE = 3.0, 0.2
"""Voices, and share of all voices, that must name one place before it contradicts another."""
SHADOW_MS = 12 * HOUR_MS
"""How long after its last report an event still claims what is said of its hazard at large."""
SILENCE_MS, MOMENT_S, WITNESSED = 3 * HOUR_MS, 600, 0.5
"""Silence after which a burst may be another shock, the window it must burst in, and the share of
its voices that must sound as if they were there."""
_BINS_AN_HOUR = 6


class Company:
    """Finds the known event that another one belongs to."""

    def __init__(self, state: State, places: PlaceTable, traits: Traits) -> None:
        self._state, self._places, self._traits = state, places, traits

    def home_of(self, e: int) -> int | None:
        """The event, of any stage, that a new event belongs to; the older one on a tie."""
        slots = np.flatnonzero(self._state.events.stage != FREE)
        return self._best(e, [int(o) for o in slots if o != e and not self._is_anew(int(o), e)])

    def _is_anew(self, a: int, b: int) -> bool:
        """Whether burst b is a second shock or blast and not talk of what was over.

        It begins at a moment, after silence, and most who tell of it were there. Talk of the day
        before comes slowly, with links and figures.
        """
        events = self._state.events
        if events.stage[a] != DORMANT or not self._traits.sudden[events.hazard[b]]:
            return False
        silent_ms = int(events.first_ms[b]) - int(events.last_ms[a])
        there = int(events.witnesses[b]) >= WITNESSED * max(int(events.voices[b]), 1)
        return silent_ms >= SILENCE_MS and int(events.window_s[b]) <= MOMENT_S and there

    def live_home_of(self, e: int) -> int | None:
        """The live event that a candidate, of which more is known by now, belongs to."""
        slots = np.flatnonzero(self._state.events.stage == LIVE)
        return self._best(e, [int(o) for o in slots if o != e])

    def elder_of(self, e: int) -> int | None:
        """The older live event that a live event turned out to be part of."""
        events = self._state.events
        slots = np.flatnonzero(events.stage == LIVE)
        return self._best(e, [int(o) for o in slots if events.number[o] < events.number[e]])

    def _best(self, e: int, others: list[int]) -> int | None:
        numbers = self._state.events.number
        scored = [(self._alike(o, e), -int(numbers[o]), o) for o in others]
        best = max(scored, default=(0.0, 0, -1))
        return best[2] if best[0] > 0.0 else None

    def is_shadowed(self, e: int) -> bool:
        """Whether an event of its kin or of its region is on everybody's lips meanwhile.

        Where its own reports agree on a place elsewhere it is a thing of its own.
        """
        events = self._state.events
        now_bin = int(events.last_ms[e]) // BIN_MS
        live = (int(o) for o in np.flatnonzero(events.stage == LIVE) if o != e)
        if any(self._is_loud(o, now_bin) and self._shades(o, e) for o in live):
            return True
        kin = self._traits.related[events.hazard[e]][events.hazard]
        known = (int(o) for o in np.flatnonzero((events.stage >= LIVE) & kin) if o != e)
        return any(self._speaks_of_both(e, o) or self._comes_slowly_after(e, o) for o in known)

    def _shades(self, o: int, e: int) -> bool:
        events = self._state.events
        one, two = int(events.hazard[o]), int(events.hazard[e])
        reach = self._traits.reach[[one, two]].max()
        agree = int(places_agree(events, o, e, self._places, reach))
        related = bool(self._traits.related[one, two])
        if agree == -3 and reach <= NARROW:
            return False
        return agree > 1 or (related and not (agree < 0 and self._contradicts(e, agree)))

    def _alike(self, a: int, b: int) -> float:
        """How much event b is part of a: 0 not at all, else a score to choose the best by."""
        events = self._state.events
        one, two = int(events.hazard[a]), int(events.hazard[b])
        if not self._traits.related[one, two]:
            return 0.0
        cosine = float(event_cosine(self._state.flow, events, a, b))
        reach = self._traits.reach[[one, two]].max()
        agree = int(places_agree(events, a, b, self._places, reach))
        if agree == -3 and reach <= NARROW:
            return 0.0
        if one == two and self._is_first_word_of(a, b, agree):
            return max(cosine, ECHO)
        set_apart = agree < 0 and self._contradicts(b, agree)
        if set_apart or (agree < 0 and one != two):
            if cosine >= MERGE_ACROSS_COSINE:
                return cosine
            return 0.0 if set_apart else self._echoes(a, b, agree)
        if one != two:
            if agree > 1 and (cosine >= MERGE_BESIDE_COSINE or self._same_place(a, b)):
                return max(cosine, MERGE_BESIDE_COSINE)
            return cosine if cosine >= 2 * MERGE_COSINE else self._echoes(a, b, agree)
        if agree > 1:
            return 1.0 + cosine
        if cosine >= MERGE_COSINE:
            return cosine
        # What has a place or a word of its own bursts in a cell of its own; a burst of the hazard
        # at large, or one in the same country, is talk of what is on everybody's lips.
        beside = agree == 1 or events.sort[b] == SORT_HAZARD
        return ECHO if (beside and self._shadows(a, b)) or self._drowns(a, b) else 0.0

    def _is_first_word_of(self, a: int, b: int, agree: int) -> bool:
        """Whether a is the cry that went up at large, before b's reports said where."""
        events = self._state.events
        if events.sort[a] != SORT_HAZARD or events.stage[a] == DORMANT:
            return False
        young = int(events.last_ms[b]) - int(events.born_ms[a]) <= FIRST_WORDS_MS
        return young and agree <= 0 and not self._contradicts(a, agree)

    def _echoes(self, a: int, b: int, agree: int) -> float:
        """What b is of a by size alone: a kindred hazard without a place beside a loud event.

        The lights that go out in a cyclone are told by many who do not say where.
        """
        events = self._state.events
        at_large = events.sort[b] == SORT_HAZARD and events.stage[b] == CANDIDATE
        if not at_large or events.stage[a] != LIVE:
            return 0.0
        abroad = float(events.country_votes[b].max()) if agree == -2 else 0.0
        if max(where_of(events, self._places, b).leading, abroad) >= SAME_VOTES:
            return 0.0
        return ECHO if self._is_loud(a, int(events.last_ms[b]) // BIN_MS) else 0.0

    def _comes_slowly_after(self, e: int, o: int) -> bool:
        """Whether a sudden hazard is told slowly in the country of a great event of that hazard.

        A tornado is told within the hour; of yesterday's, talk goes on for a day in every state.
        """
        events = self._state.events
        if events.hazard[e] != events.hazard[o] or not self._traits.sudden[events.hazard[e]]:
            return False
        slow = int(events.window_s[e]) > SLOW_S and int(events.reports[o]) >= GREAT_REPORTS
        votes, theirs = events.country_votes[e], events.country_votes[o]
        home = events.countries[e][votes.argmax()]
        return bool(slow and home >= 0 and home == events.countries[o][theirs.argmax()])

    def _speaks_of_both(self, e: int, o: int) -> bool:
        """Whether much of what e's reports name is where o is: its region, or what o's name."""
        named, votes = self._named(e)
        own, theirs = self._named(o)
        if not len(named) or not len(own):
            return False
        region = self._places.admin1[own[theirs.argmax()]]
        there = np.isin(named, own[theirs >= BOTH_LEAST * theirs.sum()])
        there |= (self._places.admin1[named] == region) & (region >= 0)
        return bool(votes[there].sum() >= max(BOTH_SHARE * float(votes.sum()), 1.0))

    def _named(self, e: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """(places, votes) an event's reports name, wide ones left out."""
        events = self._state.events
        fine = (events.places[e] >= 0) & (self._places.radius[events.places[e]] < WIDE)
        return events.places[e][fine], events.place_votes[e][fine]

    def _contradicts(self, e: int, agree: int) -> bool:
        """Whether enough voices agree on a place; a few scattered names contradict nothing.

        Where the hazard burst at large, three towns named once each are scattered, too.
        """
        events = self._state.events
        where = where_of(events, self._places, e)
        leading = float(events.country_votes[e].max()) if agree == -2 else where.leading
        if events.sort[e] == SORT_HAZARD and where.single < SAME_VOTES:
            return leading >= 2 * max(OWN_VOTES, OWN_SHARE * int(events.voices[e]))
        return leading >= max(OWN_VOTES, OWN_SHARE * int(events.voices[e]))

    def _same_place(self, a: int, b: int) -> bool:
        """Whether both events name one place most."""
        events = self._state.events
        one, two = int(events.place_votes[a].argmax()), int(events.place_votes[b].argmax())
        return bool(events.places[a, one] == events.places[b, two] >= 0)

    def _shadows(self, a: int, b: int) -> bool:
        """Whether a was on everybody's lips not long before b."""
        events = self._state.events
        lately = int(events.last_ms[b]) - int(events.last_ms[a]) <= SHADOW_MS
        return bool(events.stage[a] in (LIVE, DORMANT) and lately)

    def _drowns(self, a: int, b: int) -> bool:
        """Whether live event a is so large that a small b of its hazard is its echo."""
        events = self._state.events
        if events.stage[a] != LIVE:
            return False
        now_bin = int(max(events.last_ms[a], events.last_ms[b])) // BIN_MS
        small = 2.0 * float(events.reports[b])
        return self._is_loud(a, now_bin) and float(hour_count(events, a, now_bin)) >= small

    def _is_loud(self, a: int, now_bin: int) -> bool:
        """Whether the last hour brought many times what its hazard usually gets."""
        events = self._state.events
        usual = DOMINANT_TIMES * _BINS_AN_HOUR * float(events.base[a]) + DOMINANT_PLUS
        return float(hour_count(events, a, now_bin)) >= usual
