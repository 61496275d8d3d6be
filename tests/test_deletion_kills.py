"""An engine killed between the receipt of a deletion and its end: the next start ends it."""

import os

import deletion_kills

KILLS = int(os.environ.get("TOCSIN_KILLS", "4"))
"""How many kills; `make deletions` makes 200."""


def test_a_deletion_cut_by_a_kill_is_ended_by_the_next_start(tmp_path):
    found = deletion_kills.run(tmp_path, KILLS, seed=25)
    assert (found.kills, sum(found.at_steps.values())) == (KILLS, KILLS)
    assert found.unfinished > 0, "each deletion had come to its end before the kill"
    assert (found.standing, found.untold, found.traces) == (0, 0, 0), found
