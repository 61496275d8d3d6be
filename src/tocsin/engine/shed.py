"""Takes admitted posts out again under overload: copies, crowds, small matters by their tags."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Batch, Flag, Removals
from tocsin.clock import MINUTE_MS
from tocsin.engine.overload import Shed
from tocsin.gate.admit import Passed, csr_rows
from tocsin.metrics import Reason, Tally
from tocsin.vocabulary.hazards import load_hazards

COPIES_READ = 8
"""So often the same text is read in a window; then it has told what it can."""
CROWD_READ = 200
"""So many posts of a hazard and place are read in a window: forty times what an event needs."""
WINDOW_MS = 10 * MINUTE_MS
MINOR_ONE_IN = 4
COUNTED = 16_384
"""Texts, and hazards at places, that are counted at once; beyond it the oldest are forgotten."""
_LOW = ("Minor", "Moderate")


class Counter:
    """How often a key came in the present window; bounded."""

    def __init__(self) -> None:
        self._seen: OrderedDict[object, int] = OrderedDict()
        self._window = 0

    def more(self, key: object, at_ms: int) -> int:
        """How often it came, this time included."""
        if at_ms // WINDOW_MS != self._window:
            self._window = at_ms // WINDOW_MS
            self._seen.clear()
        count = self._seen.get(key, 0) + 1
        self._seen[key] = count
        if len(self._seen) > COUNTED:
            self._seen.popitem(last=False)
        return count


class Shedder:
    """Decides row by row from the columns alone; removals are never touched."""

    def __init__(self) -> None:
        self._texts, self._crowds = Counter(), Counter()
        self._is_low = np.array([hazard.severity in _LOW for hazard in load_hazards()])

    def cut(self, passed: Passed, step: int, tally: Tally) -> Passed:
        """What is left of a batch at this step; what is taken out is counted as shed."""
        if step < Shed.COPIES or not passed.batch.rows:
            return passed
        keep = self._kept(passed.batch, step)
        gone = int((~keep).sum())
        if not gone:
            return passed
        tally.admitted -= gone
        tally.refuse(Reason.SHED, gone)
        rank = np.concatenate([[0], np.cumsum(keep)])
        removals: Removals = passed.removals._replace(before=rank[passed.removals.before])
        return Passed(kept_rows(passed.batch, keep), removals, passed.rows[keep], passed.now_ms)

    def _kept(self, batch: Batch, step: int) -> NDArray[np.bool_]:
        keep: NDArray[np.bool_] = (batch.flags & int(Flag.REPOST)) == 0
        if step >= Shed.MINOR:
            keep &= ~self._is_low[batch.hazard] | (batch.post % np.uint64(MINOR_ONE_IN) == 0)
        for row in np.flatnonzero(keep).tolist():
            at_ms, sketch = int(batch.time_ms[row]), int(batch.sketch[row])
            if sketch and self._texts.more(sketch, at_ms) > COPIES_READ:
                keep[row] = False
                continue
            low, high = int(batch.place_at[row]), int(batch.place_at[row + 1])
            crowd = int(batch.hazard[row]), int(batch.place[low]) if low < high else -1
            many = crowd[1] >= 0 and self._crowds.more(crowd, at_ms) > CROWD_READ
            if many and step >= Shed.CROWDS:
                keep[row] = False
        return keep


def kept_rows(batch: Batch, keep: NDArray[np.bool_]) -> Batch:
    """Some rows of a batch."""
    place_at, places = csr_rows(batch.place_at, keep)
    fact_at, facts = csr_rows(batch.fact_at, keep)
    term_at, terms = csr_rows(batch.term_at, keep)
    rows = {
        name: getattr(batch, name)[keep]
        for name in ("time_ms", "hazard", "sense", "flags", "lang", "family", "voice", "post",
                     "sketch", "voice_window")
    }  # fmt: skip
    return Batch(
        place_at=place_at, place=batch.place[places], fact_at=fact_at,
        fact_kind=batch.fact_kind[facts], fact_value=batch.fact_value[facts],
        term_at=term_at, term=batch.term[terms], **rows,
    )  # fmt: skip
