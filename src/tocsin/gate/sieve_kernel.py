"""Which texts name a hazard at all: the one question asked of every post."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.gate.sense_kernel import PAIR_REACH
from tocsin.gate.skim_kernel import UNSURE, skim
from tocsin.vocabulary.token_kernel import STEMS_KEPT, cut, mixed

ATOMS_MAX = 64
"""Halves of pairs that are remembered of one text; one with more is simply read."""
WHOLE_BITS, BEGUN_BITS = 21, 22
"""The filters before the table of phrases, of keys that are phrases and of all keys, hold 2^21 and
2^22 bits: what of them is asked for often stays in the processor's cache."""
_WHOLE_SHIFT, _BEGUN_SHIFT = np.uint64(70 - WHOLE_BITS), np.uint64(70 - BEGUN_BITS)
_SIX, _LOW = np.uint64(6), np.uint64(63)
_GOLD = np.uint64(0x9E3779B97F4A7C15)
_STEM_SALT = np.uint64(0x5354454D)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_HAZARD, _ATOM = 0, 1
NOTHING, HAZARD = np.uint64(0), np.uint64(1 << 60)
FEW, MANY = np.uint64(1 << 61), np.uint64(1 << 62)
FEW_MAX = 3
_N_SHIFT, _N_BITS = np.uint64(48), np.uint64(3 << 48)
_SIXTEEN, _SIXTEEN_BITS = np.uint64(16), np.uint64(0xFFFF)
_WORD_MAX = 64


@kernel
def filter_of(keys, wanted, size_bits):
    """A filter of 2^size_bits bits, two of them set for each wanted key, in uint64 words."""
    bits = np.zeros(1 << (size_bits - 6), np.uint64)
    shift = np.uint64(70 - size_bits)
    for k in np.flatnonzero(keys):
        if wanted[k]:
            bits[keys[k] >> shift] |= marks_of_key(keys[k])
    return bits


@part(lends=True)
def marks_of_key(key):
    """The two bits of a key within its word of a filter."""
    return (_ONE << (key & _LOW)) | (_ONE << ((key >> _SIX) & _LOW))


@part(lends=True)
def may_hold(bits, shift, key):
    """Whether a filter may have been made of this key; never wrong about one that it was."""
    marks = marks_of_key(key)
    return bits[key >> shift] & marks == marks


@kernel
def cells_of(keys, entries, code_at, codes):
    """(S, 2) uint64: each slot's key, and in the same cache line what its codes say; and a list.

    NOTHING where the key only begins phrases, HAZARD where one code names a hazard, FEW and up to
    three atoms, or MANY and where in the list their number stands, the atoms behind it.
    """
    cells = np.zeros((len(keys), 2), np.uint64)
    listed = np.zeros(2 * len(codes) + 1, np.int64)
    used = 0
    for slot in np.flatnonzero(keys):
        cells[slot, 0] = keys[slot]
        if entries[slot] < 0:
            continue
        entry = np.int64(entries[slot])
        said = _ZERO
        n = 0
        for c in range(code_at[entry], code_at[entry + 1]):
            kind = (codes[c] >> 16) & 63
            if kind == _HAZARD:
                said = HAZARD
            elif kind == _ATOM and said != HAZARD:
                n += 1
                if n <= FEW_MAX:
                    said = (said << _SIXTEEN) | np.uint64(codes[c] & 0xFFFF)
        if said != HAZARD and n > FEW_MAX:
            said = MANY | np.uint64(used)
            listed[used] = n
            used += 1
            for c in range(code_at[entry], code_at[entry + 1]):
                if (codes[c] >> 16) & 63 == _ATOM:
                    listed[used] = codes[c] & 0xFFFF
                    used += 1
        elif said != HAZARD and n > 0:
            said = FEW | (np.uint64(n) << _N_SHIFT) | said
        cells[slot, 1] = said
    return cells, listed[: used + 1].copy()


@part(lends=True)
def slot_of(cells, key):
    """Slot of a key, -1 when it is not there."""
    mask = len(cells) - 1
    slot = np.int64(key & np.uint64(mask))
    while cells[slot, 0] != key:
        if cells[slot, 0] == _ZERO:
            return -1
        slot = (slot + 1) & mask
    return slot


@part(lends=True)
def note(said, token, length, listed, atoms, n_atoms):
    """Take in one phrase: -1 when it names a hazard, else how many atoms are noted now."""
    if said == HAZARD:
        return -1
    many = said & MANY != _ZERO
    at = np.int64(said & ~MANY) if many else 0
    n = listed[at] if many else np.int64((said & _N_BITS) >> _N_SHIFT)
    if n_atoms + n > ATOMS_MAX:
        return -1
    for j in range(n):
        atom = listed[at + 1 + j] if many else np.int64((said >> np.uint64(16 * j)) & _SIXTEEN_BITS)
        atoms[n_atoms, 0], atoms[n_atoms, 1], atoms[n_atoms, 2] = atom, token, length
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
def taken(key, token, length, whole, cells, listed, atoms, n_atoms):
    """Take in the phrase of a key, if it is one: -1 when it names a hazard, else the atoms."""
    if not may_hold(whole, _WHOLE_SHIFT, key):
        return n_atoms
    slot = slot_of(cells, key)
    if slot < 0 or cells[slot, 1] == NOTHING:
        return n_atoms
    return note(cells[slot, 1], token, length, listed, atoms, n_atoms)


@part(lends=True)
def longer(p, state, rows, hashes, stem, whole, begun, cells, listed, atoms, n_atoms):
    """Take in the phrases of two tokens and more that begin at token p, whose hash is `state`."""
    q = p + 1
    while q < rows:
        before = state
        state = mixed((before * _GOLD) ^ hashes[q])
        if stem[q, 0] == _ZERO and not may_hold(begun, _BEGUN_SHIFT, state):
            break
        slot = slot_of(cells, state)
        if slot >= 0 and cells[slot, 1] != NOTHING:
            n_atoms = note(cells[slot, 1], p, q - p + 1, listed, atoms, n_atoms)
        for s in range(STEMS_KEPT):
            if stem[q, s] == _ZERO or n_atoms < 0:
                break
            key = mixed((before * _GOLD) ^ (stem[q, s] ^ _STEM_SALT))
            n_atoms = taken(key, p, q - p + 1, whole, cells, listed, atoms, n_atoms)
        if n_atoms < 0 or slot < 0:
            break
        q += 1
    return n_atoms


@part(lends=True)
def names_hazard(rows, hashes, bare, stem, whole, begun, cells, listed, pairs, pair_at,
                 atoms):  # fmt: skip
    """Whether a text of so many tokens holds a term, or a pair, in whatever language.

    Half of all words begin some phrase, few are one, and few stand before the second word of one:
    so nothing is looked up that the filters do not know. Another function is called for the few
    alone: to hand over a dozen arrays takes longer than most tokens do.
    """
    n_atoms = 0
    for p in range(rows):
        state = hashes[p]
        if may_hold(whole, _WHOLE_SHIFT, state):
            slot = slot_of(cells, state)
            if slot >= 0 and cells[slot, 1] != NOTHING:
                n_atoms = note(cells[slot, 1], p, 1, listed, atoms, n_atoms)
        if stem[p, 0] != _ZERO:
            for s in range(STEMS_KEPT):
                if stem[p, s] == _ZERO or n_atoms < 0:
                    break
                key = stem[p, s] ^ _STEM_SALT
                n_atoms = taken(key, p, 1, whole, cells, listed, atoms, n_atoms)
        if p + 1 < rows and n_atoms >= 0:
            key = mixed((state * _GOLD) ^ hashes[p + 1])
            if stem[p + 1, 0] != _ZERO or may_hold(begun, _BEGUN_SHIFT, key):
                n_atoms = longer(
                    p, state, rows, hashes, stem, whole, begun, cells, listed, atoms,
                    n_atoms,
                )  # fmt: skip
        # The stems of a bare word stand beside those of the full one.
        if bare[p] != _ZERO and n_atoms >= 0:
            n_atoms = taken(bare[p], p, 1, whole, cells, listed, atoms, n_atoms)
            if n_atoms >= 0:
                n_atoms = longer(
                    p, bare[p], rows, hashes, stem, whole, begun, cells, listed, atoms,
                    n_atoms,
                )  # fmt: skip
        if n_atoms < 0:
            return True
    return n_atoms > 1 and paired(atoms, n_atoms, pairs, pair_at)


@kernel
def sift(blob, spans, wanted, longest, signs, kinds, fold, stems, tags, known_stems, whole, begun,
         cells, listed, pairs, pair_at):  # fmt: skip
    """(n,) bool: which of the wanted texts blob[spans[i, 0]:spans[i, 1]] name a hazard."""
    n = len(wanted)
    found = np.zeros(n, np.bool_)
    room = longest + 2
    hashes = np.zeros(room, np.uint64)
    bare = np.zeros(room, np.uint64)
    stem = np.zeros((room, STEMS_KEPT), np.uint64)
    word = np.zeros(_WORD_MAX, np.int64)
    atoms = np.zeros((ATOMS_MAX, 3), np.int64)
    for i in range(n):
        if not wanted[i]:
            continue
        rows = skim(
            blob, spans[i, 0], spans[i, 1], signs, stems, known_stems, hashes, bare, stem, word
        )
        if rows == UNSURE:
            at = np.zeros(2, np.int64)
            at[0], at[1] = spans[i, 0], spans[i, 1]
            _, all_hashes, _, _, _, _, _, all_bare, all_stem, _ = cut(
                blob, at, kinds, fold, stems, tags
            )
            rows = len(all_hashes)
            hashes[:rows], bare[:rows], stem[:rows] = all_hashes, all_bare, all_stem
        found[i] = names_hazard(
            rows, hashes, bare, stem, whole, begun, cells, listed, pairs, pair_at, atoms
        )  # fmt: skip
    return found
