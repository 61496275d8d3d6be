"""What the tests of both pages share: an invented day, hostile words, and an eye for contrast."""

from pathlib import Path

import msgspec
from playwright.sync_api import Locator, Page, expect

import web_events as invented
from tidy.files import ROOT
from tocsin.clock import rfc3339
from tocsin.model import BulletinRef, Event, Fact, Ground, Place, Why
from tocsin.web import Board

expect.set_options(timeout=20_000)

PHONE = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True,
    "device_scale_factor": 2,
}  # fmt: skip
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
QUAKE = f"{17:016d}"


def fill(board: Board) -> None:
    """Publish the invented day."""
    for event in invented.scene():
        board.publish(event)


def drawn(page: Page, count: int) -> None:
    """Wait until the map, of either page, shows so many signs."""
    expect(page.locator(f"[data-signs='{count}']")).to_have_count(1)


def row_of(page: Page, event_id: str) -> Locator:
    """The row of an event in the list."""
    return page.locator(f"#events li[data-id='{event_id}'] button")


def no_wider_than_the_window(page: Page) -> None:
    """Wait until nothing has to be scrolled sideways."""
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def box_of(shown: Locator, **wanted: float) -> None:
    """Wait until something lies where it is wanted: `x`, `y`, `width`, `height`, in pixels."""
    expect(shown).to_be_visible()
    handle = shown.element_handle()
    shown.page.wait_for_function(
        "([node, wanted]) => { const box = node.getBoundingClientRect();"
        " return Object.entries(wanted).every(([name, px]) => box[name] === px); }",
        arg=[handle, wanted],
    )


def at_least(shown: Locator, width: float, height: float) -> None:
    """Wait until something is large enough for a finger."""
    expect(shown).to_be_visible()
    shown.page.wait_for_function(
        "([node, width, height]) => { const box = node.getBoundingClientRect();"
        " return box.width >= width && box.height >= height; }",
        arg=[shown.element_handle(), width, height],
    )


def stands_out(page: Page) -> None:
    """Wait until every text stands out from its ground; tells which does not."""
    for _ in range(20):
        faint = page.evaluate(CONTRAST)
        if not faint:
            return
        page.wait_for_timeout(100)
    assert faint == []


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "</title><iframe srcdoc='<script>alert(1)</script>'>",
    "\u202egnp.exe\u2028\u0000 & &lt;b&gt; ${alert(1)} {{7*7}}",
    "x" * 160,
    "<style>*{display:none}</style>",
)


def hostile_event(number: int, words: str) -> Event:
    """An event with hostile words wherever the type allows any."""
    place = Place(words, words, "city", words, words, 10.0 + number, 20.0, 50.0)
    plain = invented.event(200 + number)
    return msgspec.structs.replace(
        plain,
        hazard=words, headline=words, lang=words, place=place, families=(words, words),
        facts=(Fact(words, 1, 2, words, words),),
        bulletins=(BulletinRef(words, words, words, words, 60.0),),
        why=tuple(Why(ground, words, words) for ground in Ground),
        contract=words, expires=words, extent=(words,), population=words,
        first_seen=rfc3339(invented.NOW_MS),
    )  # fmt: skip


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse; it is run beside the page, past its content policy."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": Path(AXE).read_text()})
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".filter(one => ['serious', 'critical'].includes(one.impact))"
        ".map(one => `${one.id}: ${one.nodes.map(node => node.target.join(' ')).slice(0, 3)}`)"
    )
    return list(found)


CONTRAST = """
() => {
  const channel = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) =>
    0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const ground = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const c = parse(getComputedStyle(up).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !node.checkVisibility()) continue;
    if (node.closest("svg, script, .unseen, noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${node.className} ${text} ${ratio.toFixed(2)}`);
  }
  return faint;
}
"""


def tab_to(page: Page, target: str) -> None:
    """Press the tab key until an element has the focus."""
    expect(page.locator(target).first).to_be_visible()
    for _ in range(80):
        if page.evaluate("target => document.activeElement.matches(target)", target):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is out of the keyboard's reach")
