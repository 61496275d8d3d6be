"""`tocsin watch`: what a watch means, what it would have told, and why it did or did not."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.cli.watch_store import builtins_of, read_configured, register
from tocsin.engine.assemble import place_finder
from tocsin.errors import InputError, WatchRefused
from tocsin.model import Event, Watch
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import compile_watch
from tocsin.watch.areas import of_sites, read_sites
from tocsin.watch.backtest import Backtest, Budget, Outcome, backtest, budget
from tocsin.watch.trace import Trace, nearest_trace
from tocsin.watch.written import Written, admits_label, compile_text

app = typer.Typer(
    name="watch",
    help="What you want to know: said in words, shown back, tried on the past, explained.",
    no_args_is_help=True,
)
register(app)

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


@app.command("test")
def test(
    watch: Annotated[str, typer.Argument(help="A watch in words, or an id of the configuration.")],
    events: Events = Path("events.jsonl"),
    config: Config = Path("tocsin.toml"),
    evidence: Annotated[
        str, typer.Option(help="fast, balanced or confirmed; words only.")
    ] = "balanced",
    min_level: Annotated[str | None, typer.Option(help="green, yellow or red; words only.")] = None,
    per_day: Annotated[
        int | None, typer.Option(help="Find bounds that alert at most so often a day.", min=0)
    ] = None,
    json: Json = False,
) -> None:
    """Try a watch on the past: how often it would have alerted, and what each preset costs.

    Example: tocsin watch test "flood Valencia" --events events.jsonl --per-day 2
    """
    chosen = _watch(watch, config, evidence, min_level)
    revisions = read_events(events)
    tried = backtest(chosen, revisions)
    within = budget(chosen, revisions, per_day) if per_day is not None else None
    if json:
        emit({**msgspec.to_builtins(tried), "budget": msgspec.to_builtins(within)})
        return
    _show_backtest(tried)
    if within:
        _show_budget(within)


@app.command("why")
def why(
    watch: Annotated[str, typer.Argument(help="A watch in words, or an id of the configuration.")],
    event: Annotated[str, typer.Argument(help="The id of an event.")],
    events: Events = Path("events.jsonl"),
    config: Config = Path("tocsin.toml"),
    json: Json = False,
) -> None:
    """Say why an event alerts a watch or does not: each condition with its value and bound.

    Of the event's revisions the one that comes closest is shown.
    Example: tocsin watch why "flood Valencia" 0123456789abcdef
    """
    chosen = _watch(watch, config, "balanced", None)
    revisions = [of for of in read_events(events) if of.event_id == event]
    if not revisions:
        raise InputError(f"{events.name}: no such event there. Give an event_id of the file.")
    found = nearest_trace(chosen, revisions)
    if json:
        emit(found)
    else:
        _show_trace(found, chosen)


def read_events(path: Path) -> list[Event]:
    """Event revisions of a JSON Lines file; raises InputError naming the line."""
    decoder = msgspec.json.Decoder(Event)
    found: list[Event] = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number > _EVENTS_MAX:
                    raise InputError(f"{path.name}: more than {_EVENTS_MAX} lines. Split it.")
                if line.strip():
                    found.append(decoder.decode(line))
    except OSError as error:
        raise InputError(
            f"{path.name}: cannot be read ({error.strerror}). Write one: tocsin replay."
        ) from None
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path.name}: line {number} is no event revision ({error}). Take it out."
        ) from None
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name}: cannot be read as UTF-8 text. Name another.") from None


def _watch(given: str, config: Path, evidence: str, level: str | None) -> Watch:
    """A configured watch by its id, else what the words mean."""
    if len(given) == 16 and config.exists():
        for _, watch in read_configured(config)[1]:
            if watch.id == given:
                return watch
    table: dict[str, Any] = {"text": given, "channel": "page", "evidence": evidence}
    if level is not None:
        table["min_level"] = level
    return compile_watch(table, hazard_ids(), place_finder())


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


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:.0f} min"


def _show_backtest(tried: Backtest) -> None:
    table = Table(title=tried.meaning)
    for name in ("evidence", "alerts", "events", "withdrawn", "busiest day", "delay", "lost",
                 "before bulletin", "official missed"):  # fmt: skip
        table.add_column(name, justify="left" if name == "evidence" else "right")
    for row in tried.presets:
        mark = "*" if row == tried.chosen else ""
        table.add_row(
            row.evidence + mark, f"{row.alerts:,}", f"{row.events:,}", f"{row.withdrawals:,}",
            f"{row.busiest_day:,}", _minutes(row.delay_s), f"{row.lost:,}",
            _minutes(row.lead_time_s), f"{len(row.missed_official):,}",
        )  # fmt: skip
    result.print(table)
    for firing in tried.chosen.firings[:20]:
        result.print(f"{firing.at}  {firing.level:<6} {firing.headline}", highlight=False)
    words.print(f"{tried.revisions:,} revisions tried; * is the watch as it stands.")


def _show_budget(found: Budget) -> None:
    if found.chosen is None:
        words.print(f"Nothing keeps to {found.per_day} a day: choose fewer hazards or areas.")
        return
    of: Outcome = found.chosen
    words.print(
        f"At most {found.per_day} a day: min_level {of.min_level}, min_confidence "
        f"{of.min_confidence:g}; {found.given_up} events would be given up."
    )


def _show_trace(found: Trace, watch: Watch) -> None:
    verdict = "alerts" if found.alerts else f"does not alert: {found.failed} fails first"
    table = Table("condition", "holds", "value", "bound", title=f"{watch.meaning}: {verdict}")
    for condition in found.conditions:
        mark = "yes" if condition.holds else "no"
        for ground in condition.grounds or ():
            bound = "" if ground.bound is None else str(ground.bound)
            table.add_row(condition.name, mark, str(ground.value), bound)
        if not condition.grounds:
            table.add_row(condition.name, mark, "not asked", "")
    result.print(table)
