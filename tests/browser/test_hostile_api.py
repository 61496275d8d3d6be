"""Hostile words in every field of the API besides events: they stay words on every screen."""

import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import HOSTILE, no_wider_than_the_window
from full_page import full_page, kept
from tocsin.engine.coverage import Coverage, Heard
from tocsin.store import Silence

pytestmark = pytest.mark.browser
COUNT = "document.querySelectorAll('script, iframe, img, style, object, embed').length"
SHOWN = "<script>alert(1)</script>"


def hostile_health():
    """Sources and advice made of hostile words."""
    sources = tuple(
        invented.source(
            name=words + str(n), kind=kind, detail=words, refused={words: 7}, state=words,
            deaf_since=words if n == 3 else None, last_message=None,
        )
        for n, words in enumerate(HOSTILE)
        for kind in ("posts", "bulletins")[n % 2 :][:1]
    )  # fmt: skip
    return invented.health(sources=sources, advice=SHOWN, ready=False, version=SHOWN)


@pytest.fixture
def served(board, built, tmp_path, monkeypatch):
    """A server whose engine, store and coverage all speak in hostile words."""
    # The words are not times, so the telling to the minute is left out; the page must bear it.
    monkeypatch.setattr("tocsin.web.health._minute", lambda at: at)
    store = kept(tmp_path)
    for n, words in enumerate(HOSTILE):
        key = f"hostile{n}"
        alert = invented.alert(
            invented.event(900 + n, headline=words), key=key, channel=words, meaning=words
        )
        store.commit_step([alert.event], [alert], {}, invented.NOW_MS)
        store.mark(key, "rejected", invented.NOW_MS, invented.NOW_MS, words)
        store.silence(
            Silence(f"s{n}", invented.NOW_MS + 60_000, hazard=words, country=words, watch=words),
            invented.NOW_MS,
        )
    heard = Coverage(
        invented.NOW,
        tuple(Heard(words, words, "5-14") for words in HOSTILE)
        + tuple(Heard(words, "*", "5-14") for words in HOSTILE)
        + tuple(Heard("*", words, "5-14") for words in HOSTILE),
        HOSTILE,
    )
    served = full_page(
        board, store, built=built, told=hostile_health, coverage=lambda: heard, channels=HOSTILE
    )
    yield served
    served.stop()
    store.close()


def test_hostile_words_stay_words_in_state_and_coverage(opened):
    page = opened()
    expect(page.locator("#sources")).to_have_count(1)
    before = page.evaluate(COUNT)
    page.goto(page.url.partition("#")[0] + "#/state")
    expect(page.locator("#source-table tbody tr")).to_have_count(len(HOSTILE))
    expect(page.locator("#channels li")).to_have_count(len(set(HOSTILE)) + 2)
    expect(page.locator("#dead tr")).to_have_count(len(HOSTILE) + 1)
    expect(page.locator("#silences li")).to_have_count(len(HOSTILE) + 1)
    for part in ("#source-table", "#channels", "#dead", "#silences", ".tiles"):
        expect(page.locator(part)).to_contain_text("alert(1)")
    no_wider_than_the_window(page)
    page.goto(page.url.partition("#")[0] + "#/coverage")
    expect(page.locator("#heard")).to_contain_text(SHOWN)
    no_wider_than_the_window(page)
    assert page.evaluate(COUNT) == before
