"""What more hazard terms and languages cost a frame, and more watches a revision."""

import random
import time
from functools import partial
from itertools import product
from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.clock import rfc3339
from tocsin.eval.bench.line import CHUNK, Line, timed
from tocsin.eval.bench.load import START_MS, make_load
from tocsin.gate.sieve import Sieve
from tocsin.model import LEVELS, Event, Place, Watch
from tocsin.sources.columns import block_of
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.operations import EDIT
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.vocabulary.lexicon import Lexicon
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.watch.areas import of_place
from tocsin.watch.matcher import Matcher
from tocsin.watch.wish import Wish

LANGUAGES = (1, 5, 12, 23)
TERM_SHARES = (0.0, 0.1, 0.5, 1.0)
WATCHES = (100, 1_000, 10_000)
_EVENTS, _PLACES = 250, 500


class Curves(NamedTuple):
    """Points of each curve, by what was varied."""

    terms: dict[str, dict[str, float]]
    """Microseconds of CPU the sieve takes for a frame, by the number of phrases it knows."""
    languages: dict[str, dict[str, float]]
    """Microseconds of CPU the whole line takes for a frame, by the languages it is written in."""
    watches: dict[str, dict[str, float]]
    """Milliseconds of CPU to decide whom a revision of an event concerns, by the watches."""


def measure_curves(frames: int, rounds: int, seed: int) -> Curves:
    """All three, each point the best of some rounds."""
    return Curves(
        terms=_terms(frames, rounds, seed),
        languages=_languages(frames, rounds, seed),
        watches=_watches(rounds, seed, WATCHES if frames > CHUNK else WATCHES[:2]),
    )


def fewer_terms(lexicon: Lexicon, share: float, seed: int) -> Lexicon:
    """The lexicon with a share of its phrases, in a table of the size that those need."""
    rng = np.random.Generator(np.random.PCG64(seed))
    slots = np.flatnonzero(lexicon.keys)
    keep = slots[rng.random(len(slots)) < share]
    size = 16
    while size < 3 * len(keep):
        size *= 2
    keys, entries = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for slot in keep.tolist():
        key = int(lexicon.keys[slot])
        at = key & (size - 1)
        while keys[at]:
            at = (at + 1) & (size - 1)
        keys[at], entries[at] = key, lexicon.entries[slot]
    return lexicon._replace(keys=keys, entries=entries)


def _terms(frames: int, rounds: int, seed: int) -> dict[str, dict[str, float]]:
    """Each table is made of a seeded share of the keys, so that it is as small as it would be."""
    load = make_load(frames, seed=seed)
    vocabulary = load_vocabulary()
    columns = scan_jetstream(block_of(load.frames), decode_jetstream)
    wanted = (columns.refused == 0) & (columns.op <= EDIT)
    found = {}
    for share in TERM_SHARES:
        lexicon = fewer_terms(vocabulary.sieve, share, seed)
        sieve = Sieve(vocabulary._replace(sieve=lexicon))
        sieve.named(columns.blob, columns.spans[:8], wanted[:8])
        best = min(
            timed(load.frames, partial(sieve.named, columns.blob, columns.spans, wanted)).cpu_s
            for _ in range(rounds)
        )
        phrases = int((lexicon.entries >= 0).sum())
        found[str(phrases)] = {"cpu_us": round(1e6 * best / frames, 3)}
    return found


def _languages(frames: int, rounds: int, seed: int) -> dict[str, dict[str, float]]:
    found = {}
    for count in LANGUAGES:
        load = make_load(frames, seed=seed, languages=count)
        best = min(
            timed(load.frames, partial(Line().take, load.frames)).cpu_s for _ in range(rounds)
        )
        found[str(count)] = {"cpu_us": round(1e6 * best / frames, 3)}
    return found


def _watches(rounds: int, seed: int, counts: tuple[int, ...]) -> dict[str, dict[str, float]]:
    dice = random.Random(f"watches/{seed}")
    gazetteer = Gazetteer.load()
    places: list[Place] = []
    while len(places) < _PLACES:
        place = gazetteer.place(dice.randrange(len(gazetteer)))
        if place.kind == "city" or dice.random() < 0.05:
            places.append(place)
    hazards = sorted(hazard_ids())
    watches = {w.id: w for w in (_watch(dice, places, hazards) for _ in range(max(counts) * 2))}
    revisions = [
        _revision(dice, number, revision, places, hazards)
        for revision, number in product((1, 2), range(_EVENTS))
    ]
    found = {}
    for count in counts:
        asked = list(watches.values())[:count]
        best = min((_decided(Matcher(asked), revisions) for _ in range(rounds)), key=np.mean)
        mean, most = float(np.mean(best)), float(np.percentile(best, 99))
        found[str(len(asked))] = {"mean_ms": round(mean, 4), "p99_ms": round(most, 4)}
    return found


def _decided(matcher: Matcher, revisions: list[Event]) -> list[float]:
    """Milliseconds of CPU for each revision."""
    took = []
    for event in revisions:
        begun_s = time.process_time()
        matcher.alerts(event)
        took.append(1e3 * (time.process_time() - begun_s))
    return took


def _watch(dice: random.Random, places: list[Place], hazards: list[str]) -> Watch:
    """A watch as people write them: some hazards or any, an area, seldom more bounds."""
    return Wish(
        hazards="any" if dice.random() < 0.2 else tuple(sorted(dice.sample(hazards, 3))),
        areas=(of_place(dice.choice(places), dice.choice([None, 30.0, 80.0, 300.0])),),
        min_level=dice.choice(LEVELS),
        min_confidence=dice.choice([0.0, 0.0, 0.7]),
        evidence=dice.choice(["fast", "balanced", "balanced", "confirmed"]),
    ).watch(f"c{dice.randrange(40)}")


def _revision(
    dice: random.Random, number: int, revision: int, places: list[Place], hazards: list[str]
) -> Event:
    """An invented event, at first unconfirmed and then on the official word as well."""
    told = {
        "event_id": f"{number:016x}", "revision": revision,
        "phase": "reported" if revision == 1 else "updated",
        "at": rfc3339(START_MS + revision * 60_000), "first_seen": rfc3339(START_MS),
        "hazard": hazards[number % len(hazards)], "category": "Other", "origin": "posts",
        "tier": "unconfirmed" if revision == 1 else "official", "headline": "An invented event",
        "lang": "en", "place": places[number % len(places)], "level": dice.choice(LEVELS),
        "severity": "Moderate", "urgency": "Immediate", "certainty": "Likely",
        "confidence": dice.choice([0.55, 0.8]), "voices": "5-14", "families": ["posts"],
        "facts": [], "bulletins": [], "why": [], "contract": "v1",
    }  # fmt: skip
    return msgspec.convert(told, Event)
