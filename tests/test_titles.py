"""Titles of news are read as the gate reads posts, and give a hazard and a place or nothing."""

import pytest

from tocsin.clock import HeldClock
from tocsin.engine.bulletins import BulletinReader
from tocsin.gate.titles import TitleReader
from tocsin.metrics import Reason, Tally
from tocsin.sources.news import NewsSource
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

WORLD = load_vocabulary(), Gazetteer.load()


@pytest.mark.parametrize(
    ("title", "hazard", "place"),
    [
        ("Strong earthquake shakes Lima, buildings evacuated", "earthquake", "Lima"),
        ("Incendio forestal cerca de Valparaíso obliga a evacuar", "wildfire", "Valparaiso"),
    ],
)
def test_a_title_gives_hazard_and_place(title, hazard, place):
    ((found, where),) = TitleReader(*WORLD)([title])
    assert (found, where.name) == (hazard, place)


@pytest.mark.parametrize(
    "title",
    [
        "Parliament debates the budget in Paris",
        "Strong earthquake shakes buildings",
        "Political earthquake in Paris after the vote",
        "Ten years ago the earthquake destroyed Lima: a look back",
        "Fire at protest march in Paris as demonstrators clash",
        "Man stabbed in Lima",
        "",
    ],
)
def test_other_titles_give_nothing(title):
    assert TitleReader(*WORLD)([title]) == [None]


def test_no_title_no_reading():
    assert TitleReader(*WORLD)([]) == []


def test_the_engine_reads_a_news_feed_with_them_and_counts_the_rest():
    rows = ("Strong earthquake shakes Lima", "Parliament debates the budget in Paris")
    items = "".join(
        f"<item><title>{t}</title><pubDate>Thu, 01 Jan 2026 12:00:00 GMT</pubDate></item>"
        for t in rows
    )
    frame = f"<rss><channel>{items}</channel></rss>".encode()
    table = {"url": "http://127.0.0.1:9/x", "agency": "gazette"}
    tally = Tally()
    source = NewsSource(NewsSource.spec.checked("s", table), HeldClock())
    (item,) = BulletinReader(*WORLD).read(source, [frame], tally)
    assert (item.source, item.kind, item.hazard) == ("gazette", "news", "earthquake")
    assert tally.balanced
    assert tally.refused == {Reason.NO_HAZARD: 1}
