"""`tocsin watch presets`: what the presets cost in delay and gain in precision, measured."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.screen import emit, words
from tocsin.clock import SystemClock, rfc3339
from tocsin.errors import InputError
from tocsin.eval.preset_page import page, picture
from tocsin.eval.presets import compare, compare_small


def presets(
    data: Annotated[
        Path | None, typer.Option(envvar="TOCSIN_DATA", help="Folder of the labelled posts.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Composed streams.")] = 1,
    small: Annotated[bool, typer.Option(help="An invented stream that needs no data.")] = False,
    bulletins: Annotated[
        bool, typer.Option(help="With official bulletins, or as where no agency speaks in time.")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="Markdown; the picture goes beside it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Replay labelled streams and show delay against precision of each preset and bound.

    Example: tocsin watch presets --data data --out docs/watch-presets.md
    """
    if small:
        found = compare_small(seeds, bulletins)
    else:
        found = compare(data, seeds, lambda said: words.print(said, style="dim"), bulletins)
    if json:
        emit(found)
        return
    beside = out.with_suffix(".svg") if out else Path("presets.svg")
    today = rfc3339(SystemClock().now_ms())[:10]
    command = f"tocsin watch presets --seeds {seeds}{' --small' if small else ''}"
    command += "" if bulletins else " --no-bulletins"
    made = page(found, today, command, beside.name)
    if out is None:
        print(made, end="")
        return
    try:
        out.write_text(made, encoding="utf-8")
        beside.write_text(picture(found.choices), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out.name}: cannot be written ({error.strerror}).") from None
    words.print(f"Written: {out.name} and {beside.name}.")


def register(app: typer.Typer) -> None:
    """Put this command under `tocsin watch`."""
    app.command("presets")(presets)
