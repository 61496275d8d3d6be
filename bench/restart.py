"""Starts an engine over a store with many messages and writes how soon it hears its first post."""

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from invented_events import alert, event  # noqa: E402
from loopback_jetstream import LoopbackJetstream  # noqa: E402
from tocsin.store import Store, inspection  # noqa: E402

PAGE = ROOT / "docs" / "restart-figures.md"
GOAL_S = 5.0
READY_S = 2.0
STARTS = 9
ROWS_A_STEP = 2_000
SETTINGS = """
[keys]
path = "{folder}/memory"
[web]
port = 0
[sources.posts]
type = "jetstream"
url = "{url}"
"""
CHILD = """
import sys, threading, time
from pathlib import Path
from tocsin.cli.app import app
from tocsin.cli.run import Live
from tocsin.clock import SystemClock
from tocsin.config_file import load
from tocsin.engine.listeners import Listeners
folder = Path(sys.argv[1])
tell = Listeners(lambda _: None, lambda _: None)
live = Live(load(folder / "tocsin.toml"), folder, SystemClock(), tell, waits=True)
engine = live.engine
thread = threading.Thread(target=live.until_stopped, args=(None,))
thread.start()
engine.ready.wait()
ready_s = time.process_time()
while not engine.intakes[0].tally.received:
    time.sleep(0.005)
print(ready_s, time.process_time(), flush=True)
engine.stop()
thread.join()
"""
"""What `tocsin run` does, with every command imported and the page on a port of its own."""


def fill(path: Path, messages: int) -> None:
    """A store with so many messages that were sent, and their events."""
    with closing(Store.open(path)) as store:
        for at in range(0, messages, ROWS_A_STEP):
            names = [f"e{number}x" for number in range(at, min(at + ROWS_A_STEP, messages))]
            store.commit_step([event(n) for n in names], [alert(n) for n in names], {}, at)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("UPDATE outbox SET state = 'sent', attempts = 1")


class Opening(NamedTuple):
    """How long a store takes to be opened, and its check beside the work."""

    open_s: float
    check_s: float
    state: str


def opening(path: Path, cold: bool) -> Opening:
    """Open a store and wait until the whole of it was checked; `cold`: from the disk."""
    if cold:
        _forget(path)
    began_s = time.perf_counter()
    with closing(Store.open(path)) as store:
        opened_s = time.perf_counter()
        inspection.PAUSE_S = 0.0
        store.inspection.begin(print)
        while store.inspection.state == "unchecked":
            time.sleep(0.01)
        state = store.inspection.state
        return Opening(opened_s - began_s, time.perf_counter() - opened_s, state)


def _forget(path: Path) -> None:
    """Let the system drop what it holds of the file in memory."""
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)


class Start(NamedTuple):
    """Seconds from the start of a process to its first post, and of its work before."""

    post_s: float
    post_work_s: float
    ready_work_s: float
    """Of its work until it was ready to take one: sources open, page served."""


def start(folder: Path) -> Start:
    """One start; it is then stopped."""
    began_s = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready_s, work_s = map(float, process.stdout.readline().split())
        return Start(time.perf_counter() - began_s, work_s, ready_s)


def _row(what: str, one: Start) -> str:
    return f"| {what} | {one.post_s:.1f} s | {one.post_work_s:.2f} s | {one.ready_work_s:.2f} s |"


def main(messages: int) -> None:
    """Measure and write the page; ends with status 1 when a start took longer than the goal."""
    with tempfile.TemporaryDirectory() as name, LoopbackJetstream(count=500) as server:
        folder = Path(name)
        (folder / "memory").mkdir()
        text = SETTINGS.format(folder=folder, url=server.url)
        (folder / "tocsin.toml").write_text(text, encoding="utf-8")
        start(folder)  # Compiles, where that was not done before.
        store = folder / "tocsin.db"
        fill(store, messages)
        size_gb = store.stat().st_size / 1e9
        warm, cold = opening(store, False), opening(store, True)
        starts = [start(folder) for _ in range(STARTS)]
        _forget(store)
        from_disk = start(folder)
    found, work, ready = (sorted(column) for column in zip(*starts, strict=True))
    rows = "\n".join(
        f"| {what} | {of(found):.1f} s | {of(work):.2f} s | {of(ready):.2f} s |"
        for what, of in (("fastest", min), ("median", statistics.median), ("slowest", max))
    )
    busy, cores = os.getloadavg()[0], os.cpu_count()
    PAGE.write_text(
        f"""# Restart, measured

Made by `make restart`: {STARTS} starts one after another, Python {platform.python_version()},
kernels and bytecode kept from before, a store with {messages:,} messages and as many events
({size_gb:.1f} GB), a Jetstream on this machine. What starts is what `tocsin run` starts, the page
included. From the start of the process (imports and vocabulary included) to where it is ready to
take a post: store and page open, sources called; and to the first post behind the gate.
Meanwhile {busy:.0f} processes shared {cores} cores, so time of the clock and time of work differ.

| what | by the clock | work | work until ready |
|---|---:|---:|---:|
{rows}
{_row("once, the store from the disk", from_disk)}
| goal | {GOAL_S:.0f} s | | {READY_S:.0f} s |

## The store alone

Opened with all that is checked before anything is written; then all of it, beside the work.

| what | from memory | from the disk |
|---|---:|---:|
| opened, and what bears the rest checked | {warm.open_s:.2f} s | {cold.open_s:.2f} s |
| every page checked beside the work | {warm.check_s:.1f} s | {cold.check_s:.1f} s |
| found | {warm.state} | {cold.state} |
""",
        encoding="utf-8",
    )
    print(PAGE.read_text(encoding="utf-8"))
    sys.exit(max(found[-1], from_disk.post_s) > GOAL_S)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
