"""Pictures of every screen over an invented day, in each look; and how unlike two pictures are."""

import base64
from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, expect

from full_page import QUAKE

DESKTOP: dict[str, Any] = {"viewport": {"width": 1200, "height": 750}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True,
}  # fmt: skip
LOOKS = {
    "light": {**DESKTOP, "color_scheme": "light"},
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
}
SCREENS: dict[str, tuple[str, str]] = {
    "now": ("", ".row"),
    "event": (f"#{QUAKE}", "#panel .history li"),
    "event-page": (f"#/event/{QUAKE}", ".paper .history li"),
    "watches": ("#/watches", "#watch-words"),
    "state": ("#/state", "#dead"),
    "coverage": ("#/coverage", "#heard dt"),
}
"""Where each screen is, and a part that stands only when all of it is there."""
TALL = {"state": 1_750, "watches": 1_150}
"""Screens that go on below, by the height at which all of it is seen, in pixels."""
SIDE = 48
"""Two pictures are compared as greys of so many fields in a row."""


class Taken(NamedTuple):
    """One picture."""

    name: str
    png: bytes


def opened(browser: Browser, url: str, path: str, look: str, **more: Any) -> Page:
    """A page of its own in one look, still and in UTC."""
    context = browser.new_context(
        timezone_id="UTC", locale=more.pop("locale", "en-GB"), reduced_motion="reduce",
        **{**LOOKS[look], **more},
    )  # fmt: skip
    page = context.new_page()
    page.goto(url + path)
    return page


def settled(page: Page) -> None:
    """Wait until nothing moves any more: fonts, the map if there is one, and two frames."""
    page.evaluate("() => document.fonts.ready.then(() => null)")
    maps = page.locator(".map, .mini")
    if maps.count():
        page.wait_for_function(
            "() => [...document.querySelectorAll('.map')].every(one => one.dataset.idle === 'yes')",
            timeout=60_000,
        )
    # A sign pulses for some seconds after it came; the picture is of what stays.
    expect(page.locator(".pulse")).to_have_count(0)
    page.wait_for_timeout(400)


def day_pictures(browser: Browser, url: str, looks: tuple[str, ...]) -> Iterator[Taken]:
    """Every screen in each of these looks; a watch is written, so that its screen shows one."""
    for look in looks:
        for name, (path, part) in SCREENS.items():
            view = dict(LOOKS[look]["viewport"])
            view["height"] = max(view["height"], TALL.get(name, 0))
            page = opened(browser, url, path, look, viewport=view)
            expect(page.locator(part).first).to_be_visible(timeout=30_000)
            if name in ("now", "event"):
                expect(page.locator(".map[data-signs='8']")).to_have_count(1, timeout=60_000)
            if name == "watches":
                page.locator("#watch-words").fill("wildfire within 50 km of Lisbon, Portugal")
                page.get_by_role("button", name="Check").click()
                expect(page.locator("#meaning")).to_be_visible(timeout=60_000)
                page.get_by_role("button", name="Try it on the past").click()
                expect(page.locator(".tried")).to_be_visible(timeout=60_000)
            settled(page)
            yield Taken(f"{name}-{look}", page.screenshot())
            page.context.close()


def unlike(browser: Browser, one: bytes, other: bytes) -> float:
    """How unlike two pictures are: mean difference of their greys in coarse fields, 0 to 1."""
    context = browser.new_context()
    page = context.new_page()
    urls = [f"data:image/png;base64,{base64.b64encode(png).decode()}" for png in (one, other)]
    found = page.evaluate(
        """async ([urls, side]) => {
          const greys = await Promise.all(urls.map(async url => {
            const image = new Image();
            image.src = url;
            await image.decode();
            const canvas = document.createElement("canvas");
            canvas.width = canvas.height = side;
            const pen = canvas.getContext("2d");
            pen.imageSmoothingQuality = "high";
            pen.drawImage(image, 0, 0, side, side);
            const data = pen.getImageData(0, 0, side, side).data;
            return Array.from({length: side * side}, (_, i) =>
              (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 765);
          }));
          return greys[0].reduce((sum, grey, i) => sum + Math.abs(grey - greys[1][i]), 0)
            / (side * side);
        }""",
        [urls, SIDE],
    )
    context.close()
    return float(found)
