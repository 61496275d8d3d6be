"""Measures the page: its weight, how soon it can be used, how it runs with 1,000 live events."""

import argparse
import gzip
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import web_events as invented  # noqa: E402
from tocsin.cli.run import Live  # noqa: E402
from tocsin.clock import SystemClock  # noqa: E402
from tocsin.config_file import parse  # noqa: E402
from tocsin.engine.live import Listeners  # noqa: E402
from tocsin.web import Board, create_app, serve  # noqa: E402
from tocsin.web.app import BUILT  # noqa: E402

EVENTS = 1_000
FRAMES_S = 5
FRAMES = f"""() => new Promise(done => {{
  const start = performance.now();
  let n = 0;
  const tick = now => {{
    n += 1;
    if (now - start < {FRAMES_S}_000) requestAnimationFrame(tick);
    else done(n);
  }};
  requestAnimationFrame(tick);
}})"""
TYPED = """() => new Promise(done => {
  const start = performance.now();
  const field = document.getElementById("filter");
  field.value = "Town 77";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
DEMO = """
[web]
port = 0
[store]
path = "demo.db"
[sources.world]
type = "synthetic"
speed = 40
[sources.offices]
type = "synthetic_bulletins"
speed = 40
"""


def main() -> None:
    """Print one line for each figure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--demo-s", type=float, default=90.0, help="Run the demo so long, at 40 x.")
    options = asked.parse_args()
    weigh()
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        thousand(browser)
        demo(browser, options.demo_s)
        browser.close()


def weigh() -> None:
    """Bytes of every file of the built page, as they are and as gzip would have them."""
    for file in sorted(BUILT.rglob("*")):
        if file.suffix in (".js", ".css", ".mjs", ".html"):
            raw = file.read_bytes()
            print(
                f"{file.relative_to(BUILT)}: {len(raw):,} bytes, {len(gzip.compress(raw)):,} gzip"
            )


def thousand(browser: Browser) -> None:
    """Time until it can be used, frames, and memory, with 1,000 events of which one in ten comes
    live."""
    rng, board = random.Random(5), Board()
    for n in range(EVENTS):
        board.publish(_event(rng, n))
    served = serve(create_app(board, invented.health, invented.metrics), port=0)
    try:
        lists, maps = [], []
        for _ in range(3):
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.set_default_timeout(120_000)
            began_s = time.perf_counter()
            page.goto(served.url)
            page.wait_for_selector(".row")
            lists.append(time.perf_counter() - began_s)
            page.wait_for_selector(f".map[data-signs='{EVENTS}'][data-idle=yes]")
            maps.append(time.perf_counter() - began_s)
            if len(lists) < 3:
                page.context.close()
        print("until rows can be used, s:", *(f"{one:.1f}" for one in lists))
        print("until the map stands, s:", *(f"{one:.1f}" for one in maps))
        print("frames per second at rest:", round(page.evaluate(FRAMES) / FRAMES_S))
        stop = threading.Event()
        news = threading.Thread(target=_news, args=(board, rng, stop))
        news.start()
        print("with ten news a second:", round(page.evaluate(FRAMES) / FRAMES_S))
        stop.set()
        news.join()
        typed = [page.evaluate(TYPED) for _ in range(5)]
        print("one letter in the filter, ms:", round(statistics.median(typed)))
        print("memory of scripts, MB:", round(_heap(page)))
        page.context.close()
    finally:
        served.stop()


def demo(browser: Browser, run_s: float) -> None:
    """Memory of the page while the demo runs at forty times its pace, an hour and more of it."""
    nobody = Listeners(*(lambda *_: None for _ in range(3)))
    with tempfile.TemporaryDirectory() as folder:
        live = Live(parse(DEMO), Path(folder), SystemClock(), nobody)
        running = threading.Thread(target=live.until_stopped, args=(None,))
        running.start()
        try:
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.goto(live.served.url)
            page.wait_for_selector("#state.live", timeout=60_000)
            steps = 6
            for step in range(steps + 1):
                if step:
                    page.wait_for_timeout(run_s * 1_000 / steps)
                minutes = round(step * run_s / steps * 40 / 60)
                events = live.board.counts()["events"]
                print(f"after {minutes} min of the demo: {_heap(page):.1f} MB, {events} events")
            page.context.close()
        finally:
            live.engine.stop()
            running.join()


def _event(rng: random.Random, n: int, **more: Any) -> Any:
    place = invented.place(
        f"Town {n}", country=rng.choice(["PT", "ES", "BR", "JP", "US"]),
        lat=rng.uniform(-50, 65), lon=rng.uniform(-170, 170), radius_km=rng.uniform(5, 200),
    )  # fmt: skip
    return invented.event(
        1_000 + n, level=rng.choice(["green", "green", "yellow", "red"]), place=place,
        hazard=rng.choice(["wildfire", "flood", "earthquake", "storm", "rail_accident"]),
        at=invented.minutes_ago(rng.random() * 1_400), **more,
    )  # fmt: skip


def _news(board: Board, rng: random.Random, stop: threading.Event) -> None:
    for n in range(10_000):
        if stop.wait(0.1):
            return
        board.publish(_event(rng, n % EVENTS, revision=2 + n // EVENTS))


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return float(used) / 1e6


if __name__ == "__main__":
    main()
