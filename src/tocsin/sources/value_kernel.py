"""What single JSON values mean: a text, a time, whether there is anything but white space."""

import numpy as np

from tocsin.compiled import part
from tocsin.sources.json_kernel import ESCAPED, escape_at

_SPACES = (0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
"""White space beyond ASCII, but for the row of it from 0x2000 to 0x200A."""


@part(lends=True)
def is_ascii(buffer, begin, end):
    """Whether no byte is part of a wider character."""
    every = np.uint8(0)
    for i in range(begin, end):
        every |= buffer[i]
    return every < 0x80


@part(lends=True)
def digits_at(buffer, i, count):
    """Value of so many digits at i, -1 when one of them is none."""
    value = np.int64(0)
    for j in range(i, i + count):
        if not 48 <= buffer[j] <= 57:
            return -1
        value = 10 * value + np.int64(buffer[j]) - 48
    return value


@part(lends=True)
def stamp_ms(buffer, at, size):
    """Milliseconds of `2026-11-22T10:00:00.123456Z`; -1 for any other form."""
    if size < 20 or size > 27 or buffer[at + size - 1] != 90:
        return -1
    year, month = digits_at(buffer, at, 4), digits_at(buffer, at + 5, 2)
    day, hour = digits_at(buffer, at + 8, 2), digits_at(buffer, at + 11, 2)
    minute, second = digits_at(buffer, at + 14, 2), digits_at(buffer, at + 17, 2)
    marks = buffer[at + 4] == 45 and buffer[at + 7] == 45 and buffer[at + 10] == 84
    if not marks or buffer[at + 13] != 58 or buffer[at + 16] != 58:
        return -1
    if not 2000 <= year < 2100 or not 1 <= month <= 12 or not 1 <= day <= 28:
        return -1
    if not 0 <= hour < 24 or not 0 <= minute < 60 or not 0 <= second < 60:
        return -1
    part_us = 0
    if size > 20:
        count = size - 21
        # Python 3.11 takes any number of digits, 3.10 three or six: these are the ones in use.
        if buffer[at + 19] != 46 or (count != 3 and count != 6):
            return -1
        part_us = digits_at(buffer, at + 20, count)
        if part_us < 0:
            return -1
        part_us *= 1000 if count == 3 else 1
        if part_us % 1000 == 500:
            return -1
    # Days since 1970 of the civil calendar, months counted from March.
    shifted = year - (1 if month <= 2 else 0)
    era = shifted // 400
    of_era = shifted - 400 * era
    of_year = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    return seconds * 1_000 + (part_us + 500) // 1_000


@part(lends=True)
def text_into(buffer, at, size, holds, blob, used):
    """Write a string without its escapes to `blob`; returns the position behind it."""
    if holds & ESCAPED == 0:
        for j in range(size):
            blob[used + j] = buffer[at + j]
        return used + size
    i, end = at, at + size
    while i < end:
        if buffer[i] != 92:
            blob[used] = buffer[i]
            used += 1
            i += 1
            continue
        i, code = escape_at(buffer, i)
        if code < 0x80:
            blob[used] = code
            used += 1
        elif code < 0x800:
            blob[used], blob[used + 1] = 0xC0 | code >> 6, 0x80 | code & 63
            used += 2
        elif code < 0x10000:
            blob[used], blob[used + 1] = 0xE0 | code >> 12, 0x80 | (code >> 6) & 63
            blob[used + 2] = 0x80 | code & 63
            used += 3
        else:
            blob[used], blob[used + 1] = 0xF0 | code >> 18, 0x80 | (code >> 12) & 63
            blob[used + 2], blob[used + 3] = 0x80 | (code >> 6) & 63, 0x80 | code & 63
            used += 4
    return used


@part(lends=True)
def is_blank(blob, begin, end):
    """Whether a text is white space and nothing else."""
    i = begin
    while i < end:
        byte = np.int64(blob[i])
        if byte < 0x80:
            if not (9 <= byte <= 13 or 28 <= byte <= 32):
                return False
            i += 1
            continue
        size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        if size == 4:
            return False
        code = byte & (0x1F if size == 2 else 0x0F)
        for j in range(1, size):
            code = code << 6 | np.int64(blob[i + j]) & 0x3F
        space = 0x2000 <= code <= 0x200A
        for known in _SPACES:
            space = space or code == known
        if not space:
            return False
        i += size
    return True
