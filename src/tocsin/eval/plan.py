"""Decides from a seed what a stream holds: which events when, which decoys, which bulletins."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tocsin.errors import InputError
from tocsin.eval.corpus import Corpus
from tocsin.eval.pool import THEMES, Pool, themed
from tocsin.eval.truth import Truth, bulletin_hazard
from tocsin.model import Bulletin

BASE_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z, a Monday: when every composed stream begins."""
BEFORE_MS, AFTER_MS = HOUR_MS, DAY_MS
"""Posts of an event are taken from this long before its start until this long after."""
PAIR_MS = 30 * MINUTE_MS
DECOY_POSTS = (30, 60)

Events = Literal["onset", "other"]


class Shape(NamedTuple):
    """What kind of stream: its length, its rate and what is planted in it."""

    name: str
    lead_in_h: float = 24.0
    hours: float = 72.0
    """Scored hours, after the lead-in."""
    rate: float = 1.0
    """Background posts per second, mean over a day."""
    thin: float = 1.0
    """Share of each event's posts that is kept."""
    plants: int = 5
    decoys: int = 5
    false_bulletins: int = 2
    events: Events = "onset"
    bulletins: bool = True
    """Whether officials speak at all: without, every figure is that of the posts alone."""


class Plant(NamedTuple):
    """One event moved into the stream as a whole."""

    truth: Truth
    start_ms: int
    """Stream time of its true start."""
    rows: NDArray[np.int64]
    """Corpus rows, oldest first."""
    time_ms: NDArray[np.int64]
    hazard: NDArray[np.bool_]
    """Which of its posts hold a hazard term."""


class Decoy(NamedTuple):
    """A crowd that uses hazard words and means none, within an hour."""

    theme: str
    rows: NDArray[np.int64]
    text: list[str]
    time_ms: NDArray[np.int64]


class Plan(NamedTuple):
    """Everything in a stream but its background."""

    plants: tuple[Plant, ...]
    decoys: tuple[Decoy, ...]
    bulletins: tuple[Bulletin, ...]
    false_bulletins: frozenset[str]
    """Ids of bulletins that speak of nothing real."""
    start_ms: int
    scored_from_ms: int
    end_ms: int


def draw(pool: Pool, shape: Shape, seed: int) -> Plan:
    """The plan of one stream; raises InputError when the data has too few events for it."""
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    scored = BASE_MS + round(shape.lead_in_h * HOUR_MS)
    end = scored + round(shape.hours * HOUR_MS)
    truths = choose(pool.corpus, shape.events, shape.plants, rng)
    starts = _starts(truths, scored, end, rng)
    plants = tuple(
        _plant(pool, truth, start, (BASE_MS, end), shape.thin, rng)
        for truth, start in zip(truths, starts, strict=True)
    )
    decoys = _decoys(pool, shape.decoys, scored, end, rng)
    bulletins, false = _bulletins(plants, shape.false_bulletins, (scored, end), rng)
    if not shape.bulletins:
        # Drawn all the same, so that the rest of the stream is that of its twin.
        bulletins, false = (), frozenset()
    return Plan(plants, decoys, bulletins, false, BASE_MS, scored, end)


def eligible(corpus: Corpus, events: Events) -> list[Truth]:
    """Hazard events with at least five posts on their first day, by `onset_covered`."""
    found = []
    for truth in corpus.truths.values():
        if truth.hazards and truth.onset_covered == (events == "onset"):
            time = corpus.time_ms[corpus.event == truth.name] - truth.start_ms
            if ((time >= -BEFORE_MS) & (time < AFTER_MS)).sum() >= 5:
                found.append(truth)
    return found


def choose(corpus: Corpus, events: Events, count: int, rng: Generator) -> list[Truth]:
    """A pair of one event type first (where one exists), then others at random."""
    able = eligible(corpus, events)
    if len(able) < count:
        raise InputError(
            f"The stream plants {count} events but events.parquet has {len(able)} of that kind "
            "with posts on their first day. Give the complete data folder."
        )
    kinds = sorted({t.event_type for t in able})
    paired = [k for k in kinds if len({t.name for t in able if t.event_type == k}) > 1]
    chosen: list[Truth] = []
    if paired and count > 1:
        kind = paired[int(rng.integers(len(paired)))]
        twins = [t for t in able if t.event_type == kind]
        chosen = [twins[i] for i in rng.permutation(len(twins))[:2]]
    rest = [t for t in able if t not in chosen]
    chosen += [rest[i] for i in rng.permutation(len(rest))[: count - len(chosen)]]
    return chosen


def _starts(truths: list[Truth], scored_ms: int, end_ms: int, rng: Generator) -> list[int]:
    """Stream times: the first two within half an hour if alike, all with room for their day."""
    low = scored_ms + HOUR_MS
    high = max(end_ms - AFTER_MS, low + (end_ms - low) // 2)
    starts = [int(s) for s in rng.integers(low, high, len(truths))]
    if len(truths) > 1 and truths[0].event_type == truths[1].event_type:
        starts[1] = max(low, starts[0] + int(rng.integers(-PAIR_MS, PAIR_MS + 1)))
    return starts


def _plant(
    pool: Pool, truth: Truth, start_ms: int, span: tuple[int, int], thin: float, rng: Generator
) -> Plant:
    rows = pool.corpus.of(truth.name)
    offset = pool.corpus.time_ms[rows] - truth.start_ms
    time = start_ms + offset
    kept = (offset >= -BEFORE_MS) & (offset < AFTER_MS) & (time >= span[0]) & (time < span[1])
    kept &= rng.random(len(rows)) < thin
    return Plant(truth, start_ms, rows[kept], time[kept], pool.hazard[rows[kept]])


def _decoys(
    pool: Pool, count: int, scored_ms: int, end_ms: int, rng: Generator
) -> tuple[Decoy, ...]:
    themes = list(THEMES)
    taken = np.zeros(0, np.int64)
    found = []
    for number in range(count):
        theme = themes[number % len(themes)]
        size = int(rng.integers(*DECOY_POSTS))
        rows = rng.permutation(np.setdiff1d(themed(pool, theme), taken))[:size]
        more = rng.permutation(np.setdiff1d(pool.decoys, np.concatenate([taken, rows])))
        rows = np.concatenate([rows, more[: size - len(rows)]])
        if not len(rows):
            continue
        taken = np.concatenate([taken, rows])
        word = rare_word(rng)
        begin = int(rng.integers(scored_ms + HOUR_MS, end_ms - HOUR_MS))
        time = begin + np.sort((rng.beta(2.0, 2.0, len(rows)) * HOUR_MS).astype(np.int64))
        text = [_with(pool.corpus.text[row], word, theme, rng) for row in rows]
        found.append(Decoy(theme, rows, text, time))
    return tuple(found)


_TAILS: dict[str, tuple[str, ...]] = {
    "film": ("#{0}", "the {0} movie", "{0} trailer", "that {0} episode", "{0}"),
    "sport": ("#{0}", "what a {0} match", "{0} fans", "go {0}", "{0}"),
    "game": ("#{0}", "playing {0}", "that {0} level", "{0} boss", "{0}"),
    "figurative": ("#{0}", "{0}", "so {0}"),
}


def _with(text: str, word: str, theme: str, rng: Generator) -> str:
    """The post with the rare word its crowd shares, put in front or behind."""
    tails = _TAILS[theme]
    said = tails[int(rng.integers(len(tails)))].format(word)
    return f"{said} {text}" if rng.random() < 0.3 else f"{text} {said}"


def rare_word(rng: Generator) -> str:
    """A word nobody uses, pronounceable, of three syllables: a title, a team, a fad."""
    first, vowels, last = "bdfgjklmnprstvz", "aeiou", "lnrxk"
    syllables = [first[rng.integers(15)] + vowels[rng.integers(5)] for _ in range(3)]
    return "".join([*syllables, last[rng.integers(5)]]).capitalize()


def _bulletins(
    plants: tuple[Plant, ...], false: int, span: tuple[int, int], rng: Generator
) -> tuple[tuple[Bulletin, ...], frozenset[str]]:
    """One per event, 3 minutes to hours after its start (median about 20 min), and false ones."""
    made = []
    for number, plant in enumerate(plants):
        delay = int(np.clip(np.exp(rng.normal(7.1, 0.9)), 180, 21_600) * 1000)
        truth = plant.truth
        made.append(
            Bulletin(
                "simulated", f"true-{number}", plant.start_ms + delay, bulletin_hazard(truth),
                truth.lat, truth.lon, truth.radius_km, "Severe",
            )
        )  # fmt: skip
    kinds = ("earthquake", "flood", "storm", "wildfire")
    for number in range(false):
        hazard = kinds[int(rng.integers(len(kinds)))]
        lat, lon = float(rng.uniform(-45, 60)), float(rng.uniform(-180, 180))
        sent = int(rng.integers(*span))
        made.append(Bulletin("simulated", f"false-{number}", sent, hazard, lat, lon, 50.0))
    ordered = sorted(made, key=lambda b: (b.sent_ms, b.id))
    return tuple(ordered), frozenset(b.id for b in made if b.id.startswith("false"))
