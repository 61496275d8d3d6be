"""How tries ended, written down together: threads that wait for the disk share one commit."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from tocsin.errors import TocsinError
from tocsin.store import outbox
from tocsin.store.records import OutboxState

TOGETHER = 256
"""Most marks of one commit."""
Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Mark(NamedTuple):
    """How one try of one message ended."""

    key: str
    state: OutboxState
    now_ms: int
    next_at_ms: int
    detail: str


class Marks:
    """A line of marks: whoever comes to its head commits those that queued up behind.

    A commit waits for the disk, so hundreds of receivers that answer at once would else hold up
    the commit of the next step, one after another.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._turn, self._gate = threading.Lock(), threading.Lock()
        self._waiting: list[Mark] = []
        self._outcomes: dict[int, TocsinError | None] = {}

    def write(self, mark: Mark) -> None:
        """Return once this one is on the disk; raises as a transaction of its own would."""
        with self._gate:
            self._waiting.append(mark)
        with self._turn:
            if id(mark) not in self._outcomes:
                self._commit(mark)
            error = self._outcomes.pop(id(mark))
        if error is not None:
            raise error

    def _commit(self, own: Mark) -> None:
        """Commit this one and others; each that cannot be written keeps its own error."""
        with self._gate:
            others = [each for each in self._waiting if each is not own][: TOGETHER - 1]
            marks = [own, *others]
            taken = {id(each) for each in marks}
            self._waiting = [each for each in self._waiting if id(each) not in taken]
        if not self._tried(marks):
            for each in marks:
                self._tried([each])

    def _tried(self, marks: list[Mark]) -> bool:
        error: TocsinError | None = None
        try:
            with self._transaction() as base:
                for each in marks:
                    outbox.mark(base, *each)
        except TocsinError as found:
            error = found
        for each in marks:
            self._outcomes[id(each)] = error
        return error is None
