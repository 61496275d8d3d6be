"""The measures, against cases small enough to work out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.eval.metrics import (
    adjusted_mutual_information,
    bcubed,
    calibration_error,
    f1,
    quantile,
    wilson,
)


def _labels(text):
    return np.array([ord(c) for c in text], np.int64)


def test_bcubed_by_hand():
    # Clusters {a a b} and {b}: precision (2/3 + 2/3 + 1/3 + 1) / 4, recall (1 + 1 + 1/2 + 1/2) / 4.
    precision, recall, both = bcubed(_labels("aabb"), _labels("xxxy"))
    assert precision == pytest.approx(2 / 3)
    assert recall == pytest.approx(0.75)
    assert both == pytest.approx(2 * (2 / 3) * 0.75 / (2 / 3 + 0.75))


def test_bcubed_of_all_in_one_and_of_singletons():
    assert bcubed(_labels("aabb"), _labels("xxxx"))[:2] == (0.5, 1.0)
    assert bcubed(_labels("aabb"), _labels("wxyz"))[:2] == (1.0, 0.5)
    assert bcubed(_labels(""), _labels("")) == (0.0, 0.0, 0.0)


def test_ami_by_hand():
    # Two by two, three against one: I = .2158, each E over the 4!/(2!2!) ways worked out below.
    truth, found = _labels("aabb"), _labels("xxxy")
    cells = {("a", "x"): 2, ("b", "x"): 1, ("b", "y"): 1}
    sizes = {"a": 2, "b": 2, "x": 3, "y": 1}
    mutual = sum(n / 4 * math.log(4 * n / (sizes[i] * sizes[j])) for (i, j), n in cells.items())
    # Every labelling with these sizes has the same cells up to naming, so chance equals mutual.
    assert adjusted_mutual_information(truth, found) == pytest.approx(0.0, abs=1e-9)
    assert mutual == pytest.approx(0.2158, abs=1e-4)


def test_ami_against_every_shuffle():
    truth, found = _labels("aaabbc"), _labels("xxyyzz")
    from itertools import permutations

    def mutual(a, b):
        total = 0.0
        for i in set(a):
            for j in set(b):
                n = sum(p == i and q == j for p, q in zip(a, b, strict=True))
                if n:
                    total += n / 6 * math.log(6 * n / (a.count(i) * b.count(j)))
        return total

    def entropy(a):
        return -sum(a.count(i) / 6 * math.log(a.count(i) / 6) for i in set(a))

    a, b = truth.tolist(), found.tolist()
    shuffles = [mutual(a, list(p)) for p in permutations(b)]
    chance = sum(shuffles) / len(shuffles)
    expected = (mutual(a, b) - chance) / ((entropy(a) + entropy(b)) / 2 - chance)
    assert adjusted_mutual_information(truth, found) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
def test_clustering_measures_keep_their_bounds_and_ignore_names(pairs):
    truth, found = np.array(pairs).T
    renamed = 100 - found
    assert bcubed(truth, found) == pytest.approx(bcubed(truth, renamed))
    assert all(0 < value <= 1 for value in bcubed(truth, found))
    ami = adjusted_mutual_information(truth, found)
    assert ami == pytest.approx(adjusted_mutual_information(truth, renamed), abs=1e-6)
    assert adjusted_mutual_information(truth, truth) == pytest.approx(1, abs=1e-6)


def test_f1_by_hand():
    wanted, given_ = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)
    precision, recall, both = f1(wanted, given_)
    assert (precision, recall) == (0.5, pytest.approx(1 / 3))
    assert both == pytest.approx(0.4)
    assert f1(wanted, np.zeros(5, bool)) == (0.0, 0.0, 0.0)


def test_wilson_by_table():
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(20, 20)[1] == pytest.approx(1.0)
    assert wilson(20, 20)[0] > wilson(5, 5)[0]


def test_calibration_error_by_hand():
    # Ten at .9 of which nine are right: no gap. Ten at .5 of which none is right: gap .5.
    right = [True] * 9 + [False]
    assert calibration_error([0.9] * 10, right) == pytest.approx(0, abs=1e-9)
    both = calibration_error([0.9] * 10 + [0.5] * 10, right + [False] * 10)
    assert both == pytest.approx(0.25)
    assert calibration_error([1.0], [True]) == pytest.approx(0)
    assert math.isnan(calibration_error([], []))


def test_quantiles_are_values_that_occurred():
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile([1, 2, 3, 4], 0.5) == 2
    assert quantile(list(range(1, 11)), 0.9) == 9
    assert math.isnan(quantile([], 0.5))
