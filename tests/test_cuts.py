"""One recording, whatever the batches and wherever it is cut: the same bytes."""

import os
from itertools import pairwise

import msgspec
import pytest

from streams import START_MS, burst, chatter, deletion, frames, merged
from tangled import Cuttable, in_batches, in_pieces, tangle
from tocsin.clock import HOUR_MS, MINUTE_MS

CUTS = int(os.environ.get("TOCSIN_CUTS", "6"))
"""Cuts of each recording; `make cuts` makes many more."""


@pytest.fixture(scope="module", params=[1, 2])
def recording(request):
    """A tangle as lines, and its events when taken in one piece."""
    lines = frames(tangle(hours=9, per_minute=3, bursts=9, seed=request.param))
    return lines, in_batches(lines, 100_000)


def test_the_recording_holds_what_may_go_wrong(recording):
    lines, events = recording
    rows = [msgspec.json.decode(line) for line in lines]
    times = [row["created_at"] for row in rows]
    assert sum(b < a for a, b in pairwise(times)) > 50, "out of order"
    assert len(times) - len(set(times)) > 20, "of equal time"
    assert {row.get("op", "create") for row in rows} == {
        "create", "edit", "delete", "account_deleted"
    }  # fmt: skip
    phases = {msgspec.json.decode(line)["phase"] for line in events.splitlines()}
    assert phases >= {"reported", "updated", "resolved"}
    assert events.count(b'"phase":"withdrawn"') + events.count(b'"revision":3') > 0


@pytest.mark.parametrize("size", [1, 1_000])
def test_batches_of_any_size_give_the_same_bytes(recording, size):
    lines, events = recording
    assert in_batches(lines, size) == events


@pytest.mark.parametrize("seed", [1, 2])
def test_cut_at_random_points_and_read_back_it_gives_the_same_bytes(recording, seed):
    lines, events = recording
    found, sizes = in_pieces(lines, CUTS, seed)
    assert found == events
    assert len(sizes) == 1, "what is written is of one size"


def test_deletions_of_what_has_just_lived_its_day_do_not_depend_on_batches():
    # Rows are wiped every ten minutes; in between the gate decides, and by the time of the
    # deletion, not by when it last looked.
    start_ms = START_MS + 5 * MINUTE_MS
    told = burst(start_ms, 8, step_ms=1_000)
    kept = [
        {**burst(start_ms + k * 10 * MINUTE_MS, 1, name=f"l{k}")[0], "author": f"same{k % 3}"}
        for k in range(1, 150)
    ]
    late_ms = start_ms + 24 * HOUR_MS + 2 * MINUTE_MS
    gone = [deletion(late_ms + k * 1_000, f"w-{k}") for k in range(8)]
    lines = frames(merged(chatter(26, per_minute=2), told, kept, gone))
    one = in_batches(lines, 1)
    assert one.count(b'"reported"') == 1
    assert in_batches(lines, 37) == in_batches(lines, 100_000) == one


def test_a_cut_that_loses_something_is_seen(recording, monkeypatch):
    lines, events = recording

    def careless(line):
        line._line._detector = line._new_line()._detector

    monkeypatch.setattr(Cuttable, "cut", careless)
    assert in_pieces(lines, 3, 1)[0] != events
