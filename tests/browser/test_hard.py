"""What the page must bear: hostile words, a thousand events, readers who see or hear little."""

import pytest
from playwright.sync_api import Page, expect

import web_events as invented
from browser_page import (
    HOSTILE,
    PHONE,
    QUAKE,
    drawn,
    fill,
    hostile_event,
    no_wider_than_the_window,
    serious,
    stands_out,
)

pytestmark = pytest.mark.browser
COUNT = "document.querySelectorAll('script, iframe, img, style, object, embed').length"


def test_hostile_words_stay_words_on_every_screen(board, opened):
    page = opened()
    drawn(page, 0)
    before = page.evaluate(COUNT)
    for number, words in enumerate(HOSTILE):
        event = hostile_event(number, words)
        board.publish(event)
        board.publish_alert(invented.alert(event, meaning=words, channel=words, watch=words))
    expect(page.locator(".row")).to_have_count(len(HOSTILE))
    drawn(page, len(HOSTILE))
    show(page, "state")
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")
    show(page, f"event/{200:016d}")
    expect(page.locator(".paper h2")).to_contain_text("<img src=x onerror=alert(1)>")
    no_wider_than_the_window(page)
    assert page.evaluate(COUNT) == before


TITLES = {
    "state": "The state of things",
    "coverage": "What Tocsin sees, and what it does not",
    "watches": "Watches",
}


def show(page: Page, screen: str) -> None:
    """Go to a screen, and wait until it is there."""
    page.goto(page.url.partition("#")[0] + f"#/{screen}")
    if screen in TITLES:
        expect(page.locator("main h1")).to_have_text(TITLES[screen])


def thousand(board) -> None:
    """Publish a thousand events over all the world."""
    levels = ("green", "yellow", "red")
    for n in range(1_000):
        where = invented.place(
            f"Town {n}",
            lat=(n * 37) % 120 - 55.0,
            lon=(n * 71) % 340 - 170.0,
            radius_km=5.0 + n % 90,
        )
        board.publish(
            invented.event(1_000 + n, level=levels[n % 3], place=where, headline=f"Wildfire {n}")
        )


def test_a_thousand_events_are_shown_filtered_and_walked_through(board, opened):
    thousand(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(1_000)
    drawn(page, 1_000)
    page.get_by_role("radio", name="Red", exact=True).check()
    expect(page.locator(".row")).to_have_count(333)
    drawn(page, 333)
    page.get_by_role("radio", name="All", exact=True).check()
    board.publish(invented.event(5_000, headline="Wildfire of the moment"))
    expect(page.locator(".row-headline").first).to_have_text("Wildfire of the moment")
    # As many as are asked for at once; the one unchanged for longest has gone.
    expect(page.locator(".row")).to_have_count(1_000)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("Wildfire of the moment")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_found_serious_for_those_who_see_or_hear_little(board, opened, watch, scheme):
    watch.expected = "503"  # No watches are served beside a board alone, and the page says so.
    fill(board)
    board.publish_alert(invented.alert(invented.event()))
    page = opened(f"#{QUAKE}", color_scheme=scheme)
    expect(page.locator("#panel .history li")).to_have_count(3)
    drawn(page, 8)
    assert serious(page) == []
    stands_out(page)
    page.get_by_role("button", name="Settings").click()
    for screen in TITLES:
        show(page, screen)
        assert (screen, serious(page)) == (screen, [])
        stands_out(page)


def test_a_phone_shows_every_screen_without_scrolling_sideways(board, opened, watch):
    watch.expected = "503"
    fill(board)
    page = opened(**PHONE)
    for screen in TITLES:
        show(page, screen)
        no_wider_than_the_window(page)
    show(page, "")
    expect(page.locator(".row")).to_have_count(8)
    no_wider_than_the_window(page)
    assert serious(page) == []


LOCALES = [
    ("es-MX", "ltr", "Ahora", "Rojo"), ("pt-BR", "ltr", "Agora", "Vermelho"),
    ("fr-FR", "ltr", "Maintenant", "Rouge"), ("ja-JP", "ltr", "現在", "赤"),
    ("ar", "rtl", "الآن", "أحمر"), ("fi-FI", "ltr", "Now", "Red"),
]  # fmt: skip


@pytest.mark.parametrize(("locale", "direction", "now", "red"), LOCALES)
def test_the_page_speaks_the_language_of_the_browser(board, opened, locale, direction, now, red):
    fill(board)
    page = opened(f"#{QUAKE}", locale=locale)
    expect(page.locator("nav [aria-current]")).to_have_text(now)
    expect(page.locator("#panel .rating .level")).to_have_text(red)
    expect(page.locator("html")).to_have_attribute("dir", direction)
    no_wider_than_the_window(page)


def test_no_style_and_no_script_stands_inside_the_page(opened):
    page = opened()
    drawn(page, 0)
    html = page.request.get(page.url).text()
    assert "<style" not in html and " style=" not in html
    assert html.count("<script") == html.count('<script type="module" crossorigin src="/ui/')
