"""Reads that wait together go through the line as one, and nothing of them is lost or mixed."""

import numpy as np

from tocsin.engine.inbox import Chunk
from tocsin.engine.joined import joined
from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import make_load
from tocsin.sources.columns import PAD_BYTES, block_of, listed
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream

FRAMES = make_load(900, share=0.2, seed=4).frames
ONE, OTHER = object(), object()


def chunk(low, high, intake=ONE, cursor="c", gap=False, shed=0):
    return Chunk(intake, block_of(FRAMES[low:high]), cursor, 1_000 + high, gap, shed)


def test_neighbours_of_one_source_become_one_and_keep_their_order():
    parts = [chunk(0, 200, cursor="a", shed=3), chunk(200, 500), chunk(500, 900, cursor=None)]
    (one,) = joined(parts)
    assert list(listed(one.frames)) == FRAMES
    assert (one.cursor, one.shed, one.gap, one.received_ms) == ("c", 3, False, 1_900)
    assert len(one.frames.buffer) % 8 == 0
    assert len(one.frames.buffer) - one.frames.end[-1] >= PAD_BYTES
    alone = scan_jetstream(block_of(FRAMES), decode_jetstream)
    beside = scan_jetstream(one.frames, decode_jetstream)
    for mine, theirs in zip(beside, alone, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_sources_gaps_and_listed_frames_stand_alone():
    listing = Chunk(ONE, FRAMES[:3], None, 0)
    parts = [
        chunk(0, 10), chunk(10, 20, OTHER), chunk(20, 30), chunk(30, 40, gap=True),
        chunk(40, 50), listing, listing, chunk(50, 60),
    ]  # fmt: skip
    found = joined(parts)
    assert [len(listed(one.frames)) for one in found] == [10, 10, 10, 20, 3, 3, 10]
    assert [one.gap for one in found] == [False, False, False, True, False, False, False]
    assert found[0] is parts[0] and found[4] is listing
    assert joined([]) == []


def test_what_is_decided_does_not_hang_on_it():
    cuts = [chunk(0, 100), chunk(100, 350), chunk(350, 900)]
    alone, together = Line(), Line()
    for one, line in [(each, alone) for each in cuts] + [(each, together) for each in joined(cuts)]:
        line.decide(line.gate.sift(one.frames, decode_jetstream, scan_jetstream))
    assert alone.tally.as_dict() == together.tally.as_dict()
    assert alone.tally.balanced and alone.tally.admitted > 30
    assert alone.events == together.events
