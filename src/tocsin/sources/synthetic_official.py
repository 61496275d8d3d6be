"""The official word about planted events: late, sometimes revised, sometimes wrong."""

from random import Random

import msgspec

from tocsin.clock import rfc3339
from tocsin.sources.synthetic_canary import Canary
from tocsin.sources.synthetic_event import Site
from tocsin.sources.synthetic_lore import City, Nature, cities, natures

OFFICIAL_LIFE_MS = 300_000
"""No bulletin about an event comes later than this after its start."""


def plan_bulletins(seed: int, site: Site, canaries: tuple[Canary, ...]) -> list[tuple[int, bytes]]:
    """(sent_ms, JSON line) of every bulletin around one event, in order of time.

    A false alarm that is cancelled, and a test message, come along now and then; the
    free text that real feeds carry is there too, signed by a canary, to be ignored.
    """
    rng = Random(f"official/{seed}/{site.number}")
    token = rng.choice(canaries).identity
    nature, name = natures()[site.hazard], f"syn-{site.start_ms // 1000:x}-{site.number}"
    found = []
    if rng.random() < nature.official:
        sent_ms = site.start_ms + rng.randrange(25_000, 120_000)
        row = _row(rng, f"{name}-a", site.hazard, site.city, nature, token)
        found.append((sent_ms, row))
        if rng.random() < 0.3:
            revised_ms = sent_ms + rng.randrange(20_000, 60_000)
            update = {"id": f"{name}-b", "references": [row["id"]], "severity": "Extreme"}
            found.append((revised_ms, row | update))
    if rng.random() < 0.15:
        found.extend(_false_alarm(rng, site, name, token))
    if rng.random() < 0.15:
        drill = _row(rng, f"{name}-t", site.hazard, site.city, nature, token)
        found.append((site.start_ms + rng.randrange(60_000), drill | {"status": "test"}))
    found.sort(key=lambda pair: (pair[0], str(pair[1]["id"])))
    return [(at_ms, msgspec.json.encode(row | {"sent": rfc3339(at_ms)})) for at_ms, row in found]


def _false_alarm(
    rng: Random, site: Site, name: str, token: str
) -> list[tuple[int, dict[str, object]]]:
    """A bulletin about nothing, and its cancellation."""
    hazard = rng.choice(sorted(natures()))
    city = rng.choice([city for city in cities() if city != site.city])
    row = _row(rng, f"{name}-f", hazard, city, natures()[hazard], token)
    sent_ms = site.start_ms + rng.randrange(10_000, 100_000)
    cancel = row | {"id": f"{name}-c", "status": "cancelled", "references": [row["id"]]}
    return [(sent_ms, row), (sent_ms + rng.randrange(30_000, 90_000), cancel)]


def _row(
    rng: Random, name: str, hazard: str, city: City, nature: Nature, token: str
) -> dict[str, object]:
    """A bulletin whose centre lies within a third of the radius of the city."""
    reach_deg = nature.radius_km / 111 / 3 / 1.5
    return {
        "source": "synthetic",
        "id": name,
        "sent": "",
        "hazard": hazard,
        "lat": round(city.lat + rng.uniform(-reach_deg, reach_deg), 3),
        "lon": round(city.lon + rng.uniform(-reach_deg, reach_deg), 3),
        "radius_km": nature.radius_km,
        "severity": nature.severity,
        "status": "actual",
        "contact": f"duty officer {token}co",
        "description": f"free text that names {token}de",
        f"x_{token}": f"{token}xv",
    }
