"""One thread a source: reads frames into a bounded queue, reopens with back-off."""

import queue
import random
import threading
from collections.abc import Sequence
from typing import NamedTuple

from tocsin.clock import Clock
from tocsin.errors import InputError, SourceEnded, SourceLost, SourceRefused
from tocsin.metrics import Tally
from tocsin.sources import Source

BACKOFF_LOW_S = 1.0
BACKOFF_HIGH_S = 60.0
"""Reconnect waits grow between these, with full jitter (reliability R9)."""
READ_S = 0.5


class Chunk(NamedTuple):
    """Frames of one read, with the cursor behind them and the time of receipt."""

    intake: "Intake"
    frames: Sequence[bytes]
    cursor: str | None
    received_ms: int


class Intake:
    """A source at work: its thread, its state, its balance."""

    def __init__(
        self,
        name: str,
        source: Source,
        family: int,
        out: "queue.Queue[Chunk]",
        clock: Clock,
        cursor: str | None,
        rng: random.Random,
    ) -> None:
        self.name, self.source, self.family = name, source, family
        self.tally = Tally()
        self.state = "connecting"
        self.detail = ""
        self.reconnects = 0
        self.gaps = 0
        self._gap_known = False
        self.last_frame_ms: int | None = None
        self.cursor = cursor
        self._out, self._clock, self._rng = out, clock, rng
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"source-{name}", daemon=True)

    @property
    def kind(self) -> str:
        """`posts` or `bulletins`."""
        return self.source.spec.kind

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, wait_s: float = 5.0) -> None:
        """Ask the thread to end, and wait for it a while; stopping twice is fine."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)
        self.source.close()

    def take_gap(self) -> bool:
        """Whether deletions were missed since the last time this was asked."""
        now = bool(getattr(self.source, "gap", False))
        news, self._gap_known = now and not self._gap_known, now
        self.gaps += news
        return news

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self.source.open(self.cursor)
                self.state = "live"
                self._read_on()
            except SourceLost as error:
                failures = 1 if self.state == "live" else failures + 1
                self.state, self.detail = "reconnecting", str(error)[:200]
                self.reconnects += 1
                self.source.close()
                ceiling_s = min(BACKOFF_LOW_S * 2.0 ** min(failures, 10), BACKOFF_HIGH_S)
                self._stop.wait(self._rng.uniform(BACKOFF_LOW_S, max(ceiling_s, BACKOFF_LOW_S)))
            except SourceEnded:
                self.state = "ended"
                return
            except (SourceRefused, InputError) as error:
                self.state, self.detail = "refused", str(error)[:200]
                return
            except Exception as error:
                # A source of a stranger may break its word; silence must be visible (R13).
                self.state, self.detail = "refused", f"broke off: {type(error).__name__}"
                raise

    def _read_on(self) -> None:
        while not self._stop.is_set():
            frames, cursor = self.source.read(READ_S)
            if frames:
                self.last_frame_ms = self._clock.now_ms()
                self._hand_on(Chunk(self, frames, cursor, self.last_frame_ms))
            elif cursor is not None:
                self.cursor = cursor

    def _hand_on(self, chunk: Chunk) -> None:
        """Wait while the queue is full: a slow engine slows the reading, nothing is dropped."""
        while not self._stop.is_set():
            try:
                self._out.put(chunk, timeout=READ_S)
            except queue.Full:
                continue
            self.cursor = chunk.cursor if chunk.cursor is not None else self.cursor
            return
