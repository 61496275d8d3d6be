"""What a source owes: frames, a cursor, a typed view of each frame, and an end."""

from importlib.metadata import entry_points
from typing import Literal, Protocol

import msgspec

from tocsin.clock import Clock
from tocsin.config import Spec, Value
from tocsin.metrics import Reason

FRAME_BYTES = 65_536
"""Longest frame a source may hand on (reliability R12)."""
TEXT_CHARS = 4_096
"""Longest text that is read, in code points."""

Op = Literal["create", "edit", "delete", "account_deleted"]


class Post(msgspec.Struct, frozen=True, gc=False):
    """The only place where a voice is known: a frame as the gate needs it, for milliseconds."""

    author: str | None
    text: str
    at_ms: int
    lang: str | None = None
    id: str | None = None
    """Unique within the source family."""
    op: Op = "create"
    repost: bool = False


class Source(Protocol):
    """A stream of frames. Built as `cls(settings, clock)` with checked settings.

    Six attributes are optional. `scan(block, decode)` decodes many frames at once and gives what
    `decode` gives for each. `read_block(wait_s)` is `read` with the frames end to end in one
    `columns.Block`, for a source that has them so, and `thin(block, keep_one_in)` leaves of its new
    posts, and of nothing else, one in so many. `wire` (such as usgs or cap) is the format of a
    source of bulletins. `heard_ms` is when the other side last answered, be it that there is no
    news; without it a source of bulletins is never called deaf. `gap` is true when deletions may
    have been missed since the last open: then what the detector holds of it is purged (contract
    P10). `rewound(cursor, back_ms)` is a cursor so far before another one, or None: a source that
    has it is read again after a restart, deletions included.
    """

    spec: Spec

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None: ...

    def open(self, cursor: str | None) -> None:
        """Connect, resuming at the cursor. Raises SourceLost or SourceRefused."""
        ...

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """Frames that came, and the cursor after them; may be empty, never late.

        Raises SourceLost (reopen), SourceRefused (stop) or SourceEnded (finite input is over).
        """
        ...

    def decode(self, frame: bytes) -> Post | Reason:
        """A typed view of one frame, or why it is none. Never raises on bad input."""
        ...

    def close(self) -> None:
        """Let go of everything; closing twice is fine."""
        ...


def load_sources() -> dict[str, type[Source]]:
    """Every installed source by name, ours and strangers' alike (entry points)."""
    found = entry_points(group="tocsin.sources")
    return {entry.name: entry.load() for entry in sorted(found, key=lambda e: e.name)}
