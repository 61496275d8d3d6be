"""Invented events, places and watches for the tests of watching, keeping and delivering."""

import base64

import msgspec

from tocsin.clock import rfc3339
from tocsin.model import Alert, Event, Fact, Ground, Place, Watch, Why

SECRET = "whsec_" + base64.b64encode(b"an invented secret, 35 bytes in all").decode()
NOON_MS = 1_795_348_800_000
ALMERA = Place("g1", "Almera", "city", "Coast", "ES", 39.5, -0.4, 8.0)
BRUNNTAL = Place("g2", "Brunntal", "city", None, "AT", 47.3, 11.4, 5.0)
IBERIA = Place("g3", "Iberland", "country", None, "ES", 40.0, -3.7, 500.0)


def event(name: str = "e", revision: int = 1, **changes) -> Event:
    """An event revision; `name` is padded to an id of 16 characters."""
    first = Event(
        event_id=f"{name:0<16}",
        revision=revision,
        phase="reported" if revision == 1 else "updated",
        at=rfc3339(NOON_MS + revision * 60_000),
        first_seen=rfc3339(NOON_MS),
        hazard="wildfire",
        category="Fire",
        origin="posts",
        tier="unconfirmed",
        headline="Wildfire near Almera",
        lang="en",
        place=ALMERA,
        level="yellow",
        severity="Moderate",
        urgency="Immediate",
        certainty="Likely",
        confidence=0.7,
        voices="5-14",
        families=("bluesky",),
        facts=(Fact("evacuated", 100.0, 200.0, None, rfc3339(NOON_MS)),),
        bulletins=(),
        why=(Why(Ground.VOICES, "5-14", 5),),
        contract="v1 0000",
    )
    return msgspec.structs.replace(first, **changes)


def too_few(name: str = "e", revision: int = 2, **changes) -> Event:
    """A withdrawal because deletions took the event below k."""
    why = (Why(Ground.BELOW_K, True),)
    return event(name, revision, phase="withdrawn", why=why, **changes)


def watch(name: str = "w", **changes) -> Watch:
    """A watch for anything from yellow up, anywhere."""
    first = Watch(name, "any", None, None, None, None, "yellow", "ops", f"meaning of {name}")
    return msgspec.structs.replace(first, **changes)


def alert(name: str = "e", revision: int = 1, kind="alert", channel: str = "ops", **changes):
    """An alert as a matcher would make it for the watch `w`."""
    of = event(name, revision, **changes)
    key = f"{of.event_id}.{revision}.w.{channel}"
    return Alert(key, kind, "w", "meaning of w", channel, of)
