"""What the labelled data says of its events, in the words of the event record."""

from collections.abc import Mapping
from typing import NamedTuple

from tocsin.errors import InputError

HAZARDS_OF: Mapping[str, frozenset[str]] = {
    "earthquake": frozenset({"earthquake", "tsunami"}),
    "flood": frozenset({"flood", "flash_flood"}),
    "cyclone": frozenset({"tropical_cyclone", "storm", "flood", "flash_flood"}),
    "tornado": frozenset({"tornado"}),
    "storm": frozenset({"storm", "blizzard", "hail", "tornado", "cold_wave"}),
    "wildfire": frozenset({"wildfire", "fire"}),
    "fire": frozenset({"fire", "building_fire", "industrial_fire"}),
    "explosion": frozenset({"explosion", "industrial_fire"}),
    "transport_crash": frozenset(
        {"rail_accident", "aviation_accident", "road_accident", "ship_accident"}
    ),
    "building_collapse": frozenset({"building_collapse", "bridge_collapse"}),
    "shooting": frozenset({"shooting"}),
    "bombing": frozenset({"bombing", "explosion"}),
    "siege": frozenset({"siege", "shooting"}),
    "meteor": frozenset({"meteor"}),
    "haze": frozenset({"haze", "air_pollution", "wildfire"}),
    "volcano": frozenset({"volcano"}),
    "disease": frozenset({"disease_outbreak"}),
}
"""Hazard keys that are right for an event type of the data: whole keys, never parts of words."""

BULLETIN_HAZARD: Mapping[str, str] = {
    "cyclone": "tropical_cyclone",
    "transport_crash": "road_accident",
    "haze": "air_pollution",
    "disease": "disease_outbreak",
}
"""The key an official message would use where the event type is not itself a key."""

SUDDEN = frozenset(
    {
        "earthquake", "tornado", "fire", "explosion", "transport_crash",
        "building_collapse", "shooting", "bombing", "siege", "meteor",
    }
)  # fmt: skip
"""Event types that begin at a moment: only these have a delay."""

POINT_KM = 25.0
WIDE_KM: Mapping[str, float] = {"storm": 200.0, "cyclone": 300.0, "flood": 150.0, "wildfire": 150.0}
"""Truth radius of hazards that are no point; every other event is taken as within POINT_KM."""

_ISO = """
Afghanistan AF, Albania AL, Algeria DZ, Argentina AR, Armenia AM, Australia AU, Austria AT,
Azerbaijan AZ, Bahamas BS, Bangladesh BD, Belgium BE, Bolivia BO, Bosnia and Herzegovina BA,
Brazil BR, Bulgaria BG, Cambodia KH, Cameroon CM, Canada CA, Chile CL, China CN, Colombia CO,
Costa Rica CR, Croatia HR, Cuba CU, Cyprus CY, Czech Republic CZ, Czechia CZ, Denmark DK,
Dominican Republic DO, Ecuador EC, Egypt EG, El Salvador SV, Estonia EE, Ethiopia ET, Fiji FJ,
Finland FI, France FR, Georgia GE, Germany DE, Ghana GH, Greece GR, Guatemala GT, Haiti HT,
Honduras HN, Hong Kong HK, Hungary HU, Iceland IS, India IN, Indonesia ID, Iran IR, Iraq IQ,
Ireland IE, Israel IL, Italy IT, Jamaica JM, Japan JP, Jordan JO, Kazakhstan KZ, Kenya KE,
Latvia LV, Lebanon LB, Libya LY, Lithuania LT, Madagascar MG, Malaysia MY, Mali ML, Mexico MX,
Morocco MA, Mozambique MZ, Myanmar MM, Nepal NP, Netherlands NL, New Zealand NZ, Nicaragua NI,
Nigeria NG, North Korea KP, Norway NO, Pakistan PK, Panama PA, Papua New Guinea PG, Paraguay PY,
Peru PE, Philippines PH, Poland PL, Portugal PT, Puerto Rico PR, Romania RO, Russia RU,
Samoa WS, Saudi Arabia SA, Senegal SN, Serbia RS, Singapore SG, Slovakia SK, Slovenia SI,
Solomon Islands SB, Somalia SO, South Africa ZA, South Korea KR, Spain ES, Sri Lanka LK, Sudan SD,
Sweden SE, Switzerland CH, Syria SY, Taiwan TW, Tanzania TZ, Thailand TH, Tonga TO, Tunisia TN,
Turkey TR, Uganda UG, Ukraine UA, United Arab Emirates AE, United Kingdom GB, United States US,
Uruguay UY, Vanuatu VU, Venezuela VE, Vietnam VN, Yemen YE, Zambia ZM, Zimbabwe ZW
"""
ISO_OF: Mapping[str, str] = {
    name: code for name, _, code in (entry.strip().rpartition(" ") for entry in _ISO.split(","))
}


class Truth(NamedTuple):
    """One labelled event: what, where and when it really was."""

    name: str
    event_type: str
    country: str
    """ISO 3166 alpha-2."""
    lat: float
    lon: float
    start_ms: int
    onset_covered: bool

    @property
    def hazards(self) -> frozenset[str]:
        """Hazard keys that are right for it; empty for rows that are no hazard at all."""
        return HAZARDS_OF.get(self.event_type, frozenset())

    @property
    def sudden(self) -> bool:
        """Whether it began at a moment."""
        return self.event_type in SUDDEN

    @property
    def radius_km(self) -> float:
        """How far from the point a place is still right."""
        return WIDE_KM.get(self.event_type, POINT_KM)


_CRASHES = (
    ("rail_accident", ("train", "rail", "metro")),
    ("aviation_accident", ("helicopter", "plane", "flight", "wings", "air")),
    ("ship_accident", ("ferry", "ship", "boat")),
)


def bulletin_hazard(truth: Truth) -> str:
    """The hazard key under which an official message would speak of this event.

    Crashes are told apart by the label of the event; without a hint they are on the road.
    """
    if truth.event_type == "transport_crash":
        for key, hints in _CRASHES:
            if any(hint in truth.name for hint in hints):
                return key
    return BULLETIN_HAZARD.get(truth.event_type, truth.event_type)


def iso_of(country: str) -> str:
    """Two-letter code of a country name; raises InputError for a name not in the table."""
    try:
        return ISO_OF[country]
    except KeyError:
        raise InputError(
            f"events.parquet names a country unknown to the scorer: {country!r}. "
            "Add it with its two-letter code to ISO_OF in tocsin/eval/truth.py."
        ) from None
