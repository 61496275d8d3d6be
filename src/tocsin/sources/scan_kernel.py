"""Walks Jetstream frames byte by byte and writes columns; the unusual it leaves to others."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.sources.json_kernel import (
    DEEPEST,
    is_utf8,
    key_at,
    name_of,
    skipped,
    spells,
    string_end,
    value_end,
)  # fmt: skip
from tocsin.sources.operations import CREATE, DELETE, EDIT
from tocsin.sources.value_kernel import digits_at, is_ascii, is_blank, stamp_ms, text_into

ASK = 255
"""The frame is for the exact decoder. Where the scanner answers anything else, the frame is valid
JSON and the answer is the one of `frames.decode_jetstream`."""
_OTHER_KIND, _BAD_TIME, _NO_TEXT = 1, 2, 3
"""Why a frame goes no further, in the order of `scan.REFUSALS`."""
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
_IDENTITY = _name("identity")
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
def langs_into(buffer, marks, cursor, i):
    """(position behind, language code) of the list of declared languages at i; -1 when unusual."""
    if buffer[i] == 110:
        return value_end(buffer, marks, cursor, i, 0), 0
    if buffer[i] != 91:
        return -1, 0
    i += 1
    lang, first = np.int64(0), True
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
def record_into(buffer, words, marks, cursor, i, found):
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
        name = name_of(words, at, size)
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
            i = skipped(buffer, marks, cursor, i, DEEPEST - 4)
        if i < 0:
            return -1, 0
        if buffer[i] == 125:
            return i + 1, lang
        if buffer[i] != 44:
            return -1, 0
        i += 1


@part(lends=True)
def commit_into(buffer, words, marks, cursor, i, wire, found):
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
        name = name_of(words, at, size)
        if size == 9 and name == _OPERATION and buffer[at + 8] == 110:
            end, holds = string_end(buffer, marks, cursor, i + 1)
            if buffer[i] != 34 or end < 0 or holds != 0 or op >= 0 or end - i != 7:
                return -1, -1, 0
            said = name_of(words, i + 1, 6)
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
                i, lang = record_into(buffer, words, marks, cursor, i, found)
            else:
                i = skipped(buffer, marks, cursor, i, DEEPEST - 4)
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
            i = skipped(buffer, marks, cursor, i, DEEPEST - 4)
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
def envelope(buffer, words, marks, cursor, i, found, flags):
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
        name = name_of(words, at, size)
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
            said = name_of(words, i + 1, end - i - 1)
            flags[F_KIND] = 1 if said == _COMMIT and end - i == 7 else 2
            if said == _ACCOUNT and end - i == 8:
                return -1, -1, 0
            i = end + 1
        elif size == 6 and name == _COMMIT:
            if flags[F_COMMIT] != 0:
                return -1, -1, 0
            flags[F_COMMIT] = 1
            i, op, lang = commit_into(buffer, words, marks, cursor, i, 1, found)
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
            i, op, lang = commit_into(buffer, words, marks, cursor, i, 2, found)
        elif size == 8 and name == _IDENTITY:
            i = skipped(buffer, marks, cursor, i, DEEPEST - 2)
        else:
            # A name the wire does not use may be one that a recording does.
            return -1, -1, 0
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
def frame_into(buffer, words, marks, cursor, begin, end, found, flags, spans, row, blob,
               used):  # fmt: skip
    """(refused, operation, milliseconds, language, bytes used) of one frame."""
    found[:, 1] = -1
    flags[:] = 0
    flags[F_TIME_US] = -1
    if end - begin > _FRAME_BYTES:
        return ASK, 0, 0, 0, used
    i, op, lang = envelope(buffer, words, marks, cursor, begin, found, flags)
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
    spans[row, 0] = used
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
    spans[row, 1] = spans[row, 2] = spans[row, 4] = used
    for j in range(did_size):
        blob[used + j] = buffer[did + j]
    used += did_size
    spans[row, 3] = used
    blob[used] = 47
    used += 1
    for j in range(key_size):
        blob[used + j] = buffer[key + j]
    used += key_size
    spans[row, 5] = used
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
    used = 0
    for f in range(n):
        # A frame that was given up may have ended before or behind its last mark.
        while cursor[0] > 0 and marks[cursor[0] - 1] >= start[f]:
            cursor[0] -= 1
        while marks[cursor[0]] < start[f]:
            cursor[0] += 1
        refused[f], op[f], at_ms[f], lang[f], used = frame_into(
            buffer, words, marks, cursor, start[f], end[f], found, flags, spans, f, blob, used
        )
        if refused[f] != 0:
            spans[f, :] = -1
    return refused, op, at_ms, lang, spans, blob[:used]
