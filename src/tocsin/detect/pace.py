"""When an event has fallen silent, by the pace of its own hazard."""

from tocsin.clock import HOUR_MS
from tocsin.detect.state import BINS, Events

YOUNG_MS, QUIET_BINS = 2 * HOUR_MS, 24
CLOSE_SHARE = 0.9


def is_quiet(events: Events, e: int, now_bin: int) -> bool:
    """Whether the last four hours brought hardly more than the hazard usually gets."""
    recent = sum(
        float(events.bins[e, b % BINS])
        for b in range(now_bin - QUIET_BINS + 1, now_bin + 1)
        if b <= events.last_bin[e]
    )
    return recent < max(CLOSE_SHARE * QUIET_BINS * float(events.base[e]), 1.0)
