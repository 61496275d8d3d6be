"""The words of a text that are neither hazard nor function word, keyed and hashed."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.gate.bounds import TOKENS_MAX
from tocsin.vocabulary.token_kernel import mixed

TERMS_MAX = 24
_SKETCH_LETTERS = 50
_SKETCH_LEAST = 24
_WORD, _DIGITS, _LONE = 1, 2, 3


@part(lends=True)
def read_terms(hashes, kind, start, end, t0, t1, masked, covered, stop, key, out):
    """Distinct keyed term slots of one text without hazard, stop and masked words."""
    n = 0
    for t in range(t0, t1):
        i = t - t0
        if i >= TOKENS_MAX or n >= TERMS_MAX:
            break
        if masked[i] or covered[i] or stop[i] or kind[t] == _DIGITS:
            continue
        token = hashes[t]
        if kind[t] == _LONE:
            if t + 1 >= t1 or kind[t + 1] != _LONE or start[t + 1] != end[t]:
                continue
            if i + 1 < TOKENS_MAX and (masked[i + 1] or covered[i + 1]):
                continue
            token = mixed(token ^ (hashes[t + 1] >> np.uint64(1)))
        elif kind[t] == _WORD and end[t] - start[t] < 3:
            continue
        slot = np.uint32(mixed(token ^ key) >> np.uint64(44))
        known = False
        for j in range(n):
            known = known or out[j] == slot
        if not known:
            out[n] = slot
            n += 1
    return n


@kernel(lends=True)
def sketch_of(hashes, kind, start, end, t0, t1, key):
    """Keyed hash of the first fifty letters or so: equal for copies and reposts.

    0 for texts so short that two people may well write the same.
    """
    state = key
    letters = 0
    for t in range(t0, t1):
        if letters >= _SKETCH_LETTERS:
            break
        if kind[t] == _DIGITS:
            continue
        state = mixed((state << np.uint64(1)) ^ hashes[t])
        letters += end[t] - start[t]
    return state if letters >= _SKETCH_LEAST else np.uint64(0)
