"""One event row as Evidence: from counts in arrays to a typed, frozen object."""

from collections.abc import Iterator

import numpy as np

from tocsin.detect.attach import hour_count
from tocsin.detect.state import BIN_MS, DORMANT, LIVE, Events
from tocsin.model import K_VOICES, Evidence, FactReading, Phase, PlaceVotes

_FAMILIES = 63


def masked_share(events: Events, e: int) -> float:
    """Share of distinct voices whose text held assembly words."""
    return min(float(events.masked[e]) / max(int(events.voices[e]), 1), 1.0)


STEADY_TIMES = 2.0
"""What an event was said to be stands until another hazard has this many times its voices."""


def main_hazard(events: Events, e: int) -> int:
    """The hazard most distinct voices name; the one told before while it is not far behind."""
    votes = events.hazard_votes[e]
    before, best = int(events.hazard[e]), int(votes.argmax())
    told = events.stage[e] in (LIVE, DORMANT)
    if votes[best] <= 0 or (told and votes[best] < STEADY_TIMES * votes[before]):
        return before
    return best


def describe(
    events: Events, e: int, event_id: str, phase: Phase, at_ms: int, merged_into: str | None,
    belief: float,
) -> Evidence:  # fmt: skip
    """What is known of event slot e at a moment; exact counts, for inside only."""
    voices = max(int(events.voices[e]), 1)
    return Evidence(
        number=int(events.number[e]),
        event_id=event_id,
        phase=phase,
        at_ms=at_ms,
        first_seen_ms=int(events.first_ms[e]),
        last_seen_ms=int(events.last_ms[e]),
        hazard=int(events.hazard[e]),
        voices=int(events.voices[e]),
        families=tuple(f for f in range(_FAMILIES) if int(events.family_bits[e]) >> f & 1),
        places=tuple(_places(events, e)),
        facts=tuple(_facts(events, e)),
        languages=_languages(events, e),
        witness_share=round(min(float(events.witnesses[e]) / voices, 1.0), 4),
        diversity=round(min(float(events.distinct[e]) / max(int(events.reports[e]), 1), 1.0), 4),
        masked_share=round(masked_share(events, e), 4),
        injury_share=round(min(float(events.injured[e]) / voices, 1.0), 4),
        surprise=round(float(events.surprise[e]), 3),
        window_s=int(events.window_s[e]),
        merged_into=merged_into,
        belief=round(belief, 4),
        times_usual=round(_times_usual(events, e, at_ms), 3),
        doubt=round(1.0 - min(float(events.score[e]) / voices, 1.0), 4),
        set_aside=_set_aside(events, e),
    )


def _times_usual(events: Events, e: int, at_ms: int) -> float:
    """The last hour's reports over the usual hour's, one added to each."""
    hour = float(hour_count(events, e, at_ms // BIN_MS))
    return (hour + 1.0) / (6.0 * float(events.base[e]) + 1.0)


def _set_aside(events: Events, e: int) -> tuple[int, ...]:
    votes = events.hazard_votes[e]
    named = [int(h) for h in np.flatnonzero(votes >= K_VOICES) if h != events.hazard[e]]
    return tuple(sorted(named, key=lambda h: (-int(votes[h]), h)))


def _places(events: Events, e: int) -> Iterator[PlaceVotes]:
    rows = [
        (round(float(votes), 4), int(place))
        for place, votes in zip(events.places[e], events.place_votes[e], strict=True)
        if place >= 0 and votes > 0.001
    ]
    for votes, place in sorted(rows, key=lambda row: (-row[0], row[1])):
        yield PlaceVotes(place, votes)


def _facts(events: Events, e: int) -> Iterator[FactReading]:
    for i in range(int(events.n_facts[e])):
        if events.fact_kind[e, i] >= 0:
            yield FactReading(
                int(events.fact_kind[e, i]),
                float(events.fact_value[e, i]),
                int(events.fact_ms[e, i]),
            )


def _languages(events: Events, e: int) -> tuple[tuple[int, int], ...]:
    counts = events.langs[e]
    rows = [(lang, int(count)) for lang, count in enumerate(counts) if count > 0]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))
