"""The plain page in a real browser: live, by keyboard, on a phone, and deaf to hostile words."""

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

import web_events as invented
from browser_page import CONTRAST, HOSTILE, PHONE, QUAKE, fill, hostile_event, marked
from tocsin.model import Ground, Why
from tocsin.web import Board, Served, create_app, serve

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """No built page, so that the plain one is served."""
    return tmp_path / "none"


def headlines(page: Page) -> list[str]:
    """The headlines in the order of the list."""
    return page.locator(".row-headline").all_inner_texts()


def test_an_empty_page_says_what_to_do(opened):
    page = opened()
    empty = page.locator("#empty")
    expect(empty).to_contain_text("All quiet")
    expect(empty).to_contain_text("Listening to Network, Quakes")
    expect(empty).to_contain_text("tocsin demo")
    expect(page.locator(".caution")).to_have_text("Automatic. Not an official warning.")
    expect(page.locator(".map-foot")).to_contain_text("GeoNames, CC BY 4.0")
    expect(page.locator(".map-foot")).to_contain_text("Natural Earth, public domain")


def test_events_appear_by_themselves(board, opened):
    page = opened()
    expect(page.locator("#empty")).to_be_visible()
    page.evaluate("window.never = 'reloaded'")
    first, second, third = invented.earthquake()
    board.publish(first)
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator("#empty")).to_be_hidden()
    board.publish(invented.event())
    expect(page.locator(".row-headline").first).to_have_text("Wildfire reported near Vila Serena")
    board.publish(second)
    board.publish(third)
    expect(page.locator(".row-headline").first).to_have_text(third.headline)
    expect(page.locator(".row")).to_have_count(2)
    row = page.locator(".row").first
    for words in ("Red", "Earthquake", "San Lirio, Chile", "2 min", "Observed"):
        expect(row).to_contain_text(words)
    expect(page.locator(f".sign.red.fresh[data-id='{QUAKE}']")).to_have_count(1)
    expect(page).to_have_title("1 red · Tocsin")
    assert page.evaluate("window.never") == "reloaded"


def test_the_keyboard_is_enough(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    page.keyboard.press("j")
    second = marked(page)
    page.keyboard.press("ArrowUp")
    assert marked(page) == QUAKE != second
    page.keyboard.press("k")
    assert marked(page) == QUAKE
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.locator("h2")).to_have_text(
        "Earthquake near San Lirio, magnitude 6.8, people injured"
    )
    page.keyboard.press("j")
    expect(panel.locator("h2")).to_have_text("Wildfire reported near Vila Serena")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert marked(page) == second
    page.keyboard.press("/")
    page.keyboard.type("nepal")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Enter")
    assert marked(page) == f"{16:016d}"
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(8)


def test_the_map_answers_to_the_keyboard(board, opened):
    fill(board)
    page = opened(reduced_motion="reduce")
    sign = page.locator(f".sign[data-id='{QUAKE}']")
    expect(sign).to_have_attribute("aria-label", "Red: Earthquake, San Lirio, Chile")
    place = sign.get_attribute("transform")
    page.locator("#map").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "([id, was]) => document.querySelector(`.sign[data-id='${id}']`)"
        ".getAttribute('transform') !== was",
        arg=[QUAKE, place],
    )
    page.keyboard.press("0")
    expect(sign).to_have_attribute("transform", place or "")
    page.locator(".sign[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_visible()


def test_a_sign_opens_its_event_and_shows_where_it_may_be(board, opened):
    fill(board)
    page = opened(reduced_motion="reduce")
    sign = page.locator(f".sign[data-id='{QUAKE}']")
    sign.locator(".touch").click()
    panel = page.locator("#panel")
    for words in (
        "within about 35 km", "San Lirio, Biobío, Chile", "Severe", "Immediate", "Observed",
        "12–40", "20,000–60,000 homes", "200+ distinct", "Network, Quakes",
        "7 min after the first report", "An official bulletin speaks of it: Quakes.",
        "Level yellow → red", "First reported", "not an official warning",
    ):  # fmt: skip
        expect(panel).to_contain_text(words)
    ring = page.locator(".ring.red.open path")
    expect(ring).to_have_count(1)
    box = ring.bounding_box()
    assert box and box["width"] > 10
    expect(page.locator(".place-name")).to_have_text("San Lirio")


def test_levels_differ_in_shape_and_word(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    shapes = page.locator(".row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.row-level').textContent,"
        " row.querySelector('path').getAttribute('d')])"
    )
    assert len({tuple(pair) for pair in shapes}) == 3
    assert len({word for word, _ in shapes}) == len({shape for _, shape in shapes}) == 3


def test_filters_and_their_way_back(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".sign")).to_have_count(8)
    page.get_by_role("radio", name="Red", exact=True).check()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".sign")).to_have_count(1)
    page.locator("#filter").fill("wildfire")
    expect(page.locator("#empty")).to_contain_text("Nothing matches the filter")
    page.get_by_text("Clear the filter").click()
    expect(page.locator(".row")).to_have_count(8)


def test_the_open_event_follows_its_revisions(board, opened):
    first, second, third = invented.earthquake()
    board.publish(first)
    page = opened(f"#{QUAKE}")
    level = page.locator("#panel .rating .level")
    expect(level).to_have_text("Green")
    board.publish(second)
    expect(level).to_have_text("Yellow")
    board.publish(third)
    expect(level).to_have_text("Red")
    expect(page.locator(".history li")).to_have_count(3)
    page.go_back()
    page.go_forward()
    page.wait_for_selector("#state.live")
    expect(level).to_have_text("Red")


def test_reading_is_not_disturbed_by_news(board, opened):
    fill(board)
    page = opened(f"#{QUAKE}")
    expect(page.locator("#panel .history li")).to_have_count(3)
    page.locator("#panel").get_by_role("link", name="As JSON").focus()
    board.publish(invented.event(90))
    expect(page.locator(".row")).to_have_count(9)
    assert page.evaluate("document.activeElement.textContent") == "As JSON"
    board.publish(msgspec.structs.replace(invented.earthquake()[2], revision=4))
    expect(page.locator("#panel .history li")).to_have_count(4)
    assert page.evaluate("document.activeElement.textContent") == "As JSON"
    page.locator(".row").nth(4).focus()
    before = marked(page)
    board.publish(invented.event(91))
    expect(page.locator(".row")).to_have_count(10)
    assert marked(page) == before


def test_a_withdrawn_event_leaves_the_map_and_is_struck(board, opened):
    board.publish(invented.event())
    board.publish_alert(invented.alert(invented.event()))
    page = opened()
    expect(page.locator(".sign")).to_have_count(1)
    expect(page.locator("body")).to_contain_text("Wildfire reported near Vila Serena")
    gone = msgspec.structs.replace(
        invented.event(), revision=2, phase="withdrawn", headline="Wildfire report withdrawn",
        facts=(), voices="0", why=(Why(Ground.BELOW_K, True),),
    )  # fmt: skip
    board.publish(gone)
    expect(page.locator(".row.withdrawn")).to_contain_text("Withdrawn")
    expect(page.locator(".sign")).to_have_count(0)
    page.locator(".row").click()
    expect(page.locator("#panel")).to_contain_text("no longer holds")
    expect(page.locator("#panel")).not_to_contain_text("Evacuated")
    expect(page.locator("body")).not_to_contain_text("Wildfire reported near Vila Serena")


def test_alerts_that_were_sent_are_shown(board, opened):
    board.publish(invented.event())
    page = opened()
    expect(page.locator("#alerts")).to_be_hidden()
    board.publish_alert(invented.alert(invented.event()))
    expect(page.locator("#alerts summary")).to_contain_text("1 alert sent")
    page.locator("#alerts summary").click()
    expect(page.locator("#alerts li")).to_contain_text("within 50 km of Vila Serena → ops")
    page.locator("#alerts li button").click()
    expect(page.locator("#panel h2")).to_have_text("Wildfire reported near Vila Serena")


def test_a_drill_is_unlike_the_real_thing(board, opened):
    board.publish(msgspec.structs.replace(invented.event(), drill=True))
    page = opened()
    expect(page.locator(".row.drill")).to_contain_text("Drill")
    page.locator(".row").click()
    expect(page.locator(".notice.drill")).to_have_text("Drill. This has not happened.")


def _box_of(shown):
    """Where something lies; while the panel is drawn anew it lies nowhere for a moment."""
    for _ in range(50):
        expect(shown).to_be_visible()
        box = shown.bounding_box()
        if box is not None:
            return box
    raise AssertionError("never stood still")


def test_a_phone_shows_all_of_it(board, opened):
    fill(board)
    page = opened(**PHONE)
    expect(page.locator(".row")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".row").first.tap()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("What changed")
    assert _box_of(panel) == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= 390
    close = panel.get_by_role("button", name="Close")
    box = _box_of(close)
    assert box["width"] >= 32 and box["height"] >= 32
    close.tap()
    expect(panel).to_be_hidden()


def test_hostile_words_stay_words(board, opened):
    page = opened()
    count = "document.querySelectorAll('script, iframe, img, style, object, embed').length"
    before = page.evaluate(count)
    for number, words in enumerate(HOSTILE):
        event = hostile_event(number, words)
        board.publish(event)
        board.publish_alert(
            invented.alert(event, key=words + "k", meaning=words, channel=words, watch=words)
        )
        row = page.locator(f"li[data-id='{event.event_id}'] button")
        row.click()
        expect(page.locator("#panel .standing")).to_be_visible()
        expect(page.locator("#panel .history li")).to_have_count(1)
        shown = page.locator("#panel h2").evaluate("node => node.textContent")
        assert shown == words
        assert page.locator("#panel a[href^='javascript']").count() == 0
        assert page.locator("#panel .bulletins a").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.locator("#alerts summary").click()
    expect(page.locator("#alerts li")).to_have_count(len(HOSTILE))
    assert page.evaluate(count) == before


def test_nothing_foreign_is_asked_for(board, served, watch, opened):
    fill(board)
    page = opened()
    page.locator(".row").first.click()
    expect(page.locator("#panel .history li")).to_have_count(3)
    asked = {url.removeprefix(served.url).split("?")[0].split("#")[0] for url in watch.requests}
    assert {"", "static/app.js", "static/world.json", "api/stream", "api/events"} <= asked
    assert page.evaluate("performance.getEntriesByType('resource').length") > 5


def test_the_page_finds_a_restarted_server(board, served, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    served.stop()
    expect(page.locator("#state")).to_have_text("Reconnecting")
    expect(page.locator(".row")).to_have_count(8)
    fresh = Board()
    fresh.publish(invented.event(5, headline="Wildfire reported near the restarted town"))
    port = int(served.url.rstrip("/").rpartition(":")[2])
    again = serve(create_app(fresh, invented.health, invented.metrics), port=port)
    try:
        expect(page.locator("#state")).to_have_text("Live")
        expect(page.locator(".row")).to_have_count(1)
        assert headlines(page) == ["Wildfire reported near the restarted town"]
        fresh.publish(invented.event(6))
        expect(page.locator(".row")).to_have_count(2)
    finally:
        again.stop()


def test_a_page_without_news_says_since_when_it_is_blind(served, opened):
    page = opened(clock=True)
    served.stop()
    expect(page.locator("#state")).to_have_text("Reconnecting")
    page.clock.fast_forward(11_000)
    expect(page.locator("#state")).to_contain_text("Blind since")
    expect(page.locator("#state")).to_have_class("state blind")


def test_blind_sources_are_told_as_well(board, browser):
    health = invented.health(sources=(), blind_since=invented.minutes_ago(7))
    served: Served = serve(create_app(board, lambda: health, invented.metrics), port=0)
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
    board.publish(invented.event())
    halo = page.locator(".sign.fresh .halo")
    expect(halo).to_have_count(1)
    name = halo.evaluate("node => getComputedStyle(node).animationName")
    assert (name != "none") is moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(board, opened, scheme):
    fill(board)
    page = opened(color_scheme=scheme)
    page.locator(".row").first.click()
    expect(page.locator("#panel .history li")).to_have_count(3)
    faint = page.evaluate(CONTRAST)
    assert faint == []
