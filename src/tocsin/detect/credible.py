"""The second threshold: what a burst must show before it is reported.

Nucleation says that a word is used unusually often; a film, a match or a song does that too.
What sets true events apart on the DEV streams is that their reports agree on where, or read
like people who were there.
"""

from tocsin.detect.state import Events

PLACED_LEAST = 2.0
"""Voices that must name the leading country or a place in it."""
PLACED_SURE = 3.0
PLACED_SHARE_FEW = 0.3
"""With fewer than PLACED_SURE such voices they must be this share of all."""
PLACED_SHARE = 0.1
AGREED_SHARE = 0.5
"""The leading country's share of all placed votes."""
WITNESSES_LEAST = 4
WITNESS_SHARE = 0.4
"""Short first-person reports without a link may stand in for a place."""

SUDDEN_WINDOW_S = 600
SUDDEN_SURPRISE = 7.0


def is_credible(events: Events, e: int) -> bool:
    """Whether an event's reports agree on a place, come from likely witnesses, or the hazard
    itself, with no other word in common, is suddenly named far more than usual."""
    return (
        _agrees_on_place(events, e)
        or _reads_like_witnesses(events, e)
        or (
            events.sort[e] == 0
            and events.window_s[e] <= SUDDEN_WINDOW_S
            and events.surprise[e] >= SUDDEN_SURPRISE
        )
    )


def _agrees_on_place(events: Events, e: int) -> bool:
    votes = events.country_votes[e][events.countries[e] >= 0]
    if len(votes) == 0:
        return False
    leading, voices = float(votes.max()), float(events.voices[e])
    return (
        leading >= PLACED_LEAST
        and leading >= AGREED_SHARE * float(votes.sum())
        and leading >= PLACED_SHARE * voices
        and (leading >= PLACED_SURE or leading >= PLACED_SHARE_FEW * voices)
    )


def _reads_like_witnesses(events: Events, e: int) -> bool:
    witnesses = int(events.witnesses[e])
    return witnesses >= WITNESSES_LEAST and witnesses >= WITNESS_SHARE * int(events.voices[e])
