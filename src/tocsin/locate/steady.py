"""A place that was told stays told while it still holds."""

import msgspec

from tocsin.model import Origin, Place

STEADY_SHARE = 0.7
STEADY_RADIUS = 1.6
"""A place told stays while it holds this share of the best one's votes; so does its radius."""


def steady(origins: tuple[Origin, ...], before: Place | None) -> tuple[Origin, ...]:
    """Origins with the place told last in front while it still holds, radius and all.

    A place that wanders with every vote would make a revision of every minute.
    """
    if before is None or not origins or origins[0].place.kind != before.kind:
        return origins
    for origin in origins:
        if origin.place.id == before.id and origin.share >= STEADY_SHARE * origins[0].share:
            ratio = origin.place.radius_km / before.radius_km
            if 1 / STEADY_RADIUS <= ratio <= STEADY_RADIUS:
                origin = msgspec.structs.replace(origin, place=before)
            rest = tuple(o for o in origins if o.place.id != before.id)
            return (origin, *rest)
    return origins
