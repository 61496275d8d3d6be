"""What is decoded, sieved and read ahead on other threads comes out as if done one by one."""

import sys
from threading import Event, current_thread, main_thread

import numpy as np
import pytest

from tocsin.engine.ahead import CHUNKS_AHEAD, SWITCH_S, sifted_ahead
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


class HeldGate:
    """A gate that, on a thread beside, holds on to its chunk until the taker has done one."""

    def __init__(self):
        self.done_here = Event()
        self.own = []

    def sift(self, chunk, view, scan, reads):
        if current_thread() is main_thread():
            self.own.append(chunk)
            self.done_here.set()
        else:
            self.done_here.wait(20)
        return chunk


def test_the_taker_sifts_while_the_next_chunk_is_not_ready():
    gate = HeldGate()
    found = sifted_ahead(gate, range(8), None, None, 1)
    assert list(found) == list(range(8))
    assert gate.own and set(gate.own) <= set(range(8))


def test_only_a_few_chunks_are_asked_for_ahead():
    asked = []
    chunks = (asked.append(number) or number for number in range(50))
    found = sifted_ahead(HeldGate(), chunks, None, None, 2)
    for number in range(10):
        assert next(found) == number
        assert len(asked) <= number + 1 + 3 * CHUNKS_AHEAD
    found.close()


class TornGate(HeldGate):
    """A held gate that gives up on the fourth chunk, and holds until then."""

    def sift(self, chunk, view, scan, reads):
        if chunk == 3:
            self.done_here.set()
            raise ArithmeticError(f"chunk {chunk} is torn")
        if current_thread() is not main_thread():
            self.done_here.wait(20)
        return chunk


def test_what_is_raised_for_a_chunk_is_raised_in_its_turn():
    found = sifted_ahead(TornGate(), range(8), None, None, 1)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ArithmeticError, match="chunk 3 is torn"):
        list(found)
