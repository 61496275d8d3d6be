"""Which of several towns of one name a cluster speaks of."""

from collections import defaultdict

from tocsin.vocabulary.gazetteer import CITY, Gazetteer

REGION_SAY, COUNTRY_SAY = 0.05, 0.5
"""Votes of other names, per vote of a town, that move it to a namesake in another region of
its country, or in another country."""


def settled(votes: dict[int, float], gazetteer: Gazetteer) -> dict[int, float]:
    """Votes for a town given to its namesake where the rest of the cluster is.

    One text says "Santa Maria" and is read as the largest; the others say which country and
    which region it is about.
    """
    country: dict[int, float] = defaultdict(float)
    region: dict[int, float] = defaultdict(float)
    for place, count in votes.items():
        country[int(gazetteer.country[place])] += count
        region[gazetteer.region_of(place)] += count
    out: dict[int, float] = defaultdict(float)
    for place, count in votes.items():
        same = [p for p in gazetteer.namesakes(place) if gazetteer.kind[p] == CITY]
        if gazetteer.kind[place] != CITY or place not in same:
            out[place] += count
            continue
        own = {p: votes[p] for p in same if p in votes}
        others = [(_company(at, own, country, region, gazetteer), -at) for at in same]
        best = -max(others)[1]
        out[best if _outweighs(best, place, own, country, region, gazetteer) else place] += count
    return out


def _company(
    at: int,
    own: dict[int, float],
    country: dict[int, float],
    region: dict[int, float],
    gazetteer: Gazetteer,
) -> tuple[float, float]:
    """Votes for other names in the country of a place, and in its region."""
    nation, part = int(gazetteer.country[at]), gazetteer.region_of(at)
    in_nation = sum(v for p, v in own.items() if gazetteer.country[p] == nation)
    in_part = sum(v for p, v in own.items() if gazetteer.region_of(p) == part)
    return country[nation] - in_nation, (region[part] - in_part if part >= 0 else 0.0)


def _outweighs(
    best: int,
    place: int,
    own: dict[int, float],
    country: dict[int, float],
    region: dict[int, float],
    gazetteer: Gazetteer,
) -> bool:
    """Whether the company of a namesake is enough to overrule what the texts were read as."""
    there = _company(best, own, country, region, gazetteer)
    here = _company(place, own, country, region, gazetteer)
    if gazetteer.country[best] == gazetteer.country[place]:
        return there[1] - here[1] >= max(2.0, REGION_SAY * own[place])
    return there[0] - here[0] >= max(2.0, COUNTRY_SAY * own[place])
