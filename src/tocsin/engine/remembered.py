"""The newest reports as columns of numbers, found by post and by voice."""

import numpy as np
from numpy.typing import NDArray

NOBODY = np.uint64(0)


class Remembered:
    """A ring of reports; tags are 64 bits and never 0, the oldest report goes for the newest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._post, self._voice = np.zeros(most, np.uint64), np.zeros(most, np.uint64)
        self._window = np.zeros(most, np.int32)
        self._stream, self._kind = np.zeros(most, np.int32), np.zeros(most, np.int32)
        self._row_of: dict[int, int] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, post: int) -> bool:
        return post in self._row_of

    def add(self, post: int, voice: int, window: int, stream: int, kind: int) -> None:
        """Remember a report; `kind` is whatever number the caller gives its languages and places.

        A post that is there already must not be added.
        """
        row, self._next = self._next, (self._next + 1) % self._most
        self._forget(row)
        self._post[row], self._voice[row], self._window[row] = post, voice, window
        self._stream[row], self._kind[row] = stream, kind
        self._row_of[post] = row

    def drop(self, post: int) -> None:
        """Forget the report of a post, if there is one."""
        row = self._row_of.get(post)
        if row is not None:
            self._forget(row)

    def drop_voice(self, voice: int) -> None:
        """Forget every report of a voice."""
        if voice:
            self._forget_all(self._voice == np.uint64(voice))

    def drop_stream(self, stream: int) -> None:
        """Forget every report of a stream."""
        self._forget_all(self._stream == stream)

    def drop_before(self, window: int) -> None:
        """Forget every report of an earlier window of the voice keys."""
        self._forget_all(self._window < window)

    def columns(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint64]]:
        """(kinds, windows, voices) of all that is remembered, as copies."""
        there = self._voice != NOBODY
        return self._kind[there], self._window[there], self._voice[there]

    def _forget_all(self, which: NDArray[np.bool_]) -> None:
        for row in np.flatnonzero(which & (self._voice != NOBODY)).tolist():
            self._forget(row)

    def _forget(self, row: int) -> None:
        if self._voice[row] != NOBODY:
            del self._row_of[int(self._post[row])]
            self._post[row] = self._voice[row] = NOBODY
