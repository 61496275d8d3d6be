"""Says of each planted event how many voices named its place within half a day: what k can see."""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tocsin.clock import HOUR_MS
from tocsin.detect.prompt import Word
from tocsin.engine.keys import seeded_keys
from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.corpus import load_corpus
from tocsin.eval.plan import Plant
from tocsin.eval.pool import prepare
from tocsin.eval.stream import Part, Stream
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.model import K_VOICES
from tocsin.prompting import word_of
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

SPAN_MS = 12 * HOUR_MS
"""The longest window in which voices are counted together."""


class Seen(NamedTuple):
    """What stands of one planted event behind the gate."""

    event: str
    posts: int
    admitted: int
    voices: int
    """The most within SPAN_MS that name a place finer than a country in its official area."""


def main() -> None:
    """Print one line for each planted event, those that k cannot see marked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("data", type=Path, help="Folder of the labelled posts.")
    asked.add_argument("--shapes", nargs="+", default=["thin-10", "other"], choices=sorted(SHAPES))
    asked.add_argument("--seeds", type=int, default=4)
    options = asked.parse_args()
    pool, gazetteer = prepare(load_corpus(options.data)), Gazetteer.load()
    for shape in options.shapes:
        for seed in range(options.seeds):
            for seen in behind_the_gate(compose(pool, SHAPES[shape], seed), gazetteer):
                mark = "too few" if seen.voices < K_VOICES else ""
                print(shape, seed, *seen, mark, sep="\t", flush=True)


def behind_the_gate(stream: Stream, gazetteer: Gazetteer) -> list[Seen]:
    """Every planted event of a stream, in the order of the plan."""
    keys, vocabulary = seeded_keys(stream.seed), load_vocabulary()
    gate, tally = Gate(vocabulary, gazetteer, keys.voices, keys.term), Tally()
    words = [_word(plant, stream, gazetteer) for plant in stream.plan.plants]
    admitted = [0] * len(words)
    spoken: list[list[tuple[int, int]]] = [[] for _ in words]
    for chunk in stream.frames():
        passed = gate.enter(chunk, decode_replay, 0, tally)
        batch = passed.batch
        for i, row in enumerate(passed.rows.tolist()):
            if stream.rows.part[row] != Part.PLANT:
                continue
            plant = int(stream.rows.member[row])
            admitted[plant] += 1
            word, named = words[plant], batch.place[batch.place_at[i] : batch.place_at[i + 1]]
            if word and batch.hazard[i] in word.hazards and np.isin(named, word.fine).any():
                spoken[plant].append((int(batch.time_ms[i]), int(batch.voice[i, 0])))
    return [
        Seen(plant.truth.name, len(plant.rows), admitted[n], _most(spoken[n]))
        for n, plant in enumerate(stream.plan.plants)
    ]


def _word(plant: Plant, stream: Stream, gazetteer: Gazetteer) -> Word | None:
    """The official word that speaks of a planted event."""
    near = [
        b for b in stream.plan.bulletins
        if abs(b.lat - plant.truth.lat) + abs(b.lon - plant.truth.lon) < 0.01
    ]  # fmt: skip
    return word_of(near[0], gazetteer) if near else None


def _most(spoken: list[tuple[int, int]]) -> int:
    """The most distinct voices in any span."""
    return max(
        (len({voice for at, voice in spoken if t <= at < t + SPAN_MS}) for t, _ in spoken),
        default=0,
    )


if __name__ == "__main__":
    main()
