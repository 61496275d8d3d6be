"""`tocsin score`: the quality table, measured."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tocsin.cli.screen import emit
from tocsin.eval.ablation import write_ablation
from tocsin.eval.confusion import write_mistakes
from tocsin.eval.report import run_score
from tocsin.eval.scorecard import score as measure


def score(
    data: Annotated[
        Path | None, typer.Option(envvar="TOCSIN_DATA", help="Folder of the labelled posts.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Composed streams of each kind.")] = 4,
    first_seed: Annotated[
        int, typer.Option(min=0, help="Of the first of them; nothing was tuned on 20 and up.")
    ] = 0,
    only: Annotated[
        list[str] | None, typer.Option(help="One part of the table; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the table as Markdown.")] = None,
    out_json: Annotated[
        Path | None, typer.Option(help="Also write everything as JSON to this file.")
    ] = None,
    mistakes: Annotated[
        Path | None,
        typer.Option(help="Instead write confusion tables of the gate, as Markdown, to this file."),
    ] = None,
    ablate: Annotated[
        Path | None,
        typer.Option(
            help="Instead leave out one part at a time; the table, as Markdown, to this file."
        ),
    ] = None,
    before: Annotated[
        Path | None, typer.Option(help="An earlier scorecard's JSON, shown beside in Markdown.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Also draw the figures into this folder, as SVG.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Everything as one JSON object instead of the table.")
    ] = False,
) -> None:
    """Compose streams from labelled data, replay them, and print what is reached.

    Example: tocsin score --data data --seeds 4 --out docs/scorecard.md
    """
    if mistakes is not None:
        Console().print(f"{write_mistakes(data, mistakes):,} labelled posts: {mistakes}")
        raise typer.Exit(0)
    if ablate is not None:
        screen = Console(stderr=True)
        write_ablation(data, ablate, seeds, lambda said: screen.print(said, style="dim"))
        raise typer.Exit(0)
    if json:
        card = measure(data, seeds, tuple(only) if only else None, first_seed=first_seed)
        emit(card)
        raise typer.Exit(1 if card.rejected else 0)
    code = run_score(
        data, out, out_json, seeds, only, pictures=pictures, before=before, first_seed=first_seed
    )
    raise typer.Exit(code)
