"""Parts of the bench that run alone: a table, or JSON, of one of them."""

from rich.table import Table

from tocsin.cli.screen import emit, result, words
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
