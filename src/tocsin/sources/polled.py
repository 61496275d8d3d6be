"""A feed whose whole body is one frame, handed on once per change."""

import random
import re
from typing import ClassVar

from tocsin.bulletin import Feed
from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.metrics import Reason
from tocsin.sources import Post
from tocsin.sources.courtesy import is_loopback
from tocsin.sources.polling import ConditionalGet

_AGENCY = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_COUNTRY = re.compile(r"[A-Z]{2}")

AGENCY = Field(
    name="agency",
    default="",
    required=True,
    help="Name whose word it is in lower case; two feeds of one agency are one voice.",
)
COUNTRY = Field(
    name="country",
    default="",
    help="Give the ISO code, such as ES, if areas have names only: they are looked up there.",
)


def common_fields(url: str, period_s: float, low_s: float) -> tuple[Field, ...]:
    """Address, rate and contact: what every polled feed needs; `low_s` is the fastest rate."""
    return (
        Field(
            name="url",
            default=url,
            required=not url,
            help="Give the https address of the feed.",
        ),
        Field(
            name="period_s",
            default=period_s,
            unit="s",
            low=low_s,
            high=86_400.0,
            help="Raise it to ask the feed less often.",
        ),
        Field(
            name="contact",
            default="",
            help="Say how the feed's operator can reach you, in one line; needed off this machine.",
        ),
    )


class Snapshot:
    """Reads one address, which a subclass sets as `index` when it is made."""

    index: ConditionalGet

    @property
    def heard_ms(self) -> int | None:
        """When the feed last answered."""
        return self.index.heard_ms

    def open(self, cursor: str | None) -> None:
        """Nothing to connect: the feed is a snapshot, so a cursor has nothing to say."""

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """The whole body when it changed, else nothing; there is no cursor.

        The first read of a new process brings everything the feed holds, so nothing is
        lost over a restart. Raises SourceLost or SourceRefused.
        """
        body = self.index.poll(wait_s)
        return ([body] if body is not None else []), None

    def decode(self, frame: bytes) -> Post | Reason:
        """No post is ever in here: bulletins are read by `tocsin.official.parse`."""
        return Reason.OTHER_KIND

    def close(self) -> None:
        """Forget a request under way."""
        self.index.close()


class PolledFeed(Snapshot):
    """An address with the common fields; subclasses say which wire its frames are in."""

    spec: ClassVar[Spec]
    accept: ClassVar[str] = ""

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError for a rate or name beyond it."""
        told = {field.name: settings.get(field.name, field.default) for field in self.spec.fields}
        self.settings = told
        self.feed = feed_of(told)
        url, contact = str(told["url"]), str(told["contact"])
        period_s = next(f for f in self.spec.fields if f.name == "period_s").checked(
            "period_s", told["period_s"]
        )
        if not contact and not is_loopback(url):
            raise ConfigError(
                "contact", "is empty", "Say how the feed's operator can reach you, in one line."
            )
        assert isinstance(period_s, float)
        self.index = ConditionalGet(url, period_s, contact, clock, random.Random(), self.accept)


def feed_of(settings: dict[str, Value | None]) -> Feed:
    """What the settings say of a feed; raises ConfigError for a name or code that is none."""
    agency, country = str(settings.get("agency") or ""), str(settings.get("country") or "")
    if agency and not _AGENCY.fullmatch(agency):
        raise ConfigError("agency", "is no feed name", "Use lower case letters, digits, - and _.")
    if country and not _COUNTRY.fullmatch(country):
        raise ConfigError("country", "is no ISO code", "Write two capitals, such as ES.")
    hazard = str(settings.get("hazard") or "") or None
    circle = [settings.get(name) for name in ("lat", "lon", "radius_km")]
    numbers = [float(value) for value in circle if isinstance(value, (int, float))]
    where = (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None
    return Feed(agency or None, country or None, hazard, where)
