"""Earthquakes as the United States Geological Survey reports them, once per change of its feed."""

from typing import Literal

from tocsin.clock import Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import ConfigError
from tocsin.sources.polled import Snapshot
from tocsin.sources.polling import ConditionalGet

PERIOD_LOW_S = 60.0
"""The feed changes once a minute, so asking more often brings nothing but load."""


class UsgsSource(Snapshot):
    """Whole feed bodies in the GeoJSON wire; what they say is read by `tocsin.official`."""

    wire: Literal["usgs"] = "usgs"
    """Which reader of `tocsin.official.parse` the frames are for."""
    spec = Spec(
        name="usgs",
        kind="bulletins",
        summary="Official earthquake bulletins from the USGS GeoJSON feed.",
        fields=(
            Field(
                name="url",
                default="https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/2.5_day.geojson",
                help="Choose another USGS summary feed (GeoJSON) here.",
            ),
            Field(
                name="period_s",
                default=PERIOD_LOW_S,
                unit="s",
                low=PERIOD_LOW_S,
                high=3_600.0,
                help="Raise it to ask the feed less often.",
            ),
            Field(
                name="contact",
                default="",
                help="Say how the feed's operator can reach you, in one line.",
            ),
        ),
        example='[sources.quakes]\ntype = "usgs"\nperiod_s = 60\n',
        family="usgs",
        terms=(
            "USGS data are in the public domain, read 2026-11-22: credit the U.S. Geological "
            "Survey; the feed is updated every minute."
        ),
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; raises ConfigError below PERIOD_LOW_S."""
        period_s = settings.get("period_s", PERIOD_LOW_S)
        if not isinstance(period_s, (int, float)) or period_s < PERIOD_LOW_S:
            raise ConfigError(
                "period_s", f"{period_s} is below {PERIOD_LOW_S}", "Ask at most once a minute."
            )
        url = str(settings.get("url", self.spec.fields[0].default))
        self.index = ConditionalGet(url, period_s, str(settings.get("contact", "")), clock)
