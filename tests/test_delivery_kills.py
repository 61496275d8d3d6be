"""The sender is killed at any moment, the receiver fails: nothing is lost or acts twice."""

import os

from delivery_kills import CHANNELS, EVENTS, run

KILLS = int(os.environ.get("TOCSIN_KILLS", "4"))
"""How many kills; `make kills` runs 200."""


def test_killed_at_any_moment_nothing_is_lost_and_nothing_has_two_effects(tmp_path):
    found = run(tmp_path, KILLS, seed=20)
    assert (found.missing, found.effects_twice, found.out_of_order) == (0, 0, 0), found
    assert found.extra_sends <= found.kills * len(CHANNELS), "one for each channel at most"
    assert found.committed >= KILLS * EVENTS * len(CHANNELS)
    assert found.faults > 0, "the receiver failed, or nothing was shown"
