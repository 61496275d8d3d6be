"""What is shed when more comes than can be worked on: step by step, in one fixed order."""

from enum import IntEnum

RISE_S = 1.0
"""The queue must stay half full for so long before one step more is shed."""
FALL_S = 10.0
"""And nearly empty for so long before one step less is."""
HIGH, LOW = 0.5, 0.1
FRESH_MS = 1_000
"""Posts that are this young when they are read are not late. A queue that is full of them only says
that a source gives as fast as it is read; it can wait, and to shed would gain nothing."""
GAIN_MS, CATCH_UP = 500, 20
"""A late source gains on the present when its posts grow younger by so much, or by so small a part
of what they are late, from one look to the next."""


class Shed(IntEnum):
    """Steps of shedding, each with all before it; deletions, closures and bulletins are in none."""

    NOTHING = 0
    STATISTICS = 1
    """Who was heard, by language and country, is no longer counted."""
    COPIES = 2
    """Reposts, and texts that were read often enough of late."""
    CROWDS = 3
    """Posts of a hazard and place that has many times the voices it needs."""
    MINOR = 4
    """Three of four posts on hazards of low severity, chosen by their tags."""
    UNREAD = 5
    """New posts, unread: half of them, and a half of the rest with each step more."""


MOST = Shed.UNREAD + 4
"""The last step: of new posts one in 32 is read."""


class Ladder:
    """Climbs while the queue stays full, and comes down slowly when it stays empty.

    A full queue alone is no reason: what a source gives is shed when its posts come late and do not
    grow younger by themselves, as those of one do that catches up after a pause.
    """

    def __init__(self, now_s: float) -> None:
        self.step = 0
        self._since_s, self._was = now_s, 0
        self._lag_ms: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What is shed just now, first to go first."""
        return tuple(each.name.lower() for each in Shed if 0 < each <= self.step)

    @property
    def keep_one_in(self) -> int:
        """Of new posts one in so many is read."""
        return 1 << max(self.step - Shed.UNREAD + 1, 0)

    def note(self, fill: float, lag_ms: int | None, now_s: float) -> None:
        """Look at how full the queue is and how old the newest post is; climb or come down."""
        now = 1 if fill >= HIGH else -1 if fill <= LOW else 0
        if now != self._was:
            self._was, self._since_s, self._lag_ms = now, now_s, lag_ms
            return
        if not now or now_s - self._since_s < (RISE_S if now > 0 else FALL_S):
            return
        if now < 0:
            self.step = max(self.step - 1, 0)
        elif not self._keeps_up(lag_ms):
            self.step = min(self.step + 1, MOST)
        self._since_s, self._lag_ms = now_s, lag_ms

    def _keeps_up(self, lag_ms: int | None) -> bool:
        """Whether posts so old are not late, or grow younger."""
        if lag_ms is None:
            return False
        gained_ms = 0 if self._lag_ms is None else self._lag_ms - lag_ms
        return lag_ms <= FRESH_MS or gained_ms > min(GAIN_MS, lag_ms // CATCH_UP)
