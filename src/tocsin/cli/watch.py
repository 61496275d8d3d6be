"""`tocsin watch`: what a watch means, what it would have told, and why it did or did not."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from tocsin.cli import watch_past, watch_presets, watch_store
from tocsin.cli.screen import emit, result
from tocsin.cli.watch_store import builtins_of, read_configured
from tocsin.engine.assemble import place_finder
from tocsin.errors import InputError, WatchRefused
from tocsin.watch.areas import of_sites, read_sites
from tocsin.watch.written import Written, admits_label, compile_text

app = typer.Typer(
    name="watch",
    help="What you want to know: said in words, shown back, tried on the past, explained.",
    no_args_is_help=True,
)
watch_store.register(app)
watch_past.register(app)
watch_presets.register(app)

Json = Annotated[bool, typer.Option("--json", help="One JSON object (check --file: one a line).")]
Config = Annotated[Path, typer.Option(help="The configuration; see tocsin init.")]
Events = Annotated[Path, typer.Option(help="Event revisions, as tocsin replay writes them.")]
Sites = Annotated[
    Path | None, typer.Option(help="CSV of id,label,latitude,longitude,radius_km: your sites.")
]
_EVENTS_MAX = 2_000_000


@app.command("check")
def check(
    text: Annotated[str | None, typer.Argument(help="A watch in your own words.")] = None,
    file: Annotated[Path | None, typer.Option(help="One watch a line instead.")] = None,
    sites: Sites = None,
    json: Json = False,
) -> None:
    """Compile a watch and show what it means, or why it is refused and what to write instead.

    Nothing is kept. Ends with status 1 when anything is refused.
    Example: tocsin watch check "wildfire within 50 km of Valencia, Spain"
    """
    texts = [text] if text is not None else []
    if file is not None:
        texts += _read(file).splitlines()
    if not texts:
        raise InputError("Nothing to check. Give a watch in quotes, or --file.")
    find = place_finder()
    own = of_sites(read_sites(_read(sites)), admits_label) if sites else ()
    refusals = 0
    for number, each in enumerate(texts, 1):
        try:
            verdict = _accepted(compile_text(each, find, own))
        except WatchRefused as refusal:
            verdict = _refused(refusal)
            refusals += 1
        if json:
            emit(verdict)
        else:
            _tell(verdict, number if len(texts) > 1 else 0)
    if refusals:
        raise typer.Exit(1)


@app.command("list")
def list_watches(config: Config = Path("tocsin.toml"), json: Json = False) -> None:
    """Show the watches of a configuration and of its store by their compiled meaning."""
    configuration, watches = read_configured(config)
    if json:
        emit([builtins_of(kept, watch) for kept, watch in watches])
        return
    table = Table("id", "kept", "channel", "meaning", title=f"{len(watches)} watches")
    for kept, watch in watches:
        channel = watch.channel
        if channel not in configuration.channels:
            channel = f"{channel} (not configured)"
        table.add_row(watch.id, kept, channel, watch.meaning)
    result.print(table)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name}: cannot be read as UTF-8 text. Name another.") from None


def _accepted(written: Written) -> dict[str, Any]:
    watch = written.wish.watch("page")
    return {
        "verdict": "accept",
        "meaning": watch.meaning,
        "others": written.others,
        "set_aside": written.aside,
        "watch": msgspec.to_builtins(written.wish),
    }


def _refused(refusal: WatchRefused) -> dict[str, Any]:
    return {
        "verdict": "refuse",
        "category": refusal.category,
        "reason": refusal.reason,
        "suggestion": refusal.suggestion,
    }


def _tell(verdict: dict[str, Any], number: int) -> None:
    head = f"{number}: " if number else ""
    if verdict["verdict"] == "refuse":
        result.print(
            f"{head}[bold red]refused[/] ({verdict['category']}). {verdict['reason']} "
            f"{verdict['suggestion']}",
            highlight=False,
        )
        return
    result.print(f"{head}[bold green]accepted[/]: {verdict['meaning']}", highlight=False)
    if verdict["others"]:
        result.print(f"  Or did you mean {' or '.join(verdict['others'])}?", highlight=False)
    if verdict["set_aside"]:
        result.print(f"  {verdict['set_aside']} words set aside; nothing of them is kept.")
