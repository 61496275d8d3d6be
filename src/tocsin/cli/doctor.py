"""`tocsin doctor`: what is missing, and what to do about it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tocsin.cli.screen import emit, result
from tocsin.doctor import examine, worst

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    config: Annotated[Path | None, typer.Option(help="A configuration to look at too.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False,
) -> None:
    """Look at machine, installation, configuration, sources and store; change nothing.

    Ends with status 1 when something fails.
    """
    found = examine(config)
    if json:
        emit(found)
    else:
        table = Table(title="tocsin doctor", show_lines=False)
        for name in ("what", "state", "found", "what to do"):
            table.add_column(name, overflow="fold")
        for finding in found:
            color = _COLORS[finding.state]
            table.add_row(
                finding.what, f"[{color}]{finding.state}[/]", finding.found, finding.remedy
            )
        result.print(table)
    if worst(found) == "fail":
        raise typer.Exit(1)
