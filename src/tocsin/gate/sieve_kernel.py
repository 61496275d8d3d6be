"""Which texts name a hazard at all: the one question asked of every post."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.gate.sense_kernel import PAIR_REACH
from tocsin.vocabulary.slot_kernel import find_slot
from tocsin.vocabulary.token_kernel import STEMS_KEPT, cut_text, mixed

ATOMS_MAX = 64
"""Halves of pairs that are remembered of one text; one with more is simply read."""
KNOWN_BITS = 21
"""The filter before the table of phrases holds 2^21 bits: it stays in the processor's cache."""
_KNOWN_SHIFT = np.uint64(64 - KNOWN_BITS)
_SEVEN, _THREE = np.uint64(7), np.uint64(3)
_GOLD = np.uint64(0x9E3779B97F4A7C15)
_STEM_SALT = np.uint64(0x5354454D)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_HAZARD, _ATOM = 0, 1
_WORD_MAX = 64


@kernel
def known_bits(keys):
    """(2^18,) uint8: a bit for every key of a table of phrases, by its upper bits."""
    bits = np.zeros(1 << (KNOWN_BITS - 3), np.uint8)
    for key in keys:
        if key != _ZERO:
            bit = key >> _KNOWN_SHIFT
            bits[np.int64(bit >> _THREE)] |= np.uint8(_ONE << (bit & _SEVEN))
    return bits


@part(lends=True)
def entry_of(known, keys, entries, key):
    """(whether the key is in the table, its entry or -1)."""
    bit = key >> _KNOWN_SHIFT
    if known[np.int64(bit >> _THREE)] & np.uint8(_ONE << (bit & _SEVEN)) == 0:
        return False, -1
    slot = find_slot(keys, key)
    if slot < 0:
        return False, -1
    return True, np.int64(entries[slot])


@part(lends=True)
def note(entry, token, length, code_at, codes, atoms, n_atoms):
    """Take in one phrase: -1 when it names a hazard, else how many atoms are noted now."""
    for c in range(code_at[entry], code_at[entry + 1]):
        kind = (codes[c] >> 16) & 63
        if kind == _HAZARD or n_atoms == ATOMS_MAX:
            return -1
        if kind == _ATOM:
            atoms[n_atoms, 0], atoms[n_atoms, 1] = codes[c] & 0xFFFF, token
            atoms[n_atoms, 2] = length
            n_atoms += 1
    return n_atoms


@part(lends=True)
def paired(atoms, n_atoms, pairs, pair_at):
    """Whether two of the atoms stand together as a pair does."""
    for a in range(n_atoms):
        atom = atoms[a, 0]
        for b in range(n_atoms):
            gap = atoms[b, 1] - (atoms[a, 1] + atoms[a, 2])
            back = atoms[a, 1] - (atoms[b, 1] + atoms[b, 2])
            if a == b or max(gap, back) > PAIR_REACH:
                continue
            for p in range(pair_at[atom], pair_at[atom + 1]):
                if pairs[p, 1] == atoms[b, 0]:
                    return True
    return False


@part(lends=True)
def names_hazard(rows, hashes, bare, stem, known, keys, entries, code_at, codes, pairs, pair_at,
                 atoms):  # fmt: skip
    """Whether a text of so many tokens holds a term, or a pair, in whatever language."""
    n_atoms = 0
    for p in range(rows):
        for form in range(2):
            state = hashes[p] if form == 0 else bare[p]
            before = _ZERO
            q = p
            while state != _ZERO:
                there, entry = entry_of(known, keys, entries, state)
                if entry >= 0:
                    n_atoms = note(entry, p, q - p + 1, code_at, codes, atoms, n_atoms)
                    if n_atoms < 0:
                        return True
                for s in range(STEMS_KEPT):
                    if stem[q, s] == _ZERO:
                        break
                    # The stems of a bare first word stand beside those of the full one.
                    if form == 1 and q == p:
                        break
                    key = stem[q, s] ^ _STEM_SALT
                    if q > p:
                        key = mixed((before * _GOLD) ^ key)
                    _, entry = entry_of(known, keys, entries, key)
                    if entry >= 0:
                        n_atoms = note(entry, p, q - p + 1, code_at, codes, atoms, n_atoms)
                        if n_atoms < 0:
                            return True
                if not there or q + 1 >= rows:
                    break
                before = state
                q += 1
                state = mixed((before * _GOLD) ^ hashes[q])
    return n_atoms > 1 and paired(atoms, n_atoms, pairs, pair_at)


@kernel
def sift(blob, spans, wanted, longest, kinds, fold, stems, tags, known, keys, entries, code_at,
         codes, pairs, pair_at):  # fmt: skip
    """(n,) bool: which of the wanted texts blob[spans[i, 0]:spans[i, 1]] name a hazard."""
    n = len(wanted)
    found = np.zeros(n, np.bool_)
    room = longest + 2
    hashes = np.zeros(room, np.uint64)
    start = np.zeros(room, np.int32)
    stop = np.zeros(room, np.int32)
    kind = np.zeros(room, np.uint8)
    shape = np.zeros(room, np.uint8)
    value = np.full(room, np.nan)
    bare = np.zeros(room, np.uint64)
    stem = np.zeros((room, STEMS_KEPT), np.uint64)
    word = np.zeros(_WORD_MAX, np.int64)
    points = np.zeros(_WORD_MAX, np.int64)
    atoms = np.zeros((ATOMS_MAX, 3), np.int64)
    for i in range(n):
        if not wanted[i]:
            continue
        rows, _ = cut_text(
            blob, spans[i, 0], spans[i, 1], kinds, fold, stems, tags, 0, hashes, start, stop, kind,
            shape, value, bare, stem, word, points,
        )  # fmt: skip
        found[i] = names_hazard(
            rows, hashes, bare, stem, known, keys, entries, code_at, codes, pairs, pair_at, atoms
        )
        for t in range(rows + 1):
            hashes[t], bare[t], shape[t], kind[t] = _ZERO, _ZERO, 0, 0
            for s in range(STEMS_KEPT):
                stem[t, s] = _ZERO
    return found
