"""Many reports as columns, with nobody in them."""

from enum import IntEnum, IntFlag
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TERM_SLOTS = 1 << 20


class Sense(IntEnum):
    """How a hazard word was meant; only LITERAL and QUESTION are ever admitted as counting."""

    LITERAL = 0
    QUESTION = 1
    HYPOTHETICAL = 2
    FIGURATIVE = 3
    FICTION = 4
    PAST = 5
    DRILL = 6
    NEGATED = 7


class Flag(IntFlag):
    """Shape of a report: what it looks like, never what it says."""

    FIRST_PERSON = 1
    SHORT = 2
    LINK = 4
    NUMBER = 8
    REPOST = 16
    MASKED = 32
    SHOUT = 64
    INJURY = 128


class Batch(NamedTuple):
    """Reports that named a hazard, in order of arrival; n rows.

    CSR columns come in pairs: `x_at` holds n + 1 offsets into `x`.
    There is no text, no address, no author and no place of a person here, and the
    shape test refuses any further column.
    """

    time_ms: NDArray[np.int64]
    hazard: NDArray[np.uint16]
    sense: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    lang: NDArray[np.uint8]
    family: NDArray[np.uint8]
    voice: NDArray[np.uint64]
    """(n, 2): the author under the current and the previous voice key; 0 = none."""
    post: NDArray[np.uint64]
    sketch: NDArray[np.uint64]
    place_at: NDArray[np.int64]
    place: NDArray[np.int32]
    fact_at: NDArray[np.int64]
    fact_kind: NDArray[np.uint8]
    fact_value: NDArray[np.float64]
    term_at: NDArray[np.int64]
    term: NDArray[np.uint32]
    """Keyed, lossy term slots below TERM_SLOTS."""
    voice_window: NDArray[np.int64]
    """Ordinal of the voice key under which `voice[:, 0]` was made (12 h windows)."""

    @property
    def rows(self) -> int:
        """How many reports."""
        return len(self.time_ms)


class Removals(NamedTuple):
    """Posts taken back and accounts closed, as tags; travels beside a Batch.

    `before[i]` is the row of the Batch ahead of which removal i applies, so that the
    order of arrival survives whatever the batch size.
    """

    before: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    post: NDArray[np.uint64]
    """(m, 4): tags of the post under every live key; 0 = none."""
    voice: NDArray[np.uint64]
    """(m, 4): tags of a closed account under every live key; 0 = none."""

    @property
    def rows(self) -> int:
        """How many removals."""
        return len(self.before)
