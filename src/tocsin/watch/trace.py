"""Why an event alerts a watch or does not: every condition, the first that fails among them."""

import msgspec

from tocsin.model import Event, Ground, Watch, Why
from tocsin.watch.match import CHECKS
from tocsin.watch.near import Near, near_of, words_of


class Condition(msgspec.Struct, frozen=True):
    """One condition of a watch held against one event revision."""

    name: str
    holds: bool
    grounds: tuple[Why, ...]


class Message(msgspec.Struct, frozen=True):
    """What became of one message: owed, sent or lost, or held back with the reason."""

    revision: int
    kind: str
    channel: str
    state: str
    at: str


class Trace(msgspec.Struct, frozen=True):
    """All conditions in the order they are asked; `failed` is the first that does not hold."""

    watch: str
    event: str
    revision: int
    alerts: bool
    failed: str | None
    conditions: tuple[Condition, ...]
    near: tuple[Near, ...] | None = None
    """Bounds under which it would have alerted; None when no bound would have done."""
    words: str = ""
    """The same in a sentence."""
    messages: tuple[Message, ...] = ()
    """What was owed of it through this watch, and what silences and quiet hours held back."""


def trace(watch: Watch, event: Event) -> Trace:
    """What each condition of a watch says of a revision; figures about posts stay bands."""
    alive = event.phase in ("reported", "updated")
    conditions = [Condition("phase", alive, (Why(Ground.PHASE, event.phase),))]
    for name, check in CHECKS.items():
        holds, grounds = check(watch, event)
        conditions.append(Condition(name, holds, tuple(grounds)))
    failed = next((c.name for c in conditions if not c.holds), None)
    near = near_of(watch, event)
    return Trace(
        watch=watch.id,
        event=event.event_id,
        revision=event.revision,
        alerts=failed is None,
        failed=failed,
        conditions=tuple(conditions),
        near=near,
        words=words_of(near or ()),
    )


def nearest_trace(watch: Watch, revisions: list[Event]) -> Trace:
    """The trace of the revision that comes closest: the one that fails fewest conditions.

    Raises ValueError without a revision.
    """
    if not revisions:
        raise ValueError("there is no revision of this event")
    traces = [trace(watch, event) for event in revisions]
    return min(traces, key=lambda t: sum(not c.holds for c in t.conditions))
