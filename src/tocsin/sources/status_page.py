"""Outages of a service as its own status page tells them."""

from typing import ClassVar, Literal

from tocsin.config import Field, Spec
from tocsin.sources.polled import AGENCY, PolledFeed, common_fields

OUTAGES = (
    "cloud_outage", "internet_outage", "telephone_outage", "emergency_number_outage",
    "payment_outage", "power_outage", "water_outage", "gas_outage", "rail_disruption",
    "gps_outage",
)  # fmt: skip
"""The hazards a status page may be about."""


class StatusPageSource(PolledFeed):
    """The common status-feed JSON: summary.json or incidents.json."""

    wire: Literal["status"] = "status"
    accept = "application/json"
    spec: ClassVar[Spec] = Spec(
        name="status_page",
        kind="bulletins",
        summary="Outages of one service, from its status page (common status-feed JSON).",
        fields=(
            *common_fields("", 120.0, 60.0),
            AGENCY,
            Field(
                name="hazard",
                default="cloud_outage",
                choices=OUTAGES,
                help="Say what fails when this service fails.",
            ),
            Field(
                name="lat", default=0.0, unit="degrees", low=-90.0, high=90.0, required=True,
                help="Give the middle of the area the service serves.",
            ),
            Field(
                name="lon", default=0.0, unit="degrees", low=-180.0, high=180.0, required=True,
                help="Give the middle of the area the service serves.",
            ),
            Field(
                name="radius_km", default=50.0, unit="km", low=1.0, high=20_000.0,
                help="Say how far around the middle the service serves.",
            ),
        ),
        example=(
            '[sources.grid]\ntype = "status_page"\n'
            'url = "https://status.example.org/api/v2/summary.json"\nagency = "grid"\n'
            'hazard = "power_outage"\nlat = 41.9\nlon = 12.5\nradius_km = 60\n'
            'contact = "ops@example.org"\n'
        ),
        family="status_page",
        terms=(
            "Status pages publish this form for machines (common form, read 2026-11-22); the terms "
            "and robots.txt are those of whoever runs the page: read them first."
        ),
    )  # fmt: skip
