"""Compiles detection in a process of its own, while another one compiles what comes before it."""

import sys

import numpy as np

from tocsin.batch import TERM_SLOTS, Batch, Removals
from tocsin.engine.frugal import BEHIND, ask_seldom, stand_back
from tocsin.engine.keys import seeded_keys
from tocsin.pipeline import Pipeline
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.pack import load_vocabulary

_START_MS = 1_700_000_000_000
_LIVE_TAGS = 4


def invented_batch(rows: int, hazard: int, place: int, first: int, at_ms: int) -> Batch:
    """Reports of one hazard in one place, each by a voice of its own, two seconds apart."""
    number = np.arange(first + 1, first + rows + 1, dtype=np.uint64)
    return Batch(
        time_ms=at_ms + 2_000 * np.arange(rows, dtype=np.int64),
        hazard=np.full(rows, hazard, np.uint16),
        sense=np.zeros(rows, np.uint8),
        flags=np.zeros(rows, np.uint16),
        lang=np.ones(rows, np.uint8),
        family=np.zeros(rows, np.uint8),
        voice=np.column_stack([number << np.uint64(20), number << np.uint64(24)]),
        post=number << np.uint64(30),
        sketch=number << np.uint64(40),
        place_at=np.arange(rows + 1, dtype=np.int64),
        place=np.full(rows, place, np.int32),
        fact_at=np.arange(rows + 1, dtype=np.int64),
        fact_kind=np.ones(rows, np.uint8),
        fact_value=np.arange(rows, dtype=np.float64),
        term_at=4 * np.arange(rows + 1, dtype=np.int64),
        term=(np.arange(4 * rows) * 7_919 % TERM_SLOTS).astype(np.uint32),
        voice_window=np.full(rows, at_ms // 43_200_000, np.int64),
    )


def removals_of(batch: Batch, rows: list[int], is_voice: bool, behind: Batch) -> Removals:
    """Some posts of a batch taken back, or their accounts closed, at the end of another one."""
    tags = np.zeros((len(rows), _LIVE_TAGS), np.uint64)
    tags[:, 0] = batch.voice[rows, 0] if is_voice else batch.post[rows]
    none = np.zeros_like(tags)
    return Removals(
        np.full(len(rows), behind.rows, np.int64),
        np.full(len(rows), behind.time_ms[-1], np.int64),
        none if is_voice else tags,
        tags if is_voice else none,
    )


def warm_detect() -> int:
    """Two bursts, a merger, removals and a later hour; returns how many revisions came of it."""
    gazetteer = Gazetteer.load()
    line = Pipeline(gazetteer, ("posts",), seeded_keys(0).identity, load_vocabulary().contract)
    hazards = [hazard.key for hazard in load_hazards()]
    quake, flood = hazards.index("earthquake"), hazards.index("flood")
    lima, quito = gazetteer.find("Lima")[0], gazetteer.find("Quito")[0]
    one = invented_batch(40, quake, lima, 0, _START_MS)
    two = invented_batch(30, flood, quito, 100, _START_MS + 120_000)
    three = invented_batch(30, flood, quito, 200, _START_MS + 240_000)
    four = invented_batch(1, quake, lima, 300, _START_MS + 7_200_000)
    told = 0
    for batch, removals in (
        (one, removals_of(one, [3, 4], False, one)),
        (two, removals_of(one, [5], True, two)),
        (three, removals_of(two, [1], False, three)),
        (four, removals_of(three, [2], True, four)),
    ):
        told += len(line.step(batch, removals, [], int(batch.time_ms[-1])).events)
    return told


if __name__ == "__main__":
    if sys.argv[1:] == [BEHIND]:
        stand_back()
    ask_seldom()
    warm_detect()
