"""A WebSocket read in bulk gives what the library gives, byte for byte and end for end."""

import socket
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close, Frame, Opcode

import naive_wire
from tocsin.clock import HeldClock
from tocsin.eval.bench.sender import as_messages
from tocsin.sources.columns import PAD_BYTES, listed
from tocsin.sources.wire import LINGERS, PING_S, Link
from tocsin.sources.wire_dial import Opened
from tocsin.sources.wire_kernel import FULL, PARTIAL, UNUSUAL, begins, split

LIMIT = 100_000


class Line:
    """A link whose other end is in the hand of the test."""

    def __init__(self, behind=b"", rows=64):
        self.clock = HeldClock(1_000)
        self.far, near = socket.socketpair()
        opened = Opened(near, naive_wire.opened(LIMIT), behind)
        self.link = Link(opened, self.clock, LIMIT, rows)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.far.close()
        self.link.close()

    def all(self):
        """Messages until nothing more comes; with an end also its codes."""
        messages = []
        while True:
            try:
                came = listed(self.link.take(0.0))
            except ConnectionClosed as end:
                codes = getattr(end.sent, "code", None), getattr(end.rcvd, "code", None)
                return messages, codes
            if not came:
                return messages, None
            messages += came

    def answered(self):
        """What the link sent so far."""
        self.far.settimeout(1.0)
        return self.far.recv(4_096)


def frame(payload, opcode=Opcode.TEXT, fin=True, **bits):
    return Frame(opcode, payload, fin, **bits).serialize(mask=False)


PLAIN = st.builds(frame, st.binary(max_size=300), st.sampled_from([Opcode.TEXT, Opcode.BINARY]))
ODD = st.one_of(
    st.builds(frame, st.binary(max_size=20), st.sampled_from([Opcode.PING, Opcode.PONG])),
    st.builds(frame, st.binary(max_size=20), st.just(Opcode.TEXT), st.just(False)),
    st.builds(frame, st.binary(max_size=20), st.just(Opcode.CONT), st.booleans()),
    st.just(frame(b"x" * 70_000)),
    st.just(frame(b"x" * (LIMIT + 1))),
    st.just(frame(Close(1001, "bye").serialize(), Opcode.CLOSE)),
    st.just(Frame(Opcode.TEXT, b"masked").serialize(mask=True)),
    st.just(b"\x81\x7e\x00\x02hi"),
    st.just(b"\xc1\x02hi"),
    st.just(b"\x83\x02hi"),
    st.binary(min_size=1, max_size=12),
)
STREAMS = st.lists(st.one_of(PLAIN, PLAIN, PLAIN, ODD), max_size=40).map(b"".join)


@given(STREAMS, st.lists(st.integers(1, 5_000), max_size=6))
def test_any_bytes_however_cut_are_split_as_the_library_splits_them(data, cuts):
    with Line(data[: cuts[0]] if cuts else b"") as line:
        at, found, codes = (cuts[0] if cuts else 0), [], None
        for cut in [*cuts[1:], len(data)]:
            for step in range(at, min(at + cut, len(data)), 30_000):
                line.far.sendall(data[step : min(step + 30_000, at + cut)])
                came, codes = line.all()
                found += came
                if codes:
                    break
            at += cut
            if codes:
                break
        if not codes:
            came, codes = line.all()
            found += came
    assert (found, codes) == naive_wire.split(data, LIMIT)


def test_a_block_can_be_scanned_and_holds_no_more_than_what_came():
    frames = [b'{"a":%d}' % number * (1 + number % 40) for number in range(50)]
    with Line(as_messages(frames)) as line:
        block = line.link.take(0.0)
    assert listed(block) == frames
    assert len(block.buffer) % 8 == 0 and block.buffer.ctypes.data % 8 == 0
    assert block.end[-1] + PAD_BYTES <= len(block.buffer) <= sum(map(len, frames)) + 4 * 50 + 16
    outside = np.ones(len(block.buffer), np.bool_)
    for first, behind in zip(block.start, block.end, strict=True):
        outside[first:behind] = False
    assert (block.buffer[outside] == 10).all() and outside.sum() > 50


def test_a_take_ends_at_its_rows_and_the_next_goes_on():
    frames = [b"%d" % number for number in range(150)]
    with Line(as_messages(frames), rows=64) as line:
        sizes = [len(line.link.take(0.0).start) for _ in range(4)]
    assert sizes == [64, 64, 22, 0]


def test_messages_in_pieces_are_bounded_by_the_rows_too():
    pieces = frame(b"a", fin=False) + frame(b"b", Opcode.CONT)
    with Line(pieces * 100, rows=64) as line:
        sizes = [len(line.link.take(0.0).start) for _ in range(3)]
    assert sizes == [64, 36, 0]


def test_a_ping_among_messages_is_answered_and_costs_none_of_them():
    data = frame(b"one") + frame(b"still there?", Opcode.PING) + frame(b"two")
    with Line(data) as line:
        assert listed(line.link.take(0.0)) == [b"one", b"two"]
        answer = line.answered()
    assert answer[0] == 0x80 | Opcode.PONG and answer[1] == 0x80 | len(b"still there?")


def test_the_last_messages_are_handed_on_before_the_end_is_told():
    with Line(frame(b"one") + frame(Close(1000, "").serialize(), Opcode.CLOSE)) as line:
        assert listed(line.link.take(0.0)) == [b"one"]
        with pytest.raises(ConnectionClosed) as end:
            line.link.take(0.0)
        assert end.value.rcvd is not None and end.value.rcvd.code == 1000
        assert line.answered()[0] == 0x80 | Opcode.CLOSE


def test_a_silent_server_is_asked_and_then_given_up():
    with Line() as line:
        line.clock.advance(PING_S + 1)
        assert not listed(line.link.take(0.0))
        assert line.answered()[0] == 0x80 | Opcode.PING
        line.far.sendall(frame(b"tocsin", Opcode.PONG))
        line.link.take(0.0)
        line.clock.advance(PING_S + 1)
        line.link.take(0.0)
        assert line.answered()[0] == 0x80 | Opcode.PING
        line.clock.advance(PING_S + 1)
        line.link.take(0.0)
        with pytest.raises(ConnectionClosed) as end:
            line.link.take(0.0)
    assert end.value.sent is not None and end.value.sent.code == 1011


def test_what_comes_in_small_pieces_is_gathered_for_a_moment_only():
    with Line() as line:
        waited = []

        def more(seconds):
            waited.append(seconds)
            line.far.sendall(frame(b"again"))

        line.clock.sleep_s = more
        line.far.sendall(frame(b"first"))
        assert len(line.link.take(1.0).start) == 1 + LINGERS
    assert len(waited) == LINGERS


def test_closing_tells_the_server():
    with Line() as line:
        line.far.settimeout(5.0)
        line.far.shutdown(socket.SHUT_WR)
        line.link.close()
        line.link.close()
        head = line.far.recv(100)
    assert head[0] == 0x80 | Opcode.CLOSE
    code = bytes(a ^ b for a, b in zip(head[6:8], head[2:4], strict=False))
    assert struct.unpack("!H", code) == (1000,)


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", PARTIAL), (b"\x81", PARTIAL), (b"\x81\x02h", PARTIAL), (b"\x82\x7e\x01", PARTIAL),
     (b"\x89\x00", UNUSUAL), (b"\x01\x01a", UNUSUAL), (b"\x81\x7f", UNUSUAL),
     (b"\x81\x82", UNUSUAL), (b"\x81\x00\x81\x00", FULL)],
)  # fmt: skip
def test_the_kernel_says_why_it_stops(data, why):
    rows = np.zeros(1, np.int64)
    given_data = np.frombuffer(data + b"\0", np.uint8).copy()
    row, at, told = split(given_data, 0, len(data), rows, rows.copy(), 0)
    assert told == why and (row, at) == ((1, 2) if why == FULL else (0, 0))


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=8), st.binary(max_size=3),
       st.binary(max_size=2))  # fmt: skip
def test_beginnings_are_found_as_plain_python_finds_them(frames, prefix, letters):
    data = np.frombuffer(b"".join(frames) + b"\0", np.uint8).copy()
    end = np.cumsum([len(each) for each in frames])
    start = end - [len(each) for each in frames]
    found = np.zeros(len(frames), np.bool_)
    like, one_of = (np.frombuffer(b + b"\0", np.uint8)[:-1].copy() for b in (prefix, letters))
    begins(data, start, end, like, one_of, found)
    assert found.tolist() == [
        len(each) > len(prefix)
        and each.startswith(prefix)
        and (not letters or each[len(prefix)] in letters)
        for each in frames
    ]
