"""Fits the weights of the sense model: logistic regression in a fixed order of operations."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary.sense_model import SLOTS, SenseModel

UNIT = 1 / 32
"""Logit of one step of a weight; weights beyond 127 of them are cut."""
GROUPS_LEAST, TEXTS_LEAST = 3, 8
"""Events and texts a feature must be seen in: what one event alone says is not learned."""
KNOWN_LEAST = 4
"""Features a text must share with the model before it may be refused."""
_ROUNDS, _STEP, _PULL = 150, 0.5, 4.0
"""Rounds of Nesterov's gradient; step and pull towards zero, of the weighted sum of losses."""
_SLOT_MASK, _CHECK_SHIFT = np.uint64(SLOTS - 1), np.uint64(56)


class Examples(NamedTuple):
    """Texts that name a hazard, n rows, each with its features."""

    at: NDArray[np.int64]
    feature: NDArray[np.uint64]
    is_report: NDArray[np.bool_]
    group: NDArray[np.int64]
    """Event the text was collected for."""


class Weights(NamedTuple):
    """Fitted steps of UNIT by feature, keys sorted."""

    key: NDArray[np.uint64]
    step: NDArray[np.int8]
    bias: int

    def scores(self, examples: Examples) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(score in steps, features known) of each text, (n,), bias included."""
        row, column = _matrix(examples, self.key)
        n = len(examples.is_report)
        weighed = np.zeros(n, np.int64)
        np.add.at(weighed, row, self.step[column].astype(np.int64))
        return weighed + self.bias, np.bincount(row[self.step[column] != 0], minlength=n)


def fit(examples: Examples, chosen: NDArray[np.bool_]) -> Weights:
    """Weights from the chosen texts; reports and others count alike in sum.

    The result is whole steps, so that the last bits of a sum or an exponential do not matter.
    """
    key = _worth_learning(examples, chosen)
    row, column = _matrix(examples, key)
    kept = chosen[row]
    row, column = row[kept], column[kept]
    wanted = examples.is_report.astype(np.float64)
    n_yes = int((examples.is_report & chosen).sum())
    n_no = int(chosen.sum()) - n_yes
    say = np.where(examples.is_report, 0.5 / max(n_yes, 1), 0.5 / max(n_no, 1)) * chosen
    # The pull is that of so many texts of the rarer kind.
    pull = _PULL * 0.5 / max(min(n_yes, n_no), 1)
    n, m = len(wanted), len(key)
    weight, ahead, bias, bias_ahead = np.zeros(m), np.zeros(m), 0.0, 0.0
    for turn in range(_ROUNDS):
        z = np.bincount(row, ahead[column], n) + bias_ahead
        gap = (1.0 / (1.0 + np.exp(-z)) - wanted) * say
        slope = np.bincount(column, gap[row], m) + pull * ahead
        new, new_bias = ahead - _STEP * slope, bias_ahead - _STEP * float(np.sum(gap))
        push = turn / (turn + 3)
        ahead, bias_ahead = new + push * (new - weight), new_bias + push * (new_bias - bias)
        weight, bias = new, new_bias
    step = np.clip(np.rint(weight / UNIT), -127, 127).astype(np.int8)
    return Weights(key, step, round(bias / UNIT))


def tabled(weights: Weights, examples: Examples, least: int) -> SenseModel:
    """The table that ships; where two features share a slot the more frequent one has it."""
    count = np.bincount(_matrix(examples, weights.key)[1], minlength=len(weights.key))
    weight, check = np.zeros(SLOTS, np.int8), np.zeros(SLOTS, np.uint8)
    for at in np.lexsort((~weights.key, count)).tolist():
        slot = int(weights.key[at] & _SLOT_MASK)
        if weights.step[at]:
            weight[slot] = weights.step[at]
            check[slot] = int(weights.key[at] >> _CHECK_SHIFT)
    return SenseModel(weight, check, np.array([weights.bias, least, KNOWN_LEAST], np.int32))


def _worth_learning(examples: Examples, chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Features of enough events and texts among the chosen, sorted."""
    row = np.repeat(np.arange(len(chosen)), np.diff(examples.at))
    kept = chosen[row]
    key, column = np.unique(examples.feature[kept], return_inverse=True)
    pairs = np.unique(column * np.int64(1 << 16) + examples.group[row[kept]]) >> 16
    groups = np.bincount(pairs, minlength=len(key))
    texts = np.bincount(column, minlength=len(key))
    return key[(groups >= GROUPS_LEAST) & (texts >= TEXTS_LEAST)]


def _matrix(
    examples: Examples, key: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(row, column) of each feature of each text that is among the sorted keys."""
    row = np.repeat(np.arange(len(examples.is_report)), np.diff(examples.at))
    column = np.searchsorted(key, examples.feature)
    held = np.minimum(column, max(len(key) - 1, 0))
    known = key[held] == examples.feature if len(key) else np.zeros(len(row), np.bool_)
    return row[known], held[known]
