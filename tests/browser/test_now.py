"""What only the built page does on its first screen: more filters, time, export, hiding."""

import msgspec
import pytest
from playwright.sync_api import expect

import web_events as invented
from browser_page import QUAKE, drawn, fill

pytestmark = pytest.mark.browser


def test_hazards_differ_in_drawing(board, opened):
    fill(board)
    page = opened()
    expect(page.locator(".row")).to_have_count(8)
    signs = page.locator(".row").evaluate_all(
        "rows => rows.map(row => row.querySelector('.glyph').getAttribute('d'))"
    )
    assert len(set(signs)) == 8


def test_the_further_filters(board, opened):
    fill(board)
    board.publish_alert(invented.alert(invented.event()))
    page = opened()
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
