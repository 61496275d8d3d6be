"""The official word, typed: a bulletin, the feed it came by, and the event it speaks of."""

from typing import Literal

import msgspec

Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
Status = Literal["actual", "ended", "cancelled", "test"]
"""Ended says that it is over, cancelled that the word is taken back."""
Kind = Literal["official", "news"]

Circle = tuple[float, float, float]
"""Latitude and longitude in degrees, radius in km."""


class Bulletin(msgspec.Struct, frozen=True):
    """The typed part of an official message; no contact, no free text (contract P14)."""

    source: str
    """The agency that speaks: two feeds of one agency are one voice."""
    id: str
    sent_ms: int
    hazard: str
    lat: float
    lon: float
    radius_km: float
    """One circle around all its areas."""
    severity: Severity = "Unknown"
    status: Status = "actual"
    references: tuple[str, ...] = ()
    url: str | None = None
    magnitude: float | None = None
    urgency: Urgency = "Unknown"
    certainty: Certainty = "Unknown"
    expires_ms: int | None = None
    areas: tuple[Circle, ...] = ()
    """The areas one by one where there are several; none means the one circle."""
    kind: Kind = "official"
    """News corroborate as a family of their own and never speak for themselves."""


class Support(msgspec.Struct, frozen=True):
    """A bulletin that speaks of one event, with how it agrees."""

    bulletin: Bulletin
    distance_km: float | None
    lead_time_s: float


class Feed(msgspec.Struct, frozen=True):
    """What the operator says of a feed: whose it is, of which country, about what, where."""

    agency: str | None = None
    country: str | None = None
    hazard: str | None = None
    where: Circle | None = None
