"""The first screen in a real browser: live, filtered, by keyboard, on a phone, back in time."""

import msgspec
import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import PHONE, QUAKE, drawn, fill, marked
from tocsin.model import Ground, Why
from tocsin.web import Board, create_app, serve

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


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
    expect(page.locator("#empty")).to_have_count(0)
    board.publish(invented.event())
    expect(page.locator(".row-headline").first).to_have_text("Wildfire reported near Vila Serena")
    board.publish(second)
    board.publish(third)
    expect(page.locator(".row-headline").first).to_have_text(third.headline)
    expect(page.locator(".row")).to_have_count(2)
    row = page.locator(".row").first
    for words in ("Red", "Earthquake", "San Lirio, Chile", "2 min", "Observed"):
        expect(row).to_contain_text(words)
    expect(page.locator(f".pulse.red[data-id='{QUAKE}']")).to_have_count(1)
    expect(page.locator("#news")).to_contain_text("Red: ")
    expect(page).to_have_title("1 red · Tocsin")
    drawn(page, 2)
    assert page.evaluate("window.never") == "reloaded"


def test_the_keyboard_is_enough(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    page.keyboard.press("j")
    assert marked(page) == QUAKE
    page.keyboard.press("ArrowDown")
    second = marked(page)
    assert second != QUAKE
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
    expect(panel).to_have_count(0)
    expect(page.locator(f"li[data-id='{second}'] button")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("nepal")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(f"li[data-id='{16:016d}'] button")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(8)


def test_levels_differ_in_shape_and_word_and_hazards_in_drawing(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    signs = page.locator(".row").evaluate_all(
        "rows => rows.map(row => [row.querySelector('.row-level').textContent,"
        " row.querySelector('.shape').getAttribute('d'),"
        " row.querySelector('.glyph').getAttribute('d')])"
    )
    assert len({(word, shape) for word, shape, _ in signs}) == 3
    assert len({word for word, _, _ in signs}) == len({shape for _, shape, _ in signs}) == 3
    assert len({drawing for _, _, drawing in signs}) == 8


def test_filters_and_their_way_back(board, opened):
    fill(board)
    board.publish_alert(invented.alert(invented.event()))
    page = opened()
    drawn(page, 8)
    page.get_by_role("radio", name="Red", exact=True).check()
    expect(page.locator(".row")).to_have_count(1)
    drawn(page, 1)
    page.locator("#filter").fill("wildfire")
    expect(page.locator("#empty")).to_contain_text("Nothing matches the filter")
    page.locator("#empty").get_by_text("Clear the filter").click()
    expect(page.locator(".row")).to_have_count(8)
    page.get_by_text("More filters").click()
    page.locator(".more select").nth(1).select_option("NP")
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".more select").nth(1).select_option("")
    page.locator(".more select").nth(0).select_option("flood")
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".more select").nth(0).select_option("")
    page.locator(".more select").nth(2).select_option("Observed")
    expect(page.locator(".row")).to_have_count(2)
    page.locator(".more select").nth(2).select_option("Unknown")
    page.get_by_label("My watches").check()
    expect(page.locator(".row-headline")).to_have_text(["Wildfire reported near Vila Serena"])


def test_time_can_be_turned_back(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    slider = page.locator("#time")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".scrubber")).to_contain_text("As of 11:15")
    expect(page.locator(".row")).to_have_count(3)
    drawn(page, 3)
    board.publish(invented.event(60))
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator(".row")).to_have_count(9)
    page.get_by_role("button", name="30 days").click()
    expect(page.locator(".scrubber rect.red")).to_have_count(1)


def test_what_changed_since_the_last_look(board, opened):
    fill(board)
    page = opened()
    page.get_by_role("button", name="All seen").click()
    expect(page.locator(".since")).to_contain_text("0 changed since 12:00")
    board.publish(invented.event(61, at=invented.minutes_ago(-1)))
    expect(page.locator(".since")).to_contain_text("1 changed since 12:00")
    page.get_by_role("button", name="Only these").click()
    expect(page.locator(".row")).to_have_count(1)


def test_what_is_shown_can_be_taken_along(board, opened):
    fill(board)
    board.publish(msgspec.structs.replace(invented.event(62), headline='=1+1,"x"', phase="updated"))
    page = opened()
    page.locator("#filter").fill("=1")
    expect(page.locator(".row")).to_have_count(1)
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    lines = taken.value.path().read_text().splitlines()
    assert lines[0].startswith("event_id,revision,phase,at")
    assert lines[1].endswith('''"'=1+1,""x"""''')
    assert len(lines) == 2
    with page.expect_download() as taken:
        page.get_by_role("button", name="GeoJSON").click()
    found = msgspec.json.decode(taken.value.path().read_bytes())
    assert [each["geometry"]["type"] for each in found["features"]] == ["Polygon"]


def test_an_event_can_be_hidden_and_shown_again(board, opened):
    fill(board)
    page = opened(f"#{QUAKE}")
    page.locator("#panel").get_by_text("Hide from my list").click()
    expect(page.locator(".row")).to_have_count(7)
    page.get_by_role("button", name="Show them").click()
    expect(page.locator(".row")).to_have_count(8)


def test_a_withdrawn_event_leaves_the_map_and_is_struck(board, opened):
    board.publish(invented.event())
    board.publish_alert(invented.alert(invented.event()))
    page = opened()
    drawn(page, 1)
    expect(page.locator("body")).to_contain_text("Wildfire reported near Vila Serena")
    board.publish(
        msgspec.structs.replace(
            invented.event(), revision=2, phase="withdrawn", headline="Wildfire report withdrawn",
            facts=(), voices="0", why=(Why(Ground.BELOW_K, True),),
        )
    )  # fmt: skip
    expect(page.locator(".row.withdrawn")).to_contain_text("Withdrawn")
    drawn(page, 0)
    page.locator(".row").click()
    expect(page.locator("#panel")).to_contain_text("no longer holds")
    expect(page.locator("#panel")).not_to_contain_text("Evacuated")
    expect(page.locator("body")).not_to_contain_text("Wildfire reported near Vila Serena")


def test_a_phone_shows_all_of_it(board, opened):
    fill(board)
    page = opened(**PHONE)
    expect(page.locator(".row")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".row").first.tap()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("What changed")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.evaluate("document.getElementById('panel').scrollWidth") <= 390
    close = panel.get_by_role("button", name="Close")
    box = close.bounding_box()
    assert box and box["width"] >= 32 and box["height"] >= 32
    close.tap()
    expect(panel).to_have_count(0)


def test_a_new_run_of_the_engine_is_taken_up(board, served, built, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    served.stop()
    expect(page.locator("#state")).to_have_text("Reconnecting")
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


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_motion_is_a_choice_of_the_reader(board, opened, motion, moves):
    page = opened(reduced_motion=motion)
    drawn(page, 0)
    board.publish(invented.event())
    halo = page.locator(".pulse i")
    expect(halo).to_have_count(1)
    name = halo.evaluate("node => getComputedStyle(node).animationName")
    assert (name != "none") is moves
