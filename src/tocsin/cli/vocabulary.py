"""`tocsin vocabulary check`: whether the data files hold what they promise."""

from typing import Annotated

import typer
from rich.table import Table

from tocsin.cli.screen import emit, progress, result, words
from tocsin.errors import ConfigError
from tocsin.gate.examples import Coverage, Fault, coverage, faults_of
from tocsin.vocabulary.hazards import load_hazards
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
