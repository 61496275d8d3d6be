"""The nouns of the control plane: Event, Origin, Rating, Fact, Bulletin, Watch, Alert."""

from enum import StrEnum
from typing import Literal, get_args

import msgspec

from tocsin.bulletin import Bulletin as Bulletin
from tocsin.bulletin import Certainty as Certainty
from tocsin.bulletin import Severity as Severity
from tocsin.bulletin import Support as Support
from tocsin.bulletin import Urgency as Urgency
from tocsin.speech import Speech as Speech

K_VOICES = 5
"""No event with fewer distinct voices (contract P3); a floor, not a setting."""
K_SENSITIVE = 15
"""The same floor in a sensitive setting (contract P7)."""

Phase = Literal["reported", "updated", "resolved", "withdrawn", "merged"]
Category = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire",
    "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
]  # fmt: skip
LevelWord = Literal["green", "yellow", "red"]
Preset = Literal["fast", "balanced", "confirmed"]
AlertKind = Literal["alert", "update", "withdrawal"]
Mode = Literal["live", "drill", "maintenance", "test"]
Band = Literal["0", "5-14", "15-49", "50-199", "200+"]
BANDS: tuple[Band, ...] = get_args(Band)  # in rising order
Tier = Literal["unconfirmed", "corroborated", "official"]
PlaceKind = Literal["city", "admin1", "country", "facility", "water", "mountain", "area"]

LEVELS: tuple[LevelWord, ...] = ("green", "yellow", "red")


class Ground(StrEnum):
    """The closed list of grounds an event may give in `why`."""

    VOICES = "voices"
    SIGNIFICANCE = "significance"
    WINDOW_S = "window_s"
    WITNESS = "witness_share"
    DIVERSITY = "diversity"
    PLACE_SHARE = "place_share"
    FAMILIES = "families"
    BULLETIN = "bulletin"
    FACT = "fact"
    SEVERITY_PRIOR = "severity_prior"
    SENSITIVE = "sensitive_setting"
    ONE_FAMILY_CAP = "one_family_cap"
    BELOW_K = "below_k"
    QUIET = "quiet"
    LANGUAGES = "languages"
    LATEST = "latest"
    TIMES_USUAL = "times_usual"
    DOUBTFUL = "doubtful_share"
    SET_ASIDE = "set_aside"
    OTHER_PLACE = "other_place"
    EXTENT = "extent"
    RAISES = "raises"
    LOWERS = "lowers"
    # Why a watch matched, or did not.
    HAZARD = "hazard"
    LEVEL = "level"
    DISTANCE_KM = "distance_km"
    COUNTRY_ONLY = "country_only"
    COUNTRY = "country"
    EXCLUDED = "excluded"
    SEVERITY = "severity"
    CERTAINTY = "certainty"
    CONFIDENCE = "confidence"
    EVIDENCE = "evidence"
    PHASE = "phase"


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """One ground with the value found and the bound it was held against."""

    ground: Ground
    value: str | float | int | bool
    bound: str | float | int | None = None


class Place(msgspec.Struct, frozen=True):
    """A place of an event: an entry of the gazetteer with an uncertainty radius."""

    id: str
    name: str
    kind: PlaceKind
    admin1: str | None
    country: str | None
    lat: float
    lon: float
    radius_km: float


class Fact(msgspec.Struct, frozen=True):
    """An impact figure given by three distinct voices or by a bulletin, as a range."""

    kind: str
    low: float
    high: float
    unit: str | None
    as_of: str
    from_: Literal["posts", "official"] = msgspec.field(name="from", default="posts")


class BulletinRef(msgspec.Struct, frozen=True):
    """A link from an event to the official word about it."""

    source: str
    id: str
    sent: str
    url: str | None = None
    lead_time_s: float | None = None


class Event(msgspec.Struct, frozen=True):
    """One revision of an event: the record of `docs/reference/event.schema.json`."""

    event_id: str
    revision: int
    phase: Phase
    at: str
    first_seen: str
    hazard: str
    category: Category
    origin: Literal["posts", "official", "both"]
    tier: Tier
    headline: str
    lang: str
    place: Place | None
    level: LevelWord
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    confidence: float
    voices: Band
    families: tuple[str, ...]
    facts: tuple[Fact, ...]
    bulletins: tuple[BulletinRef, ...]
    why: tuple[Why, ...]
    contract: str
    merged_into: str | None = None
    expires: str | None = None
    extent: tuple[str, ...] | None = None
    population: str | None = None
    sensitive: bool = False
    drill: bool = False


class PlaceVotes(msgspec.Struct, frozen=True):
    """How many distinct voices of a cluster named one place of the gazetteer."""

    place: int
    votes: float


class FactReading(msgspec.Struct, frozen=True):
    """A figure as read: kind, value and when; each counts for one voice."""

    kind: int
    value: float
    at_ms: int


class Evidence(msgspec.Struct, frozen=True):
    """What detection knows of one event at one moment; exact counts, so it never leaves."""

    number: int
    event_id: str
    phase: Phase
    at_ms: int
    first_seen_ms: int
    last_seen_ms: int
    hazard: int
    voices: int
    families: tuple[int, ...]
    places: tuple[PlaceVotes, ...]
    facts: tuple[FactReading, ...]
    languages: tuple[tuple[int, int], ...]  # (language id, reports), most first
    witness_share: float
    diversity: float
    masked_share: float
    injury_share: float
    surprise: float
    """Minus log10 of the tail probability under the lagged baseline, capped at 30."""
    window_s: int
    merged_into: str | None = None
    belief: float = 0.5
    """Probability that it is a real event, by the signs of its reports alone."""
    times_usual: float = 1.0
    """Its last hour over the usual hour of its hazard."""
    doubt: float = 0.0
    """Share of what links and doubtful senses take from its voices."""
    set_aside: tuple[int, ...] = ()
    """Hazards that at least K_VOICES of its voices name instead, most first."""


class Origin(msgspec.Struct, frozen=True):
    """A candidate answer to "where", with the share of votes behind it."""

    place: Place
    gazetteer_id: int
    share: float


class Rating(msgspec.Struct, frozen=True):
    """How bad, how soon, how sure, and on what grounds."""

    level: LevelWord
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    confidence: float
    tier: Tier
    why: tuple[Why, ...]


class Area(msgspec.Struct, frozen=True, omit_defaults=True):
    """A circle of a watch, which a country (ISO code) or a ring of (lat, lon) may replace."""

    lat: float
    lon: float
    radius_km: float
    place: str | None = None
    country: str | None = None
    ring: tuple[tuple[float, float], ...] = ()
    label: str = ""


class Watch(msgspec.Struct, frozen=True):
    """What someone wants to know: hazards, areas, bounds; nothing else can be said.

    Any of `areas` will do; all of `facts` must be reached; `facilities` bound nothing, for
    events do not tell them. The event lies where one of `languages` is an everyday one; in `quiet`
    hours (of `zone`) all but red ones wait. `lang`, `zone`, `units`: how it is told, if set.
    """

    id: str
    hazards: tuple[str, ...] | Literal["any"]
    place: str | None
    """Gazetteer id of the centre, None for the whole world."""
    lat: float | None
    lon: float | None
    radius_km: float | None
    min_level: LevelWord
    channel: str
    meaning: str
    """The compiled meaning in words; also its name (no text of the user is kept)."""
    areas: tuple[Area, ...] = ()
    not_areas: tuple[Area, ...] = ()
    min_severity: Severity = "Unknown"
    min_certainty: Certainty = "Unknown"
    min_confidence: float = 0.0
    facts: tuple[tuple[str, float], ...] = ()
    evidence: Preset = "fast"
    facilities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    quiet: str = ""
    zone: str = "UTC"
    lang: str = ""
    units: str = ""


class Earlier(msgspec.Struct, frozen=True):
    """An earlier message about the same event: its revision, and the time that one gave."""

    revision: int
    at: str


class Alert(msgspec.Struct, frozen=True):
    """One message owed to one channel about one event revision."""

    key: str
    """Constant over retries: event id, revision, watch, channel."""
    kind: AlertKind
    watch: str
    meaning: str
    channel: str
    event: Event
    why: tuple[Why, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    """What this channel got about the event before, oldest first; filled in when it is sent."""
    digest: str = ""
    """Alerts of one channel that share this name may go out as one message."""
    corrects: bool = False  # it takes back or lowers what this channel was told
    mode: Mode = "live"
    answer_url: str = ""
    speech: Speech = Speech()
    audit: str = ""  # the root of the log of acts when it was owed


class Receipt(msgspec.Struct, frozen=True):
    """A sink's word that an alert was taken."""

    accepted: int
    detail: str = ""
