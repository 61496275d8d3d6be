"""What goes to the terminal: progress and words to stderr, results to stdout."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

words = Console(stderr=True)
result = Console()


def emit(value: Any) -> None:
    """One JSON document on stdout."""
    print(msgspec.json.encode(value).decode())


def fail(text: str, as_json: bool = False) -> None:
    """An error as an instruction, on stderr; with `--json` also as an object on stdout."""
    if as_json:
        emit({"error": text})
    words.print(f"[bold red]tocsin:[/] {_plain(text)}", highlight=False)


def _plain(text: str) -> str:
    """Text whose brackets are no markup."""
    return text.replace("[", "\\[")


@contextmanager
def progress(what: str, quiet: bool) -> Iterator[Progress]:
    """A progress line on stderr; nothing when quiet or when stderr is no terminal."""
    shown = Progress(
        SpinnerColumn(),
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        console=words,
        disable=quiet or not words.is_terminal,
        transient=True,
    )
    with shown:
        yield shown
