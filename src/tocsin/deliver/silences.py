"""Whether a silence covers an alert."""

from tocsin.model import LEVELS, Alert
from tocsin.store import Silence
from tocsin.vocabulary.geometry import distance_km


def covers(silence: Silence, alert: Alert, now_ms: int) -> bool:
    """Every part of the silence that is set fits; an event without a place is in no area."""
    event, place = alert.event, alert.event.place
    if not silence.from_ms <= now_ms < silence.until_ms:
        return False
    if LEVELS.index(event.level) > LEVELS.index(silence.max_level):
        return False
    for wanted, found in (
        (silence.hazard, event.hazard),
        (silence.event_id, event.event_id),
        (silence.watch, alert.watch),
        (silence.country, (place.country or "") if place else ""),
    ):
        if wanted and wanted != found:
            return False
    if silence.lat is None or silence.lon is None:
        return True
    if place is None:
        return False
    apart_km = float(distance_km(silence.lat, silence.lon, place.lat, place.lon))
    return apart_km <= silence.radius_km
