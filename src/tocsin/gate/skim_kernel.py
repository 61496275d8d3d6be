"""The quick tokeniser of the sieve: hashes and known stems alone, nothing of how a word stood."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.vocabulary.alphabet import AT, CHAR, DIGIT, DROP, EMOJI, LETTER, SEP, SIZE
from tocsin.vocabulary.token_kernel import (
    STEMS_KEPT,
    calm,
    clitic,
    code_at,
    contains,
    hash_word,
    is_link,
    is_mark,
    mixed,
    skip_to_gap,
)  # fmt: skip

UNSURE = -1
"""The text holds what only the full tokeniser cuts: a hashtag, or a number with marks in it."""
STEM_BITS = 19
"""The filter before the set of stems holds 2^19 bits: 64 KB."""
_STEM_SHIFT = np.uint64(64 - STEM_BITS)
_FNV = np.uint64(0x100000001B3)
_BASIS = np.uint64(0xCBF29CE484222325)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_INVERSE_1 = np.uint64(0x96DE1B173F119089)
_INVERSE_2 = np.uint64(0x319642B2D24D8EC3)
_U30, _U60, _U27, _U54, _U31, _U62 = (np.uint64(n) for n in (30, 60, 27, 54, 31, 62))
_SIX, _LOW = np.uint64(6), np.uint64(63)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_SORT_SHIFT, _LETTER_BITS = np.uint32(24), np.uint32(0xFFFFFF)
_LONE_SIGN = np.uint32(CHAR << 24)
_STEM_MIN, _WORD_MAX, _DIGITS_MAX = 3, 64, 15
_DIGIT_0 = np.uint64(48)


@kernel
def signs_of(kinds, fold):
    """(SIZE,) uint32: class << 24 | folded letter of each code point, to be had in one look."""
    signs = np.zeros(len(kinds), np.uint32)
    for i in range(len(kinds)):
        signs[i] = (np.uint32(kinds[i]) << _SORT_SHIFT) | np.uint32(fold[i])
    return signs


@part(lends=True)
def unmixed(key):
    """The state of which `mixed` made this key."""
    key = (key ^ (key >> _U31) ^ (key >> _U62)) * _INVERSE_2
    key = (key ^ (key >> _U27) ^ (key >> _U54)) * _INVERSE_1
    return key ^ (key >> _U30) ^ (key >> _U60)


@kernel
def stem_bits(stems):
    """(2^13,) uint64: a bit for every known stem, found by the state before its hash is made."""
    bits = np.zeros(1 << (STEM_BITS - 6), np.uint64)
    for stem in stems:
        if stem != _ZERO:
            bit = (unmixed(stem) * _SPREAD) >> _STEM_SHIFT
            bits[bit >> _SIX] |= _ONE << (bit & _LOW)
    return bits


@part(lends=True)
def skim(buffer, base, end, signs, stems, bits, hashes, bare, stem, word):
    """Rows of the text buffer[base:end], or UNSURE: what `cut_text` writes of it to the hashes,
    the bare hashes and the stems. Rows need no clearing; a stem counts up to the first zero."""
    m = 0
    i = base
    while i < end:
        byte = buffer[i]
        step = 1
        code = np.int64(byte)
        sign = signs[byte]
        if byte >= 0x80:
            code, step = code_at(buffer, i, end)
            sign = signs[code] if code < SIZE else _LONE_SIGN
        sort = sign >> _SORT_SHIFT
        if sort == LETTER:
            begin = i
            size = 0
            known = 0
            is_calm = True
            last = before = np.uint64(0)
            state = _BASIS
            stem[m, 0] = _ZERO
            while True:
                letter = np.uint64(sign & _LETTER_BITS)
                if size < _WORD_MAX:
                    word[size] = np.int64(letter)
                    size += 1
                    if (letter ^ last) | (letter ^ before) == _ZERO:
                        is_calm = False
                    before = last
                    last = letter
                    state = (state ^ letter) * _FNV
                    bit = (state * _SPREAD) >> _STEM_SHIFT
                    if bits[bit >> _SIX] & (_ONE << (bit & _LOW)) and size >= _STEM_MIN:
                        key = mixed(state)
                        if contains(stems, key):
                            for k in range(STEMS_KEPT - 1, 0, -1):
                                stem[m, k] = stem[m, k - 1] if known > 0 else _ZERO
                            stem[m, 0] = key
                            known += 1
                i += step
                sort = np.uint32(DROP)
                while sort == DROP and i < end:
                    byte = buffer[i]
                    step = 1
                    sign = signs[byte]
                    if byte >= 0x80:
                        code, step = code_at(buffer, i, end)
                        sign = signs[code] if code < SIZE else _LONE_SIGN
                    sort = sign >> _SORT_SHIFT
                    if sort == DROP:
                        i += step
                if sort != LETTER:
                    break
            if i < end and (buffer[i] == 58 or buffer[i] == 46) and is_link(buffer, begin, i, end):
                i = skip_to_gap(buffer, i, end)
                continue
            if not is_calm:
                stem[m] = _ZERO
                size = calm(word, size)
                hashes[m] = hash_word(word, 0, size, stems, stem, m)
            else:
                hashes[m] = mixed(state)
            bare[m] = _ZERO
            if 0x620 <= word[0] <= 0x6D3:
                lead = clitic(word, size)
                if lead > 0:
                    if stem[m, 0] == _ZERO:
                        stem[m] = _ZERO
                    bare[m] = hash_word(word, lead, size, stems, stem, m)
            if m == 0 and size == 2 and word[0] == 114 and word[1] == 116:
                continue
            m += 1
        elif sort == SEP or sort == DROP:
            i += step
        elif sort == CHAR or sort == EMOJI:
            letter = np.uint64(sign & _LETTER_BITS) if code < SIZE else np.uint64(code)
            hashes[m] = mixed((_BASIS ^ letter) * _FNV)
            bare[m] = stem[m, 0] = _ZERO
            m += 1
            i += step
        elif sort == DIGIT:
            state = _BASIS
            size = 0
            while i < end:
                code, step = code_at(buffer, i, end)
                sign = signs[code] if code < SIZE else _LONE_SIGN
                sort = sign >> _SORT_SHIFT
                if sort == DIGIT:
                    if size < _DIGITS_MAX:
                        state = (state ^ np.uint64(sign & _LETTER_BITS)) * _FNV
                        size += 1
                elif sort != DROP:
                    break
                i += step
            if i + step < end and is_mark(code):
                ahead, _ = code_at(buffer, i + step, end)
                if ahead < SIZE and signs[ahead] >> _SORT_SHIFT == DIGIT:
                    return UNSURE
            hashes[m] = mixed(state)
            bare[m] = stem[m, 0] = _ZERO
            m += 1
        elif sort == AT:
            # A mention: the name is stepped over, never hashed.
            i = skip_to_gap(buffer, i + step, end)
        else:
            return UNSURE
    return m
