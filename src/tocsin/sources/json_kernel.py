"""Finds its way through JSON bytes without building anything."""

import numpy as np

from tocsin.compiled import kernel, part

DEEPEST = 24
"""Nesting that is walked; deeper frames are left to the exact decoder and its own bound."""
ESCAPED = 1

_LOW = np.uint64(0x7F7F7F7F7F7F7F7F)
_QUOTES = np.uint64(0x2222222222222222)
_SLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
_CONTROLS = np.uint64(0xE0E0E0E0E0E0E0E0)
_GATHER = np.uint64(0x0102040810204080)
_HIGH = np.uint64(0x8080808080808080)
_SEVEN, _TOP = np.uint64(7), np.uint64(56)
_ONE = np.uint64(1)
_WORD_BITS = np.uint64(64)
_ZERO = np.uint64(0)


@kernel
def mark_bytes(words, bits):
    """Set bit i of `bits` where byte i is a quote, a backslash or a control; eight at a time."""
    for j in range(len(words)):
        word = words[j]
        quote, slash, control = word ^ _QUOTES, word ^ _SLASHES, word & _CONTROLS
        # A byte is zero when neither its lower bits carry over nor its top bit is set.
        odd = ~(((quote & _LOW) + _LOW) | quote | _LOW)
        odd |= ~(((slash & _LOW) + _LOW) | slash | _LOW)
        odd |= ~(((control & _LOW) + _LOW) | control | _LOW)
        bits[j] = np.uint8(((odd >> _SEVEN) * _GATHER) >> _TOP)


@kernel(lends=True)
def marks_of(bits, places, marks):
    """Write the positions of the set bits to `marks`, and one beyond the last; how many there are.

    `places[b]` tells how many bits a byte has set, and then where, the lowest first. Up to eight
    more entries are written than count, so `marks` has to hold one for every byte and eight more.
    """
    used = 0
    for j in range(len(bits)):
        # Eight are written whatever the byte holds: to ask first would be guessed wrong too often.
        byte = bits[j]
        for k in range(8):
            marks[used + k] = 8 * j + places[byte, 1 + k]
        used += places[byte, 0]
    marks[used] = 8 * len(bits)
    return used


@part(lends=True)
def is_utf8(buffer, words, begin, end):
    """Whether the bytes from begin to end are well-formed UTF-8."""
    high = _ZERO
    for j in range(begin >> 3, (end + 7) >> 3):
        high |= words[j]
    if high & _HIGH == _ZERO:
        return True
    i = begin
    while i < end:
        if buffer[i] < 0x80:
            # What a word holds beyond the end belongs to no wide character: the end is ASCII.
            i += 8 if i & 7 == 0 and words[i >> 3] & _HIGH == _ZERO else 1
        else:
            i = wide_end(buffer, i)
            if i < 0 or i > end:
                return False
    return True


@part(lends=True)
def wide_end(buffer, i):
    """Position behind the UTF-8 character of several bytes at i, -1 when it is malformed."""
    first, second = buffer[i], buffer[i + 1]
    if second & 0xC0 != 0x80:
        return -1
    if 0xC2 <= first < 0xE0:
        return i + 2
    if 0xE0 <= first < 0xF0:
        if buffer[i + 2] & 0xC0 != 0x80:
            return -1
        if (first == 0xE0 and second < 0xA0) or (first == 0xED and second >= 0xA0):
            return -1
        return i + 3
    if 0xF0 <= first < 0xF5:
        if buffer[i + 2] & 0xC0 != 0x80 or buffer[i + 3] & 0xC0 != 0x80:
            return -1
        if (first == 0xF0 and second < 0x90) or (first == 0xF4 and second >= 0x90):
            return -1
        return i + 4
    return -1


@part(lends=True)
def four_hex(buffer, i):
    """Value of four hexadecimal digits, -1 when they are none."""
    value = np.int64(0)
    for j in range(i, i + 4):
        byte = np.int64(buffer[j])
        if 48 <= byte <= 57:
            digit = byte - 48
        elif 97 <= byte | 32 <= 102:
            digit = (byte | 32) - 87
        else:
            return -1
        value = value * 16 + digit
    return value


@part(lends=True)
def escape_at(buffer, i):
    """(position behind, code point) of the escape at the backslash i; (-1, 0) when it is none."""
    sort = buffer[i + 1]
    if sort == 117:
        code = four_hex(buffer, i + 2)
        if code < 0 or 0xDC00 <= code < 0xE000:
            return -1, 0
        if code < 0xD800 or code >= 0xE000:
            return i + 6, code
        if buffer[i + 6] != 92 or buffer[i + 7] != 117:
            return -1, 0
        low = four_hex(buffer, i + 8)
        if not 0xDC00 <= low < 0xE000:
            return -1, 0
        return i + 12, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
    if sort == 110:
        return i + 2, 10
    if sort == 34 or sort == 92 or sort == 47:
        return i + 2, np.int64(sort)
    if sort == 98:
        return i + 2, 8
    if sort == 102:
        return i + 2, 12
    if sort == 114:
        return i + 2, 13
    if sort == 116:
        return i + 2, 9
    return -1, 0


@part(lends=True)
def string_end(buffer, marks, cursor, i):
    """(position of the closing quote, ESCAPED or 0) of the string whose first byte is i.

    `cursor[0]` is the mark of its opening quote, and afterwards the one behind the closing quote.
    What is seldom has a function of its own, here and below: so the rest is small enough to be
    woven into the loops, where a call would hand over three arrays for each string.
    """
    end = np.int64(marks[cursor[0] + 1])
    if buffer[end] == 34:
        cursor[0] += 2
        return end, 0
    return escaped_end(buffer, marks, cursor, i), ESCAPED


@part(lends=True)
def escaped_end(buffer, marks, cursor, i):
    """Position of the closing quote of a string with escapes, -1 when it is malformed."""
    at = cursor[0] + 1
    end = np.int64(marks[at])
    while buffer[end] == 92:
        i, _ = escape_at(buffer, end)
        if i < 0:
            return -1
        while marks[at] < i:
            at += 1
        end = np.int64(marks[at])
    cursor[0] = at + 1
    return end if buffer[end] == 34 else -1


@part(lends=True)
def scalar_end(buffer, i):
    """Position behind a number, true, false or null at i; -1 for anything unusual."""
    first = buffer[i]
    if first == 116:
        same = buffer[i + 1] == 114 and buffer[i + 2] == 117 and buffer[i + 3] == 101
        return i + 4 if same else -1
    if first == 110:
        same = buffer[i + 1] == 117 and buffer[i + 2] == 108 and buffer[i + 3] == 108
        return i + 4 if same else -1
    if first == 102:
        same = buffer[i + 1] == 97 and buffer[i + 2] == 108 and buffer[i + 3] == 115
        return i + 5 if same and buffer[i + 4] == 101 else -1
    begin = i
    while 48 <= buffer[i] <= 57:
        i += 1
    # Signs, fractions and exponents are seldom, and the exact decoder knows their bounds.
    if i == begin or i - begin > 18 or (buffer[begin] == 48 and i - begin > 1):
        return -1
    return i


@part(lends=True)
def key_at(buffer, marks, cursor, i):
    """(first byte, size, position of the value) of the key whose quote is at i; -1 for none."""
    end = np.int64(marks[cursor[0] + 1])
    if buffer[i] != 34 or buffer[end] != 34 or buffer[end + 1] != 58:
        return -1, 0, 0
    cursor[0] += 2
    return i + 1, end - i - 1, end + 2


@part(lends=True)
def skipped(buffer, marks, cursor, i, depth_left):
    """As `value_end`, quick where the value is a plain string."""
    if buffer[i] == 34:
        end = np.int64(marks[cursor[0] + 1])
        if buffer[end] == 34:
            cursor[0] += 2
            return end + 1
    return value_end(buffer, marks, cursor, i, depth_left)


@part(lends=True)
def value_end(buffer, marks, cursor, i, depth_left):
    """Position behind the value at i, whatever it is; -1 when it is not plain, compact JSON.

    Most of a frame is gone through here, so plain strings are stepped over without a call.
    """
    stack = _ZERO
    depth = 0
    mark = cursor[0]
    while True:
        first = buffer[i]
        opened = False
        if first == 34:
            end = np.int64(marks[mark + 1])
            mark += 2
            if buffer[end] != 34:
                cursor[0] = mark - 2
                end = escaped_end(buffer, marks, cursor, i + 1)
                if end < 0:
                    return -1
                mark = cursor[0]
            i = end + 1
        elif first == 123 or first == 91:
            depth += 1
            if depth > depth_left:
                return -1
            is_map = first == 123
            stack = (stack << _ONE) | (_ONE if is_map else _ZERO)
            i += 1
            opened = buffer[i] != (125 if is_map else 93)
            if opened and is_map:
                end = np.int64(marks[mark + 1])
                if buffer[i] != 34 or buffer[end] != 34 or buffer[end + 1] != 58:
                    return -1
                mark += 2
                i = end + 2
        else:
            i = scalar_end(buffer, i)
            if i < 0:
                return -1
        while not opened:
            if depth == 0:
                cursor[0] = mark
                return i
            is_map = stack & _ONE == _ONE
            if buffer[i] == 44:
                i += 1
                opened = True
                if is_map:
                    end = np.int64(marks[mark + 1])
                    if buffer[i] != 34 or buffer[end] != 34 or buffer[end + 1] != 58:
                        return -1
                    mark += 2
                    i = end + 2
            elif buffer[i] == (125 if is_map else 93):
                i += 1
                depth -= 1
                stack >>= _ONE
            else:
                return -1


@part(lends=True)
def name_of(words, at, size):
    """Up to eight first bytes of a name as one number."""
    shift = np.uint64(8 * (at & 7))
    name = words[at >> 3] >> shift
    if shift != _ZERO:
        name |= words[(at >> 3) + 1] << (_WORD_BITS - shift)
    if size < 8:
        name &= (_ONE << np.uint64(8 * size)) - _ONE
    return name


@part(lends=True)
def spells(buffer, at, size, wanted):
    """Whether these bytes are exactly the wanted ones."""
    if size != len(wanted):
        return False
    for j in range(size):
        if buffer[at + j] != wanted[j]:
            return False
    return True
