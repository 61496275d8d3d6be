"""Measures that need no planted events: sense, on-topic, clustering, languages."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import DAY_MS
from tocsin.errors import InputError
from tocsin.eval.compose import assemble
from tocsin.eval.gate_view import Judge, counts_as_report
from tocsin.eval.metrics import adjusted_mutual_information, bcubed, f1
from tocsin.eval.plan import Shape, draw
from tocsin.eval.pool import Pool
from tocsin.eval.replaying import Replay
from tocsin.eval.scorer import rows_by_event, score_stream
from tocsin.eval.small_stream import in_language, story_languages
from tocsin.eval.stream import Part, Stream, piece

DFE = "disaster-words-DFE"
"""The set of posts with a disaster word, meant or not."""
SHUFFLED = Shape("shuffled", hours=24.0, plants=0, decoys=0, false_bulletins=0)


class Agreement(NamedTuple):
    """A yes-or-no judgement held against labels."""

    precision: float
    recall: float
    f1: float
    macro_f1: float
    """Mean F1 over collections."""
    n: int


class Clustering(NamedTuple):
    """Cluster labels held against events; posts without a cluster are clusters of one."""

    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    ami: float
    gated_f1: float
    """B-cubed F1 over the posts that name a hazard: the gate reads no others."""
    gated_ami: float
    n: int
    on_arrival: bool
    """Whether labels are those given on arrival; otherwise they were revised by merges."""


def judge_sense(pool: Pool, counts: Judge = counts_as_report) -> Agreement:
    """`Relevant` against `Not Relevant` on disaster-words-DFE, as shipped."""
    chosen = np.isin(pool.corpus.informative, ["Relevant", "Not Relevant"]) & (
        pool.corpus.dataset == DFE
    )
    return _agreement(pool, np.flatnonzero(chosen), "Relevant", counts)


def judge_topic(pool: Pool, counts: Judge = counts_as_report) -> Agreement:
    """`on-topic` against `off-topic` on CrisisLexT6, behind the gate, nothing fitted."""
    chosen = pool.corpus.dataset == "CrisisLexT6"
    return _agreement(pool, np.flatnonzero(chosen), "on-topic", counts)


def _agreement(pool: Pool, rows: NDArray[np.int64], yes: str, counts: Judge) -> Agreement:
    if not len(rows):
        raise InputError(
            f"The data has no row labelled {yes!r} or its opposite. Give the complete folder."
        )
    wanted = pool.corpus.informative[rows] == yes
    given = counts([pool.corpus.text[row] for row in rows.tolist()])
    collection = pool.corpus.collection[rows]
    each = [f1(wanted[collection == c], given[collection == c])[2] for c in np.unique(collection)]
    precision, recall, both = f1(wanted, given)
    return Agreement(precision, recall, both, float(np.mean(each)), len(rows))


def shuffled(pool: Pool, seed: int, dataset: str = "CrisisLexT26") -> Stream:
    """Every labelled post of a set in random order, evenly over a day: all events at once.

    A day of background goes before, so that the engine is warm, and goes on beneath.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 5]))
    rows = np.flatnonzero((pool.corpus.dataset == dataset) & (pool.corpus.event != ""))
    if not len(rows):
        raise InputError(f"The data has no labelled row of {dataset}. Give the complete folder.")
    plan = draw(pool, SHUFFLED, seed)
    time = plan.scored_from_ms + (np.arange(len(rows)) * DAY_MS) // len(rows)
    drawn = piece(time, rng.permutation(rows), Part.PLANT)
    return assemble(pool, plan, SHUFFLED, seed, [drawn], [])


def judge_clustering(pool: Pool, replay: Replay, seed: int = 0) -> Clustering:
    """B-cubed and adjusted mutual information of event labels on the posts of the shuffled set."""
    stream = shuffled(pool, seed)
    result = replay(stream)
    rows = np.flatnonzero(stream.rows.part == Part.PLANT)
    labels = result.assigned if result.arrival is None else result.arrival
    found = cluster_codes(labels)[rows]
    truth = np.unique(pool.corpus.event[stream.rows.text[rows]], return_inverse=True)[1]
    precision, recall, both = bcubed(truth, found)
    ami = adjusted_mutual_information(truth, found)
    gated = pool.hazard[stream.rows.text[rows]]
    return Clustering(
        precision, recall, both, ami,
        bcubed(truth[gated], found[gated])[2],
        adjusted_mutual_information(truth[gated], found[gated]),
        len(rows), result.arrival is not None,
    )  # fmt: skip


def cluster_codes(labels: Sequence[str | None]) -> NDArray[np.int64]:
    """Labels as numbers; every row without one gets a number of its own."""
    codes = np.arange(len(labels), dtype=np.int64)
    for number, rows in enumerate(rows_by_event(labels).values()):
        codes[rows] = len(labels) + number
    return codes


def judge_languages(replay: Replay, seed: int = 0) -> dict[str, bool]:
    """Per supported language: whether the one invented story was found."""
    found = {}
    for lang in story_languages():
        stream = in_language(lang, seed)
        result = replay(stream)
        score = score_stream(
            stream.name, seed, stream.rows, stream.plan, result.events, result.assigned,
            result.reported_rows,
        )  # fmt: skip
        found[lang] = score.found == 1 and not score.early
    return found
