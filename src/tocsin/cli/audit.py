"""`tocsin audit`: what was done to this Tocsin, and whether the log of it still holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.clock import rfc3339
from tocsin.config_file import load
from tocsin.errors import InputError
from tocsin.store import Store

app = typer.Typer(
    name="audit", help="What was done to this Tocsin and in which role; never who.",
    no_args_is_help=True,
)  # fmt: skip
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
_CONFIG = Path("tocsin.toml")


@app.command("list")
def list_acts(
    config: Config = _CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most lines.")] = 50,
    json: Json = False,
) -> None:
    """List what was done, newest first."""
    with _opened(config) as store:
        acts = store.audit.newest(limit)
    if json:
        emit({"acts": acts})
        return
    table = Table()
    for name in ("number", "at", "role", "act", "about"):
        table.add_column(name, overflow="fold")
    for one in acts:
        table.add_row(str(one.seq), rfc3339(one.at_ms)[:19], one.role, one.act, one.about)
    result.print(table)


@app.command("verify")
def verify(
    root: Annotated[
        str, typer.Option(help="A root out of a message (`audit` or X-Tocsin-Audit).")
    ] = "",
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Check that no record was changed, dropped, moved or cut off; ends with status 1 else.

    With --root, also that the log still leads through what a message said.
    """
    with _opened(config) as store:
        broken, now = store.audit.verify(root), store.audit.root()
    if json:
        emit({"holds": broken is None, "broken": broken, "root": now})
    elif broken is None:
        words.print(f"The log holds. Its root now: {now or 'nothing yet'}.", highlight=False)
    else:
        words.print(f"[bold red]Broken[/] at record {broken.seq}: {broken.problem}.")
    if broken is not None:
        raise typer.Exit(1)


@contextmanager
def _opened(config: Path) -> Iterator[Store]:
    path = config.parent / str(load(config).store["path"])
    if not path.exists():
        raise InputError(f"{path.name}: no store yet. Start Tocsin once with: tocsin run.")
    store = Store.open(path)
    try:
        yield store
    finally:
        store.close()
