"""Where an event is, voted by its whole cluster and never taken from one post."""

from collections import defaultdict

import msgspec

from tocsin.locate.circle import ORIGINS_MAX
from tocsin.locate.namesakes import settled
from tocsin.locate.reach import reach_km
from tocsin.model import K_VOICES, Evidence, Origin, Place
from tocsin.vocabulary.gazetteer import ADMIN1, CITY, COUNTRY, WATER, Gazetteer

SHARE_MIN = 0.12
"""Least share of the votes that a finer place must hold."""
OF_PARENT_MIN = 0.25
"""Least share of its parent's votes: a few posts naming a suburb do not move a region's event."""
DISTRICT_MIN = 20_000
"""Least inhabitants of a place in a personal or sensitive case (contract P7, P8)."""
VOTES_MIN = 2.0
"""Nothing finer than the country rests on a single vote."""
PLACES_MAX = 96
EXTENT_MAX = 24


def locate(
    evidence: Evidence,
    gazetteer: Gazetteer,
    radius_floor_km: float = 1.0,
    personal: bool = False,
    sensitive: bool = False,
) -> tuple[Origin, ...]:
    """Candidate places of an event, the preferred one first; () when no place is known.

    The country is chosen first by all votes that lie in it, then ever finer places while
    they hold SHARE_MIN of the votes. `share` is the part of all votes inside the place.
    Radii are at least `radius_floor_km` km. Nothing finer than a place of 20,000 inhabitants
    or the district is given when the hazard is `personal` (contract P8) or the setting
    `sensitive` (contract P7); places under 1,000 inhabitants are never in the gazetteer.
    """
    votes = settled(_counted(evidence, gazetteer), gazetteer)
    if not votes:
        return ()
    if personal or sensitive:
        votes = _coarsened(votes, gazetteer)
    held = {at: support(at, votes, gazetteer) for at in _candidates(votes, gazetteer)}
    total = sum(votes.values())
    chain = _descend(held, total, gazetteer)
    ranked = [*reversed(chain), *_rivals(held, total, chain, gazetteer)][:ORIGINS_MAX]
    return tuple(
        Origin(
            place=_with_reach(at, votes, chain, gazetteer, radius_floor_km),
            gazetteer_id=at,
            share=round(min(1.0, held[at] / total), 4),
        )
        for at in ranked
    )


def further(
    evidence: Evidence, place: Place | None, gazetteer: Gazetteer
) -> tuple[str, ...] | None:
    """Ids of the other towns of an event that K_VOICES or more name, most named first.

    None where there is none. What holds the preferred place is no further place.
    """
    here = gazetteer.index_of(place.id) if place is not None else None
    counted = _counted(evidence, gazetteer)
    if sum(v >= K_VOICES and gazetteer.kind[at] == CITY for at, v in counted.items()) < 2:
        # Most events: which namesake is meant need not be settled once more.
        return None
    votes = settled(counted, gazetteer)
    towns = [
        at
        for at, count in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= K_VOICES and gazetteer.kind[at] == CITY and at != here
        and (here is None or not gazetteer.is_inside(here, at))
    ]  # fmt: skip
    return tuple(gazetteer.place(at).id for at in towns[:EXTENT_MAX]) or None


def support(at: int, votes: dict[int, float], gazetteer: Gazetteer) -> float:
    """Votes for a place and for everything that lies in it."""
    return sum(v for p, v in votes.items() if gazetteer.is_inside(p, at))


def _counted(evidence: Evidence, gazetteer: Gazetteer) -> dict[int, float]:
    """Votes by place: the PLACES_MAX most named, so that a flood of names costs little."""
    votes: dict[int, float] = defaultdict(float)
    for vote in evidence.places:
        if 0 <= vote.place < len(gazetteer) and vote.votes > 0:
            votes[vote.place] += vote.votes
    most = sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(most[:PLACES_MAX])


def _coarsened(votes: dict[int, float], gazetteer: Gazetteer) -> dict[int, float]:
    """Votes for places under DISTRICT_MIN inhabitants given to the unit they lie in."""
    raised: dict[int, float] = defaultdict(float)
    for place, count in votes.items():
        at = place
        while gazetteer.parent[at] >= 0 and (
            gazetteer.population[at] < DISTRICT_MIN and gazetteer.kind[at] != WATER
        ):
            at = int(gazetteer.parent[at])
        raised[at] += count
    return raised


def _descend(held: dict[int, float], total: float, gazetteer: Gazetteer) -> list[int]:
    """From the winning country down to the finest place that holds enough; coarse first."""
    tops = [at for at in held if gazetteer.kind[at] == COUNTRY or gazetteer.country_of(at) < 0]
    if not tops:
        return [_first(list(held), held, gazetteer)]
    chain = [_first(tops, held, gazetteer)]
    while True:
        here = chain[-1]
        finer = [
            at
            for at in held
            if at != here
            and gazetteer.is_inside(at, here)
            and gazetteer.radius_km[at] < gazetteer.radius_km[here]
            and held[at] >= max(SHARE_MIN * total, min(VOTES_MIN, total))
            and held[at] >= OF_PARENT_MIN * held[here]
        ]
        if not finer:
            return chain
        chain.append(_first(finer, held, gazetteer))


def _candidates(votes: dict[int, float], gazetteer: Gazetteer) -> set[int]:
    """Every place voted for, with its region and its country."""
    found = set(votes)
    for place in votes:
        found.add(gazetteer.country_of(place))
        found.add(int(gazetteer.admin1[place]))
    return {at for at in found if at >= 0}


def _first(places: list[int], held: dict[int, float], gazetteer: Gazetteer) -> int:
    """Most votes, then the widest (so that the way down is gradual), then the likeliest."""
    return min(
        places,
        key=lambda at: (
            -held[at],
            -float(gazetteer.radius_km[at]),
            -float(gazetteer.prior[at]),
            at,
        ),
    )


def _rivals(
    held: dict[int, float], total: float, chain: list[int], gazetteer: Gazetteer
) -> list[int]:
    """Other places with a share of their own: further towns and regions, another country."""
    fine = (CITY, ADMIN1) if gazetteer.kind[chain[-1]] != COUNTRY else (COUNTRY, ADMIN1)
    others = [
        at
        for at in held
        if at not in chain
        and held[at] >= SHARE_MIN * total
        and (gazetteer.kind[at] in fine or gazetteer.kind[at] >= WATER)
    ]
    return sorted(others, key=lambda at: (-held[at], at))


def _with_reach(
    at: int, votes: dict[int, float], chain: list[int], gazetteer: Gazetteer, floor_km: float
) -> Place:
    radius = max(floor_km, reach_km(at, votes, chain, gazetteer))
    return msgspec.structs.replace(gazetteer.place(at), radius_km=round(radius, 1))
