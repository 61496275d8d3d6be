"""Where in a Jetstream one stands: a cursor that survives restarts and changes of server."""

import re
from typing import Literal, NamedTuple

import msgspec

from tocsin.clock import parse_time_ms

Wire = Literal["v1", "v2"]

MARGIN_US = 5_000_000
"""How far before the last event another server is asked to start: each sees its own times."""

_FORM = re.compile(r"(v1|v2):([0-9]{1,19}):([0-9]{1,19}):([0-9]{1,9}):([A-Za-z0-9.:-]{1,260})")
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

    def _numbered(self, mark: _Message) -> Verdict:
        payload = mark.payload
        if payload is None or payload.seq <= 0:
            return Verdict(gap=payload is not None and payload.name in _NOTICES)
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
        at = self._at
        same = at.same + 1 if at is not None and at.time_us == time_us else 1
        self._at = Cursor("v1", 0, time_us, same, self._host)
        return Verdict()
