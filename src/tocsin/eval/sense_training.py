"""Trains the sense model on CrisisLex, one event left out at a time, and says what it is worth."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.eval.corpus import Corpus, load_corpus
from tocsin.eval.metrics import f1
from tocsin.eval.sense_fit import KNOWN_LEAST, Examples, fit, tabled
from tocsin.gate.read import read, word_features
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.npz import write_npz
from tocsin.vocabulary.pack import Vocabulary, compile_vocabulary
from tocsin.vocabulary.sense_model import PATH, SILENT
from tocsin.vocabulary.tokens import pack_texts

TOPIC, WIDER = "CrisisLexT6", "CrisisLexT26"
_YES = ("on-topic", "Related and informative", "Related - but not informative")
_NO = ("off-topic", "Not related")
_ASSEMBLY = 2
_TEXTS_AT_ONCE = 4096


class Trained(NamedTuple):
    """What a new model says of events it was not trained on."""

    texts: int
    """Texts that name a hazard and have a label; `others` of them are no reports."""
    others: int
    features: int
    auc: dict[str, float]
    """By data set, over the texts the rules admit."""
    rules_f1: float
    """On CrisisLexT6, all rows, without the model."""
    left_out_f1: float
    """The same with the model, each event judged by one that never saw it."""
    by_event: dict[str, tuple[float, float]]
    """(without, with) by event of CrisisLexT6."""
    refused_reports: int
    refused_others: int
    """Rows of CrisisLexT6 the model refuses at the chosen score, each event left out."""
    least: int
    """Least score that counts, in steps of the model."""


class _Read(NamedTuple):
    examples: Examples
    row: NDArray[np.int64]
    """Row of the corpus of each example."""
    admitted: NDArray[np.bool_]
    open_to: NDArray[np.bool_]
    """Admitted texts the model may refuse."""


def train(folder: Path, out: Path = PATH) -> Trained:
    """Write a model made of the CrisisLex rows in `folder` to `out`; InputError without them."""
    corpus = load_corpus(folder)
    seen = _examples(corpus)
    score, known = _left_out(seen.examples)
    least = _threshold(corpus, seen, score, known)
    everything = np.ones(len(seen.row), np.bool_)
    weights = fit(seen.examples, everything)
    model = tabled(weights, seen.examples, least)
    write_npz(out, model._asdict())
    return _outcome(corpus, seen, score, known, least, int(np.count_nonzero(weights.step)))


def _examples(corpus: Corpus) -> _Read:
    """Labelled texts the rules find a hazard in, beside no word of assembly."""
    wanted = np.isin(corpus.dataset, [TOPIC, WIDER]) & np.isin(corpus.informative, [*_YES, *_NO])
    rows = np.flatnonzero(wanted)
    if not (corpus.dataset[rows] == TOPIC).any() or not (corpus.dataset[rows] == WIDER).any():
        raise InputError(
            f"The folder lacks labelled rows of {TOPIC} or {WIDER}. Give the complete folder."
        )
    vocabulary, gazetteer = compile_vocabulary(SILENT), Gazetteer.load()
    parts = [
        _examples_of(corpus, rows[low : low + _TEXTS_AT_ONCE], vocabulary, gazetteer)
        for low in range(0, len(rows), _TEXTS_AT_ONCE)
    ]
    row, admitted, open_to, size, feature = (
        np.concatenate([part[k] for part in parts]) for k in range(5)
    )
    at = np.concatenate([[0], np.cumsum(size)])
    group = np.unique(corpus.collection[row], return_inverse=True)[1]
    is_report = np.isin(corpus.informative[row], _YES)
    return _Read(Examples(at, feature, is_report, group), row, admitted, open_to)


def _examples_of(
    corpus: Corpus, rows: NDArray[np.int64], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> tuple[NDArray[np.generic], ...]:
    """(row, admitted, open to refusal, number of features, features) of the rows that count."""
    buffer, offsets = pack_texts([corpus.text[row] for row in rows.tolist()])
    reading = read(vocabulary, gazetteer, buffer, offsets, np.zeros(len(rows), np.uint8), 0)
    at, feature = word_features(vocabulary, gazetteer, buffer, offsets)
    kept = (reading.hazard >= 0) & (reading.verdict != _ASSEMBLY)
    admitted = reading.verdict == 0
    size = np.diff(at)
    return (
        rows[kept], admitted[kept], (admitted & reading.is_bare)[kept], size[kept],
        feature[np.repeat(kept, size)],
    )  # fmt: skip


def _left_out(examples: Examples) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(score, features known) of each text by a model that saw nothing of its event."""
    score = np.zeros(len(examples.group), np.int64)
    known = np.zeros(len(examples.group), np.int64)
    for group in np.unique(examples.group):
        mine = examples.group == group
        every_score, every_known = fit(examples, ~mine).scores(examples)
        score[mine], known[mine] = every_score[mine], every_known[mine]
    return score, known


def _threshold(
    corpus: Corpus, seen: _Read, score: NDArray[np.int64], known: NDArray[np.int64]
) -> int:
    """Highest score below which refusing costs CrisisLexT6 no F1, each event left out."""
    floor, top = int(score.min()), int(score.max())
    without = _topic_f1(corpus, seen, np.zeros(len(score), np.bool_))
    for least in range(top, floor, -1):
        if _topic_f1(corpus, seen, _refused(seen, score, known, least)) >= without:
            return least
    return floor


def _refused(
    seen: _Read, score: NDArray[np.int64], known: NDArray[np.int64], least: int
) -> NDArray[np.bool_]:
    return seen.open_to & (score < least) & (known >= KNOWN_LEAST)


def _topic_f1(
    corpus: Corpus, seen: _Read, refused: NDArray[np.bool_], event: str | None = None
) -> float:
    """F1 on CrisisLexT6 (of one event) when the rules' yes is taken back where refused."""
    chosen = corpus.dataset == TOPIC
    if event is not None:
        chosen &= corpus.collection == event
    given = np.zeros(corpus.rows, np.bool_)
    given[seen.row[seen.admitted & ~refused]] = True
    return f1(corpus.informative[chosen] == "on-topic", given[chosen])[2]


def _outcome(
    corpus: Corpus, seen: _Read, score: NDArray[np.int64], known: NDArray[np.int64],
    least: int, features: int,
) -> Trained:  # fmt: skip
    report, dataset = seen.examples.is_report, corpus.dataset[seen.row]
    refused = _refused(seen, score, known, least)
    nothing = np.zeros_like(refused)
    topic = dataset == TOPIC
    return Trained(
        texts=len(report),
        others=int((~report).sum()),
        features=features,
        auc={
            name: _auc(score[chosen], report[chosen])
            for name in (TOPIC, WIDER)
            if (chosen := (dataset == name) & seen.admitted).any()
        },
        rules_f1=_topic_f1(corpus, seen, nothing),
        left_out_f1=_topic_f1(corpus, seen, refused),
        by_event={
            str(name): (
                _topic_f1(corpus, seen, nothing, name), _topic_f1(corpus, seen, refused, name)
            )
            for name in np.unique(corpus.collection[corpus.dataset == TOPIC])
        },
        refused_reports=int((refused & report & topic).sum()),
        refused_others=int((refused & ~report & topic).sum()),
        least=least,
    )  # fmt: skip


def _auc(score: NDArray[np.int64], wanted: NDArray[np.bool_]) -> float:
    """How often a report scores above another text, ties counting half; nan without either."""
    yes = int(wanted.sum())
    no = len(wanted) - yes
    if not yes or not no:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[wanted].sum() - yes * (yes + 1) / 2) / (yes * no))
