"""Earthquakes at the pace of true minute counts: labelled texts, drawn and said anew."""

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tocsin.errors import InputError
from tocsin.eval.compose import assemble
from tocsin.eval.corpus import Volume
from tocsin.eval.gate_view import Judge, names_hazard
from tocsin.eval.plan import Plant, Shape, draw
from tocsin.eval.pool import Pool
from tocsin.eval.stream import Part, Rows, Stream, piece
from tocsin.eval.wording import wording_of

SHAPE = Shape("quake", hours=48.0, plants=0, decoys=0, false_bulletins=0)
SCALE = 10
"""Posts per listed id: the lists are a 1 in 100 sample."""
MOST_POSTS = 50_000


def compose_quakes(
    pool: Pool,
    volumes: dict[str, Volume],
    seed: int,
    shape: Shape = SHAPE,
    names_hazard: Judge = names_hazard,
) -> Stream:
    """A stream whose plants are the earthquakes with a curve, one every few hours.

    Raises InputError when no earthquake of the data has both a curve and posts.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 7]))
    plan = draw(pool, shape, seed)
    able = [
        truth
        for name, truth in pool.corpus.truths.items()
        if truth.event_type == "earthquake" and name in volumes and len(pool.corpus.of(name))
    ]
    if not able:
        raise InputError("volumes.parquet has no curve of an earthquake. Give the whole folder.")
    plants: list[Plant] = []
    pieces: list[Rows] = []
    extra: list[str] = []
    for member, truth in enumerate(able):
        start = plan.scored_from_ms + (2 + 5 * member) * HOUR_MS + int(rng.integers(0, HOUR_MS))
        curve = volumes[truth.name]
        after = (curve.minute_ms >= truth.start_ms - MINUTE_MS) & (
            curve.minute_ms < truth.start_ms + DAY_MS
        )
        counts = np.minimum(curve.posts[after] * SCALE, MOST_POSTS)
        minute = np.repeat(curve.minute_ms[after] - truth.start_ms, counts)[:MOST_POSTS]
        within = rng.integers(0, MINUTE_MS, len(minute))
        time = np.sort(start + np.maximum(minute + within, 0))
        own = pool.corpus.of(truth.name)
        texts = _said_anew(pool, own, len(time), names_hazard, [seed, 8, member])
        text = pool.corpus.rows + len(extra) + np.arange(len(time))
        extra.extend(texts)
        rows = own[np.arange(len(time)) % len(own)]
        plants.append(Plant(truth, start, rows, time, pool.hazard[rows]))
        pieces.append(piece(time, text, Part.PLANT, member))
    return assemble(pool, plan._replace(plants=tuple(plants)), shape, seed, pieces, extra)


def _said_anew(
    pool: Pool, rows: NDArray[np.int64], count: int, names_hazard: Judge, seed: list[int]
) -> list[str]:
    """Texts of one event, the first time as written, then in the words of its other posts."""
    texts = [pool.corpus.text[row] for row in rows.tolist()]
    wording = wording_of(texts, ["und"] * len(texts), pool.hazard[rows], names_hazard, names_hazard)
    index = np.arange(count) % len(texts)
    again = wording.variants(index, np.arange(count) // len(texts) + 1, seed)
    return [texts[k] if k < len(texts) else again[k] for k in range(count)][:count]
