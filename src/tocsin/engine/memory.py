"""What of the line lives over a restart: how far it told, its events, never a report."""

from collections.abc import Mapping

from tocsin.clock import DAY_MS, Clock
from tocsin.engine.look_back import LookBack
from tocsin.model import Event
from tocsin.pipeline import Pipeline
from tocsin.store import Store

_ORDINAL, _STREAM = "ordinal", "stream_ms"
RECALLED_MS = 2 * DAY_MS
"""Events revised so lately are known again after a restart."""


def kept(line: Pipeline, back: LookBack) -> dict[str, bytes]:
    """What is committed with every step: events founded so far, and until when all was told."""
    return {
        _ORDINAL: str(line.ordinal).encode(),
        _STREAM: str(max(line.now_ms, back.until_ms)).encode(),
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
    line.recall(events, told_until(store, now_ms))
    return events


def told_until(store: Store, now_ms: int) -> int:
    """Stream time until which earlier starts told, 0 before the first.

    A clock that was ahead must not make us keep silent until it is so late again.
    """
    return min(int(store.meta(_STREAM) or b"0"), now_ms)


def look_back(
    sources: Mapping[str, object], store: Store, back_ms: int, clock: Clock
) -> LookBack:
    """From where each source is read after what earlier starts have read of it."""
    return LookBack(sources, store.cursors(), told_until(store, clock.now_ms()), back_ms, clock)
