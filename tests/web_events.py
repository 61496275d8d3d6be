"""Invented events, alerts and health for the tests of the web, and nothing real."""

from typing import Any

from tocsin.clock import MINUTE_MS, parse_time_ms, rfc3339
from tocsin.model import (
    Alert,
    BulletinRef,
    Event,
    Fact,
    Ground,
    Place,
    Why,
)
from tocsin.web import Health, SourceHealth

NOW = "2030-05-04T12:00:00.000Z"
NOW_MS = parse_time_ms(NOW)
CONTRACT = "v1:0123456789abcdef"


def minutes_ago(minutes: float) -> str:
    """A time before NOW."""
    return rfc3339(NOW_MS - round(minutes * MINUTE_MS))


def place(name: str = "Vila Serena", **changes: Any) -> Place:
    """An invented town."""
    fields: dict[str, Any] = {
        "id": f"x{sum(map(ord, name))}",
        "name": name,
        "kind": "city",
        "admin1": "Beira Alta",
        "country": "PT",
        "lat": 40.4,
        "lon": -7.6,
        "radius_km": 12.0,
    }
    return Place(**{**fields, **changes})


def event(number: int = 1, **changes: Any) -> Event:
    """A wildfire near an invented town; `changes` replace fields."""
    fields: dict[str, Any] = {
        "event_id": f"{number:016d}",
        "revision": 1,
        "phase": "reported",
        "at": minutes_ago(4),
        "first_seen": minutes_ago(9),
        "hazard": "wildfire",
        "category": "Fire",
        "origin": "posts",
        "tier": "unconfirmed",
        "headline": "Wildfire reported near Vila Serena",
        "lang": "en",
        "place": place(),
        "level": "yellow",
        "severity": "Moderate",
        "urgency": "Immediate",
        "certainty": "Possible",
        "confidence": 0.55,
        "voices": "5-14",
        "families": ("network",),
        "facts": (Fact("evacuated", 20, 40, None, minutes_ago(5)),),
        "bulletins": (),
        "why": (
            Why(Ground.VOICES, "5-14", 5),
            Why(Ground.SIGNIFICANCE, 7.5, 5),
            Why(Ground.ONE_FAMILY_CAP, True),
        ),
        "contract": CONTRACT,
    }
    return Event(**{**fields, **changes})


def bulletin(**changes: Any) -> BulletinRef:
    """An invented official word."""
    fields: dict[str, Any] = {
        "source": "civil_protection",
        "id": "cp-7781",
        "sent": minutes_ago(1),
        "url": "https://alerts.example.org/cp-7781",
        "lead_time_s": 480.0,
    }
    return BulletinRef(**{**fields, **changes})


def alert(about: Event, **changes: Any) -> Alert:
    """An alert about an event, to an invented channel."""
    fields: dict[str, Any] = {
        "key": f"{about.event_id}.{about.revision}.w1.ops",
        "kind": "alert",
        "watch": "w1",
        "meaning": "wildfire, within 50 km of Vila Serena",
        "channel": "ops",
        "event": about,
        "why": (),
    }
    return Alert(**{**fields, **changes})


def source(**changes: Any) -> SourceHealth:
    """An invented source of posts that works."""
    fields: dict[str, Any] = {
        "name": "network",
        "kind": "posts",
        "state": "live",
        "lag_s": 1.4,
        "rate_per_min": 1_234,
        "last_message": minutes_ago(0.02),
        "received": 73_211,
        "admitted": 2_204,
        "refused": {"no_hazard": 71_000, "bad_frame": 3},
    }
    return SourceHealth(**{**fields, **changes})


def health(**changes: Any) -> Health:
    """An engine that works."""
    fields: dict[str, Any] = {
        "version": "0.1.0",
        "contract": CONTRACT,
        "now": NOW,
        "uptime_s": 3_720,
        "ready": True,
        "sources": (source(), source(name="quakes", kind="bulletins", rate_per_min=2)),
    }
    return Health(**{**fields, **changes})


def metrics() -> bytes:
    """A line of Prometheus text."""
    return b"# TYPE tocsin_received_total counter\ntocsin_received_total 73211\n"


def scene() -> list[Event]:
    """A day of invented hazards around the world, oldest change first."""
    return [
        event(
            11, hazard="flood", category="Met", level="green", severity="Minor",
            headline="Flooding reported in Tarn Quay", at=minutes_ago(190),
            first_seen=minutes_ago(260), phase="resolved", facts=(),
            place=place("Tarn Quay", country="GB", admin1="Cumbria", lat=54.6, lon=-3.1,
                        radius_km=8.0),
        ),
        event(
            12, hazard="rail_accident", category="Transport", level="yellow",
            headline="Rail accident reported near Oberfelden", at=minutes_ago(96),
            first_seen=minutes_ago(118), voices="15-49", certainty="Possible",
            facts=(Fact("injured", 6, 11, None, minutes_ago(97)),),
            place=place("Oberfelden", country="DE", admin1="Hesse", lat=50.6, lon=9.1,
                        radius_km=6.0),
        ),
        event(
            13, hazard="power_outage", category="Infra", level="green", severity="Minor",
            headline="Power outage reported in Port Amity", at=minutes_ago(71),
            first_seen=minutes_ago(80), voices="15-49",
            facts=(Fact("without_power", 4000, 9000, "homes", minutes_ago(72)),),
            place=place("Port Amity", country="US", admin1="Oregon", lat=45.1, lon=-122.9,
                        radius_km=25.0),
        ),
        event(
            14, hazard="volcano", category="Geo", level="yellow", origin="both",
            tier="official", certainty="Observed", severity="Moderate", confidence=0.9,
            headline="Volcanic eruption near Gunung Arang", at=minutes_ago(42),
            first_seen=minutes_ago(95), families=("network", "volcano_notices"),
            bulletins=(bulletin(source="volcano_notices", id="va-19", lead_time_s=-300.0),),
            facts=(), voices="50-199",
            place=place("Gunung Arang", kind="mountain", country="ID", admin1="East Java",
                        lat=-7.9, lon=112.9, radius_km=30.0),
        ),
        event(
            15, hazard="chemical_spill", category="CBRNE", level="yellow",
            headline="Chemical spill reported in Nova Aurora", at=minutes_ago(23),
            first_seen=minutes_ago(31),
            facts=(), place=place("Nova Aurora", country="BR", admin1="São Paulo", lat=-22.4,
                                  lon=-47.8, radius_km=10.0),
        ),
        event(
            16, hazard="landslide", category="Geo", level="yellow", severity="Severe",
            headline="Landslide reported near Kaligarh, people trapped", at=minutes_ago(12),
            first_seen=minutes_ago(36), voices="15-49", certainty="Likely", tier="corroborated",
            families=("federated", "network"), confidence=0.7,
            facts=(Fact("trapped", 3, 8, None, minutes_ago(13)),),
            place=place("Kaligarh", country="NP", admin1="Bagmati", lat=27.9, lon=85.1,
                        radius_km=15.0),
        ),
        *earthquake()[:2],
        event(),
        earthquake()[2],
    ]  # fmt: skip


def earthquake() -> list[Event]:
    """Three revisions of one event that grows and is confirmed."""
    where = place("San Lirio", country="CL", admin1="Biobío", lat=-36.9, lon=-72.8, radius_km=90.0)
    near = place("San Lirio", country="CL", admin1="Biobío", lat=-36.9, lon=-72.8, radius_km=35.0)
    first = event(
        17, hazard="earthquake", category="Geo", level="green", severity="Minor",
        headline="Earthquake reported near San Lirio", at=minutes_ago(8),
        first_seen=minutes_ago(9), place=where, facts=(), certainty="Possible",
    )  # fmt: skip
    second = event(
        17, revision=2, phase="updated", hazard="earthquake", category="Geo", level="yellow",
        severity="Moderate", headline="Earthquake reported near San Lirio, people injured",
        at=minutes_ago(6), first_seen=minutes_ago(9), place=near, voices="50-199",
        facts=(Fact("injured", 4, 12, None, minutes_ago(6)),), confidence=0.65,
    )  # fmt: skip
    third = event(
        17, revision=3, phase="updated", hazard="earthquake", category="Geo", level="red",
        origin="both", tier="official", severity="Severe", certainty="Observed", confidence=0.95,
        headline="Earthquake near San Lirio, magnitude 6.8, people injured", at=minutes_ago(2),
        first_seen=minutes_ago(9), place=near, voices="200+", families=("network", "quakes"),
        facts=(
            Fact("magnitude", 6.7, 6.9, None, minutes_ago(2), "official"),
            Fact("injured", 12, 40, None, minutes_ago(3)),
            Fact("without_power", 20000, 60000, "homes", minutes_ago(3)),
        ),
        bulletins=(bulletin(source="quakes", id="qk-2290", lead_time_s=440.0),),
        why=(
            Why(Ground.VOICES, "200+", 5),
            Why(Ground.SIGNIFICANCE, 24.0, 5),
            Why(Ground.WINDOW_S, 300, 3600),
            Why(Ground.WITNESS, 0.6, 0.3),
            Why(Ground.PLACE_SHARE, 0.7, 0.5),
            Why(Ground.FAMILIES, 2, 2),
            Why(Ground.BULLETIN, "quakes"),
            Why(Ground.SEVERITY_PRIOR, "Moderate"),
        ),
    )  # fmt: skip
    return [first, second, third]
