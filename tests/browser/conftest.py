"""A real browser on the page, with an eye on everything that must not happen."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import web_events as invented
from tocsin.web import Board, Served, create_app, serve
from tocsin.web.app import BUILT

CHROMIUM = "/usr/bin/chromium"
WAIT_MS = 20_000
Opener = Callable[..., Page]


class Watch:
    """What a page did that it should not: requests elsewhere, dialogs, violations, errors."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[str] = []
        self.trouble: list[str] = []
        self.expected: str | None = None
        """What the console may say, such as the word of a server that was stopped on purpose."""

    def over(self, page: Page) -> None:
        """Watch one page from before its first byte."""
        page.on("request", self._request)
        page.on("dialog", lambda dialog: (self.trouble.append("dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("console", self._console)
        page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " e => console.error('violation ' + e.violatedDirective))"
        )

    def _request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        self.requests.append(url)
        if not url.startswith((self.url, "data:")):
            self.trouble.append(f"foreign request: {url}")

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        expected = self.expected is not None and self.expected in text
        if getattr(message, "type", "") == "error" and not expected:
            self.trouble.append(f"console: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says what to install."""
    path = shutil.which("chromium") or shutil.which(CHROMIUM)
    if path is None:
        pytest.skip("no chromium here; install it to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def board() -> Board:
    """An empty board."""
    return Board()


@pytest.fixture
def built() -> Path:
    """Folder of the built page, or a skip that says how to build it."""
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built; run `make ui` (it needs Node 20 and an npm registry)")
    return BUILT


@pytest.fixture
def served(board: Board, built: Path) -> Iterator[Served]:
    """The application over that board, on a free port."""
    served = serve(create_app(board, invented.health, invented.metrics, built=built), port=0)
    yield served
    served.stop()


@pytest.fixture
def watch(served: Served) -> Iterator[Watch]:
    """The eye; the test fails afterwards when it saw anything."""
    watch = Watch(served.url)
    yield watch
    assert watch.requests
    assert watch.trouble == []


@pytest.fixture
def opened(browser: Browser, served: Served, watch: Watch) -> Iterator[Opener]:
    """Opens the page: `opened(path="", clock=False, **context)`."""
    contexts = []

    def open_page(path: str = "", *, clock: bool = False, **options: object) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 720}, "timezone_id": "UTC", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        watch.over(page)
        if clock:
            page.clock.install()
        page.goto(served.url + path)
        page.wait_for_selector("#state.live")
        return page

    yield open_page
    for context in contexts:
        context.close()
