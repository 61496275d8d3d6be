"""Engine and sender are killed at any moment, receivers fail: nothing is lost or acts twice."""

import os

import delivery_kills
import engine_kills

KILLS = int(os.environ.get("TOCSIN_KILLS", "4"))
"""How many kills of each; `make kills` makes 3,000 of the engine."""


def test_a_sender_killed_at_any_moment_loses_nothing_and_nothing_has_two_effects(tmp_path):
    found = delivery_kills.run(tmp_path, KILLS, seed=20)
    assert (found.missing, found.effects_twice, found.out_of_order) == (0, 0, 0), found
    assert found.extra_sends <= found.kills * len(delivery_kills.CHANNELS), "one for each channel"
    assert found.committed >= KILLS * delivery_kills.EVENTS * len(delivery_kills.CHANNELS)
    assert found.faults > 0, "the receiver failed, or nothing was shown"


def test_an_engine_killed_between_any_two_steps_loses_nothing_and_nothing_has_two_effects(tmp_path):
    found = engine_kills.run(tmp_path, KILLS, seed=20)
    assert (found.missing, found.effects_twice, found.out_of_order) == (0, 0, 0), found
    assert found.extra_sends <= found.kills * len(engine_kills.CHANNELS), "one for each channel"
    assert found.kills == KILLS
    assert found.committed > 0
    assert found.faults > 0, "a receiver failed, or nothing was shown"
