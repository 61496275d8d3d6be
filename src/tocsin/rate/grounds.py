"""What a sceptical editor would ask of an event, answered in bands and closed words (P13)."""

from collections.abc import Sequence

from tocsin.clock import MINUTE_MS, rfc3339
from tocsin.model import K_VOICES, Evidence, Ground, Origin, Support, Why
from tocsin.rate.bands import voices_band
from tocsin.rate.families import independent
from tocsin.vocabulary.hazards import Hazard, load_hazards

LATEST_MS = 10 * MINUTE_MS
"""The newest report is told to ten minutes: a finer time would tell when one person spoke."""
TIMES = (100, 50, 20, 10, 5, 2)
"""Steps of how many times the usual pace; below the last nothing is said."""
SET_ASIDE_MOST, PLACES_MOST, BULLETINS_MOST = 3, 3, 5


def grounds_of(
    evidence: Evidence,
    origins: Sequence[Origin],
    support: Sequence[Support],
    hazard: Hazard,
    families: Sequence[str],
    units: int = 0,
) -> list[Why]:
    """The standing grounds of an event that people report, in the order they are read.

    `units` are first-level units that at least five voices each report it from.
    """
    grounds = [
        Why(Ground.VOICES, voices_band(evidence.voices), K_VOICES),
        Why(Ground.SIGNIFICANCE, float(int(evidence.surprise)), 6),
        Why(Ground.WINDOW_S, evidence.window_s),
        Why(Ground.WITNESS, coarse(evidence.witness_share)),
        Why(Ground.DIVERSITY, coarse(evidence.diversity)),
        Why(Ground.FAMILIES, independent(families), 2),
        Why(Ground.SEVERITY_PRIOR, hazard.severity),
    ]
    if origins:
        grounds.append(Why(Ground.PLACE_SHARE, coarse(origins[0].share)))
    grounds += [
        Why(Ground.BULLETIN, f"{s.bulletin.source} {s.bulletin.id}"[:160])
        for s in support[:BULLETINS_MOST]
    ]
    return [*grounds, *_shape(evidence, units), *_beside(evidence, origins)]


def _shape(evidence: Evidence, units: int) -> list[Why]:
    """How many tongues and regions, how fast, how lately, and how much is hearsay."""
    latest_ms = evidence.last_seen_ms // LATEST_MS * LATEST_MS
    found = [Why(Ground.LATEST, rfc3339(latest_ms))]
    tongues = sum(count >= K_VOICES for _, count in evidence.languages)
    if tongues > 1:
        found.append(Why(Ground.LANGUAGES, tongues))
    if units > 1:
        found.append(Why(Ground.EXTENT, units))
    times = next((step for step in TIMES if evidence.times_usual >= step), None)
    if times is not None:
        found.append(Why(Ground.TIMES_USUAL, times))
    if coarse(evidence.doubt) > 0:
        found.append(Why(Ground.DOUBTFUL, coarse(evidence.doubt)))
    return found


def _beside(evidence: Evidence, origins: Sequence[Origin]) -> list[Why]:
    """What else it was taken for and where else it may be, each on five voices at least."""
    hazards = load_hazards()
    placed = sum(vote.votes for vote in evidence.places)
    others = [o for o in origins[1:] if o.share * placed >= K_VOICES and not _holds(o, origins[0])]
    return [
        *(Why(Ground.SET_ASIDE, hazards[h].key) for h in evidence.set_aside[:SET_ASIDE_MOST]),
        *(
            Why(Ground.OTHER_PLACE, _named(other), coarse(other.share))
            for other in others[:PLACES_MOST]
        ),
    ]


def _holds(other: Origin, first: Origin) -> bool:
    """Whether another place is the country or the region of the first: that is no other place."""
    one, two = other.place, first.place
    if one.country != two.country:
        return False
    return one.kind == "country" or (one.kind == "admin1" and one.name == two.admin1)


def _named(origin: Origin) -> str:
    place = origin.place
    return f"{place.name}, {place.country}" if place.country else place.name


def coarse(share: float) -> float:
    """A share in steps of a quarter: a finer one would tell single posts apart."""
    return round(share * 4) / 4
