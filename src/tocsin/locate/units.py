"""From how many regions an event is reported."""

from collections import defaultdict

from tocsin.model import K_VOICES, Evidence
from tocsin.vocabulary.gazetteer import Gazetteer


def units_named(evidence: Evidence, gazetteer: Gazetteer) -> int:
    """First-level units that at least K_VOICES voices each name; fewer would tell of few (P13)."""
    votes: dict[int, float] = defaultdict(float)
    for vote in evidence.places:
        if 0 <= vote.place < len(gazetteer) and gazetteer.admin1[vote.place] >= 0:
            votes[int(gazetteer.admin1[vote.place])] += vote.votes
    return sum(count >= K_VOICES for count in votes.values())
