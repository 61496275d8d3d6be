"""The second threshold: what a burst must show before it is reported."""

import numpy as np

from tocsin.clock import HOUR_MS
from tocsin.detect.state import Events, PlaceTable

# Nucleation says that a word is used unusually often; a film, a match or a song does that too.
# What sets true events apart on the DEV streams is that their reports agree on where, or read
# like people who were there.
PLACED_LEAST = 2.0
"""Voices that must name one and the same place or first-level unit."""
PLACED_SHARE = 0.1
"""The share of all voices they must be."""
PLACED_NEEDED = 0.34
"""The same where nothing is said without a place: a delay somewhere is no event."""
SAME_PLACE = 2.0
"""Voices that must name the very same place, unless twice as many name its first-level unit."""
GATHERED_SHARE = 0.4
"""The share of all placed votes they must be, while the event is small: a scatter is no place."""
SMALL_VOICES = 50
AGREED_SHARE = 0.5
"""The leading country's share of all placed votes."""
WITNESSES_LEAST = 4
WITNESS_SHARE = 0.4
"""Short first-person reports without a link may stand in for a place."""

WARM_MS = 6 * HOUR_MS
SUDDEN_WINDOW_S = 600
SUDDEN_SURPRISE = 7.0


CROWDED = 10
"""Candidates of a day from which chance begins to bring two placed voices together."""


def placed_least(candidates: int) -> float:
    """Voices that must name one place, by the bursts looked at within a day.

    Each tenfold of bursts looked at asks for one voice more, as a test made more often must be
    stricter to be wrong as seldom (Bonferroni).
    """
    return PLACED_LEAST + max(0.0, float(np.ceil(np.log10(max(candidates, 1) / CROWDED))))


def is_credible(
    events: Events,
    places: PlaceTable,
    e: int,
    heard_ms: int,
    candidates: int = 0,
    needs_place: bool = False,
) -> bool:
    """Whether an event's reports agree on a place, come from likely witnesses, or the hazard
    itself, with no other word in common, is suddenly named far more than usual.

    `heard_ms` is how long the stream has been heard: before WARM_MS what is usual is not known,
    and only a place convinces; so it is with `needs_place`, for what means nothing without one.
    `candidates` is how many bursts were looked at within a day.
    """
    share = PLACED_NEEDED if needs_place else PLACED_SHARE
    if _agrees_on_place(events, places, e, placed_least(candidates), share):
        return True
    if heard_ms < WARM_MS or needs_place:
        return False
    sudden = events.sort[e] == 0 and events.window_s[e] <= SUDDEN_WINDOW_S
    return _reads_like_witnesses(events, e) or bool(
        sudden and events.surprise[e] >= SUDDEN_SURPRISE
    )


def _agrees_on_place(
    events: Events, places: PlaceTable, e: int, least: float, share: float
) -> bool:
    known = events.places[e] >= 0
    if not known.any():
        return False
    named, votes = events.places[e][known], events.place_votes[e][known]
    unit = np.where(places.admin1[named] >= 0, places.admin1[named], named)
    leading = max(float(votes[unit == u].sum()) for u in np.unique(unit))
    country = events.country_votes[e][events.countries[e] >= 0]
    gathered = leading >= GATHERED_SHARE * float(votes.sum())
    # Three towns of one wide region, each named once, agree on nothing.
    together = float(votes.max()) >= SAME_PLACE or leading >= 2 * SAME_PLACE
    return (
        together
        and leading >= least
        and (gathered or int(events.voices[e]) >= SMALL_VOICES)
        and leading >= share * float(events.voices[e])
        and float(country.max(initial=0.0)) >= AGREED_SHARE * float(country.sum())
    )


def _reads_like_witnesses(events: Events, e: int) -> bool:
    witnesses = int(events.witnesses[e])
    return witnesses >= WITNESSES_LEAST and witnesses >= WITNESS_SHARE * int(events.voices[e])
