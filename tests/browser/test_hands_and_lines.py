"""The whole page by keyboard alone, by those who see little, and over a line that breaks."""

import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import (
    PHONE,
    QUAKE,
    drawn,
    fill,
    no_wider_than_the_window,
    serious,
    stands_out,
    tab_to,
)
from full_page import full_page, kept
from tocsin.engine.assemble import place_finder
from tocsin.watch import compile_text

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def find():
    """Places by name, read and warm, as in an engine that runs."""
    find = place_finder()
    compile_text("flood in Lisbon, Portugal", find, ())
    return find


@pytest.fixture
def served(board, built, find, tmp_path):
    """A server with all that an engine brings."""
    store = kept(tmp_path)
    served = full_page(board, store, built=built, find=find)
    yield served
    served.stop()
    store.close()


def test_every_screen_and_deed_is_within_the_keyboards_reach(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    tab_to(page, "#duty button")
    page.keyboard.press("Enter")
    expect(page.locator("#duty")).to_contain_text("Somebody sees to it")
    page.goto(page.url.partition("#")[0])
    tab_to(page, "nav a[href='#/watches']")
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_have_text("Watches")
    tab_to(page, "#watch-words")
    page.keyboard.type("flood in Lisbon, Portugal")
    tab_to(page, "form .button")
    page.keyboard.press("Enter")
    expect(page.locator("#meaning")).to_contain_text("Lisbon")
    tab_to(page, ".understood .button:not(.second)")
    page.keyboard.press("Enter")
    expect(page.locator(".kept-watches > li")).to_contain_text("Lisbon")
    tab_to(page, "nav a[href='#/state'], .kept-watches button")
    page.locator("nav a[href='#/state']").focus()
    page.keyboard.press("Enter")
    tab_to(page, "#channels button")
    page.keyboard.press("Enter")
    expect(page.locator("#channels [role=status]").first).to_contain_text("Accepted")


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_nothing_serious_stands_in_the_way_on_any_screen(board, opened, look):
    fill(board)
    board.publish_alert(invented.alert(invented.earthquake()[2]))
    options = PHONE if look == "phone" else {"color_scheme": look}
    page = opened(f"#{QUAKE}", **options)
    expect(page.locator("#duty")).to_be_visible()
    expect(page.locator("#panel .history li")).to_have_count(3)
    drawn(page, 8)
    assert serious(page) == []
    stands_out(page)
    waits = {
        "state": "#dead", "coverage": "#heard dt", "watches": "#watch-words",
        f"event/{QUAKE}": "#duty",
    }  # fmt: skip
    for screen, part in waits.items():
        page.goto(page.url.partition("#")[0] + f"#/{screen}")
        expect(page.locator(part).first).to_be_visible()
        assert (screen, serious(page)) == (screen, [])
        stands_out(page)
        no_wider_than_the_window(page)


def test_a_line_that_breaks_is_told_and_taken_up_again(board, opened, watch):
    watch.expected = "net::ERR_INTERNET_DISCONNECTED"
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    drawn(page, 8)
    page.context.set_offline(True)
    page.wait_for_selector("#state:not(.live)")
    board.publish(invented.event(80, headline="Wildfire that nobody saw come"))
    expect(page.locator(".row")).to_have_count(8)
    page.context.set_offline(False)
    expect(page.locator("#state")).to_have_text("Live")
    expect(page.locator(".row-headline").first).to_have_text("Wildfire that nobody saw come")
    board.publish(invented.event(81, headline="Wildfire after that"))
    expect(page.locator(".row-headline").first).to_have_text("Wildfire after that")
