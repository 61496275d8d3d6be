"""Finds the messages in what a WebSocket server sent, many at once; the unusual it leaves alone."""

import numpy as np

from tocsin.compiled import kernel

PARTIAL, UNUSUAL, FULL = range(3)
"""Why the walk ended: the next frame is not all there, is for the library, or has no row left."""
_TEXT, _BINARY, _TWO_BYTES = 0x81, 0x82, 126
_LINE_BREAK = 10


@kernel(lends=True)
def split(data, at, stop, start, end, row):
    """Note the plain messages of data[at:stop] from `row` on: (rows, next byte, why it ended).

    Plain is a whole text or binary message in one frame without mask or extension, of less than
    64 KB (RFC 6455, 5.2). `start` and `end` take first byte and end of each payload.
    """
    rows = len(start)
    while True:
        if row == rows:
            return row, at, FULL
        if at + 2 > stop:
            return row, at, PARTIAL
        if data[at] != _TEXT and data[at] != _BINARY:
            return row, at, UNUSUAL
        size, first = np.int64(data[at + 1]), at + 2
        if size == _TWO_BYTES:
            if at + 4 > stop:
                return row, at, PARTIAL
            size, first = np.int64(data[at + 2]) * 256 + np.int64(data[at + 3]), at + 4
        elif size > _TWO_BYTES:
            return row, at, UNUSUAL
        if first + size > stop:
            return row, at, PARTIAL
        start[row], end[row] = first, first + size
        at = first + size
        row += 1


@kernel(lends=True)
def blank(data, start, end):
    """Write line breaks over all of data that is no payload, so that it is a block of frames."""
    at = 0
    for row in range(len(start)):
        for i in range(at, start[row]):
            data[i] = _LINE_BREAK
        at = end[row]
    for i in range(at, len(data)):
        data[i] = _LINE_BREAK


@kernel(lends=True)
def begins(data, start, end, prefix, letters, found):
    """Note in `found` which frames begin with `prefix` and one of `letters` (any, if none)."""
    size = len(prefix)
    for row in range(len(start)):
        at = start[row]
        if end[row] - at <= size:
            continue
        same = True
        for i in range(size):
            if data[at + i] != prefix[i]:
                same = False
                break
        if same and len(letters) > 0:
            same = False
            for letter in letters:
                same |= data[at + size] == letter
        found[row] = same
    return found


def warm() -> None:
    """Compile what is here."""
    data = np.zeros(8, np.uint8)
    rows, found = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    split(data, 0, 1, rows, rows.copy(), 0)
    blank(data, rows, rows.copy())
    begins(data, rows, rows.copy(), data, data.copy(), found)
