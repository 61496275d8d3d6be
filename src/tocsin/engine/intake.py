"""One thread a source: reads frames into a bounded queue, reopens with back-off."""

import random
import threading
from collections.abc import Callable

from tocsin.clock import Clock
from tocsin.engine.inbox import Chunk, Inbox
from tocsin.engine.rhythm import Rhythm
from tocsin.errors import InputError, SourceEnded, SourceLost, SourceRefused
from tocsin.metrics import Reason, Tally
from tocsin.sources import FRAME_BYTES, Source
from tocsin.sources.columns import Block, Frames, count_of, last_of

BACKOFF_LOW_S = 1.0
BACKOFF_HIGH_S = 60.0
"""Reconnect waits grow between these, with full jitter (reliability R9)."""
READ_S = 0.5


class Intake:
    """A source at work: its thread, its state, its balance."""

    def __init__(
        self,
        name: str,
        source: Source,
        family: int,
        out: Inbox,
        clock: Clock,
        cursor: str | None,
        rng: random.Random,
        stream: int = 0,
    ) -> None:
        self.name, self.source, self.family, self.stream = name, source, family, stream
        self._read: Callable[[float], tuple[Frames, str | None]]
        self._read = getattr(source, "read_block", source.read)
        self.tally = Tally()
        self.state = "connecting"
        self.detail = ""
        self.reconnects = 0
        self.gaps = 0
        self._gap_known = False
        self.rhythm = Rhythm(clock.now_ms())
        self.lag_ms: int | None = None
        """How old the newest post of the last read was when it came."""
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

    @property
    def last_frame_ms(self) -> int | None:
        """When it last spoke."""
        return self.rhythm.heard_ms

    @property
    def deaf_since_ms(self) -> int | None:
        """Since when it is silent beyond its habit, or ended; None while it speaks.

        A feed without news is not deaf, so a source of bulletins is asked only when it tells
        when its server last answered.
        """
        if self.kind == "bulletins" and not hasattr(self.source, "heard_ms"):
            return None
        return self.rhythm.deaf_since_ms(self._clock.now_ms())

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self.source.open(self.cursor)
                self._gap_known = False
                self.state, self.detail = "live", ""
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
            frames, cursor = self._read(READ_S)
            now_ms = self._clock.now_ms()
            gap = self._gap_rises()
            count = count_of(frames)
            if count:
                self.rhythm.note(now_ms, count)
                self.lag_ms = self._age_ms(last_of(frames), now_ms)
            elif (answered_ms := getattr(self.source, "heard_ms", None)) is not None:
                # Whoever answers that there is no news is not silent.
                if answered_ms > (self.rhythm.heard_ms or 0):
                    self.rhythm.note(answered_ms, 0)
            if count or gap:
                frames = self._thinned(frames)
                shed = count - count_of(frames)
                self._hand_on(Chunk(self, frames, cursor, now_ms, gap, shed))
            elif cursor is not None:
                self.cursor = cursor

    def _gap_rises(self) -> bool:
        """Whether the source says, for the first time since it was opened, that it has a gap.

        It is asked here and travels with the frames, since it may have been opened anew long
        before the line comes to them.
        """
        now = bool(getattr(self.source, "gap", False))
        news, self._gap_known = now and not self._gap_known, now
        self.gaps += news
        return news

    def _thinned(self, frames: Frames) -> Frames:
        """Without new posts that are left unread under overload, where the source can tell."""
        thin, keep_one_in = getattr(self.source, "thin", None), self._out.keep_one_in
        if keep_one_in == 1 or thin is None or not isinstance(frames, Block):
            return frames
        kept: Block = thin(frames, keep_one_in)
        return kept

    def _age_ms(self, frame: bytes, now_ms: int) -> int | None:
        if self.kind != "posts" or len(frame) > FRAME_BYTES:
            return self.lag_ms
        post = self.source.decode(frame)
        return self.lag_ms if isinstance(post, Reason) else max(now_ms - post.at_ms, 0)

    def _hand_on(self, chunk: Chunk) -> None:
        """Wait while the queue is full: a slow engine slows the reading, nothing is dropped."""
        while not self._stop.is_set():
            if self._out.put(chunk, READ_S):
                self.cursor = chunk.cursor if chunk.cursor is not None else self.cursor
                return
