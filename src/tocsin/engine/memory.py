"""What of the line lives over a restart: how far it told, its events, never a report."""

from tocsin.clock import DAY_MS
from tocsin.model import Event
from tocsin.pipeline import Pipeline
from tocsin.store import Store

_ORDINAL, _STREAM = "ordinal", "stream_ms"
RECALLED_MS = 2 * DAY_MS
"""Events revised so lately are known again after a restart."""


def kept(line: Pipeline) -> dict[str, bytes]:
    """What is committed with every step: events founded so far, and the time of the stream."""
    return {
        _ORDINAL: str(line.ordinal).encode(),
        _STREAM: str(line.now_ms).encode(),
    }


def ordinal_of(store: Store) -> int:
    """How many events were founded by all earlier starts."""
    return int(store.meta(_ORDINAL) or b"0")


def recall(store: Store, line: Pipeline, now_ms: int) -> list[Event]:
    """Let a line that has just begun know what earlier starts told; the events, oldest first."""
    latest = reversed(store.latest(now_ms - RECALLED_MS))
    events = [each.event for each in latest if each.event is not None]
    for event in events:
        if event.origin == "posts" and event.revision > 1:
            # A word that spoke of it once must not found it a second time when it is read again.
            line.know(ref for each in store.revisions_of(event.event_id)
                      if each.event is not None for ref in each.event.bulletins)  # fmt: skip
    # A clock that was ahead must not make us keep silent until it is so late again.
    line.recall(events, min(int(store.meta(_STREAM) or b"0"), now_ms))
    return events
