"""News feeds, as a second family beside the posts: titles only, and nothing of them is kept."""

from typing import ClassVar, Literal

from tocsin.config import Spec
from tocsin.sources.polled import AGENCY, PolledFeed, common_fields


class NewsSource(PolledFeed):
    """One RSS or Atom feed of a newsroom."""

    wire: Literal["news"] = "news"
    spec: ClassVar[Spec] = Spec(
        name="news",
        kind="bulletins",
        summary="Titles of an RSS or Atom news feed, which may confirm an event but found none.",
        fields=(*common_fields("", 600.0, 300.0), AGENCY),
        example=(
            '[sources.gazette]\ntype = "news"\nurl = "https://gazette.example.org/rss.xml"\n'
            'agency = "gazette"\ncontact = "ops@example.org"\n'
        ),
        family="news",
        terms=(
            "Hazard, place and hour are taken from a title; text, link and author are never read "
            "(our own rule, read 2026-11-22). The terms and robots.txt are the newsroom's: read "
            "them first."
        ),
    )
