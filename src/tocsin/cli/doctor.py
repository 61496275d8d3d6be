"""`tocsin doctor`: what is missing, and what to do about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.clock import SystemClock
from tocsin.config_file import load
from tocsin.doctor import examine, worst
from tocsin.engine.bulletins import bulletin_reader
from tocsin.engine.trial import Tried, try_sources
from tocsin.engine.warm import warm as compile_all

app = typer.Typer(name="doctor", invoke_without_command=True)
_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@app.callback()
def doctor(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="A configuration to look at too.")] = None,
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile every kernel now, so that no start has to.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Look at machine, installation, configuration, sources and store; change nothing.

    With --warm what is compiled goes into the cache, or NUMBA_CACHE_DIR, and stays there.

    Ends with status 1 when something fails.
    """
    if context.invoked_subcommand is not None:
        return
    if warm:
        with words.status("compiling"):
            compile_all()
    found = examine(config)
    if json:
        emit(found)
    else:
        rows = [(each.what, each.state, each.found, each.remedy) for each in found]
        _show("tocsin doctor", "what", rows)
    if worst(found) == "fail":
        raise typer.Exit(1)


@app.command("sources")
def sources(
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")] = Path(
        "tocsin.toml"
    ),
    seconds: Annotated[
        float, typer.Option(help="How long to listen to each.", min=0.5, max=600.0)
    ] = 5.0,
    json: Annotated[bool, typer.Option("--json", help="What was found as JSON.")] = False,
) -> None:
    """Connect to each configured source for a moment and say what it brought; keep nothing.

    A source whose server allows one connection should not be tried while tocsin run reads it.
    Ends with status 1 when a source will not come right by itself.
    """
    configuration = load(config)
    tried = []
    with words.status("listening"):
        for each in try_sources(configuration, SystemClock(), seconds, bulletin_reader):
            tried.append(each)
    if json:
        emit(tried)
    else:
        rows = [(f"{each.name} ({each.type})", *_told(each)) for each in tried]
        _show("tocsin doctor sources", "source", rows)
    if any(each.state == "fail" for each in tried):
        raise typer.Exit(1)


def _told(each: Tried) -> tuple[str, str, str]:
    return each.state, each.found, each.remedy


def _show(title: str, first: str, rows: Sequence[tuple[str, str, str, str]]) -> None:
    table = Table(title=title, show_lines=False)
    for name in (first, "state", "found", "what to do"):
        table.add_column(name, overflow="fold")
    for what, state, found, remedy in rows:
        table.add_row(what, f"[{_COLORS[state]}]{state}[/]", found, remedy)
    result.print(table)
