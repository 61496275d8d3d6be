"""Disasters as the Global Disaster Alert and Coordination System lists them."""

from typing import ClassVar, Literal

from tocsin.config import Spec
from tocsin.sources.polled import PolledFeed, common_fields


class GdacsSource(PolledFeed):
    """Its list of current disasters, as RSS or, at its own address, as GeoJSON."""

    wire: Literal["gdacs"] = "gdacs"
    spec: ClassVar[Spec] = Spec(
        name="gdacs",
        kind="bulletins",
        summary="Earthquakes, cyclones, floods, volcanoes, droughts and wildfires by GDACS.",
        fields=common_fields("https://www.gdacs.org/xml/rss.xml", 300.0, 300.0),
        example='[sources.gdacs]\ntype = "gdacs"\ncontact = "ops@example.org"\n',
        family="gdacs",
        terms=(
            "Copyright European Union; syndication with acknowledgement of the source (as its feed "
            "says, read 2026-11-22); not more often than every five minutes. Its robots.txt could "
            "not be read where this was written: read it first."
        ),
    )
