"""How surprising a count is against a baseline that lags by a day."""

import math

from tocsin.compiled import kernel
from tocsin.detect.state import BINS

WINDOWS_S = (600, 3_600, 14_400, 43_200)
LAG_BINS = 144
"""The baseline reaches back 24 h from where it ends, as far as the ring goes."""
GUARD_BINS = 24
"""It ends 4 h ago or where the window begins: a burst that grows must not raise its own bar."""
SHAPE_MAX = 30.0
"""A rate is never known better than this many reports would tell it.

Rates of real streams drift; without the bound the tail of a busy hazard is a Poisson one and
every swing of a tenth surprises. It holds the predicted deviation above mean / sqrt(SHAPE_MAX).
"""
TESTS_A_DAY = 2_000.0
"""Reports a day at which a bar on the surprise holds as it stands."""
PRIOR_WEIGHT = 50.0
"""Exposure, in reports of other hazards, that the prior is worth."""
PRIOR_HAZARD = 12.0
PRIOR_CELL = 0.25
"""Expected reports in PRIOR_WEIGHT: a hazard's own cell, and any narrower cell.

Fitted on the DEV streams as 24 and 0.5 reports an hour at one post a second, and stated per
exposure so that they hold at any stream rate.
"""
FLOOR_PER_BIN = 20.0 / 6.0
"""Least exposure of ten minutes: a silent stream is no evidence that nothing is said."""
SURPRISE_MAX = 30.0


@kernel(lends=True)
def surprise(n, seen, lagged, window):
    """-log10 P(N >= n) under the predictive negative binomial, at most SURPRISE_MAX.

    `seen` reports (prior included) were counted in exposure `lagged` (prior included); N is
    counted in exposure `window`. The gamma-Poisson mixture carries the uncertainty of a young
    baseline, which a plug-in Poisson rate does not. A count that is not above its mean
    surprises nobody: 0.
    """
    if n * lagged <= seen * window:
        return 0.0
    q = window / (lagged + window)
    log_term = (
        math.lgamma(seen + n) - math.lgamma(seen) - math.lgamma(n + 1.0)
        + n * math.log(q) + seen * math.log1p(-q)
    )  # fmt: skip
    total = 1.0
    term = 1.0
    k = n
    for _ in range(400):
        term *= (seen + k) / (k + 1.0) * q
        total += term
        k += 1.0
        if term < 1e-9 * total:
            break
    tail = (log_term + math.log(total)) / math.log(10.0)
    return min(max(-tail, 0.0), SURPRISE_MAX)


@kernel(lends=True)
def bins_sum(row, last_bin, first, last):
    """Sum of the bins first..last (absolute numbers) of one ring row last written at last_bin."""
    total = 0.0
    low = max(first, last_bin - BINS + 1)
    for b in range(low, min(last, last_bin) + 1):
        total += row[b % BINS]
    return total


@kernel(lends=True)
def roll(row, last_bin, now_bin):
    """Clear the bins of a ring row between its last write and now."""
    if now_bin - last_bin >= BINS:
        row[:] = 0
    else:
        for b in range(last_bin + 1, now_bin + 1):
            row[b % BINS] = 0


@kernel(lends=True)
def exposure(flow, hazard, first, last):
    """Reports of all other hazards in bins first..last, never below the floor of each bin.

    Other hazards only: a burst must not stretch the clock it is measured by.
    """
    total = 0.0
    low = max(first, flow.last_bin[0] - BINS + 1)
    for b in range(low, last + 1):
        others = 0.0
        if b <= flow.last_bin[0]:
            others = flow.total[b % BINS] - flow.hazard[hazard, b % BINS]
        total += max(others, FLOOR_PER_BIN)
    return total


@kernel
def baseline_span(start_bin, window_bins, now_bin):
    """(first, last) bin of the baseline of a window; empty when last is before first.

    While less than 12 h were heard the guard is a third of what was, or nothing would be known.
    """
    guard = min(GUARD_BINS, (now_bin - start_bin) // 3)
    edge = now_bin - max(window_bins, guard)
    return max(edge - LAG_BINS + 1, start_bin, now_bin - BINS + 1), edge


@kernel(lends=True)
def cell_surprise(flow, start_bin, row, last_bin, sort, hazard, n, window_bins, now_bin):
    """Surprise of n voices in a cell's window of `window_bins` ten-minute bins."""
    first, edge = baseline_span(start_bin, window_bins, now_bin)
    if flow.rules[1] == 0.0:
        edge = now_bin
    prior = PRIOR_HAZARD if sort == 0 else PRIOR_CELL
    seen = prior + bins_sum(row, last_bin, first, edge)
    lagged = PRIOR_WEIGHT
    if first <= edge:
        lagged += exposure(flow, hazard, first, edge)
    if seen > SHAPE_MAX:
        lagged *= SHAPE_MAX / seen
        seen = SHAPE_MAX
    # The window's own exposure is taken at the pace of the last hour, smooth and recent.
    pace_bins = max(window_bins, 6)
    window = exposure(flow, hazard, now_bin - pace_bins + 1, now_bin) * window_bins / pace_bins
    return surprise(float(n), seen, lagged, window)


@kernel
def crowding(flow, now_bin):
    """What a bar on the surprise rises by: log10 of a day's reports over TESTS_A_DAY.

    A test made ten times as often must be ten times as strict to be wrong as seldom
    (Bonferroni), so that false bursts a day do not grow with the stream.
    """
    total = bins_sum(flow.total, flow.last_bin[0], now_bin - LAG_BINS + 1, now_bin)
    return flow.rules[0] * max(math.log10(max(total, 1.0) / TESTS_A_DAY), 0.0)
