"""`tocsin bench`: the speed table, measured."""

from itertools import compress
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from tocsin.cli.bench_parts import PARTS, tell
from tocsin.cli.screen import emit, result, words
from tocsin.errors import InputError
from tocsin.eval.bench.page import page
from tocsin.eval.bench.picture import picture
from tocsin.eval.bench.run import FULL, SMALL, Card, fallen, run_bench


def bench(
    seed: Annotated[int, typer.Option(help="Of the invented load.")] = 0,
    small: Annotated[bool, typer.Option("--small", help="Some seconds, for a look.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Also write bench.json, bench.md and bench.svg into this folder."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="A bench.json; end with status 1 when its ratios are not half reached."),
    ] = None,
    peers: Annotated[
        bool,
        typer.Option("--peers", help="Also other systems on the same bytes (pip extra 'peers')."),
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Everything as one JSON object instead of the table.")
    ] = False,
    receive: Annotated[
        bool, typer.Option("--receive", help="Only how fast messages come off a connection.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Only the whole engine at fixed rates of a connection.")
    ] = False,
    overload: Annotated[
        bool, typer.Option("--overload", help="Only the whole engine with more than it can take.")
    ] = False,
    hour: Annotated[
        bool, typer.Option("--hour", help="Only memory over an hour of stream time.")
    ] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Only what a frame costs while many events are live.")
    ] = False,
) -> None:
    """Measure how fast the line is on an invented load, beside a plain Python loop.

    Example: tocsin bench --out bench
    """
    asked = receive, live, overload, hour, events
    if any(asked):
        for part in compress(PARTS, asked):
            part(seed, small, json)
        return
    card = run_bench(SMALL if small else FULL, seed, tell, peers)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        pretty = msgspec.json.format(msgspec.json.encode(card), indent=2)
        (out / "bench.json").write_bytes(pretty + b"\n")
        (out / "bench.svg").write_text(picture(card), "utf-8")
        (out / "bench.md").write_text(page(card), "utf-8")
        if peers:
            _keep_peers(card, out / "peers.json")
    if json:
        emit(card)
    else:
        _show(card)
    if against is not None:
        _compare(card, against)


def _keep_peers(card: Card, path: Path) -> None:
    """Write what peers reached in a file of its own, beside what the line did in the same run."""
    told = {
        "machine": card.machine,
        "line": card.line["usual, 1 thread"],
        "plain loop": card.naive["usual"],
        "peers": card.peers,
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def _compare(card: Card, path: Path) -> None:
    """End with status 1 where the line fell behind; raises InputError for a file that is none."""
    try:
        before = msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"{path}: no card of the bench ({type(error).__name__}). Name a bench.json that "
            "tocsin bench --out wrote."
        ) from None
    behind = fallen(card, before)
    for line in behind:
        words.print(line, highlight=False)
    if behind:
        raise typer.Exit(1)


def _show(card: Card) -> None:
    rates = Table(title="tocsin bench: Jetstream frames")
    for name in ("what", "frames/s CPU", "frames/s wall", "MB/s CPU", "us a frame"):
        rates.add_column(name, justify="left" if name == "what" else "right")
    rows = {f"line, {name}": found for name, found in card.line.items()}
    rows |= card.stages
    rows |= {f"plain loop, {name}": found for name, found in card.naive.items()}
    rows |= card.peers
    for name, found in rows.items():
        wall = f"{found['per_wall_s']:,.0f}" if "per_wall_s" in found else ""
        rates.add_row(
            name, f"{found['per_cpu_s']:,.0f}", wall, f"{found['mb_per_cpu_s']:,.1f}",
            f"{found['cpu_us']:.2f}",
        )  # fmt: skip
    result.print(rates)
    waits = Table(title="receipt to decision, ms")
    for name in ("offered/s", "half", "99 of 100", "longest"):
        waits.add_column(name, justify="right")
    for offered, found in card.latency.items():
        waits.add_row(offered, *(str(found[key]) for key in ("p50_ms", "p99_ms", "max_ms")))
    result.print(waits)
    curves = Table(title="what more of it costs")
    for name in ("of", "how many", "us of CPU a frame", "ms of CPU a revision"):
        curves.add_column(name, justify="left" if name == "of" else "right")
    for name, points in card.curves.items():
        for count, point in points.items():
            cells = (str(point.get(key, "")) for key in ("cpu_us", "mean_ms"))
            curves.add_row(name, f"{int(count):,}", *cells)
    result.print(curves)
    said = ", ".join(f"{value} times the plain loop ({name})" for name, value in card.ratio.items())
    result.print(f"{said}; at most {card.memory['peak_mb']:.0f} MB, load and tables included.")
