"""The tokeniser's inner loop: bytes in, columns out."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.vocabulary.alphabet import AT, CHAR, DIGIT, DROP, EMOJI, HASH, LETTER, SEP, SIZE

_FNV = np.uint64(0x100000001B3)
_BASIS = np.uint64(0xCBF29CE484222325)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31 = np.uint64(30), np.uint64(27), np.uint64(31)
_ZERO = np.uint64(0)
_STEM_MIN = 3
STEMS_KEPT = 4
"""Known stems of one word that are kept, the longest ones: languages nest them in each other."""
_TAG_SALT = np.uint64(0x48415348)
TAG_PART_MIN = 4
"""Shortest word, in letters, that a joined hashtag is parted at."""
TAG_REST_MIN = 2
_WORD_MAX = 64
"""Letters of a word that count; the rest of an endless word is skipped."""

_HTTPS = (104, 116, 116, 112, 115)
_WAW, _BA, _LAM, _FA, _KAF, _ALIF = 0x648, 0x628, 0x644, 0x641, 0x643, 0x627


@kernel(lends=True)
def mixed(state):
    """Finish a hash (the finaliser of splitmix64)."""
    state = (state ^ (state >> _U30)) * _M1
    state = (state ^ (state >> _U27)) * _M2
    return state ^ (state >> _U31)


@kernel(lends=True)
def code_at(buffer, i, end):
    """Code point and length at byte i; malformed bytes read as a gap of one byte."""
    first = buffer[i]
    if first < 0x80:
        return np.int64(first), 1
    if 0xC2 <= first < 0xE0 and i + 1 < end and buffer[i + 1] & 0xC0 == 0x80:
        return (np.int64(first & 0x1F) << 6) | np.int64(buffer[i + 1] & 0x3F), 2
    if 0xE0 <= first < 0xF0 and i + 2 < end:
        if buffer[i + 1] & 0xC0 == 0x80 and buffer[i + 2] & 0xC0 == 0x80:
            code = (
                (np.int64(first & 0x0F) << 12)
                | (np.int64(buffer[i + 1] & 0x3F) << 6)
                | np.int64(buffer[i + 2] & 0x3F)
            )
            # A letter written longer than need be would slip past whoever compares bytes.
            if code >= 0x800 and not 0xD800 <= code < 0xE000:
                return code, 3
    if 0xF0 <= first < 0xF5 and i + 3 < end:
        if (
            buffer[i + 1] & 0xC0 == 0x80
            and buffer[i + 2] & 0xC0 == 0x80
            and buffer[i + 3] & 0xC0 == 0x80
        ):
            code = (
                (np.int64(first & 0x07) << 18)
                | (np.int64(buffer[i + 1] & 0x3F) << 12)
                | (np.int64(buffer[i + 2] & 0x3F) << 6)
                | np.int64(buffer[i + 3] & 0x3F)
            )
            if 0x10000 <= code <= 0x10FFFF:
                return code, 4
    return np.int64(32), 1


@kernel(lends=True)
def contains(table, key):
    """Whether an open-addressed set holds a key."""
    mask = len(table) - 1
    slot = np.int64(key & np.uint64(mask))
    for _ in range(len(table)):
        if table[slot] == key:
            return True
        if table[slot] == _ZERO:
            return False
        slot = (slot + 1) & mask
    return False


@kernel(lends=True)
def clitic(word, size):
    """Length of the Arabic clitic and article a word begins with; 0 when it has none."""
    lead = 0
    if size > 4 and (word[0] == _WAW or word[0] == _FA):
        lead = 1
    at = lead
    if size - at > 4 and (word[at] == _BA or word[at] == _KAF) and word[at + 1] == _ALIF:
        if word[at + 2] == _LAM:
            return at + 3
    if size - at > 4 and word[at] == _LAM and word[at + 1] == _LAM:
        return at + 2
    if size - at > 4 and word[at] == _ALIF and word[at + 1] == _LAM:
        return at + 2
    if size - at > 3 and (word[at] == _BA or word[at] == _LAM):
        return at + 1
    return lead


@kernel(lends=True)
def hash_word(word, begin, size, stems, stem_out, row):
    """Hash of word[begin:size]; known stems on the way go to stem_out[row], longest first."""
    state = _BASIS
    for i in range(begin, size):
        state = (state ^ np.uint64(word[i])) * _FNV
        if len(stems) > 1 and i - begin + 1 >= _STEM_MIN:
            prefix = mixed(state)
            if contains(stems, prefix):
                for k in range(STEMS_KEPT - 1, 0, -1):
                    stem_out[row, k] = stem_out[row, k - 1]
                stem_out[row, 0] = prefix
    return mixed(state)


@kernel(lends=True)
def part_of_tag(word, size, tags):
    """(where, which side) a joined hashtag is parted: the longest known word that ends it, else
    the longest that begins it; (0, 0) when there is none."""
    for begin in range(TAG_REST_MIN, size - TAG_PART_MIN + 1):
        state = _BASIS
        for i in range(begin, size):
            state = (state ^ np.uint64(word[i])) * _FNV
        if contains(tags, mixed(state)):
            return begin, 1
    state = _BASIS
    found = 0
    for i in range(size - TAG_REST_MIN):
        state = (state ^ np.uint64(word[i])) * _FNV
        if i + 1 >= TAG_PART_MIN and contains(tags, mixed(state)):
            found = i + 1
    return found, 0


@kernel(lends=True)
def number_value(digits, size, points, n_points):
    """Value of a number: a last mark before exactly three digits groups, any other is decimal.

    `points[j]` is how many digits stand before the j-th mark.
    """
    value = 0.0
    for i in range(size):
        value = value * 10.0 + digits[i]
    if n_points == 0:
        return value
    after = size - points[n_points - 1]
    if n_points > 1 or after == 3:
        return value if after == 3 else value / 10.0**after
    return value / 10.0**after


@kernel(lends=True)
def is_mark(code):
    """Whether a sign may stand inside a number: comma, full stop, and the two Arabic ones."""
    return code == 44 or code == 46 or code == 0x66B or code == 0x66C


@kernel(lends=True)
def calm(word, size):
    """Draw runs of three or more equal letters together, in place; returns the new size."""
    out = 0
    i = 0
    while i < size:
        j = i
        while j < size and word[j] == word[i]:
            j += 1
        keep = 1 if j - i >= 3 else j - i
        for _ in range(keep):
            word[out] = word[i]
            out += 1
        i = j
    return out


@kernel(lends=True)
def skip_to_gap(buffer, i, end):
    """First byte at or after i that is white space."""
    while i < end and buffer[i] > 32:
        i += 1
    return i


@kernel(lends=True)
def is_link(buffer, start, i, end):
    """Whether the word that began at `start` and ends at `i` opens a web address."""
    size = i - start
    if size == 3 and i < end and buffer[i] == 46:
        for j in range(3):
            if buffer[start + j] | 32 != 119:
                return False
        return True
    if (size == 4 or size == 5) and i + 2 < end:
        if buffer[i] != 58 or buffer[i + 1] != 47 or buffer[i + 2] != 47:
            return False
        for j in range(size):
            if buffer[start + j] | 32 != _HTTPS[j]:
                return False
        return True
    return False


@kernel(lends=True)
def mark_tag(m, word, size, part, tags, stems, hashes, bare, stem):
    """Mark the words a hashtag is made with in row m; returns 1 when it was parted into two rows.

    Both halves keep the bytes of the whole: none is told from the other.
    """
    if contains(tags, hashes[m]):
        # A part of #CamelCase may name a hazard there that it does not name alone.
        if part:
            bare[m] = hashes[m] ^ _TAG_SALT
        return 0
    if part or stem[m, 0] != _ZERO:
        return 0
    at, side = part_of_tag(word, size, tags)
    if at == 0:
        return 0
    stem[m] = 0
    hashes[m] = hash_word(word, 0, at, stems, stem, m)
    hashes[m + 1] = hash_word(word, at, size, stems, stem, m + 1)
    bare[m] = 0
    bare[m + side] = hashes[m + side] ^ _TAG_SALT
    return 1


@part(lends=True)
def cut_text(buffer, base, end, kinds, fold, stems, tags, m, hashes, start, stop, kind, shape,
             value, bare, stem, word, points):  # fmt: skip
    """Tokens of the text buffer[base:end] into rows from m on; (rows in all, marks of the text).

    The rows must be as `cut` makes them: zero, and nan in `value`.
    """
    first = m
    marks = 0
    i = base
    tag = False
    while i < end:
        code, step = code_at(buffer, i, end)
        sort = kinds[code] if code < SIZE else CHAR
        letter = np.int64(fold[code]) if code < SIZE else code
        if sort == HASH:
            tag = True
            i += step
            continue
        if sort == AT:
            # A mention: the name is stepped over, never hashed.
            i = skip_to_gap(buffer, i + step, end)
            tag = False
            continue
        if sort == SEP or sort == DROP:
            if code == 63 or code == 0xFF1F or code == 0x61F:
                marks |= 2
            if code == 33 or code == 0xFF01:
                marks |= 4
            if sort == SEP:
                tag = False
            i += step
            continue
        if sort == CHAR or sort == EMOJI:
            hashes[m] = mixed((_BASIS ^ np.uint64(letter)) * _FNV)
            start[m], stop[m] = i - base, i - base + step
            kind[m] = 3 if sort == CHAR else 4
            shape[m] = 4 if tag else 0
            m += 1
            i += step
            continue
        begin = i
        size = 0
        if sort == DIGIT:
            n_points = 0
            while i < end:
                code, step = code_at(buffer, i, end)
                sort = kinds[code] if code < SIZE else CHAR
                if sort == DIGIT:
                    if size < 15:
                        word[size] = np.int64(fold[code]) - 48
                        size += 1
                elif is_mark(code) and i + step < end and size < 15:
                    ahead, _ = code_at(buffer, i + step, end)
                    if ahead >= SIZE or kinds[ahead] != DIGIT:
                        break
                    points[n_points] = size
                    n_points += 1
                elif sort != DROP:
                    break
                i += step
            value[m] = number_value(word, size, points, n_points)
            state = _BASIS
            for j in range(size):
                state = (state ^ np.uint64(word[j] + 48)) * _FNV
            hashes[m] = mixed(state)
            kind[m] = 2
            start[m], stop[m] = begin - base, i - base
            m += 1
            continue
        capitals = 0
        letters = 0
        was_small = False
        first_capital = False
        goes_on = False
        while i < end:
            code, step = code_at(buffer, i, end)
            sort = kinds[code] if code < SIZE else CHAR
            if sort == DROP:
                i += step
                continue
            if sort != LETTER:
                break
            letter = np.int64(fold[code])
            capital = (
                letter != code
                and code < 0x590
                and (
                    65 <= code <= 90
                    or 0xC0 <= code <= 0xDE
                    or 0x391 <= code <= 0x3A9
                    or 0x400 <= code <= 0x42F
                )
            )
            if tag and capital and was_small:
                goes_on = True
                break  # #CamelCase: a new word begins
            was_small = not capital
            if capital:
                capitals += 1
                if letters == 0:
                    first_capital = True
            letters += 1
            if size < _WORD_MAX:
                word[size] = letter
                size += 1
            i += step
        if letters == 0:
            continue
        if is_link(buffer, begin, i, end):
            marks |= 1
            i = skip_to_gap(buffer, i, end)
            tag = False
            continue
        size = calm(word, size)
        hashes[m] = hash_word(word, 0, size, stems, stem, m)
        if 0x620 <= word[0] <= 0x6D3:
            lead = clitic(word, size)
            if lead > 0:
                bare[m] = hash_word(word, lead, size, stems, stem, m)
        if first == m and size == 2 and word[0] == 114 and word[1] == 116:
            marks |= 8  # "RT": the old way to repost
            continue
        kind[m] = 1
        shape[m] = (1 if first_capital else 0) | (4 if tag else 0)
        if capitals == letters and letters > 1:
            shape[m] |= 2
        start[m], stop[m] = begin - base, i - base
        if tag and len(tags) > 1:
            joined = m > first and shape[m - 1] & 4 and stop[m - 1] == start[m]
            part = goes_on or joined
            m += mark_tag(m, word, size, part, tags, stems, hashes, bare, stem)
            if kind[m] == 0:
                kind[m], shape[m], start[m], stop[m] = 1, 4, start[m - 1], stop[m - 1]
        m += 1
    return m, marks


@kernel
def cut(buffer, offsets, kinds, fold, stems, tags):
    """Columns of `tokens.Tokens` for the texts in a buffer."""
    n = len(offsets) - 1
    room = offsets[n] - offsets[0] + 1
    at = np.zeros(n + 1, np.int64)
    hashes = np.zeros(room, np.uint64)
    start = np.zeros(room, np.int32)
    stop = np.zeros(room, np.int32)
    kind = np.zeros(room, np.uint8)
    shape = np.zeros(room, np.uint8)
    value = np.full(room, np.nan)
    bare = np.zeros(room, np.uint64)
    stem = np.zeros((room, STEMS_KEPT), np.uint64)
    marks = np.zeros(n, np.uint8)
    word = np.zeros(_WORD_MAX, np.int64)
    points = np.zeros(_WORD_MAX, np.int64)
    m = 0
    for doc in range(n):
        base, end = offsets[doc], offsets[doc + 1]
        m, marks[doc] = cut_text(
            buffer, base, end, kinds, fold, stems, tags, m, hashes, start, stop, kind, shape,
            value, bare, stem, word, points,
        )  # fmt: skip
        at[doc + 1] = m
    return (
        at, hashes[:m].copy(), start[:m].copy(), stop[:m].copy(), kind[:m].copy(),
        shape[:m].copy(), value[:m].copy(), bare[:m].copy(), stem[:m].copy(), marks,
    )  # fmt: skip
