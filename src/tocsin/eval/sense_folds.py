"""What the sense model would reach in its own domain: five folds, never shipped, for reference."""

import re

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import InputError
from tocsin.eval.judgements import DFE, Agreement
from tocsin.eval.metrics import f1
from tocsin.eval.pool import Pool
from tocsin.eval.sense_fit import Examples, fit
from tocsin.gate.read import read, word_features
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import Vocabulary, compile_vocabulary
from tocsin.vocabulary.sense_model import SILENT
from tocsin.vocabulary.tokens import pack_texts

FOLDS = 5
_TEXTS_AT_ONCE = 4096
_VERDICT, _HAZARD = np.uint64(1 << 40), np.uint64(2 << 40)
_NOISE = re.compile(r"https?://\S+|@\w+|[\W\d_]+")


def judge_sense_folds(pool: Pool, seed: int = 0) -> Agreement:
    """`Relevant` against `Not Relevant`, each row judged by weights that never saw its words.

    Rows that differ only in links, mentions and figures stay in one fold. Beside words, what the
    rules say of a text is a feature. Raises InputError where the data lacks the rows.
    """
    rows, relevant = labelled(pool)
    texts = [pool.corpus.text[row] for row in rows.tolist()]
    group = np.unique([_NOISE.sub(" ", text.lower()) for text in texts], return_inverse=True)[1]
    rng = np.random.Generator(np.random.PCG64([seed, 31]))
    fold = rng.permutation(int(group.max()) + 1)[group] % FOLDS
    at, feature = _features(texts)
    examples = Examples(at, feature, relevant, group)
    given = np.zeros(len(rows), np.bool_)
    for number in range(FOLDS):
        mine = fold == number
        score, _ = fit(examples, ~mine).scores(examples)
        given[mine] = score[mine] >= 0
    precision, recall, both = f1(relevant, given)
    return Agreement(precision, recall, both, both, len(rows))


def labelled(pool: Pool) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(rows of the set with a clear label, whether each is Relevant)."""
    clear = np.isin(pool.corpus.informative, ["Relevant", "Not Relevant"])
    rows = np.flatnonzero(clear & (pool.corpus.dataset == DFE))
    relevant = pool.corpus.informative[rows] == "Relevant"
    if relevant.all() or not relevant.any():
        raise InputError(f"The data has no labelled rows of {DFE}. Give the complete folder.")
    return rows, relevant


def _features(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """(offsets, features): the words of each text, and what the rules say of it."""
    vocabulary, gazetteer = compile_vocabulary(SILENT), Gazetteer.load()
    parts = [
        _features_of(texts[low : low + _TEXTS_AT_ONCE], vocabulary, gazetteer)
        for low in range(0, len(texts), _TEXTS_AT_ONCE)
    ]
    size = np.concatenate([part[0] for part in parts])
    return np.concatenate([[0], np.cumsum(size)]), np.concatenate([part[1] for part in parts])


def _features_of(
    texts: list[str], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    buffer, offsets = pack_texts(texts)
    reading = read(vocabulary, gazetteer, buffer, offsets, np.zeros(len(texts), np.uint8), 0)
    at, feature = word_features(vocabulary, gazetteer, buffer, offsets)
    said = np.column_stack(
        [
            _VERDICT + reading.verdict.astype(np.uint64),
            _HAZARD + (reading.hazard.astype(np.int64) + 1).astype(np.uint64),
        ]
    )
    where = np.repeat(at[1:], 2)
    return np.diff(at) + 2, np.insert(feature, where, said.ravel())
