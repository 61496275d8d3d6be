"""Signing in and out at both pages: nothing is shown before, and nothing stays after."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import web_events as invented
from browser_page import fill, serious
from tocsin.web import Served, create_app, serve
from tocsin.web.access import Access
from tocsin.web.app import BUILT
from tocsin.web.tokens import TokenFile

pytestmark = pytest.mark.browser


@pytest.fixture(params=["plain", "built"])
def built(request, tmp_path: Path) -> Path:
    """A folder with the built page, or an empty one, so that the plain page is served."""
    if request.param == "plain":
        return tmp_path / "none"
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built; run `make ui` (it needs Node 20 and an npm registry)")
    return BUILT


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    """Tokens of an installation with more than one reader."""
    return TokenFile(tmp_path / "kept-tokens.json")


@pytest.fixture
def served(board, built, tokens):
    """A server where people sign in."""
    tokens.add("operator", "", invented.NOW)
    app = create_app(
        board, invented.health, invented.metrics, built=built, access=Access(tokens)
    )  # fmt: skip
    served = serve(app, port=0)
    yield served
    served.stop()


def arrive(browser, served: Served, watch) -> Page:
    """Come to the door."""
    page = browser.new_context(timezone_id="UTC").new_page()
    watch.over(page)
    page.goto(served.url)
    expect(page.locator("#sign-in")).to_be_visible()
    return page


def enter(page: Page, token: str) -> None:
    """Write a token and send it."""
    page.locator("#sign-in input").fill(token)
    page.keyboard.press("Enter")


def test_who_signs_in_sees_and_who_signs_out_leaves_nothing(browser, board, served, watch, tokens):
    watch.expected = "401"
    fill(board)
    secret, _ = tokens.add("viewer", "", invented.NOW)
    page = arrive(browser, served, watch)
    try:
        expect(page.locator(".row")).to_have_count(0)
        assert serious(page) == []
        enter(page, "tocsin_wrong")
        expect(page.locator("#sign-in [role=alert]")).to_have_text("This token is not known here.")
        enter(page, secret)
        expect(page.locator(".row")).to_have_count(8)
        expect(page.locator("#state")).to_have_text("Live")
        assert page.evaluate("document.cookie + JSON.stringify(localStorage)").count(secret) == 0
        assert page.evaluate("document.cookie") == ""
        page.reload()
        expect(page.locator(".row")).to_have_count(8)
        settings = page.get_by_role("button", name="Settings")
        if settings.count():
            settings.click()
            expect(page.locator("#menu")).to_contain_text("Signed in as viewer")
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("#sign-in")).to_be_visible()
        expect(page.locator(".row")).to_have_count(0)
    finally:
        page.context.close()


def test_a_token_taken_back_shuts_the_page(browser, board, served, watch, tokens):
    watch.expected = "401"
    fill(board)
    secret, kept = tokens.add("viewer", "", invented.NOW)
    page = browser.new_context(timezone_id="UTC").new_page()
    try:
        watch.over(page)
        page.clock.install()
        page.goto(served.url)
        expect(page.locator("#sign-in")).to_be_visible()
        enter(page, secret)
        expect(page.locator(".row")).to_have_count(8)
        tokens.remove(kept.id)
        # The page asks how the engine is doing every quarter of a minute.
        page.clock.fast_forward(16_000)
        expect(page.locator("#sign-in")).to_be_visible()
        expect(page.locator(".row")).to_have_count(0)
    finally:
        page.context.close()
