"""Three invented events through their lives, as alerts of one channel."""

import msgspec

from tocsin.clock import parse_time_ms, rfc3339
from tocsin.model import Alert, AlertKind, BulletinRef, Earlier, Event, Fact, Ground, Place, Why
from tocsin.render import headline
from tocsin.vocabulary.hazards import hazard_ids, load_hazards

BEGAN_MS = parse_time_ms("2026-11-20T19:02:00.000Z")
MINUTE_MS = 60_000
LINK = "https://tocsin.example.org/answer/{}-29722620-0a1b2c3d4e5f6071-00112233445566778899aabbccddeeff"
ALMERA = Place("invented-1", "Almera", "city", "Coast", "ES", 39.512, -0.418, 8.0)
BRUNNTAL = Place("invented-2", "Brunntal", "city", None, "AT", 47.306, 11.402, 5.0)
AGENCY = BulletinRef("civil-protection", "cp-0412", "2026-11-20T19:31:00.000Z",
                     "https://alerts.example.org/cp-0412", 1740.0)  # fmt: skip


def _fact(kind: str, low: float, high: float, unit: str | None, minute: int) -> Fact:
    return Fact(kind, low, high, unit, rfc3339(BEGAN_MS + minute * MINUTE_MS))


FIRE = Event(
    event_id="k3q8w0z5m1t7c2hx",
    revision=1,
    phase="reported",
    at=rfc3339(BEGAN_MS + 4 * MINUTE_MS),
    first_seen=rfc3339(BEGAN_MS),
    hazard="wildfire",
    category="Fire",
    origin="posts",
    tier="unconfirmed",
    headline="",
    lang="en",
    place=ALMERA,
    level="yellow",
    severity="Moderate",
    urgency="Immediate",
    certainty="Likely",
    confidence=0.6,
    voices="5-14",
    families=("bluesky",),
    facts=(),
    bulletins=(),
    why=(Why(Ground.VOICES, "5-14", 5),),
    contract="v1 00000000",
    population="100,000-1 million",
)


def _next(event: Event, minute: int, **changes: object) -> Event:
    at = rfc3339(BEGAN_MS + minute * MINUTE_MS)
    return msgspec.structs.replace(event, revision=event.revision + 1, at=at, **changes)


def _told(event: Event) -> Event:
    """With the headline that its parts make."""
    hazard = load_hazards()[hazard_ids()[event.hazard]]
    line = headline(hazard, event.place, event.facts, event.tier, event.phase)
    return msgspec.structs.replace(event, headline=line)


def _lives() -> dict[str, list[Event]]:
    worse = _next(
        FIRE, 16, phase="updated", level="red", severity="Severe", voices="50-199",
        tier="corroborated", families=("bluesky", "mastodon"), confidence=0.8,
        facts=(_fact("evacuated", 800.0, 1_000.0, None, 15), _fact("injured", 3.0, 4.0, None, 15)),
    )  # fmt: skip
    confirmed = _next(
        worse, 30, origin="both", tier="official", certainty="Observed", confidence=0.95,
        bulletins=(AGENCY,),
        facts=(_fact("evacuated", 1_200.0, 1_200.0, None, 29), _fact("injured", 4.0, 4.0, None, 29),
               _fact("area_burnt", 310.0, 310.0, "ha", 29)),
    )  # fmt: skip
    over = _next(confirmed, 600, phase="resolved", level="green", urgency="Past")
    flood = msgspec.structs.replace(
        FIRE, event_id="p9d4r6v2n8b0s3jy", hazard="flood", category="Met", place=BRUNNTAL,
        population="10,000-100,000", facts=(_fact("water_level", 2.0, 2.5, "m", 3),),
    )  # fmt: skip
    lowered = _next(flood, 12, phase="updated", level="green", severity="Minor", facts=())
    withdrawn = _next(lowered, 25, phase="withdrawn", certainty="Unlikely", confidence=0.1)
    drill = msgspec.structs.replace(FIRE, event_id="x1f5g7l3a9e2u6io", drill=True)
    return {"fire": [FIRE, worse, confirmed, over], "flood": [flood, lowered, withdrawn],
            "drill": [drill]}  # fmt: skip


TITLES = ("reported", "updated", "confirmed", "resolved", "reported-2", "lowered", "withdrawn",
          "drill")  # fmt: skip
"""What happens in each message, in the order of `messages`."""


def messages() -> list[Alert]:
    """Every message of the three lives, as a channel gets them; the same at every call."""
    found = []
    for history in _lives().values():
        told: list[Earlier] = []
        for number, event in enumerate(map(_told, history)):
            kind: AlertKind = "update" if number else "alert"
            if event.phase == "withdrawn":
                kind = "withdrawal"
            one = Alert(
                key=f"{event.event_id}.{event.revision}.w-samples.ops",
                kind=kind,
                watch="w-samples",
                meaning="any hazard, yellow and above, anywhere",
                channel="ops",
                event=event,
                why=(Why(Ground.LEVEL, event.level, "yellow"),),
                earlier=tuple(told),
                corrects=event.hazard == "flood" and number == 1,
                answer_url="" if kind == "withdrawal" else LINK.format(event.event_id),
            )
            told.append(Earlier(event.revision, event.at))
            found.append(one)
    return found


def histories() -> list[list[Event]]:
    """The revisions of each event, for feeds."""
    return [[_told(event) for event in history] for history in _lives().values()]
