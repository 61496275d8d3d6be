"""Waits until something holds, and says so; used where real servers are tried."""

import time
from collections.abc import Callable

WAIT_S = 30.0


def until(holds: Callable[[], bool], what: str) -> None:
    """Look ten times a second; end the run with `what` when it does not hold within WAIT_S."""
    end_s = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > end_s:
            raise SystemExit(f"It does not hold that {what}.")
        time.sleep(0.1)
    print(f"ok: {what}")
