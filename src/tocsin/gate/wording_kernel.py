"""How a text is worded around its hazard: hashed words and pairs of words, weighed."""

import numpy as np

from tocsin.compiled import kernel
from tocsin.vocabulary.token_kernel import mixed

WORDS_MAX = 64
"""Tokens of a text that are weighed; the rest of a long one says no more of its sense."""
FEATURES_MAX = 2 * WORDS_MAX
_DIGITS = 2
_BEGIN, _FIGURE, _VEIL = np.uint64(1), np.uint64(2), np.uint64(3)
"""Stand for the beginning of a text, for any figure, and for any name of hazard or place."""
_GOLD = np.uint64(0x9E3779B97F4A7C15)
_ZERO = np.uint64(0)
_SLOTS = np.uint64(0xFFFF)
_CHECK_SHIFT = np.uint64(56)


@kernel(lends=True)
def features_of(hashes, kind, placed, t0, t1, out):
    """Write the distinct features of one text to `out` (FEATURES_MAX); returns how many."""
    n = 0
    before = _BEGIN
    for t in range(t0, min(t1, t0 + WORDS_MAX)):
        token = hashes[t]
        if token == _ZERO or placed[t]:
            # A name of three words must not weigh more than a name of one.
            if before == _VEIL:
                continue
            token = _VEIL
        elif kind[t] == _DIGITS:
            token = _FIGURE
        alone = mixed(token)
        joined = mixed((before * _GOLD) ^ token)
        before = token
        first, second = True, alone != joined
        for j in range(n):
            first = first and out[j] != alone
            second = second and out[j] != joined
        if first:
            out[n] = alone
            n += 1
        if second:
            out[n] = joined
            n += 1
    return n


@kernel
def feature_lists(at, hashes, kind, placed):
    """(at int64[n + 1], features uint64[]) of n texts, for training."""
    n = len(at) - 1
    out_at = np.zeros(n + 1, np.int64)
    out = np.zeros(2 * len(hashes) + FEATURES_MAX, np.uint64)
    for doc in range(n):
        base = out_at[doc]
        out_at[doc + 1] = base + features_of(
            hashes, kind, placed, at[doc], at[doc + 1], out[base : base + FEATURES_MAX]
        )
    return out_at, out[: out_at[n]].copy()


@kernel
def weigh(at, hashes, kind, placed, weight, check):
    """(sum of weights int32[n], features known int32[n]); a hash of 0 is a hidden token.

    A feature is known when its slot has a weight and its upper byte is the one kept there, so
    that words never trained on (of another language, say) seldom pass for ones that were.
    """
    n = len(at) - 1
    total = np.zeros(n, np.int32)
    known = np.zeros(n, np.int32)
    features = np.zeros(FEATURES_MAX, np.uint64)
    for doc in range(n):
        for f in range(features_of(hashes, kind, placed, at[doc], at[doc + 1], features)):
            slot = np.int64(features[f] & _SLOTS)
            if weight[slot] != 0 and check[slot] == np.uint8(features[f] >> _CHECK_SHIFT):
                total[doc] += weight[slot]
                known[doc] += 1
    return total, known
