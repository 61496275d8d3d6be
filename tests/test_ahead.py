"""What is decoded, sieved and read ahead on other threads comes out as if done one by one."""

import sys

import numpy as np
import pytest

from tocsin.engine.ahead import SWITCH_S, sifted_ahead
from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import make_load
from tocsin.metrics import Reason
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream

FRAMES = make_load(1_200, share=0.2, seed=2).frames
CHUNKS = [FRAMES[:500], FRAMES[300:900], [], FRAMES[600:], FRAMES[::3]]
"""With many a frame more than once, so that some are read ahead and then not taken."""


def passed(reads):
    line = Line()
    sifted = [line.gate.sift(chunk, decode_jetstream, scan_jetstream, reads) for chunk in CHUNKS]
    return [line.gate.take(one, 0, line.tally) for one in sifted], line.tally


def test_to_read_ahead_changes_nothing():
    ahead, told_ahead = passed(True)
    one_by_one, told = passed(False)
    assert told_ahead.as_dict() == told.as_dict()
    assert told.balanced and told.refused[Reason.DUPLICATE] > 50
    for one, other in zip(ahead, one_by_one, strict=True):
        for name, mine, theirs in zip(one.batch._fields, one.batch, other.batch, strict=True):
            np.testing.assert_array_equal(mine, theirs, name)
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.removals.before, other.removals.before)
        np.testing.assert_array_equal(one.removals.post, other.removals.post)


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_chunks_come_back_in_order(threads):
    gate = Line().gate
    found = sifted_ahead(gate, iter(CHUNKS), decode_jetstream, scan_jetstream, threads)
    assert [len(one.named) for one in found] == [len(chunk) for chunk in CHUNKS]


def test_threads_take_quick_turns_only_while_they_work():
    before_s = sys.getswitchinterval()
    found = sifted_ahead(Line().gate, iter(CHUNKS), decode_jetstream, scan_jetstream, 1)
    next(found)
    assert sys.getswitchinterval() <= SWITCH_S * 1.01
    found.close()
    assert sys.getswitchinterval() == before_s
