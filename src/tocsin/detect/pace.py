"""What the size of an event is held against: its hazard's usual pace."""

from tocsin.clock import HOUR_MS
from tocsin.detect.describe import main_hazard
from tocsin.detect.merge import base_rate
from tocsin.detect.state import BIN_MS, BINS, Events, State

YOUNG_MS, QUIET_BINS = 2 * HOUR_MS, 24
CLOSE_SHARE = 0.9
"""An event is quiet when its last four hours brought less than this share of its baseline."""


def settle(state: State, e: int, start_bin: int) -> None:
    """Call an event by the hazard most of its reports name, and take that one's baseline.

    Begun as an incident it would rule only while louder than all that incidents bring, and end
    as soon as it is not. The baseline stays that of its birth.
    """
    events = state.events
    hazard = main_hazard(events, e)
    if hazard != events.hazard[e]:
        events.hazard[e] = hazard
        events.base[e] = base_rate(state, hazard, start_bin, int(events.born_ms[e]) // BIN_MS)


def is_quiet(events: Events, e: int, now_bin: int) -> bool:
    """Whether an event brings no more than its hazard usually does."""
    recent = sum(
        float(events.bins[e, b % BINS])
        for b in range(now_bin - QUIET_BINS + 1, now_bin + 1)
        if b <= events.last_bin[e]
    )
    return recent < max(CLOSE_SHARE * QUIET_BINS * float(events.base[e]), 1.0)
