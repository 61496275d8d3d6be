"""A small invented stream with known events, for anyone without the labelled data."""

from importlib.resources import files
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.eval.compose import daily_times
from tocsin.eval.plan import BASE_MS, Decoy, Plan, Plant, rare_word
from tocsin.eval.stream import Part, Rows, Stream, joined, piece
from tocsin.eval.truth import Truth, bulletin_hazard
from tocsin.eval.wording import empty_wording
from tocsin.model import Bulletin

LEAD_IN_H, HOURS = 8, 20
RATE = 0.2
"""Posts per second: some 20,000 rows in all."""
STORY_POSTS = 48
DECOYS, DECOY_POSTS = 3, 40
IDLE_SHARE = 0.01
TONGUES = (0.6, 0.2, 0.2)
"""Shares of small talk by language, in the order of the file."""
LANGUAGE_STORY = "naples"

FLOORS = {"recall": 0.8, "precision": 0.8, "hazard": 0.8, "country": 0.8}
"""What the pipeline owes on `small(seed)`; less is a defect."""


class Story(msgspec.Struct, frozen=True):
    """An invented event and the halves of the posts about it."""

    key: str
    lang: str
    event_type: str
    country: str
    lat: float
    lon: float
    first: tuple[str, ...]
    second: tuple[str, ...]


class Chatter(msgspec.Struct, frozen=True):
    """Pieces of small talk in one language."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...]
    idle: tuple[str, ...]


class _Stories(msgspec.Struct):
    story: list[Story]


class _Said(NamedTuple):
    """Texts gathered for one stream, with their languages."""

    text: list[str]
    lang: list[str]

    def add(self, text: list[str], lang: str) -> NDArray[np.int64]:
        """Takes texts in; gives the rows they stand in."""
        low = len(self.text)
        self.text.extend(text)
        self.lang.extend([lang] * len(text))
        return np.arange(low, len(self.text), dtype=np.int64)


def stories() -> list[Story]:
    """Every shipped story."""
    text = files("tocsin.eval").joinpath("data/stories.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Stories).story


def story_languages() -> list[str]:
    """Languages in which the one story is told."""
    return sorted(story.lang for story in stories() if story.key == LANGUAGE_STORY)


def small(seed: int) -> Stream:
    """Six invented events in three languages, decoys and idle talk; equal seeds, equal bytes."""
    told = [story for story in stories() if story.key != LANGUAGE_STORY]
    return tell("small", told, seed, DECOYS)


def in_language(lang: str, seed: int) -> Stream:
    """The one story in one language, in small talk of the shipped languages."""
    told = [s for s in stories() if s.key == LANGUAGE_STORY and s.lang == lang]
    return tell(f"language-{lang}", told, seed, 0)


def tell(name: str, told: list[Story], seed: int, decoys: int) -> Stream:
    """A stream that plants these stories three hours apart, with a bulletin for each."""
    rng = np.random.Generator(np.random.PCG64([seed, 11]))
    scored = BASE_MS + LEAD_IN_H * HOUR_MS
    end = scored + HOURS * HOUR_MS
    said = _Said([], [])
    plants, pieces, bulletins, crowds = [], [], [], []
    for member, story in enumerate(told):
        start = scored + HOUR_MS + member * 3 * HOUR_MS + int(rng.integers(0, HOUR_MS))
        truth = Truth(
            f"{story.key}-{story.lang}", story.event_type, story.country,
            story.lat, story.lon, start, True,
        )  # fmt: skip
        rows = said.add(_pairs(story.first, story.second, STORY_POSTS, rng), story.lang)
        time = start + np.sort(rng.exponential(12.0, len(rows)) * MINUTE_MS).astype(np.int64)
        time = np.minimum(time, end - 1)
        plants.append(Plant(truth, start, rows, time, np.ones(len(rows), np.bool_)))
        pieces.append(piece(time, rows, Part.PLANT, member))
        sent = start + int(rng.integers(20, 90)) * MINUTE_MS
        bulletins.append(
            Bulletin("simulated", f"true-{member}", sent, bulletin_hazard(truth),
                     truth.lat, truth.lon, truth.radius_km, "Severe")
        )  # fmt: skip
    for member in range(decoys):
        crowd, rows = _crowd(said, scored, end, rng)
        crowds.append(crowd)
        pieces.append(piece(crowd.time_ms, rows, Part.DECOY, member))
    pieces.append(_chatter(said, end, rng))
    plan = Plan(
        tuple(plants), tuple(crowds), tuple(sorted(bulletins, key=lambda b: (b.sent_ms, b.id))),
        frozenset(), BASE_MS, scored, end,
    )  # fmt: skip
    return Stream(name, seed, joined(pieces), said.text, said.lang, [], empty_wording(), plan)


def _chatter(said: _Said, end_ms: int, rng: Generator) -> Rows:
    time = daily_times(BASE_MS, end_ms, RATE, rng)
    spoken = list(_load_chatter().values())
    tongue = rng.choice(len(spoken), len(time), p=TONGUES)
    idle = rng.random(len(time)) < IDLE_SHARE
    dice = rng.integers(0, 1 << 30, (len(time), 3)).tolist()
    texts = []
    for n, (first, second, third) in enumerate(dice):
        talk = spoken[tongue[n]]
        begin = talk.idle if idle[n] else talk.first
        texts.append(
            f"{begin[first % len(begin)]} {talk.second[second % len(talk.second)]} "
            f"{talk.third[third % len(talk.third)]} nr {n}"
        )
    return piece(time, said.add(texts, ""), Part.BACKGROUND)


def _crowd(
    said: _Said, scored_ms: int, end_ms: int, rng: Generator
) -> tuple[Decoy, NDArray[np.int64]]:
    talk = _load_chatter()["en"]
    word = rare_word(rng)
    texts = [f"{t} #{word}" for t in _pairs(talk.idle, talk.third, DECOY_POSTS, rng)]
    begin = int(rng.integers(scored_ms + HOUR_MS, end_ms - HOUR_MS))
    time = begin + np.sort(rng.integers(0, HOUR_MS, len(texts)))
    rows = said.add(texts, "en")
    return Decoy("figurative", rows, texts, time), rows


def _load_chatter() -> dict[str, Chatter]:
    text = files("tocsin.eval").joinpath("data/chatter.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, Chatter])


def _pairs(
    first: tuple[str, ...], second: tuple[str, ...], count: int, rng: Generator
) -> list[str]:
    """Distinct halves put together, as many as there are up to `count`, in seeded order."""
    order = rng.permutation(len(first) * len(second))[:count]
    return [f"{first[k % len(first)]}, {second[k // len(first)]}" for k in order.tolist()]
