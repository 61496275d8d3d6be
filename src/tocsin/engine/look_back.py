"""After a restart the window is refilled: one source is read again from some time ago, the others
wait until it has caught up."""

from collections.abc import Mapping, Sequence

from tocsin.clock import MINUTE_MS, Clock
from tocsin.engine.intake import Intake

CAUGHT_UP_MS = MINUTE_MS
"""A stream so near to the clock has caught up."""
PATIENCE_S = 180.0
"""Longest time the other sources wait for it."""


class LookBack:
    """Which source reads again, from where, and who waits for it.

    One source only, and alone: posts of hours ago beside posts of now would be pressed into one
    moment. Bulletins do not wait, they carry their own time.
    """

    def __init__(
        self,
        sources: Mapping[str, object],
        cursors: Mapping[str, str],
        until_ms: int,
        back_ms: int,
        clock: Clock,
    ) -> None:
        """`until_ms`: stream time until which the earlier start told, 0 if there was none.

        A source that can be read again has `rewound(cursor, back_ms)`; the first one is.
        """
        self.cursors = dict(cursors)
        self.until_ms, self._clock = until_ms, clock
        self._name: str | None = None
        self._waiting: list[Intake] = []
        self._reading: list[Intake] = []
        self._begun_s = 0.0
        for name, source in sources.items():
            rewind = getattr(source, "rewound", None)
            if rewind is None or name not in cursors or not until_ms or not back_ms:
                continue
            again = rewind(cursors[name], back_ms)
            if again is not None:
                self._name, self.cursors[name] = name, again
                break

    def blind(self, intakes: Sequence[Intake]) -> list[str]:
        """Sources of posts that cannot say where they were: what they sent meanwhile is lost."""
        return [
            each.name
            for each in intakes
            if self.until_ms and each.kind == "posts" and each.name not in self.cursors
        ]

    def start(self, intakes: Sequence[Intake]) -> None:
        """Start the source that reads again and all bulletins; others wait if there is one."""
        self._begun_s = self._clock.monotonic_s()
        for intake in intakes:
            if self._name in (None, intake.name) or intake.kind == "bulletins":
                intake.start()
            else:
                self._waiting.append(intake)
        self._reading = [each for each in intakes if each.name == self._name]

    def go_on(self, stream_ms: int) -> None:
        """Start those that wait once the stream has caught up, or will not."""
        if not self._waiting:
            return
        near = stream_ms >= self._clock.now_ms() - CAUGHT_UP_MS
        late = self._clock.monotonic_s() - self._begun_s > PATIENCE_S
        if near or late or any(each.state in ("ended", "refused") for each in self._reading):
            waiting, self._waiting = self._waiting, []
            for intake in waiting:
                intake.start()

    def kept(self, cursors: dict[str, str], stream_ms: int) -> dict[str, str]:
        """Cursors to be stored: none that lies before the one the earlier start stored.

        A start that dies while it reads again leaves the next one where it began itself.
        """
        if self._name in cursors and stream_ms < self.until_ms:
            del cursors[self._name]
        return cursors
