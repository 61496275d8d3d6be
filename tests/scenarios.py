"""Invented hours in which several things happen, and what the events of such a stream say."""

import random
from collections.abc import Iterable, Sequence

from streams import chatter, merged, played, row
from tocsin.clock import HOUR_MS
from tocsin.model import Event


def told(
    at_ms: int,
    voices: int,
    lines: Sequence[str],
    name: str,
    over_ms: int = HOUR_MS // 6,
    places: Sequence[str] = ("",),
) -> list[dict[str, object]]:
    """Different people over a span of time: a line each, `{}` filled with the places in turn."""
    rng = random.Random(name)
    rows = []
    for k in range(voices):
        text = lines[k % len(lines)].format(places[k % len(places)])
        aside = rng.choice(_ASIDES)
        rows.append(
            row(at_ms + k * over_ms // voices, f"{name}{k}", f"{text}, {aside}", id=f"{name}-{k}")
        )
    return rows


_ASIDES = (
    "ringing my sister now", "the cat hides under the bed", "we stand at the corner",
    "our neighbours came out", "my hands still tremble", "everyone looks pale",
    "no idea what comes next", "typing this on the stairs", "the radio says nothing yet",
    "grandfather never saw the like", "we wait by the gate", "the baby slept through it",
    "somebody brought blankets", "the bakery is shut", "lights flicker here",
    "phone almost empty", "half the office left", "the bus stopped halfway",
)  # fmt: skip


def hours_with(hours: float, *happenings: Iterable[dict[str, object]]) -> list[list[Event]]:
    """The revisions of each event of a stream of small talk with these happenings laid over it."""
    result = played(merged(chatter(hours), *happenings))
    chains: dict[str, list[Event]] = {}
    for event in result.events:
        chains.setdefault(event.event_id, []).append(event)
    return list(chains.values())


def standing(chains: Iterable[list[Event]]) -> list[list[Event]]:
    """Those that neither were withdrawn nor became part of another."""
    return [chain for chain in chains if chain[-1].phase not in ("merged", "withdrawn")]


def countries(chains: Iterable[list[Event]]) -> list[str]:
    """The country each stands in, in order."""
    return sorted(str(chain[-1].place and chain[-1].place.country) for chain in chains)
