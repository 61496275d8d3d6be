"""The part of the gazetteer's loop that reads "Frankfurt airport" as the airport."""

import numpy as np

from tocsin.compiled import kernel
from tocsin.vocabulary.token_kernel import mixed

CLOSE_GAP = 1
"""Most bytes between a name and the word that says what is meant: a space or a hyphen."""
BETWEEN_MAX = 2
"""Little words that may stand between the two: "airport of", "aéroport international de"."""
WORDS_MAX, SIGNS_MAX = 3, 12
"""Longest such word in tokens, and in signs of a script without word gaps."""
LINKS, ONLY_BEHIND = 16, 32

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_CHAR = 3


@kernel
def in_table(table, key):
    """Position of a key in a sorted array, -1 when absent."""
    at = np.searchsorted(table, key)
    return at if at < len(table) and table[at] == key else -1


@kernel
def sort_from(s, stop, tokens, bare, kind, words):
    """(sort, end) of the longest word of a sort that begins at token s, before token stop."""
    hashes, start, end, _ = tokens
    keys, sorts = words[0], words[1]
    most = SIGNS_MAX if kind[s] == _CHAR else WORDS_MAX
    sort, reach = np.int64(0), s
    for clitic in range(2):
        key = bare[s] if clitic else hashes[s]
        if sort or key == np.uint64(0):
            continue
        j = s + 1
        while True:
            found = in_table(keys, key)
            if found >= 0:
                sort, reach = np.int64(sorts[found]), j
            if j >= stop or j - s >= most or start[j] - end[j - 1] > CLOSE_GAP:
                break
            key = mixed((key * _GOLD) ^ hashes[j])
            j += 1
    return sort, reach


@kernel
def sort_beside(i, j, first, last, tokens, bare, kind, words):
    """What a word right behind, or else before, the name at tokens i to j says is meant; 0."""
    hashes, start, end, _ = tokens
    fills, joins = words[2], words[3]
    k = j
    for _ in range(BETWEEN_MAX + 1):
        if k >= last or start[k] - end[k - 1] > CLOSE_GAP:
            break
        sort, _ = sort_from(k, last, tokens, bare, kind, words)
        if sort:
            return sort & (ONLY_BEHIND - 1)
        if in_table(fills, hashes[k]) < 0:
            break
        k += 1
    k = i
    for _ in range(BETWEEN_MAX + 1):
        if k <= first or start[k] - end[k - 1] > CLOSE_GAP:
            break
        most = SIGNS_MAX if kind[k - 1] == _CHAR else WORDS_MAX
        for s in range(max(first, k - most), k):
            sort, stop = sort_from(s, k, tokens, bare, kind, words)
            if sort and sort < ONLY_BEHIND and stop == k:
                return sort
        if in_table(joins, hashes[k - 1]) < 0:
            break
        k -= 1
    return 0


@kernel
def of_sort(row, sort, cand_at, cand, sort_of):
    """The first candidate of a name that is of a sort, -1 for none."""
    for c in range(cand_at[row], cand_at[row + 1]):
        if sort > 0 and sort_of[cand[c]] == sort:
            return np.int64(cand[c])
    return np.int64(-1)


@kernel
def is_sited(row, sort, cand_at, cand, sites):
    """Whether a name means something of a sort, by itself or as the name of a town."""
    if sort == 0:
        return False
    link_key, sort_of = sites[4], sites[6]
    for c in range(cand_at[row], cand_at[row + 1]):
        here = np.int64(cand[c])
        if sort_of[here] == sort or in_table(link_key, here * LINKS + sort) >= 0:
            return True
    return False
