"""`tocsin vocabulary`: whether the data files hold what they promise, and the sense model anew."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tocsin.cli.screen import emit, progress, result, words
from tocsin.errors import ConfigError
from tocsin.eval.corpus import data_folder
from tocsin.eval.sense_training import Trained, train
from tocsin.gate.examples import Coverage, Fault, coverage, faults_of
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.sense_model import PATH
from tocsin.vocabulary.tongues import LANGUAGES

app = typer.Typer(
    name="vocabulary",
    help="What Tocsin knows of hazards, senses, facts and languages, as data files.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="One object instead of tables.")]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Only this language; may be repeated.")
]


@app.command("check")
def check(language: Languages = None, json: Json = False) -> None:
    """Read every data file, try every example in it, and show what each language covers.

    Ends with status 1 when anything is wrong. Run it after changing a data file.
    """
    wanted = language or list(LANGUAGES[1:])
    unknown = sorted(set(wanted) - set(LANGUAGES[1:]))
    if unknown:
        known = ", ".join(LANGUAGES[1:])
        raise ConfigError("--language", f"{unknown[0]} is not supported", f"One of: {known}.")
    found: list[Fault] = []
    with progress("Trying every example", json) as shown:
        task = shown.add_task("", total=len(wanted), note="")
        for lang in wanted:
            shown.update(task, note=lang)
            found += faults_of(lang)
            shown.advance(task)
    rows = [row for row in coverage() if row.lang in wanted]
    if json:
        emit({
            "hazards": len(load_hazards()),
            "coverage": [row._asdict() for row in rows],
            "faults": [fault._asdict() for fault in found],
        })  # fmt: skip
    else:
        result.print(_table(rows))
        _tell(found)
    if found:
        raise typer.Exit(1)


@app.command("train-sense")
def train_sense(
    data: Annotated[
        Path | None, typer.Option(envvar="TOCSIN_DATA", help="Folder of the labelled posts.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; the one in the package by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Make the sense model anew from the CrisisLex posts, and say what it is worth.

    The figures are those of events the judging model never saw. Takes about a minute.
    """
    with progress("Training, one event left out at a time", json) as shown:
        shown.add_task("", total=None, note="")
        trained = train(data_folder(data), out or PATH)
    if json:
        emit(trained._asdict())
    else:
        result.print(_worth(trained))


def _worth(trained: Trained) -> Table:
    table = Table(title="Sense model, each event left out in turn")
    table.add_column("measure")
    table.add_column("rules", justify="right")
    table.add_column("with it", justify="right")
    table.add_row("F1, CrisisLexT6", f"{trained.rules_f1:.4f}", f"{trained.left_out_f1:.4f}")
    for name, (before, after) in trained.by_event.items():
        table.add_row(f"  {name}", f"{before:.4f}", f"{after:.4f}")
    for name, area in trained.auc.items():
        table.add_row(f"AUC behind the rules, {name}", "", f"{area:.3f}")
    table.add_row("refused: reports", "", f"{trained.refused_reports:,}")
    table.add_row("refused: others", "", f"{trained.refused_others:,}")
    table.add_row("texts trained on", "", f"{trained.texts:,}")
    table.add_row("  no reports", "", f"{trained.others:,}")
    table.add_row("features", "", f"{trained.features:,}")
    table.add_row("least score", "", str(trained.least))
    return table


def _table(rows: list[Coverage]) -> Table:
    table = Table(title=f"{len(load_hazards())} hazards by language")
    table.add_column("language")
    for name in Coverage._fields[1:]:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(row.lang, *(f"{count:,}" for count in row[1:]))
    return table


def _tell(found: list[Fault]) -> None:
    for fault in found:
        words.print(f"{fault.where}: {fault.what}", markup=False, highlight=False)
    words.print(f"{len(found)} faults." if found else "Every example is read as it should be.")
