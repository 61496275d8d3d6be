"""Earthquakes as the European-Mediterranean Seismological Centre reports them."""

from typing import ClassVar, Literal

from tocsin.config import Spec
from tocsin.sources.polled import PolledFeed, common_fields

_URL = "https://www.seismicportal.eu/fdsnws/event/1/query?format=json&limit=100&minmag=2.5"


class EmscSource(PolledFeed):
    """Answers of its event service (FDSN) in JSON."""

    wire: Literal["emsc"] = "emsc"
    accept = "application/json"
    spec: ClassVar[Spec] = Spec(
        name="emsc",
        kind="bulletins",
        summary="Official earthquake bulletins of the EMSC, by its FDSN event service.",
        fields=common_fields(_URL, 60.0, 30.0),
        example='[sources.emsc]\ntype = "emsc"\ncontact = "ops@example.org"\n',
        family="emsc",
        terms=(
            "Credit EMSC and the networks it gathers (notes on the service, read 2026-11-22); its "
            "own terms and robots.txt could not be read where this was written: read them first."
        ),
    )
