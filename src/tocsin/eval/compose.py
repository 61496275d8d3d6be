"""Composes streams from labelled data by fixed seeds."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.errors import InputError
from tocsin.eval.plan import Plan, Shape, draw
from tocsin.eval.pool import Pool
from tocsin.eval.stream import Part, Rows, Stream, joined, piece

MOST_REPEATS = 64
"""How often one background text may return (each time in another wording)."""
DAILY_SWING = 0.6
"""Background at the busiest hour is 1 + this, at the quietest 1 - this, times the mean."""
BUSIEST_HOUR = 20.0

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("standard"),
        Shape("thin-3", thin=1 / 3),
        Shape("thin-10", thin=1 / 10),
        Shape("rate-0.2", rate=0.2),
        Shape("rate-5", rate=5.0),
        Shape("rate-50", rate=50.0, lead_in_h=1.0, hours=5.0),
        Shape("cold", lead_in_h=0.0),
        Shape("other", events="other"),
        Shape("unaided", bulletins=False),
    )
}
"""The streams that plant events; negatives and floods are built upon `standard`."""


def compose(pool: Pool, shape: Shape, seed: int) -> Stream:
    """One stream of this shape; equal seeds give equal bytes.

    Raises InputError when the data is too small for the shape.
    """
    plan = draw(pool, shape, seed)
    planted = [
        piece(plant.time_ms, plant.rows, Part.PLANT, member, pool.corpus.author[plant.rows])
        for member, plant in enumerate(plan.plants)
    ]
    return assemble(pool, plan, shape, seed, planted, [])


def assemble(
    pool: Pool, plan: Plan, shape: Shape, seed: int, planted: list[Rows], said: list[str]
) -> Stream:
    """The planted rows with the decoys and the background of a plan.

    `said` are texts of the planted rows that the corpus lacks, numbered after its rows.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 3]))
    extra, pieces = [*said], [*planted]
    for member, decoy in enumerate(plan.decoys):
        text = np.arange(len(decoy.text)) + pool.corpus.rows + len(extra)
        extra.extend(decoy.text)
        pieces.append(piece(decoy.time_ms, text, Part.DECOY, member))
    pieces.append(background(pool, plan, shape.rate, rng))
    return Stream(
        shape.name, seed, joined(pieces), pool.corpus.text, pool.corpus.lang, extra,
        pool.wording, plan,
    )  # fmt: skip


def background(pool: Pool, plan: Plan, rate: float, rng: Generator) -> Rows:
    """Chatter on a daily cycle: every text once in shuffled order, then again in other words."""
    used = [decoy.rows for decoy in plan.decoys]
    rows = pool.background(
        [plant.truth.name for plant in plan.plants],
        np.concatenate(used) if used else np.zeros(0, np.int64),
    )
    time = daily_times(plan.start_ms, plan.end_ms, rate, rng)
    if not len(time):
        return piece(time, time, Part.BACKGROUND)
    passes = -(-len(time) // max(len(rows), 1))
    if not len(rows) or passes > MOST_REPEATS:
        raise InputError(
            f"{len(rows)} background texts cannot fill {len(time)} posts: each would come "
            f"{passes} times and at most {MOST_REPEATS} are allowed. Give the complete data "
            "folder or a shorter stream."
        )
    text = np.concatenate([rng.permutation(rows) for _ in range(passes)])[: len(time)]
    variant = (np.arange(len(time)) // len(rows)).astype(np.int64)
    author = np.where(variant == 0, pool.corpus.author[text], 0)
    return piece(time, text, Part.BACKGROUND, -1, author, variant)


def daily_times(start_ms: int, end_ms: int, rate: float, rng: Generator) -> NDArray[np.int64]:
    """Arrival times in order: Poisson, `rate` per second on the mean of a day, busy by night."""
    edges = np.arange(start_ms, end_ms + 1, HOUR_MS // 4, dtype=np.int64)
    if len(edges) < 2 or edges[-1] != end_ms:
        edges = np.append(edges, end_ms)
    hour = (edges[:-1] / HOUR_MS) % 24
    swing = 1 + DAILY_SWING * np.cos((hour - BUSIEST_HOUR) / 24 * 2 * np.pi)
    expected = rate * swing * np.diff(edges) / 1000
    counts = rng.poisson(expected)
    width = np.repeat(np.diff(edges), counts)
    low = np.repeat(edges[:-1], counts)
    times: NDArray[np.int64] = np.sort(low + (rng.random(len(low)) * width).astype(np.int64))
    return times
