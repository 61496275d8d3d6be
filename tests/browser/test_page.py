"""What only the plain page does: a map drawn by itself, with signs that are buttons."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser_page import QUAKE, drawn, fill

pytestmark = pytest.mark.browser


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """No built page, so that the plain one is served."""
    return tmp_path / "none"


def test_the_map_answers_to_the_keyboard(board, opened):
    fill(board)
    page = opened(reduced_motion="reduce")
    drawn(page, 8)
    sign = page.locator(f".sign[data-id='{QUAKE}']")
    expect(sign).to_have_attribute("aria-label", "Red: Earthquake, San Lirio, Chile")
    page.locator("#map").focus()
    # The whole world from a known place on, however often the map was laid out before.
    page.keyboard.press("0")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    place = sign.get_attribute("transform")
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
    drawn(page, 8)
    page.locator(f".sign[data-id='{QUAKE}']").locator(".touch").click()
    panel = page.locator("#panel")
    for words in (
        "within about 35 km", "San Lirio, Biobío, Chile", "Severe", "Immediate", "Observed",
        "12–40", "20,000–60,000 homes", "200+ distinct", "Network, Quakes",
        "7 min after the first report", "An official bulletin speaks of it: Quakes.",
        "Level yellow → red", "First reported", "not an official warning",
    ):  # fmt: skip
        expect(panel).to_contain_text(words)
    expect(page.locator(".ring.red.open path")).to_have_count(1)
    page.wait_for_function(
        "() => document.querySelector('.ring.red.open path')?.getBoundingClientRect().width > 10"
    )
    expect(page.locator(".place-name")).to_have_text("San Lirio")
