"""Lets posts in: what is shed before and behind the gate, and who was heard."""

import numpy as np

from tocsin.clock import Clock
from tocsin.engine.coverage import Ear
from tocsin.engine.inbox import Chunk, Inbox
from tocsin.engine.overload import Ladder, Shed
from tocsin.engine.shed import Shedder, kept_rows
from tocsin.gate import Gate, Passed
from tocsin.metrics import Reason


class Entry:
    """The gate with the ladder of shedding at its side."""

    def __init__(self, gate: Gate, ear: Ear, inbox: Inbox, clock: Clock) -> None:
        self._gate, self._ear, self._inbox, self._clock = gate, ear, inbox, clock
        self._shedder = Shedder()
        self.ladder = Ladder(clock.monotonic_s())

    def look(self) -> None:
        """Once a step: climb or come down, and tell the sources how much to leave unread."""
        self.ladder.note(self._inbox.fullest(), self._inbox.lag_ms, self._clock.monotonic_s())
        self._inbox.keep_one_in = self.ladder.keep_one_in

    def take(self, chunk: Chunk) -> Passed:
        """What passes of the posts of one read; all that is shed is in the source's balance."""
        intake, step = chunk.intake, self.ladder.step
        intake.tally.received += chunk.shed
        intake.tally.refuse(Reason.SHED, chunk.shed)
        passed = self._gate.enter(
            chunk.frames, intake.source.decode, intake.family, intake.tally,
            chunk.received_ms, intake.stream, getattr(intake.source, "scan", None),
        )  # fmt: skip
        passed = self._shedder.cut(passed, step, intake.tally)
        self._hear(passed, quiet=step >= Shed.STATISTICS)
        return passed

    def pass_time(self, now_ms: int) -> Passed:
        """Nothing comes in, but the stream grows older."""
        passed = self._gate.pass_time(now_ms)
        self._hear(passed, quiet=False)
        return passed

    def _hear(self, passed: Passed, quiet: bool) -> None:
        """Count who was heard; when quiet only what was taken back, which always counts."""
        batch, removals = passed.batch, passed.removals
        if quiet:
            batch = kept_rows(batch, np.zeros(batch.rows, np.bool_))
            removals = removals._replace(before=np.zeros_like(removals.before))
        self._ear.hear(batch, removals, passed.now_ms)
