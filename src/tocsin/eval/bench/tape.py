"""Recorded frames that can be played again and again, each time as posts that are new."""

import re

import numpy as np
from numpy.typing import NDArray

_TIME, _TIME_DIGITS = re.compile(rb'"time_us":(\d{16})'), 16
_NEW = (re.compile(rb'"rkey":"3k.{7}(.{4})"'), re.compile(rb'"did":"did:plc:.{21}(.{3})"'))
"""Letters that are written anew with each turn: the last of the post's name and of its author's,
which are the same in all frames of a load."""
_LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)


class Tape:
    """Bytes that hold frames of a load, and where in them stands what is new each time."""

    def __init__(self, data: bytes, starts: NDArray[np.int64]) -> None:
        """`starts` is the first byte of each of the n frames in `data`, whatever is between."""
        self.data = np.frombuffer(data, np.uint8).copy()
        self._time = np.full(len(starts), -1, np.int64)
        self._letters = [np.zeros(len(starts), np.int64) for _ in _NEW]
        bounds = [*starts.tolist(), len(data)]
        for row in range(len(starts)):
            frame = slice(bounds[row], bounds[row + 1])
            found = _TIME.search(data, frame.start, frame.stop)
            self._time[row] = -1 if found is None else found.start(1)
            for spots, form in zip(self._letters, _NEW, strict=True):
                hit = form.search(data, frame.start, frame.stop)
                spots[row] = 0 if hit is None else hit.start(1)

    def __len__(self) -> int:
        return len(self._time)

    def stamp(self, low: int, high: int, first_us: int, step_us: float, turn: int) -> None:
        """Write times from `first_us` on into the frames from `low` to `high`, and new letters."""
        spots = self._time[low:high]
        times = first_us + (np.arange(high - low) * step_us).astype(np.int64)
        has = spots >= 0
        for digit in range(_TIME_DIGITS):
            value = times[has] // 10 ** (_TIME_DIGITS - 1 - digit) % 10
            self.data[spots[has] + digit] = (48 + value).astype(np.uint8)
        for places, count in zip(self._letters, (4, 3), strict=True):
            where = places[low:high]
            where = where[where > 0]
            for place in range(count):
                self.data[where + place] = _LETTERS[turn >> 5 * place & 31]
