"""Reports as the gate would hand them on, made without text: for tests of the detector alone."""

from typing import NamedTuple

import numpy as np

from tocsin.batch import Batch, Flag, Removals
from tocsin.clock import HOUR_MS
from tocsin.detect.lifecycle import Detector
from tocsin.detect.state import PlaceTable
from tocsin.detect.traits import plain
from tocsin.gate.voices import LIVE_TAGS, SeededKeys, Voices
from tocsin.sources import Post

START_MS = 1_814_400_000_000 + HOUR_MS
# Two countries (0 and 5), each with two first-level units that hold a town.
PLACES = PlaceTable(
    np.array([0, 0, 0, 0, 0, 5, 5, 5], np.int32), np.array([-1, 1, 1, 3, 3, -1, 6, 6], np.int32),
    # A town lies in the middle of its unit, the others far off.
    np.array([[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 1, 0], [0, 1, 0], *[[1, 0, 0]] * 3], np.float32),
    np.array([0.1, 0.02, 0.001, 0.02, 0.001, 0.1, 0.02, 0.001], np.float32),
)  # fmt: skip
TOWN, NEIGHBOUR, FAR_TOWN, ABROAD = 2, 1, 4, 7
HAZARDS, LANGS = 4, 3


class Report(NamedTuple):
    """One report in words a test can read."""

    at_ms: int
    author: str
    post: str = ""
    hazard: int = 0
    places: tuple[int, ...] = (TOWN,)
    words: tuple[int, ...] = (11, 12, 13)
    sketch: int = 0
    flags: Flag = Flag.FIRST_PERSON | Flag.SHORT
    facts: tuple[tuple[int, float], ...] = ()
    family: int = 0


class Taken(NamedTuple):
    """A post taken back, or an account closed when `post` is empty."""

    at_ms: int
    author: str
    post: str = ""


class Line:
    """A detector with the tag maker of a gate in front of it."""

    def __init__(self, related: np.ndarray | None = None) -> None:
        table = np.eye(HAZARDS, dtype=np.bool_) if related is None else related
        self.detector = Detector(PLACES, plain(table), LANGS, b"identity")
        self.voices = Voices(SeededKeys(3))
        self.evidence: list = []

    def take(self, *items: Report | Taken, until_ms: int | None = None) -> list:
        """Evidence of a batch; `until_ms` lets time pass behind it."""
        rows = [item for item in items if isinstance(item, Report)]
        tags, removals, before = [], [], 0
        for item in items:
            self.voices.turn(item.at_ms)
            if isinstance(item, Report):
                post = Post(
                    item.author, "", item.at_ms, id=item.post or f"{item.author}{item.at_ms}"
                )
                tags.append(self.voices.tags(post, item.family, 0))
                before += 1
            else:
                removals.append((before, item))
        last = max([until_ms or 0, *(item.at_ms for item in items)])
        found = self.detector.feed(batch_of(rows, tags), self._removals(removals), last)
        self.evidence += found.evidence
        return found.evidence

    def _removals(self, taken) -> Removals:
        none = [0] * LIVE_TAGS
        posts, voices = [], []
        for _, item in taken:
            self.voices.turn(item.at_ms)
            post = self.voices.all_tags(f"0:{item.post}", "post") if item.post else none
            voice = none if item.post else self.voices.all_tags(f"0:{item.author}", "voice")
            posts.append(post)
            voices.append(voice)
        return Removals(
            np.array([before for before, _ in taken], np.int64),
            np.array([item.at_ms for _, item in taken], np.int64),
            np.array(posts, np.uint64).reshape(-1, LIVE_TAGS),
            np.array(voices, np.uint64).reshape(-1, LIVE_TAGS),
        )


def _ragged(lists, dtype):
    at = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    return at, np.array([value for one in lists for value in one], dtype)


def batch_of(rows, tags) -> Batch:
    """The columns of some reports."""
    place_at, place = _ragged([row.places for row in rows], np.int32)
    fact_at, kinds = _ragged([[kind for kind, _ in row.facts] for row in rows], np.uint8)
    _, values = _ragged([[value for _, value in row.facts] for row in rows], np.float64)
    term_at, term = _ragged([row.words for row in rows], np.uint32)
    return Batch(
        time_ms=np.array([row.at_ms for row in rows], np.int64),
        hazard=np.array([row.hazard for row in rows], np.uint16),
        sense=np.zeros(len(rows), np.uint8),
        flags=np.array([int(row.flags) for row in rows], np.uint16),
        lang=np.ones(len(rows), np.uint8),
        family=np.array([row.family for row in rows], np.uint8),
        voice=np.array([own.voice for own in tags], np.uint64).reshape(-1, 2),
        post=np.array([own.post for own in tags], np.uint64),
        sketch=np.array([row.sketch for row in rows], np.uint64),
        place_at=place_at, place=place, fact_at=fact_at, fact_kind=kinds, fact_value=values,
        term_at=term_at, term=term,
        voice_window=np.array([own.window for own in tags], np.int64),
    )  # fmt: skip
