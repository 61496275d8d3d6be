"""The other screens in a real browser: the event, watches, the state, coverage, choices."""

import re

import pytest
from playwright.sync_api import Page, expect

import web_events as invented
from browser_page import QUAKE, drawn, fill
from tocsin.clock import HeldClock
from tocsin.engine.assemble import place_finder
from tocsin.store import Store
from tocsin.watch import Resolver, compile_text
from tocsin.web import create_app, serve
from tocsin.web.watch_shelf import Shelf

pytestmark = pytest.mark.browser


def test_an_event_tells_everything_and_has_a_page_of_its_own(board, opened):
    fill(board)
    board.publish_alert(invented.alert(invented.earthquake()[2]))
    page = opened()
    drawn(page, 8)
    page.locator(f"li[data-id='{QUAKE}'] button").click()
    panel = page.locator("#panel")
    for words in (
        "within about 35 km", "San Lirio, Biobío, Chile", "Severe", "Immediate", "Observed",
        "12–40", "20,000–60,000 homes", "as of 11:57", "200+ distinct", "Network, Quakes",
        "7 min after the first report", "An official bulletin speaks of it: Quakes.",
        "First reported", "not an official warning", "Voices over time",
        "It ends when nothing new is said", "wildfire, within 50 km of Vila Serena → ops",
    ):  # fmt: skip
        expect(panel).to_contain_text(words)
    first_change = panel.locator(".history li").first
    expect(first_change.locator("del").first).to_have_text("Yellow")
    expect(first_change.locator("ins").first).to_have_text("Red")
    chart = panel.get_by_role("img", name="Voices from 5–14 to 200+ over 6 min")
    expect(chart.locator("canvas")).to_have_count(1)
    panel.get_by_text("Permanent link").click()
    expect(page.locator(".paper h2")).to_contain_text("magnitude 6.8")
    expect(page).to_have_url(re.compile(f"#/event/{QUAKE}$"))
    page.emulate_media(media="print")
    expect(page.locator(".bar nav")).to_be_hidden()
    expect(page.locator(".paper")).to_contain_text("What changed")


def test_an_event_that_is_gone_says_so(opened, watch):
    watch.expected = "404"
    expect(opened("#nobody0000000000").locator("#panel h2")).to_have_text(
        "This event is no longer kept"
    )


def test_the_state_of_things(board, opened):
    fill(board)
    board.publish_alert(invented.alert(invented.event()))
    page = opened("#/state")
    table = page.locator("#source-table")
    for words in ("Network", "posts", "live", "1 s", "1,000", "50,000", "No hazard 50,000"):
        expect(table).to_contain_text(words)
    expect(page.locator("#contract")).to_have_text(invented.CONTRACT)
    expect(page.locator("main")).to_contain_text("Running for 62 min")
    expect(page.locator("main")).to_contain_text("No post, name or address")
    expect(page.locator("main")).to_contain_text("wildfire, within 50 km of Vila Serena")


def test_coverage_names_every_hazard_and_what_is_never_looked_for(opened):
    page = opened("#/coverage")
    expect(page.locator("main")).to_contain_text("Silence here is not safety")
    expect(page.locator("main")).to_contain_text("political speech")
    expect(page.locator(".hazards li").nth(90)).to_be_visible()


@pytest.fixture(scope="module")
def find() -> Resolver:
    """Places by name, read and warm, as in an engine that runs: no page waits for a vocabulary."""
    find = place_finder()
    compile_text("flood in Lisbon, Portugal", find, ())
    return find


@pytest.fixture
def with_watches(board, built, find, tmp_path):
    """A server that keeps watches."""
    store = Store.open(tmp_path / "kept.db")
    shelf = Shelf(store, [], ("ops", "page"), find, HeldClock(invented.NOW_MS))
    app = create_app(board, invented.health, invented.metrics, built=built, shelf=shelf)
    served = serve(app, port=0)
    yield served
    served.stop()
    store.close()


def open_watches(browser, served) -> Page:
    """The watches of another server, watched by nobody else."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(served.url + "#/watches")
    page.wait_for_selector("#state.live")
    return page


def test_a_watch_is_written_read_tried_and_saved(board, browser, with_watches):
    page = open_watches(browser, with_watches)
    try:
        expect(page.locator("main")).to_contain_text("No watch stands yet.")
        page.locator("#watch-words").fill("wildfire within 50 km of Lisbon, Portugal")
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#meaning")).to_contain_text("within 50 km of Lisbon (PT)")
        expect(page.locator(".understood .area")).to_have_count(1)
        page.get_by_role("button", name="Try it on the past").click()
        expect(page.locator(".tried")).to_contain_text("It would never have alerted in 30 days.")
        expect(page.locator(".tried tbody tr")).to_have_count(3)
        page.get_by_role("button", name="Save the watch").click()
        expect(page.locator(".said")).to_contain_text("Saved.")
        expect(page.locator(".kept-watches li")).to_contain_text("within 50 km of Lisbon")
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete for good?").click()
        expect(page.locator("main")).to_contain_text("No watch stands yet.")
    finally:
        page.context.close()


def test_what_must_not_be_watched_is_refused_kindly(browser, with_watches):
    page = open_watches(browser, with_watches)
    try:
        page.locator("#watch-words").fill("protests in Lisbon, Portugal")
        page.get_by_role("button", name="Check").click()
        expect(page.locator(".refused h2")).to_have_text("This cannot be watched")
        expect(page.locator(".refused p").first).to_contain_text(re.compile(".{20}"))
        expect(page.get_by_role("button", name="Save the watch")).to_have_count(0)
    finally:
        page.context.close()


def test_the_reader_chooses_colours_and_they_stay(board, opened):
    fill(board)
    page = opened(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Colours").select_option("dark")
    page.wait_for_function(f"{ground} !== '{light}'")
    page.reload()
    page.wait_for_function(f"document.body && {ground} !== '{light}'")


def test_the_wall_screen_shows_map_and_list_alone(board, opened):
    fill(board)
    page = opened()
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Wall screen").click()
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator(".row")).to_have_count(8)
    page.get_by_role("button", name="Leave the wall screen").click()
    expect(page.locator(".filters")).to_be_visible()


def test_links_elsewhere_are_a_choice(board, opened):
    fill(board)
    page = opened(f"#{QUAKE}")
    expect(page.locator("#panel")).to_contain_text("What changed")
    expect(page.locator("#panel")).not_to_contain_text("Look elsewhere")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Links to look elsewhere").check()
    link = page.locator("#panel").get_by_role("link", name="DuckDuckGo")
    expect(link).to_have_attribute(
        "href", "https://duckduckgo.com/?q=Earthquake%20San%20Lirio%2C%20Chile"
    )
    expect(link).to_have_attribute("rel", "noopener noreferrer")
