"""What both pages must bear: phones, hostile words, a lost server, readers of all kinds."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import (
    HOSTILE,
    PHONE,
    at_least,
    box_of,
    drawn,
    fill,
    hostile_event,
    no_wider_than_the_window,
    stands_out,
)
from tocsin.web import Board, create_app, serve
from tocsin.web.app import BUILT

pytestmark = pytest.mark.browser
COUNT = "document.querySelectorAll('script, iframe, img, style, object, embed').length"
STOPPED = "net::ERR_"
"""What the console says of a server that was stopped on purpose, in the browser's own word."""


@pytest.fixture(params=["plain", "built"])
def built(request, tmp_path: Path) -> Path:
    """A folder with the built page, or an empty one, so that the plain page is served."""
    if request.param == "plain":
        return tmp_path / "none"
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built; run `make ui` (it needs Node 20 and an npm registry)")
    return BUILT


def test_a_phone_shows_all_of_it(board, opened):
    fill(board)
    page = opened(**PHONE)
    expect(page.locator(".row")).to_have_count(8)
    no_wider_than_the_window(page)
    page.locator(".row").first.tap()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("What changed")
    box_of(panel, x=0, y=0, width=390, height=844)
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= 390
    close = panel.get_by_role("button", name="Close")
    at_least(close, 32, 32)
    close.tap()
    expect(panel).to_be_hidden()


def test_hostile_words_stay_words(board, opened):
    page = opened()
    drawn(page, 0)
    before = page.evaluate(COUNT)
    for number, words in enumerate(HOSTILE):
        event = hostile_event(number, words)
        board.publish(event)
        board.publish_alert(
            invented.alert(event, key=words + "k", meaning=words, channel=words, watch=words)
        )
        page.locator(f"li[data-id='{event.event_id}'] button").click()
        expect(page.locator(f"#panel a[href='/api/events/{event.event_id}']")).to_be_visible()
        page.wait_for_function(
            "words => document.getElementById('panel').textContent.includes(words)", arg=words
        )
        expect(page.locator("#panel .standing")).to_be_visible()
        expect(page.locator("#panel .history li")).to_have_count(1)
        expect(page.locator("#panel a[href^='javascript']")).to_have_count(0)
        expect(page.locator("#panel a[target=_blank]")).to_have_count(0)
        no_wider_than_the_window(page)
    page.locator("#alerts summary").click()
    expect(page.locator("#alerts li")).to_have_count(len(HOSTILE))
    assert page.evaluate(COUNT) == before


def test_nothing_foreign_is_asked_for(board, served, watch, opened):
    fill(board)
    page = opened()
    drawn(page, 8)
    page.locator(".row").first.click()
    expect(page.locator("#panel .history li")).to_have_count(3)
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(one => one.name.endsWith('world.json'))"
    )
    asked = {url.removeprefix(served.url).split("?")[0].split("#")[0] for url in watch.requests}
    assert {"", "static/world.json", "api/stream", "api/events"} <= asked
    assert page.evaluate("performance.getEntriesByType('resource').length") > 5


def test_the_page_finds_a_restarted_server(board, served, watch, built, opened):
    watch.expected = STOPPED
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    drawn(page, 8)
    served.stop()
    # Under load the ten seconds until it calls itself blind may have gone by already.
    page.wait_for_selector("#state:not(.live)")
    expect(page.locator(".row")).to_have_count(8)
    fresh = Board()
    fresh.publish(invented.event(5, headline="Wildfire reported near the restarted town"))
    port = int(served.url.rstrip("/").rpartition(":")[2])
    app = create_app(fresh, invented.health, invented.metrics, built=built)
    again = serve(app, port=port)
    try:
        expect(page.locator("#state")).to_have_text("Live")
        expect(page.locator(".row-headline")).to_have_text(
            ["Wildfire reported near the restarted town"]
        )
        fresh.publish(invented.event(6))
        expect(page.locator(".row")).to_have_count(2)
    finally:
        again.stop()


def test_a_page_without_news_says_since_when_it_is_blind(served, watch, opened):
    watch.expected = STOPPED
    page = opened(clock=True)
    drawn(page, 0)
    served.stop()
    page.wait_for_selector("#state:not(.live)")
    page.clock.fast_forward(11_000)
    expect(page.locator("#state")).to_contain_text("Blind since")
    expect(page.locator("#state")).to_have_class("state blind")


def test_blind_sources_are_told_as_well(board, built, browser):
    health = invented.health(sources=(), blind_since=invented.minutes_ago(7))
    served = serve(create_app(board, lambda: health, invented.metrics, built=built), port=0)
    context = browser.new_context(timezone_id="UTC")
    try:
        page = context.new_page()
        page.goto(served.url)
        expect(page.locator("#state")).to_have_text("Sources blind since 11:53")
        expect(page.locator("#empty")).to_contain_text("tocsin doctor")
    finally:
        context.close()
        served.stop()


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_motion_is_a_choice_of_the_reader(board, opened, motion, moves):
    page = opened(reduced_motion=motion)
    drawn(page, 0)
    board.publish(invented.event())
    # Looked at in the page, in the few seconds that a sign pulses.
    found = page.wait_for_function(
        "() => { const halo = document.querySelector('.pulse i, .sign.fresh .halo');"
        " return halo && getComputedStyle(halo).animationName; }"
    )
    assert (found.json_value() != "none") is moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(board, opened, scheme):
    fill(board)
    page = opened(color_scheme=scheme)
    page.locator(".row").first.click()
    expect(page.locator("#panel .history li")).to_have_count(3)
    stands_out(page)
