"""What of the line lives over a restart: how far it told, its events, never a report."""

from collections.abc import Mapping

from tocsin.clock import DAY_MS, Clock, rfc3339
from tocsin.engine.look_back import LookBack
from tocsin.model import BulletinRef, Event
from tocsin.pipeline import Pipeline
from tocsin.revision import is_live
from tocsin.store import Store

_ORDINAL, _STREAM = "ordinal", "stream_ms"
RECALLED_MS = 2 * DAY_MS
"""Events revised so lately are known again after a restart."""
WARNED_MS = 30 * DAY_MS
"""An official word that still holds is known again if it was told so lately."""
LOOKED_AT = 5_000
"""Most events looked at for that, the newest first."""


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
    latest = [each.event for each in reversed(store.latest(now_ms - WARNED_MS, LOOKED_AT))]
    since, now = rfc3339(now_ms - RECALLED_MS), rfc3339(now_ms)
    events = []
    for event in latest:
        if event is None:
            continue
        stands = is_live(event) and event.origin != "posts"
        if event.revision > 1 and not stands:
            # A word that spoke of it once must not found it a second time when it is read again.
            line.know(event.bulletins if event.at < since else _all_words(store, event))
        if event.at >= since or (stands and (event.expires or "") > now):
            events.append(event)
    line.recall(events, told_until(store, now_ms))
    return events


def _all_words(store: Store, event: Event) -> list[BulletinRef]:
    """The official words of every revision of an event."""
    revisions = [each.event for each in store.revisions_of(event.event_id)]
    return [ref for each in revisions if each is not None for ref in each.bulletins]


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
