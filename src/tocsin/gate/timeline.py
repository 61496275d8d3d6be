"""Stream time: it only moves forward, and one wrong stamp cannot drag it along."""

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.compiled import kernel

LEAP_MS = HOUR_MS
"""A stamp further ahead than this moves the clock only when the next post agrees."""
_NONE = -1


@kernel
def arrivals(stamps, state):
    """Stream time at each of n stamps; `state` holds now and the leap that waits for a second."""
    n = len(stamps)
    out = np.zeros(n, np.int64)
    for i in range(n):
        stamp, now, leap = stamps[i], state[0], state[1]
        if now == 0:
            state[0] = stamp
        elif stamp > now + LEAP_MS:
            state[1] = stamp
            # Over a gap only when the post before stood behind it as well.
            if leap != _NONE and stamp >= leap - LEAP_MS:
                if stamp <= leap + LEAP_MS:
                    state[0], state[1] = stamp, _NONE
                else:
                    state[0] = max(now, leap)
        else:
            state[0] = max(now, stamp)
            state[1] = _NONE
        out[i] = state[0]
    return out


class Timeline:
    """Turns stamps of arriving posts into a clock that never runs back."""

    def __init__(self) -> None:
        self._state = np.array([0, _NONE], np.int64)

    @property
    def now_ms(self) -> int:
        """Stream time."""
        return int(self._state[0])

    def advance(self, now_ms: int) -> None:
        """Let time pass without a post; it never runs back."""
        self._state[0] = max(self._state[0], now_ms)

    def arrive(self, stamps_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Stream time at which posts with these stamps count as arrived, in their order.

        Late posts count as of now (reliability R8). A post from the far future counts as of
        now too, until the post after it says that so much time has passed: then the clock
        moves as far as both agree. So a sparse stream keeps its hours, one post behind.
        """
        found: NDArray[np.int64] = arrivals(stamps_ms, self._state)
        return found
