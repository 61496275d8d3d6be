"""What the plain and the built page must both do: live, by keyboard, and true to each revision."""

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import QUAKE, drawn, fill, row_of
from tocsin.model import Ground, Why
from tocsin.web.app import BUILT

pytestmark = pytest.mark.browser


@pytest.fixture(params=["plain", "built"])
def built(request, tmp_path: Path) -> Path:
    """A folder with the built page, or an empty one, so that the plain page is served."""
    if request.param == "plain":
        return tmp_path / "none"
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built; run `make ui` (it needs Node 20 and an npm registry)")
    return BUILT


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
    drawn(page, 0)
    page.evaluate("window.never = 'reloaded'")
    first, second, third = invented.earthquake()
    board.publish(first)
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator("#empty")).to_be_hidden()
    board.publish(invented.event())
    expect(page.locator(".row-headline").first).to_have_text("Wildfire reported near Vila Serena")
    board.publish(second)
    board.publish(third)
    # First what passes: a sign pulses for some seconds only.
    pulse = page.locator(f".pulse.red[data-id='{QUAKE}'], .sign.red.fresh[data-id='{QUAKE}']")
    expect(pulse).to_have_count(1)
    expect(page.locator(".row-headline").first).to_have_text(third.headline)
    expect(page.locator(".row")).to_have_count(2)
    row = page.locator(".row").first
    for words in ("Red", "Earthquake", "San Lirio, Chile", "2 min", "Observed"):
        expect(row).to_contain_text(words)
    expect(page.locator("#news")).to_contain_text("Red: ")
    expect(page).to_have_title("1 red · Tocsin")
    drawn(page, 2)
    assert page.evaluate("window.never") == "reloaded"


def test_the_keyboard_is_enough(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    page.keyboard.press("j")
    expect(row_of(page, QUAKE)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#events .row").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(row_of(page, QUAKE)).to_be_focused()
    page.keyboard.press("Enter")
    title = page.locator("#panel h2")
    expect(title).to_have_text("Earthquake near San Lirio, magnitude 6.8, people injured")
    expect(title).to_be_focused()
    page.keyboard.press("j")
    expect(title).to_have_text("Wildfire reported near Vila Serena")
    expect(title).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#events .row").nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.type("nepal")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(row_of(page, f"{16:016d}")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(8)


def test_levels_differ_in_shape_and_word(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    signs = page.locator(".row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.row-level').textContent,"
        " row.querySelector('path').getAttribute('d')])"
    )
    assert len({(word, shape) for word, shape in signs}) == 3
    assert len({word for word, _ in signs}) == len({shape for _, shape in signs}) == 3


def test_filters_and_their_way_back(board, opened):
    fill(board)
    page = opened()
    drawn(page, 8)
    page.get_by_role("radio", name="Red", exact=True).check()
    expect(page.locator(".row")).to_have_count(1)
    drawn(page, 1)
    page.locator("#filter").fill("wildfire")
    expect(page.locator("#empty")).to_contain_text("Nothing matches the filter")
    page.locator("#empty").get_by_text("Clear the filter").click()
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
    link = page.locator("#panel").get_by_role("link", name="As JSON")
    link.focus()
    board.publish(invented.event(90))
    expect(page.locator(".row")).to_have_count(9)
    expect(link).to_be_focused()
    board.publish(msgspec.structs.replace(invented.earthquake()[2], revision=4))
    expect(page.locator("#panel .history li")).to_have_count(4)
    expect(link).to_be_focused()
    row = row_of(page, f"{14:016d}")
    row.focus()
    board.publish(invented.event(91))
    expect(page.locator(".row")).to_have_count(10)
    expect(row).to_be_focused()
    # It is moved to the top itself, and is held all the same.
    known = next(one for one in invented.scene() if one.event_id == f"{14:016d}")
    board.publish(msgspec.structs.replace(known, revision=2, headline="Ash falls on the town"))
    expect(page.locator(".row-headline").first).to_have_text("Ash falls on the town")
    expect(row).to_be_focused()


def test_a_withdrawn_event_leaves_the_map_and_is_struck(board, opened):
    board.publish(invented.event())
    board.publish_alert(invented.alert(invented.event()))
    page = opened()
    drawn(page, 1)
    expect(page.locator("body")).to_contain_text("Wildfire reported near Vila Serena")
    gone = msgspec.structs.replace(
        invented.event(), revision=2, phase="withdrawn", headline="Wildfire report withdrawn",
        facts=(), voices="0", why=(Why(Ground.BELOW_K, True),),
    )  # fmt: skip
    board.publish(gone)
    expect(page.locator(".row.withdrawn")).to_contain_text("Withdrawn")
    drawn(page, 0)
    page.locator(".row").click()
    expect(page.locator("#panel")).to_contain_text("no longer holds")
    expect(page.locator("#panel .history li")).to_have_count(1)
    expect(page.locator("#panel")).not_to_contain_text("Evacuated")
    expect(page.locator("body")).not_to_contain_text("Wildfire reported near Vila Serena")


def test_alerts_that_were_sent_are_shown(board, opened):
    board.publish(invented.event())
    page = opened()
    expect(page.locator(".row")).to_have_count(1)
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
