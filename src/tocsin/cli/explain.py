"""`tocsin explain`: what is seen in a text, and why it counts or not."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from tocsin.cli.screen import emit, result
from tocsin.errors import InputError
from tocsin.gate.reading import Seen, seen_in_all


def explain(
    text: Annotated[str | None, typer.Argument(help="The text to look at.")] = None,
    file: Annotated[Path | None, typer.Option(help="One text a line instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One object a text.")] = False,
) -> None:
    """Show what the gate sees in a text: hazard, sense, places, facts, what was masked.

    Nothing is kept. Example: tocsin explain "Strong earthquake felt in Lima, 3 injured"
    """
    texts = [text] if text is not None else []
    if file is not None:
        try:
            texts += file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{file}: cannot be read as UTF-8 text. ({error})") from error
    if not texts:
        raise InputError("Nothing to explain. Give a text in quotes, or --file.")
    for seen in seen_in_all(texts):
        if json:
            emit(_object(seen))
        else:
            result.print(_table(seen))


def _object(seen: Seen) -> dict[str, Any]:
    return {
        "hazards": [
            {"key": key, "sense": sense, "counts": counts} for key, sense, counts in seen.hazards
        ],
        "refused": seen.refused,
        "places": list(seen.places),
        "facts": [{"kind": kind, "value": value} for kind, value in seen.facts],
        "language": seen.language,
        "masked": seen.masked,
    }


def _table(seen: Seen) -> Table:
    table = Table(show_header=False)
    table.add_row("hazard", seen.hazard or "none")
    table.add_row("sense", seen.sense)
    table.add_row("counts", "yes" if seen.counts else f"no ({seen.refused})")
    table.add_row("places", ", ".join(seen.places) or "none")
    table.add_row("facts", ", ".join(f"{k} {v:g}" for k, v in seen.facts) or "none")
    table.add_row("language", seen.language)
    table.add_row("assembly words masked", "yes" if seen.masked else "no")
    return table
