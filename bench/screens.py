"""Takes a picture of every screen in a real browser: an invented day, a planted world, a replay."""

import argparse
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import web_events as invented  # noqa: E402
from full_page import full_page, kept  # noqa: E402
from pictures import Taken, day_pictures, opened, settled  # noqa: E402
from tocsin.cli.run import Live  # noqa: E402
from tocsin.clock import HOUR_MS, HeldClock, SystemClock  # noqa: E402
from tocsin.config_file import parse  # noqa: E402
from tocsin.engine import replay  # noqa: E402
from tocsin.engine.assemble import file_source, frames_of, place_finder  # noqa: E402
from tocsin.engine.live import Listeners  # noqa: E402
from tocsin.sources import load_sources  # noqa: E402
from tocsin.watch import compile_text  # noqa: E402
from tocsin.web import Board, create_app, serve  # noqa: E402
from tocsin.web.access import Access  # noqa: E402
from tocsin.web.tokens import TokenFile  # noqa: E402

PAGE = ROOT / "docs" / "screens"
PLANTED = """
[web]
port = 0
[engine]
step_s = 0.25
[store]
path = "planted.db"
[sources.world]
type = "synthetic"
seed = 39
speed = 40
first_event_s = 60
event_every_s = 240
[sources.offices]
type = "synthetic_bulletins"
seed = 39
speed = 40
first_event_s = 60
event_every_s = 240
[[watches]]
hazards = "any"
min_level = "yellow"
channel = "page"
"""
PLANTED_S = 75.0
"""The planted world is looked at after so long: fifty minutes of its own time."""
REPLAY_MS = 3 * HOUR_MS
MOST_BYTES = 6_000_000


def main() -> None:
    """Take them all and write them; ends with status 1 when they weigh too much."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=PAGE, help="The folder to write to.")
    asked.add_argument("--only", nargs="*", default=["day", "doors", "planted", "replay"])
    options = asked.parse_args()
    kinds = {"day": _day, "doors": _doors, "planted": _planted, "replay": _replayed}
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name in options.only:
            for taken in kinds[name](browser, Path(folder)):
                (options.out / f"{taken.name}.png").write_bytes(taken.png)
                print(f"{taken.name}: {len(taken.png):,} bytes", flush=True)
        browser.close()
    weight = sum(file.stat().st_size for file in options.out.glob("*.png"))
    print(f"together: {weight:,} bytes")
    if weight > MOST_BYTES:
        raise SystemExit(f"more than {MOST_BYTES:,} bytes: take fewer or smaller ones")


def _day(browser: Browser, folder: Path) -> Iterator[Taken]:
    find = place_finder()
    compile_text("flood in Lisbon, Portugal", find, ())
    board, store = Board(), kept(folder)
    for event in invented.scene():
        board.publish(event)
    board.publish_alert(invented.alert(invented.earthquake()[2]))
    served = full_page(board, store, find=find)
    try:
        yield from day_pictures(browser, served.url, ("light", "dark", "phone", "phone-dark"))
        for name, path, locale in (("now-ar", "", "ar"), ("event-ja", f"#{17:016d}", "ja-JP")):
            page = opened(browser, served.url, path, "light", locale=locale)
            expect(page.locator(".map[data-signs='8']")).to_have_count(1, timeout=60_000)
            settled(page)
            yield Taken(name, page.screenshot())
            page.context.close()
    finally:
        served.stop()
        store.close()


def _doors(browser: Browser, folder: Path) -> Iterator[Taken]:
    tokens = TokenFile(folder / "tokens.json")
    tokens.add("viewer", "", invented.NOW)
    served = serve(
        create_app(Board(), invented.health, invented.metrics, access=Access(tokens)), port=0
    )
    try:
        for look in ("light", "phone-dark"):
            page = opened(browser, served.url, "", look)
            expect(page.locator("#sign-in")).to_be_visible(timeout=30_000)
            settled(page)
            yield Taken(f"sign-in-{look}", page.screenshot())
            page.context.close()
    finally:
        served.stop()


def _planted(browser: Browser, folder: Path) -> Iterator[Taken]:
    nobody = Listeners(*(lambda *_: None for _ in range(3)))
    live = Live(parse(PLANTED), folder, SystemClock(), nobody)
    running = threading.Thread(target=live.until_stopped, args=(None,))
    running.start()
    try:
        page = opened(browser, live.served.url, "", "light")
        page.wait_for_timeout(PLANTED_S * 1_000)
        page.context.close()
        for look, path, name in (
            ("light", "", "now"), ("dark", "", "now"), ("phone", "", "now"),
            ("light", "#/state", "state"), ("dark", "#/coverage", "coverage"),
        ):  # fmt: skip
            page = opened(browser, live.served.url, path, look)
            expect(page.locator(".row, #source-table, #heard dt").first).to_be_visible(
                timeout=60_000
            )
            page.wait_for_timeout(9_000)
            yield Taken(f"planted-{name}-{look}", page.screenshot())
            page.context.close()
    finally:
        live.engine.stop()
        running.join()


def _replayed(browser: Browser, folder: Path) -> Iterator[Taken]:
    board = Board()
    events = _replay(folder)
    for event in events:
        board.publish(event)
    now = max(event.at for event in events)
    health = invented.health(now=now, sources=(invented.source(name="replay", state="ended"),))
    served = serve(create_app(board, lambda: health, invented.metrics), port=0)
    reddest = max(board.events(), key=lambda event: (event.level == "red", len(event.facts)))
    try:
        for look, path, name in (
            ("light", "", "now"), ("dark", f"#{reddest.event_id}", "event"),
            ("phone-dark", "", "now"),
        ):  # fmt: skip
            page = opened(browser, served.url, path, look)
            expect(page.locator(".row").first).to_be_visible(timeout=60_000)
            expect(page.locator(".map[data-signs]:not([data-signs='0'])")).to_have_count(
                1, timeout=60_000
            )
            settled(page)
            yield Taken(f"replay-{name}-{look}", page.screenshot())
            page.context.close()
    finally:
        served.stop()


def _replay(folder: Path) -> list[Any]:
    """Events of a recording of the planted world, as `tocsin replay` finds them."""
    clock = HeldClock(invented.NOW_MS)
    kind = load_sources()["synthetic"]
    given = {"seed": 7, "start_ms": invented.NOW_MS, "posts_per_s": 10.0, "event_every_s": 400.0}
    source = kind(kind.spec.checked("sources.world", given), clock)
    source.open(None)
    path = folder / "night.jsonl"
    with path.open("wb") as out:
        while clock.now_ms() < invented.NOW_MS + REPLAY_MS:
            clock.advance(60.0)
            frames = [b""]
            while frames:
                frames, _ = source.read(0.0)
                out.writelines(frame + b"\n" for frame in frames)
    recording = file_source([str(path)])
    found = replay(frames_of(recording), recording.decode, scan=getattr(recording, "scan", None))
    return list(found.events)


if __name__ == "__main__":
    main()
