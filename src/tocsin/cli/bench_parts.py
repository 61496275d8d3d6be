"""Parts of the bench that run alone: a table, or JSON, of one of them."""

from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.eval.bench.hour import run_hour
from tocsin.eval.bench.live import Run, run_fixed, run_overload
from tocsin.eval.bench.live_events import COUNTS, measure_live_events
from tocsin.eval.bench.load import RECORD_PER_S
from tocsin.eval.bench.receive import run_receive


def tell(told: str) -> None:
    """Say what is being measured."""
    words.print(f"[dim]{told}[/]", highlight=False)


def bench_receive(seed: int, small: bool, json: bool) -> None:
    """Messages a second off a connection to a server on this machine."""
    found = run_receive(50_000 if small else 1_000_000, seed, tell)
    if json:
        emit(found)
        return
    table = Table(title="one connection on loopback")
    for name in ("what", "messages/s wall", "MB/s wall", "us of CPU a message"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, way in found.items():
        row = f"{way.per_wall_s:,.0f}", f"{way.mb_per_wall_s:,.0f}", f"{way.cpu_us:.2f}"
        table.add_row(name, *row)
    result.print(table)


def bench_live(seed: int, small: bool, json: bool) -> None:
    """Receipt to decision at fixed offered rates, the whole engine on a connection."""
    _show_runs("one connection at fixed rates", run_fixed(3.0 if small else 15.0, seed, tell), json)


def bench_overload(seed: int, small: bool, json: bool) -> None:
    """More than can be worked on: what is shed, and what becomes of the rest."""
    _show_runs("more than it can take", run_overload(9.0 if small else 90.0, seed, tell), json)


def bench_hour(seed: int, small: bool, json: bool) -> None:
    """Memory over stream time at the rate of the record."""
    found = run_hour(2 if small else 60, RECORD_PER_S, seed, tell)
    if json:
        emit(found)
        return
    ends = f"{found.begin_mb:,.0f} MB at the start, {found.each_minute_mb[-1]:,.0f} MB at the end"
    result.print(
        f"{found.minutes} minutes at {found.per_s:,} posts a second, in {found.wall_s:,.0f} s: "
        f"{ends}, {found.peak_mb:,.0f} MB at most; {found.events:,} revisions of events."
    )


def bench_events(seed: int, small: bool, json: bool) -> None:
    """A frame, and a minute without any, while more and more events are live."""
    sizes = (2_000, 1, (0, 10)) if small else (50_000, 5, COUNTS)
    found = measure_live_events(sizes[0], sizes[1], seed, sizes[2])
    if json:
        emit(found)
        return
    table = Table(title="usual load at the rate of the record second")
    for name in ("live events", "us of CPU a frame", "ms of CPU a minute of stream time"):
        table.add_column(name, justify="right")
    for live, point in found.items():
        table.add_row(live, f"{point['cpu_us']:.2f}", f"{point['tick_ms']:.1f}")
    result.print(table)


def _show_runs(title: str, found: dict[str, Run], json: bool) -> None:
    if json:
        emit(found)
        return
    table = Table(title=title)
    for name in ("what", "received/s", "decided/s", "shed", "deletions lost", "half, ms",
                 "99 of 100, ms", "us a frame", "MB at most"):  # fmt: skip
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, run in found.items():
        table.add_row(
            name, f"{run.received_per_s:,}", f"{run.decided_per_s:,}", f"{run.shed_share:.1%}",
            str(run.removals_lost), f"{run.p50_ms:,.0f}", f"{run.p99_ms:,.0f}",
            f"{run.cpu_us:.2f}", f"{run.rss_peak_mb:,.0f}",
        )  # fmt: skip
    result.print(table)
    for name, run in found.items():
        for step, at_s in run.steps.items():
            result.print(f"{name}: {step} from {at_s} s on")


PARTS = (bench_receive, bench_live, bench_overload, bench_hour, bench_events)
"""In the order of their options."""
