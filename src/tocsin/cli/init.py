"""`tocsin init`: a commented configuration to start from."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.screen import emit, words
from tocsin.config_file import template
from tocsin.errors import InputError


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("tocsin.toml"),
    force: Annotated[bool, typer.Option(help="Overwrite a file that is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")] = False,
) -> None:
    """Write a commented configuration: Bluesky, USGS, one watch.

    Then: tocsin doctor --config tocsin.toml, and tocsin run --config tocsin.toml
    """
    if path.exists() and not force:
        raise InputError(f"{path} is there already. Name another file, or add --force.")
    try:
        path.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder you may "
            "write to."
        ) from error
    if json:
        emit({"written": str(path)})
    else:
        words.print(f"Wrote {path}. Look through it, then: tocsin doctor --config {path}")
