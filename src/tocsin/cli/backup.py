"""`tocsin backup` and `tocsin restore`: the store as one checked file, and back."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.screen import emit, words
from tocsin.clock import SystemClock
from tocsin.config_file import load
from tocsin.store import Store
from tocsin.store.backup import back_up
from tocsin.store.backup import restore as put_back

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="Rows by table as JSON.")]
_CONFIG = Path("tocsin.toml")


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the copy; must not exist.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Copy the store to a file while Tocsin runs, and check the copy."""
    rows = back_up(_store(config), file)
    with closing(Store.open(_store(config))) as store:
        store.audit.write(SystemClock().now_ms(), "exported", "backup")
    _tell("copied and checked", rows, json)


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that tocsin backup wrote.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Put a copy in the place of the store; the store that was there is kept beside it.

    Stop Tocsin first.
    """
    _tell("restored", put_back(file, _store(config)), json)


def _store(config: Path) -> Path:
    return config.parent / str(load(config).store["path"])


def _tell(what: str, rows: dict[str, int], json: bool) -> None:
    if json:
        emit({"rows": rows})
    else:
        words.print(f"{what}: " + ", ".join(f"{n} {table}" for table, n in rows.items()))
