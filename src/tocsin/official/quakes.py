"""What all agencies' earthquake lists share: size, longitude, and when the word was given."""

from tocsin.metrics import Reason
from tocsin.official.bounds import EARLIEST_MS, LATEST_MS, Refused
from tocsin.official.tables import QuakeClass, tables

PUBLISHED_WITHIN_MS = 20 * 60_000
"""By when a first solution has usually been published. The lists give only the time of the
last update; taking that for the first word would flatter our own lead time."""


def size_of(magnitude: float) -> QuakeClass | None:
    """How far a magnitude is felt and how bad it is taken to be; None below the smallest."""
    return next((row for row in tables().quakes if magnitude >= row.magnitude), None)


def wrapped(lon: float) -> float:
    """Longitude within 180 degrees; lists count past the date line in places."""
    return lon if -180.0 <= lon <= 180.0 else (lon + 540.0) % 360.0 - 180.0


def sent_ms(time_ms: int | None, updated_ms: int | None) -> int:
    """When the word was given, at the latest; raises Refused for a time out of the world."""
    if time_ms is None:
        raise Refused(Reason.BAD_TIME)
    latest_ms = time_ms + PUBLISHED_WITHIN_MS
    found = min(updated_ms, latest_ms) if updated_ms is not None else latest_ms
    if not EARLIEST_MS <= found < LATEST_MS:
        raise Refused(Reason.BAD_TIME)
    return found
