"""The measures of the scorecard as plain functions of numbers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Bounds of a share by Wilson's interval; (0, 1) when nothing was tried."""
    if trials == 0:
        return 0.0, 1.0
    share = hits / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def f1(wanted: NDArray[np.bool_], given: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a yes-or-no judgement; 0 where nothing was right."""
    right = int((wanted & given).sum())
    precision = right / max(int(given.sum()), 1)
    recall = right / max(int(wanted.sum()), 1)
    both = precision + recall
    return precision, recall, (2 * precision * recall / both if both else 0.0)


def bcubed(truth: NDArray[np.integer], found: NDArray[np.integer]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 of cluster labels, (n,) each; every item weighs the same."""
    if len(truth) == 0:
        return 0.0, 0.0, 0.0
    count, truth_size, found_size = _cells(truth, found)
    n = len(truth)
    precision = float((count * count / found_size).sum() / n)
    recall = float((count * count / truth_size).sum() / n)
    return precision, recall, 2 * precision * recall / (precision + recall)


def adjusted_mutual_information(truth: NDArray[np.integer], found: NDArray[np.integer]) -> float:
    """Mutual information above chance over the mean entropy above chance, (n,) labels each."""
    n = len(truth)
    if n == 0:
        return 0.0
    truth_sizes, found_sizes = _sizes(truth), _sizes(found)
    if len(truth_sizes) == len(found_sizes) and len(truth_sizes) in (1, n):
        return 1.0
    count, in_truth, in_found = _cells(truth, found)
    mutual = float((count / n * np.log(n * count / (in_truth * in_found))).sum())
    chance = _expected_mutual(truth_sizes, found_sizes, n)
    mean = (_entropy(truth_sizes, n) + _entropy(found_sizes, n)) / 2
    below = mean - chance
    return (mutual - chance) / (below if abs(below) > 1e-12 else 1e-12)


def calibration_error(stated: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: mean gap between stated and true share over equal bins.

    NaN when there is nothing to judge.
    """
    if not stated:
        return math.nan
    values, hits = np.array(stated), np.array(right, float)
    place = np.minimum((values * bins + 1e-9).astype(int), bins - 1)
    gap = 0.0
    for here in range(bins):
        chosen = place == here
        if chosen.any():
            gap += chosen.sum() * abs(values[chosen].mean() - hits[chosen].mean())
    return float(gap / len(values))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed; NaN for none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _sizes(labels: NDArray[np.integer]) -> NDArray[np.int64]:
    sizes: NDArray[np.int64] = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return sizes


def _cells(
    truth: NDArray[np.integer], found: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Non-empty cells of the contingency table: their count, row total and column total."""
    _, a, a_size = np.unique(truth, return_inverse=True, return_counts=True)
    _, b, b_size = np.unique(found, return_inverse=True, return_counts=True)
    cell, count = np.unique(a.astype(np.int64) * len(b_size) + b, return_counts=True)
    return (
        count.astype(float),
        a_size[cell // len(b_size)].astype(float),
        b_size[cell % len(b_size)].astype(float),
    )


def _entropy(sizes: NDArray[np.int64], n: int) -> float:
    share = sizes / n
    return float(-(share * np.log(share)).sum())


def _expected_mutual(a: NDArray[np.int64], b: NDArray[np.int64], n: int) -> float:
    """Mean mutual information of random labels with these sizes (hypergeometric cells).

    Clusters of one size are alike, so each pair of sizes is summed once.
    """
    log_fact = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    a_sizes, a_count = np.unique(a, return_counts=True)
    b_sizes, b_count = np.unique(b, return_counts=True)
    total = 0.0
    for i, a_times in zip(a_sizes.tolist(), a_count.tolist(), strict=True):
        for j, b_times in zip(b_sizes.tolist(), b_count.tolist(), strict=True):
            k = np.arange(max(1, i + j - n), min(i, j) + 1)
            if not len(k):
                continue
            log_p = (
                log_fact[i] + log_fact[j] + log_fact[n - i] + log_fact[n - j] - log_fact[n]
                - log_fact[k] - log_fact[i - k] - log_fact[j - k] - log_fact[n - i - j + k]
            )  # fmt: skip
            term = k / n * np.log(n * k / (i * j)) * np.exp(log_p)
            total += float(term.sum()) * a_times * b_times
    return total
