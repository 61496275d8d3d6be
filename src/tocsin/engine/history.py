"""Event revisions out of the store, for whoever tries a watch on the past."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tocsin.clock import rfc3339
from tocsin.model import Event, Watch
from tocsin.store import Store
from tocsin.watch.advice import Advice, advice
from tocsin.watch.trace import Message, Trace

REVISIONS = 200_000
"""Most revisions of one trial; they take about a second and 200 MB."""
_PAGE = 2_000


JUDGED = 500
"""Most judged events looked at for advice; the latest count."""


class History(NamedTuple):
    """Revisions in the order they were decided; `whole` unless there were too many."""

    events: list[Event]
    whole: bool


def kept_events(
    store: Store, from_ms: int, wanted: Callable[[Event], bool], bound: int = REVISIONS
) -> History:
    """Wanted revisions decided at or after `from_ms`; those that shrank tell nothing any more.

    Beyond `bound` the newest are left out, so that what is told of each event begins whole.
    """
    events: list[Event] = []
    seq = 0
    while page := store.revisions_since(seq, _PAGE, from_ms):
        seq = page[-1].seq
        events += [each.event for each in page if each.event is not None and wanted(each.event)]
        if len(events) > bound:
            return History(events[:bound], False)
    return History(events, True)


def advice_of(store: Store, watch: Watch) -> Advice:
    """What was said of a watch's alerts, and what that suggests."""
    verdicts = {each.event_id: each.verdict for each in store.watches.judged(watch.id)[-JUDGED:]}
    history = {
        event_id: [each.event for each in store.revisions_of(event_id) if each.event is not None]
        for event_id in verdicts
    }
    return advice(watch, verdicts, history)


def told_of(store: Store, found: Trace) -> Trace:
    """The trace with what became of the messages this watch owed about the event."""
    rows = store.watches.messages(found.event, found.watch)
    messages = tuple(
        Message(revision, kind, channel, state, rfc3339(at_ms))
        for revision, kind, channel, state, at_ms in rows
    )
    return msgspec.structs.replace(found, messages=messages)
