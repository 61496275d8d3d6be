"""Where in a Jetstream one stands: a cursor that survives restarts and changes of server."""

import re
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from tocsin.clock import parse_time_ms
from tocsin.sources.columns import Block
from tocsin.sources.wire_kernel import begins

Wire = Literal["v1", "v2"]

MARGIN_US = 5_000_000
"""How far before the last event another server is asked to start: each sees its own times."""

_FORM = re.compile(r"(v1|v2):([0-9]{1,19}):([0-9]{1,19}):([0-9]{1,9}):([A-Za-z0-9.:-]{1,260})")
_NOWHERE = "rewound"
"""In place of the server of a cursor that no server gave."""
_NOTICES = frozenset({"OutdatedCursor", "FutureCursor"})
_ERRORS = frozenset({"ConsumerTooSlow", "CursorTooOld", "InvalidRequest", "InternalServerError"})


class Cursor(NamedTuple):
    """A position: sequence number (v2), server time, and how many events shared that time."""

    wire: Wire
    seq: int
    time_us: int
    same: int
    host: str

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """The cursor written as `wire:seq:time_us:same:host`, or None if it is none."""
        found = _FORM.fullmatch(text or "")
        if found is None:
            return None
        wire: Wire = "v2" if found[1] == "v2" else "v1"
        return cls(wire, int(found[2]), int(found[3]), int(found[4]), found[5])

    def position(self, wire: Wire, host: str) -> int | None:
        """What to ask this server for: its own number, or a time with a margin elsewhere."""
        if self.at_home(wire, host):
            return self.seq if wire == "v2" else self.time_us
        return max(0, self.time_us - MARGIN_US) or None

    def rewound(self, back_ms: int) -> "Cursor":
        """A cursor so far before this one; by time alone, which every server understands."""
        return Cursor(self.wire, 0, max(1, self.time_us - back_ms * 1_000), 0, _NOWHERE)

    def at_home(self, wire: Wire, host: str) -> bool:
        """Whether the numbers mean the same to this server."""
        return wire == self.wire and host == self.host

    def __str__(self) -> str:
        return f"{self.wire}:{self.seq}:{self.time_us}:{self.same}:{self.host}"


class Verdict(NamedTuple):
    """What one message is: an event, a repeated event, a notice of a gap, or an error."""

    repeated: bool = False
    gap: bool = False
    error: str = ""


class Followed(NamedTuple):
    """What many messages are: events, each once, and what else was said among them."""

    events: Block
    gap: bool
    error: str


class _Payload(msgspec.Struct):
    seq: int = 0
    time: str = ""
    witnessed_at: str = msgspec.field(name="witnessedAt", default="")
    name: str = ""


class _Message(msgspec.Struct):
    time_us: int = 0
    type: str = msgspec.field(name="$type", default="")
    payload: _Payload | None = None
    error: str = ""


_DECODER = msgspec.json.Decoder(_Message)


def _bytes(text: str) -> "np.typing.NDArray[np.uint8]":
    # Of their own, since a kernel is compiled anew for what cannot be written.
    return np.frombuffer(text.encode(), np.uint8).copy()


_ORDINARY = {
    "v1": (_bytes('{"did":"'), _bytes("")),
    "v2": (
        _bytes('{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#'),
        _bytes("cas"),
    ),
}
"""How events begin that say nothing to us (commit, account, sync); others are looked into."""


class Tracker:
    """Follows one connection and drops what the inclusive cursor makes come twice.

    v2 numbers every event, so only the very number is dropped. v1 has times alone, which
    events may share: as many are dropped as were seen at that time before.
    """

    def __init__(self, wire: Wire, host: str, resume: Cursor | None) -> None:
        self._wire, self._host = wire, host
        home = resume is not None and resume.at_home(wire, host)
        self._at = resume if home else None
        self._skip_us = resume.time_us if resume and home and wire == "v1" else 0
        self._skip = resume.same if resume and home and wire == "v1" else 0
        self._text = str(resume) if resume else None
        self._may_repeat = self._at is not None

    @property
    def text(self) -> str | None:
        """The cursor after the last event seen, None before the first."""
        return str(self._at) if self._at is not None else self._text

    def see(self, message: bytes) -> Verdict:
        """Note one message; what cannot be read moves nothing and is left to the decoder."""
        try:
            mark = _DECODER.decode(message)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return Verdict()
        if mark.type == "error":
            return Verdict(error=mark.error if mark.error in _ERRORS else "unknown error")
        if self._wire == "v2":
            return self._numbered(mark)
        return self._timed(mark.time_us) if mark.time_us > 0 else Verdict()

    def follow(self, block: Block) -> Followed:
        """Note many messages, as `see` would one by one; behind an error nothing is taken.

        Once the first event after the opening was looked at, ordinary ones are passed over: only
        the last of a run is read, for the cursor.
        """
        rows = len(block.start)
        kept = np.ones(rows, np.bool_)
        ordinary = np.zeros(rows, np.bool_)
        begins(block.buffer, block.start, block.end, *_ORDINARY[self._wire], ordinary)
        others = [*np.flatnonzero(~ordinary).tolist(), rows]
        row = other = 0
        gap, error = False, ""
        while row < rows and not error:
            if not self._may_repeat:
                while others[other] < row:
                    other += 1
                self._pass_over(block, row, others[other])
                row = others[other]
                if row == rows:
                    break
            verdict = self.see(block.frame(row))
            error, gap = verdict.error, gap or verdict.gap
            kept[row] = not (verdict.repeated or verdict.gap)
            row += 1
        if error:
            kept[row - 1 :] = False
        events = block if kept.all() else block._replace(start=block.start[kept],
                                                         end=block.end[kept])  # fmt: skip
        return Followed(events, gap, error)

    def _pass_over(self, block: Block, first: int, behind: int) -> None:
        """Set the cursor behind a run of events."""
        at, time_us, same = self._at, 0, 0
        for row in range(behind - 1, first - 1, -1):
            if self._wire == "v2":
                if self.see(block.frame(row)).repeated or self._at is not at:
                    return
                continue
            try:
                mark_us = _DECODER.decode(block.frame(row)).time_us
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            if mark_us > 0 and time_us and mark_us != time_us:
                break
            if mark_us > 0:
                time_us, same = mark_us, same + 1
        else:
            same += at.same if at is not None and at.time_us == time_us else 0
        if time_us:
            self._at = Cursor("v1", 0, time_us, same, self._host)

    def _numbered(self, mark: _Message) -> Verdict:
        payload = mark.payload
        if payload is None or payload.seq <= 0:
            return Verdict(gap=payload is not None and payload.name in _NOTICES)
        self._may_repeat = False
        if self._at is not None and payload.seq == self._at.seq:
            return Verdict(repeated=True)
        try:
            time_us = parse_time_ms(payload.witnessed_at or payload.time) * 1_000
        except (ValueError, OverflowError):
            time_us = self._at.time_us if self._at is not None else 0
        self._at = Cursor("v2", payload.seq, time_us, 0, self._host)
        return Verdict()

    def _timed(self, time_us: int) -> Verdict:
        if self._skip and time_us == self._skip_us:
            self._skip -= 1
            return Verdict(repeated=True)
        self._may_repeat = time_us <= self._skip_us and self._skip > 0
        at = self._at
        same = at.same + 1 if at is not None and at.time_us == time_us else 1
        self._at = Cursor("v1", 0, time_us, same, self._host)
        return Verdict()
