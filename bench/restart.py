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
from tocsin.store import Store  # noqa: E402

PAGE = ROOT / "docs" / "restart-figures.md"
GOAL_S = 5.0
STARTS = 9
ROWS_A_STEP = 2_000
SETTINGS = """
[keys]
path = "{folder}/memory"
[sources.posts]
type = "jetstream"
url = "{url}"
"""
CHILD = """
import sys, threading, time
from pathlib import Path
from tocsin.clock import SystemClock
from tocsin.config_file import load
from tocsin.engine.assemble import assemble
from tocsin.engine.listeners import Listeners
from tocsin.engine.warm import warm
folder = Path(sys.argv[1])
if len(sys.argv) > 2:
    warm()
    sys.exit()
tell = Listeners(lambda _: None, lambda _: None)
engine = assemble(load(folder / "tocsin.toml"), folder, SystemClock(), tell)
thread = threading.Thread(target=engine.run)
thread.start()
while not engine.intakes[0].tally.received:
    time.sleep(0.005)
print(time.process_time(), flush=True)
engine.stop()
thread.join()
"""


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


def start(folder: Path) -> tuple[float, float]:
    """Seconds from the start of a process to its first post, of the clock and of work; it is then
    stopped."""
    began_s = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        work_s = float(process.stdout.readline())
        return time.perf_counter() - began_s, work_s


def main(messages: int) -> None:
    """Measure and write the page; ends with status 1 when a start took longer than the goal."""
    with tempfile.TemporaryDirectory() as name, LoopbackJetstream(count=500) as server:
        folder = Path(name)
        (folder / "memory").mkdir()
        text = SETTINGS.format(folder=folder, url=server.url)
        (folder / "tocsin.toml").write_text(text, encoding="utf-8")
        subprocess.run([sys.executable, "-c", CHILD, str(folder), "warm"], check=True)
        store = folder / "tocsin.db"
        fill(store, messages)
        size_gb = store.stat().st_size / 1e9
        warm, cold = opening(store, False), opening(store, True)
        pairs = [start(folder) for _ in range(STARTS)]
        _forget(store)
        from_disk_s, _ = start(folder)
    found, work = (sorted(column) for column in zip(*pairs, strict=True))
    busy, cores = os.getloadavg()[0], os.cpu_count()
    PAGE.write_text(
        f"""# Restart, measured

Made by `make restart`: {STARTS} starts one after another, Python {platform.python_version()},
kernels compiled before, a store with {messages:,} messages and as many events
({size_gb:.1f} GB), a Jetstream on this machine. From the start of the process (imports and
vocabulary included) to the first post behind the gate. Meanwhile {busy:.0f} processes shared
{cores} cores, so time of the clock and time of work differ.

| what | by the clock | work of the processor |
|---|---:|---:|
| fastest | {found[0]:.1f} s | {work[0]:.1f} s |
| median | {statistics.median(found):.1f} s | {statistics.median(work):.1f} s |
| slowest | {found[-1]:.1f} s | {work[-1]:.1f} s |
| the store from the disk, not from memory | {from_disk_s:.1f} s | |
| goal | {GOAL_S:.0f} s | |

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
    sys.exit(max(found[-1], from_disk_s) > GOAL_S)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
