"""The check of a whole store on a connection of its own, beside whoever works with it."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal

from tocsin.errors import Corruption, TocsinError
from tocsin.store.connection import explained
from tocsin.store.soundness import damage, marker

TURN_S = 80.0
"""Longest the check keeps its view of the file: deleted bytes must be gone after 120 s (P10)."""
PAUSE_S = 5.0
"""Before each turn: a start is not held up by the first, and the log is truncated between."""
TURNS = 5
"""A file that is not through after so many turns stays unchecked, and that is told."""
State = Literal["unchecked", "sound", "damaged", "unfinished"]


class Inspection:
    """Says whether the whole file was checked since it was opened, and checks it when it was not.

    While it is `reading`, the log of the store cannot be truncated.
    """

    def __init__(self, path: Path, checked: bool) -> None:
        self._path = path
        self.state: State = "sound" if checked else "unchecked"
        self.reading = False
        self._over = threading.Event()
        self._base: sqlite3.Connection | None = None
        self._thread: threading.Thread | None = None

    def begin(self, failed: Callable[[TocsinError], None]) -> None:
        """Check in a thread of its own unless all was checked; returns at once.

        `failed` is called there with Corruption, or with StoreUnavailable when the disk fails.
        """
        if self.state != "unchecked" or self._thread is not None:
            return
        self._thread = threading.Thread(
            target=self._run, args=(failed,), name="inspection", daemon=True
        )
        self._thread.start()

    def mark(self, found: Corruption) -> None:
        """Let the next opening check all of the file before anything else."""
        with suppress(OSError):  # Where no mark can be left the next check finds it as well.
            marker(self._path).write_text(f"{found}\n", encoding="utf-8")

    def stop(self) -> None:
        """End it, finished or not; ending twice is fine."""
        self._over.set()
        while self._thread is not None and self._thread.is_alive():
            with suppress(sqlite3.ProgrammingError):  # Closed in this very moment.
                if self._base is not None:
                    self._base.interrupt()
            self._thread.join(0.02)

    def _run(self, failed: Callable[[TocsinError], None]) -> None:
        try:
            with explained(self._path.name):
                verdicts = self._checked()
            if verdicts not in ([], ["ok"]):
                raise damage(self._path.name)
        except TocsinError as error:
            if isinstance(error, Corruption):
                self.state = "damaged"
                self.mark(error)
            failed(error)
            return
        if verdicts:
            self.state = "sound"
        elif not self._over.is_set():
            self.state = "unfinished"

    def _checked(self) -> list[str]:
        """The verdict, or nothing when it did not come to its end."""
        with closing(
            sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        ) as base:
            self._base = base
            base.execute("PRAGMA query_only = ON")
            for _ in range(TURNS):
                if self._over.wait(PAUSE_S):
                    break
                if verdicts := self._turn(base):
                    return verdicts
        return []

    def _turn(self, base: sqlite3.Connection) -> list[str]:
        self.reading = not self._over.is_set()
        timer = threading.Timer(TURN_S, base.interrupt)
        timer.start()
        try:
            # Read to its end, or its view of the file would outlive it.
            return [text for (text,) in base.execute("PRAGMA quick_check(1)").fetchall()]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_INTERRUPT":
                raise
            return []
        finally:
            timer.cancel()
            timer.join()
            self.reading = False
