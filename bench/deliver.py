"""How long an alert takes from its decision to its first send, while some receivers hang."""

import argparse
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from invented_events import SECRET, alert  # noqa: E402
from tocsin.clock import SystemClock  # noqa: E402
from tocsin.deliver import Crew, Dispatcher  # noqa: E402
from tocsin.sinks.webhook import WebhookSink  # noqa: E402
from tocsin.store import Store  # noqa: E402

PAGE = ROOT / "docs" / "delivery-figures.md"
STEP_S = 0.1
"""A step of the line commits what it decided in so long."""


def main() -> None:
    """Run and write the page; ends with status 1 when the goal was missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--targets", type=int, default=1_000)
    asked.add_argument("--hanging", type=int, default=50)
    asked.add_argument("--per-s", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--page", type=Path, default=PAGE)
    options = asked.parse_args()
    found = measure(options.targets, options.hanging, options.per_s, options.seconds)
    options.page.write_text(page(options, found), encoding="utf-8")
    print(options.page.read_text(encoding="utf-8"))
    sys.exit(found["healthy_p99_ms"] > 2_000 or found["lost"] > 0)


def measure(targets: int, hanging: int, per_s: int, seconds: float) -> dict[str, float]:
    """Commit `per_s` alerts a second to targets in turn; figures in ms where they say so."""
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "bench" / "receivers.py"), str(hanging)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    port, clock = int(server.stdout.readline()), SystemClock()
    names = [f"t{n:04d}" for n in range(targets)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "kept.db")
        sinks = {name: _hook(port, n, clock) for n, name in enumerate(names)}
        crew = Crew(Dispatcher(store, sinks, clock, random.Random(1)), store, clock, _end)
        crew.start()
        cpu_s = time.process_time()
        decided, commits = _decide(store, crew, names, per_s, seconds)
        _drained(store, names[hanging:])
        cpu_s = time.process_time() - cpu_s
        threads = threading.active_count()
        crew.stop(0.5)
        tries = store.outbox_counts()
        store.close()
    server.stdin.close()
    first_ms = json.loads(server.stdout.readline())
    server.wait(10)
    well = set(names[hanging:])
    came = {key: first_ms[key] for key in decided if _to(key) in well and key in first_ms}
    waits = sorted(at_ms - decided[key] for key, at_ms in came.items())
    told_first: dict[str, float] = {}
    for key, at_ms in decided.items():
        if _to(key) not in well and _to(key) not in told_first:
            told_first[_to(key)] = first_ms.get(key, float("inf")) - at_ms
    return {
        "alerts": len(decided),
        "sent": tries.get("sent", 0),
        "lost": sum(_to(key) in well and key not in first_ms for key in decided),
        "healthy_p50_ms": _share(waits, 0.5),
        "healthy_p99_ms": _share(waits, 0.99),
        "healthy_max_ms": waits[-1],
        "hanging_ms": max(told_first.values(), default=0.0),
        "commit_p99_ms": _share(sorted(commits), 0.99),
        "cpu_ms_each": cpu_s * 1000 / max(1, len(waits)),
        "threads": threads,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _decide(
    store: Store, crew: Crew, names: list[str], per_s: int, seconds: float
) -> tuple[dict[str, float], list[float]]:
    """Commit alerts step by step, as the line does; when each was decided, and each commit's ms."""
    decided: dict[str, float] = {}
    commits: list[float] = []
    began_s, number = time.monotonic(), 0
    while number < per_s * seconds:
        due = min(int(per_s * seconds), int((time.monotonic() - began_s) * per_s))
        now_ms = time.time() * 1000
        alerts = [alert(f"{n}x", channel=names[n % len(names)]) for n in range(number, due)]
        number = due
        if alerts:
            decided |= {each.key: now_ms for each in alerts}
            at_s = time.monotonic()
            store.commit_step([a.event for a in alerts], alerts, {}, round(now_ms))
            commits.append((time.monotonic() - at_s) * 1000)
            crew.wake({each.channel for each in alerts})
        time.sleep(STEP_S)
    return decided, commits


def _drained(store: Store, names: list[str]) -> None:
    """Wait until nothing is owed to whoever answers, a minute at most."""
    end_s, well = time.monotonic() + 60, set(names)
    while well & set(store.channels_owed()) and time.monotonic() < end_s:
        time.sleep(0.1)


def _hook(port: int, number: int, clock: SystemClock) -> WebhookSink:
    table = {"url": f"http://127.0.0.1:{port}/{number}", "secret": SECRET}
    return WebhookSink(WebhookSink.spec.checked("sinks.x", table), clock)


def _to(key: str) -> str:
    return key.rpartition(".")[2]


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _end(error: Exception) -> None:
    raise error


def page(options: argparse.Namespace, found: dict[str, float]) -> str:
    """The figures in words and a table."""
    rows = (
        (f"alerts decided in {options.seconds:g} s", f"{found['alerts']:,.0f}"),
        ("of them never sent to a receiver that answers", f"{found['lost']:,.0f}"),
        ("decision to first send, half of them", f"{found['healthy_p50_ms']:,.0f} ms"),
        ("decision to first send, 99 of 100", f"{found['healthy_p99_ms']:,.0f} ms"),
        ("decision to first send, longest", f"{found['healthy_max_ms']:,.0f} ms"),
        ("the same of the first alert to a receiver that hangs", f"{found['hanging_ms']:,.0f} ms"),
        ("commit of a step meanwhile, 99 of 100", f"{found['commit_p99_ms']:,.0f} ms"),
        ("processor time for each alert sent", f"{found['cpu_ms_each']:.1f} ms"),
        ("threads at the end", f"{found['threads']:.0f}"),
        ("peak memory", f"{found['peak_mb']:.0f} MB"),
    )  # fmt: skip
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"""# Delivery, measured

Made by `python bench/deliver.py`: {options.per_s} alerts a second, to {options.targets:,} webhook
receivers in turn, of which {options.hanging} take a message and never answer (a send there is cut
after 10 s). Receivers are real and on loopback, in a process of their own; each message goes on a
connection of its own, and what is owed is committed with full sync before and after. The time
counts from the moment just before the commit of the step that decided, to the arrival of the whole
message. Python {platform.python_version()}, {_cores()}.

| what | figure |
|---|---:|
{table}

The goal is at most 2 s for 99 of 100. Later alerts to a receiver that hangs wait behind the first
one, since order holds within a channel; those are not in the first three figures.

What makes it so: a commit wakes the channels it concerns; threads serve channels, not the other way
round, and at most half of them serve receivers that failed last time; answers that come together
are marked in one commit; all sinks share one set of certificate authorities.
"""


def _cores() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return f"{sum(line.startswith('processor') for line in file)} cores shared with other work"


if __name__ == "__main__":
    main()
