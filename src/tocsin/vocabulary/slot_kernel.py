"""Finds a key in an open-addressed table."""

import numpy as np

from tocsin.compiled import kernel

_ZERO = np.uint64(0)


@kernel(lends=True)
def find_slot(keys, key):
    """Slot of a key, -1 when it is not there."""
    mask = len(keys) - 1
    slot = np.int64(key & np.uint64(mask))
    for _ in range(len(keys)):
        if keys[slot] == key:
            return slot
        if keys[slot] == _ZERO:
            return -1
        slot = (slot + 1) & mask
    return -1
