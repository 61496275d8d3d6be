"""Which frames may be left unread when there are too many, and the rest without them."""

import numpy as np

from tocsin.compiled import kernel

_HEAD_BYTES = 640
"""Where the operation of a frame stands at the latest, else the frame is kept."""
_TAIL_BYTES = 64


@kernel(lends=True)
def mark_spare(data, start, end, operation, create, keep_one_in, kept):
    """Note in `kept` what must be read: all but new posts, and of these one in `keep_one_in`.

    The first operation a frame names is its own, since the record comes behind it. Which posts
    are read follows from their last bytes, so it is the same in every run.
    """
    size = len(operation)
    for row in range(len(start)):
        last = min(start[row] + _HEAD_BYTES, end[row]) - size - len(create)
        found = False
        for at in range(start[row], last + 1):
            if data[at] != operation[0] or data[at + 1] != operation[1]:
                continue
            same = True
            for i in range(2, size):
                if data[at + i] != operation[i]:
                    same = False
                    break
            if same:
                found = True
                for i in range(len(create)):
                    found = found and data[at + size + i] == create[i]
                break
        kept[row] = True
        if found:
            mixed = np.uint64(0xCBF29CE484222325)
            for at in range(max(start[row], end[row] - _TAIL_BYTES), end[row]):
                mixed = (mixed ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
            mixed ^= mixed >> np.uint64(29)
            kept[row] = mixed % np.uint64(keep_one_in) == np.uint64(0)


@kernel(lends=True)
def pack(data, start, end, out, out_start, out_end):
    """Copy n frames end to end into `out`, a line break behind each, and note where they stand."""
    at = 0
    for row in range(len(start)):
        out_start[row] = at
        for i in range(start[row], end[row]):
            out[at] = data[i]
            at += 1
        out_end[row] = at
        out[at] = 10
        at += 1
    out[at:] = 10
