"""How the engine is doing, told without any small count."""

from typing import Literal

import msgspec

from tocsin.clock import MINUTE_MS, parse_time_ms, rfc3339
from tocsin.model import K_VOICES

SourceState = Literal["connecting", "live", "reconnecting", "ended", "refused"]


class SourceHealth(msgspec.Struct, frozen=True):
    """One source: whether it speaks, how far behind it is, what became of its frames."""

    name: str
    kind: Literal["posts", "bulletins"]
    state: SourceState
    lag_s: float | None = None
    """How old its newest post was when it came, in seconds; None before the first."""
    rate_per_min: int = 0
    """Frames a minute, of late."""
    last_message: str | None = None
    """RFC 3339 time of the last message; told to the minute."""
    received: int = 0
    admitted: int = 0
    refused: dict[str, int] = {}
    """Frames that went no further, by reason."""
    reconnects: int = 0
    gaps: int = 0
    """How often deletions may have been missed, so that its reports were purged."""
    deaf_since: str | None = None
    """RFC 3339 time since when it is silent beyond its own habit, to the minute."""
    detail: str = ""
    """Why it is not live, as an instruction."""


class Health(msgspec.Struct, frozen=True):
    """The engine's word about itself; figures about posts may be exact, the answer is not."""

    version: str
    contract: str
    now: str
    """Stream time, RFC 3339."""
    uptime_s: int
    ready: bool
    sources: tuple[SourceHealth, ...] = ()
    counts: dict[str, int] = {}
    blind_since: str | None = None
    """RFC 3339 time since when every source of posts is deaf, and so every watch blind."""
    advice: str = ""
    """What the operator should do when not ready."""
    drill: bool = False
    shedding: tuple[str, ...] = ()
    """What is shed just now because more comes than can be worked on, first to go first; never
    deletions, closures, bulletins or what takes an alert back."""


def coarse(count: int) -> int:
    """The next lower of 0, 5, 10, 20, 50, 100, 200, 500, ...: never a small or exact count.

    A reader who asks again and again cannot tell streams apart that differ by one post,
    but at an edge (contract P13).
    """
    if count < K_VOICES:
        return 0
    power = int("1" + "0" * (len(str(count)) - 1))
    return next(step * power for step in (5, 2, 1) if count >= step * power)


def told(health: Health, counts: dict[str, int]) -> Health:
    """Health as the API gives it: coarse figures, times to the minute, the board's counts added."""
    sources = tuple(_told_source(source) for source in health.sources)
    return msgspec.structs.replace(
        health,
        sources=sources,
        counts={**health.counts, **counts},
        blind_since=_minute(health.blind_since),
    )


def _minute(at: str | None) -> str | None:
    if at is None:
        return None
    at_ms = parse_time_ms(at)
    return rfc3339(at_ms - at_ms % MINUTE_MS)


def _told_source(source: SourceHealth) -> SourceHealth:
    refused = {reason: coarse(count) for reason, count in source.refused.items()}
    return msgspec.structs.replace(
        source,
        lag_s=None if source.lag_s is None else float(round(source.lag_s)),
        rate_per_min=coarse(source.rate_per_min),
        last_message=_minute(source.last_message),
        received=coarse(source.received),
        admitted=coarse(source.admitted),
        refused=refused,
        deaf_since=_minute(source.deaf_since),
    )
