"""Walks Jetstream frames byte by byte and writes columns; whatever is unusual it leaves to others.

Where it does not answer ASK, the frame is valid JSON and the answer is the one of
`frames.decode_jetstream`.
"""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.metrics import Reason
from tocsin.sources.columns import CREATE, DELETE, EDIT, reason_code
from tocsin.sources.json_kernel import (
    DEEPEST,
    ESCAPED,
    escape_at,
    is_utf8,
    key_at,
    name_of,
    spells,
    string_end,
    value_end,
)  # fmt: skip

ASK = 255
"""The frame is for the exact decoder."""
_OTHER_KIND, _BAD_TIME = reason_code(Reason.OTHER_KIND), reason_code(Reason.BAD_TIME)
_NO_TEXT = reason_code(Reason.NO_TEXT)
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000
_TEXT_BYTES, _DID_BYTES, _KEY_BYTES, _LANG_BYTES, _FRAME_BYTES = 4_096, 2_048, 512, 35, 65_536


def _name(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode()[:8], "little"))


_DID, _TIME_US, _KIND, _COMMIT = _name("did"), _name("time_us"), _name("kind"), _name("commit")
_ACCOUNT, _TYPE, _PAYLOAD, _TIME = (
    _name("account"), _name("$type"), _name("payload"), _name("time"),
)  # fmt: skip
_OPERATION, _COLLECTION, _RKEY, _RECORD = (
    _name("operation"), _name("collection"), _name("rkey"), _name("record"),
)  # fmt: skip
_WITNESSED, _TEXT, _LANGS, _LABELS = (
    _name("witnessedAt"), _name("text"), _name("langs"), _name("labels"),
)  # fmt: skip
_CREATE, _UPDATE, _DELETE = _name("create"), _name("update"), _name("delete")
_MESSAGE = tuple(b"message")
_POSTS = tuple(b"app.bsky.feed.post")
_DID_BEGINS = tuple(b"did:")
_V2_COMMIT = tuple(b"network.bsky.jetstream.subscribeEvents#commit")
_V2_ACCOUNT = tuple(b"network.bsky.jetstream.subscribeEvents#account")

F_KIND, F_COMMIT, F_TYPE, F_PAYLOAD, F_TIME_US = range(5)
S_DID, S_RKEY, S_TEXT, S_TIME, S_TYPE, S_COLLECTION = range(6)
"""Rows of `found`: first byte, size (-1 = not there) and what the string holds."""
_SPACES = (0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@part(lends=True)
def string_into(buffer, marks, cursor, i, found, row):
    """Note the string whose quote is at i in a row of `found`; position behind it, -1 for none."""
    if buffer[i] != 34 or found[row, 1] >= 0:
        return -1
    end, holds = string_end(buffer, marks, cursor, i + 1)
    if end < 0:
        return -1
    found[row, 0], found[row, 1], found[row, 2] = i + 1, end - i - 1, holds
    return end + 1


@part(lends=True)
def is_ascii(buffer, begin, end):
    """Whether no byte is part of a wider character."""
    every = np.uint8(0)
    for i in range(begin, end):
        every |= buffer[i]
    return every < 0x80


@part(lends=True)
def langs_into(buffer, marks, cursor, i):
    """(position behind, language code) of the list of declared languages at i; -1 when unusual."""
    if buffer[i] == 110:
        return value_end(buffer, marks, cursor, i, 0), 0
    if buffer[i] != 91:
        return -1, 0
    i += 1
    lang, first = 0, True
    while buffer[i] == 34:
        end, holds = string_end(buffer, marks, cursor, i + 1)
        if end < 0 or holds != 0 or not is_ascii(buffer, i + 1, end):
            return -1, 0
        size = end - i - 1
        if first and 2 <= size <= _LANG_BYTES:
            one, two = np.int64(buffer[i + 1]), np.int64(buffer[i + 2])
            one += 32 if 65 <= one <= 90 else 0
            two += 32 if 65 <= two <= 90 else 0
            lang = one + 256 * two
        first = False
        i = end + 1
        if buffer[i] == 93:
            return i + 1, lang
        if buffer[i] != 44:
            return -1, 0
        i += 1
    return (i + 1, 0) if first and buffer[i] == 93 else (-1, 0)


@part(lends=True)
def record_into(buffer, marks, cursor, i, found):
    """(position behind, language code) of the post record at i; -1 when unusual."""
    lang = 0
    if buffer[i] != 123:
        return -1, 0
    i += 1
    if buffer[i] == 125:
        return i + 1, 0
    heard = False
    while True:
        at, size, i = key_at(buffer, marks, cursor, i)
        if at < 0:
            return -1, 0
        name = name_of(buffer, at, size)
        if size == 4 and name == _TEXT:
            i = string_into(buffer, marks, cursor, i, found, S_TEXT)
        elif size == 5 and name == _LANGS:
            if heard:
                return -1, 0
            heard = True
            i, lang = langs_into(buffer, marks, cursor, i)
        elif size == 6 and name == _LABELS:
            return -1, 0
        else:
            i = value_end(buffer, marks, cursor, i, DEEPEST - 4)
        if i < 0:
            return -1, 0
        if buffer[i] == 125:
            return i + 1, lang
        if buffer[i] != 44:
            return -1, 0
        i += 1


@part(lends=True)
def commit_into(buffer, marks, cursor, i, wire, found):
    """(position behind, operation, language) of the commit or v2 payload whose brace is at i.

    The operation is CREATE, EDIT or DELETE, and -1 for one that is none.
    """
    op, lang, is_recorded = -1, 0, False
    if buffer[i] != 123:
        return -1, -1, 0
    i += 1
    while True:
        at, size, i = key_at(buffer, marks, cursor, i)
        if at < 0:
            return -1, -1, 0
        name = name_of(buffer, at, size)
        if size == 9 and name == _OPERATION and buffer[at + 8] == 110:
            end, holds = string_end(buffer, marks, cursor, i + 1)
            if buffer[i] != 34 or end < 0 or holds != 0 or op >= 0 or end - i != 7:
                return -1, -1, 0
            said = name_of(buffer, i + 1, 6)
            op = CREATE if said == _CREATE else EDIT if said == _UPDATE else DELETE
            if op == DELETE and said != _DELETE:
                return -1, -1, 0
            i = end + 1
        elif size == 10 and name == _COLLECTION and buffer[at + 8] == 111 and buffer[at + 9] == 110:
            i = string_into(buffer, marks, cursor, i, found, S_COLLECTION)
        elif size == 4 and name == _RKEY:
            i = string_into(buffer, marks, cursor, i, found, S_RKEY)
        elif size == 6 and name == _RECORD:
            # The order of the wire; in another one the record would have to be read twice.
            if is_recorded or op < 0 or found[S_COLLECTION, 1] < 0:
                return -1, -1, 0
            is_recorded = True
            at, size = found[S_COLLECTION, 0], found[S_COLLECTION, 1]
            if op != DELETE and spells(buffer, at, size, _POSTS):
                i, lang = record_into(buffer, marks, cursor, i, found)
            else:
                i = value_end(buffer, marks, cursor, i, DEEPEST - 4)
        elif wire == 2 and size == 3 and name == _DID:
            i = string_into(buffer, marks, cursor, i, found, S_DID)
        elif wire == 2 and size == 5 and name == _TYPE:
            i = string_into(buffer, marks, cursor, i, found, S_TYPE)
        elif wire == 2 and ((size == 4 and name == _TIME) or (size == 11 and name == _WITNESSED)):
            # Which of two times counts is for the exact decoder.
            i = string_into(buffer, marks, cursor, i, found, S_TIME)
        elif wire == 2 and size == 7 and name == _ACCOUNT:
            return -1, -1, 0
        else:
            i = value_end(buffer, marks, cursor, i, DEEPEST - 4)
        if i < 0:
            return -1, -1, 0
        if buffer[i] == 125:
            if not is_recorded and op != DELETE:
                op = -1
            return i + 1, op, lang
        if buffer[i] != 44:
            return -1, -1, 0
        i += 1


@part(lends=True)
def digits_at(buffer, i, count):
    """Value of so many digits at i, -1 when one of them is none."""
    value = 0
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


@part(lends=True)
def envelope(buffer, marks, cursor, i, found, flags):
    """(position behind, operation, language) of a whole frame; notes its parts.

    `flags`: what the kind says (1 commit, 2 other), whether there was a commit, a type, a
    payload, and the time in microseconds.
    """
    op, lang = -1, 0
    if buffer[i] != 123:
        return -1, -1, 0
    i += 1
    while True:
        at, size, i = key_at(buffer, marks, cursor, i)
        if at < 0:
            return -1, -1, 0
        name = name_of(buffer, at, size)
        if size == 3 and name == _DID:
            i = string_into(buffer, marks, cursor, i, found, S_DID)
        elif size == 7 and name == _TIME_US:
            end = value_end(buffer, marks, cursor, i, 0)
            stamp = digits_at(buffer, i, end - i) if end > i else -1
            if stamp < 0 or flags[F_TIME_US] >= 0:
                return -1, -1, 0
            flags[F_TIME_US] = stamp
            i = end
        elif size == 4 and name == _KIND:
            end, holds = string_end(buffer, marks, cursor, i + 1)
            if buffer[i] != 34 or end < 0 or holds != 0 or flags[F_KIND] != 0:
                return -1, -1, 0
            said = name_of(buffer, i + 1, end - i - 1)
            flags[F_KIND] = 1 if said == _COMMIT and end - i == 7 else 2
            if said == _ACCOUNT and end - i == 8:
                return -1, -1, 0
            i = end + 1
        elif size == 6 and name == _COMMIT:
            if flags[F_COMMIT] != 0:
                return -1, -1, 0
            flags[F_COMMIT] = 1
            i, op, lang = commit_into(buffer, marks, cursor, i, 1, found)
        elif size == 7 and name == _ACCOUNT:
            return -1, -1, 0
        elif size == 5 and name == _TYPE:
            end, holds = string_end(buffer, marks, cursor, i + 1)
            if buffer[i] != 34 or flags[F_TYPE] != 0 or end < 0:
                return -1, -1, 0
            if not spells(buffer, i + 1, end - i - 1, _MESSAGE):
                return -1, -1, 0
            flags[F_TYPE] = 1
            i = end + 1
        elif size == 7 and name == _PAYLOAD:
            if flags[F_TYPE] == 0 or flags[F_PAYLOAD] != 0 or found[S_DID, 1] >= 0:
                return -1, -1, 0
            flags[F_PAYLOAD] = 1
            i, op, lang = commit_into(buffer, marks, cursor, i, 2, found)
        else:
            i = value_end(buffer, marks, cursor, i, DEEPEST - 2)
        if i < 0:
            return -1, -1, 0
        if buffer[i] == 125:
            return i + 1, op, lang
        if buffer[i] != 44:
            return -1, -1, 0
        i += 1


@part(lends=True)
def judged(buffer, found, flags):
    """(0, _OTHER_KIND, _BAD_TIME or ASK; milliseconds) of a frame whose parts are noted."""
    at_ms = -1
    if flags[F_PAYLOAD] == 1:
        if flags[F_COMMIT] != 0 or flags[F_KIND] != 0 or flags[F_TIME_US] >= 0:
            return ASK, 0
        at, size = found[S_TYPE, 0], found[S_TYPE, 1]
        if size < 0 or spells(buffer, at, size, _V2_ACCOUNT):
            return ASK, 0
        if not spells(buffer, at, size, _V2_COMMIT):
            return ASK, 0
        if found[S_COLLECTION, 1] <= 0 or found[S_RKEY, 1] <= 0:
            return ASK, 0
        if not spells(buffer, found[S_COLLECTION, 0], found[S_COLLECTION, 1], _POSTS):
            return _OTHER_KIND, 0
        if found[S_TIME, 1] < 0:
            return ASK, 0
        at_ms = stamp_ms(buffer, found[S_TIME, 0], found[S_TIME, 1])
        if at_ms < 0:
            return ASK, 0
    else:
        if flags[F_TYPE] != 0 or flags[F_TIME_US] < 0 or flags[F_KIND] == 0:
            return ASK, 0
        if found[S_DID, 1] < 0:
            return ASK, 0
        if flags[F_KIND] == 2:
            return (_OTHER_KIND if flags[F_COMMIT] == 0 else ASK), 0
        if flags[F_COMMIT] == 0 or found[S_COLLECTION, 1] < 0 or found[S_RKEY, 1] < 0:
            return ASK, 0
        at_ms = flags[F_TIME_US] // 1000
        if not spells(buffer, found[S_COLLECTION, 0], found[S_COLLECTION, 1], _POSTS):
            return _OTHER_KIND, 0
    return 0, at_ms


@part(lends=True)
def frame_into(buffer, words, marks, cursor, begin, end, found, flags, spans, blob, used):
    """(refused, operation, milliseconds, language, bytes used) of one frame."""
    found[:, 1] = -1
    flags[:] = 0
    flags[F_TIME_US] = -1
    if end - begin > _FRAME_BYTES:
        return ASK, 0, 0, 0, used
    i, op, lang = envelope(buffer, marks, cursor, begin, found, flags)
    if i != end or not is_utf8(buffer, words, begin, end):
        return ASK, 0, 0, 0, used
    refused, at_ms = judged(buffer, found, flags)
    # A post without operation or record is broken; so may be a frame that is no post.
    if refused != 0:
        return refused, 0, 0, 0, used
    did, did_size = found[S_DID, 0], found[S_DID, 1]
    key, key_size = found[S_RKEY, 0], found[S_RKEY, 1]
    if op < 0 or found[S_DID, 2] != 0 or found[S_RKEY, 2] != 0:
        return ASK, 0, 0, 0, used
    if not is_ascii(buffer, did, did + did_size) or not is_ascii(buffer, key, key + key_size):
        return ASK, 0, 0, 0, used
    if not 4 <= did_size <= _DID_BYTES or not 0 < key_size <= _KEY_BYTES:
        return ASK, 0, 0, 0, used
    if not spells(buffer, did, 4, _DID_BEGINS):
        return ASK, 0, 0, 0, used
    if not _EARLIEST_MS <= at_ms < _LATEST_MS:
        return _BAD_TIME, 0, 0, 0, used
    spans[0] = used
    if op != DELETE:
        size = max(found[S_TEXT, 1], 0)
        if size > _TEXT_BYTES:
            return ASK, 0, 0, 0, used
        behind = text_into(buffer, found[S_TEXT, 0], size, found[S_TEXT, 2], blob, used)
        if is_blank(blob, used, behind):
            if op == CREATE:
                return _NO_TEXT, 0, 0, 0, used
            op, lang, behind = DELETE, 0, used
        used = behind
    spans[1] = spans[2] = spans[4] = used
    for j in range(did_size):
        blob[used + j] = buffer[did + j]
    used += did_size
    spans[3] = used
    blob[used] = 47
    used += 1
    for j in range(key_size):
        blob[used + j] = buffer[key + j]
    used += key_size
    spans[5] = used
    return 0, op, at_ms, lang if op != DELETE else 0, used


@kernel
def scan(buffer, words, marks, start, end):
    """Columns of n frames; `words` is the buffer as numbers of eight bytes, `marks` where its
    quotes, backslashes and control bytes are.

    Returns (refused, op, at_ms, lang, spans, blob); refused is ASK where the exact decoder has
    to be asked.
    """
    n = len(start)
    refused = np.zeros(n, np.uint8)
    op = np.zeros(n, np.uint8)
    at_ms = np.zeros(n, np.int64)
    lang = np.zeros(n, np.uint16)
    spans = np.full((n, 6), -1, np.int64)
    room = 0
    for f in range(n):
        room += end[f] - start[f]
    blob = np.empty(room + 1, np.uint8)
    found = np.zeros((6, 3), np.int64)
    flags = np.zeros(5, np.int64)
    cursor = np.zeros(1, np.int64)
    mark = 0
    used = 0
    for f in range(n):
        while marks[mark] < start[f]:
            mark += 1
        cursor[0] = mark
        refused[f], op[f], at_ms[f], lang[f], used = frame_into(
            buffer, words, marks, cursor, start[f], end[f], found, flags, spans[f], blob, used
        )
        if refused[f] != 0:
            spans[f, :] = -1
    return refused, op, at_ms, lang, spans, blob[:used]
