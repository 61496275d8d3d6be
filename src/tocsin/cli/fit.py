"""`tocsin fit`: what makes a burst credible, weighed on labelled streams."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid

from tocsin.cli.screen import emit, progress, result
from tocsin.detect.belief import PATH, Table
from tocsin.errors import InputError
from tocsin.eval.belief_fit import Fitted, collect, fit, written
from tocsin.eval.corpus import data_folder, load_corpus
from tocsin.eval.pool import prepare


def fit_belief(
    data: Annotated[
        Path | None, typer.Option(envvar="TOCSIN_DATA", help="Folder of the labelled posts.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="Composed streams of each kind.")] = 8,
    out: Annotated[
        Path | None, typer.Option(help="Where the table goes; the installed one by default.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Figures as one JSON object.")] = False,
) -> None:
    """Fit the weights from which a burst is believed, and say what they are worth.

    Figures are those of events left out of the fit; streams of the scorecard are not used.
    Example: tocsin fit --data data --seeds 8
    """
    path = out or PATH
    pool = prepare(load_corpus(data_folder(data)))
    with progress("fitting", json) as shown:
        task = shown.add_task("fit", total=None, note="")
        found = collect(pool, seeds, lambda said: shown.update(task, note=said))
    if not any(s.event for s in found) or all(s.event for s in found):
        raise InputError(
            f"{len(found)} bursts, all of one kind: nothing to tell apart. Give more --seeds."
        )
    table, worth = fit(found)
    path.write_text(written(table))
    if json:
        emit(worth)
    else:
        result.print(_grid(table, worth))


def _grid(table: Table, worth: Fitted) -> Grid:
    grid = Grid("sign", "weight", "reason", title=f"{worth.bursts} bursts, {worth.true} events")
    for line in table.weight:
        grid.add_row(line.name, f"{line.weight:+.2f}", line.reason)
    grid.caption = (
        f"events left out: area {worth.area:.3f}, calibration error {worth.calibration:.3f}; "
        + ", ".join(f"bar {bar:g}: {yes} events, {no} others" for bar, yes, no in worth.by_bar)
    )
    return grid
