"""What a feed brings while it is taken: evidence in order of time, joins, mergers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model import Evidence


class Found(NamedTuple):
    """What one feed brought: evidence in order of time, and which reports joined which event."""

    evidence: list[Evidence]
    joined: NDArray[np.int64]
    """(j, 2): ordinal of the admitted report, number of the event; positions for `eval` only."""
    merged: list[tuple[int, int]]
    """(number that ended, number it became part of)."""
    reported: list[tuple[int, int]]
    """(number, joins noted until its first report, counted over all feeds)."""


class Outcome:
    """Gathers what is found until somebody takes it."""

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.merged: list[tuple[int, int]] = []
        self.reported: list[tuple[int, int]] = []
        self.joins = 0
        """Reports that joined an event so far, over all feeds."""
        self._joined: list[NDArray[np.int64]] = []

    def note_joined(self, ordinals: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        """Reports joined events, by number: these outlive the slot."""
        self._joined.append(np.column_stack([ordinals, numbers]))
        self.joins += len(ordinals)

    def note_reported(self, number: int) -> None:
        """An event was told for the first time."""
        self.reported.append((number, self.joins))

    def take(self) -> Found:
        """Everything since it was last taken."""
        empty = np.zeros((0, 2), np.int64)
        joined = np.concatenate(self._joined) if self._joined else empty
        found = Found(self.evidence, joined, self.merged, self.reported)
        self.evidence, self.merged, self.reported, self._joined = [], [], [], []
        return found

    def take_evidence(self) -> list[Evidence]:
        """The evidence alone."""
        evidence, self.evidence = self.evidence, []
        return evidence
