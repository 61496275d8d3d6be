"""`tocsin watch` on the store: added, shown, taken out, and made equal to a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from tocsin.cli.screen import emit, words
from tocsin.cli.watch_file import read_watches, toml_of
from tocsin.clock import SystemClock, rfc3339
from tocsin.config_file import Configuration, load
from tocsin.engine.assemble import compile_tables
from tocsin.engine.history import advice_of
from tocsin.errors import InputError
from tocsin.model import Watch
from tocsin.store import Store, Stored
from tocsin.watch import table_of
from tocsin.watch.advice import in_words

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Config = Annotated[Path, typer.Option(help="The configuration; see tocsin init.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
File = Annotated[Path, typer.Argument(help="Watches as TOML or JSON; see tocsin watch export.")]
_CONFIG = Path("tocsin.toml")


def add(
    text: Annotated[str, typer.Argument(help="A watch in your own words.")],
    channel: Annotated[str, typer.Option(help="A sink, or page.")] = "page",
    evidence: Annotated[str | None, typer.Option(help="fast, balanced or confirmed.")] = None,
    min_level: Annotated[str | None, typer.Option(help="green, yellow or red.")] = None,
    quiet: Annotated[str | None, typer.Option(help="Hours to wait in, as 22:00-07:00.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone, also of the quiet hours.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of its messages.")] = None,
    units: Annotated[str | None, typer.Option(help="metric or imperial, in messages.")] = None,
    sites: Annotated[
        Path | None, typer.Option(help="CSV of id,label,latitude,longitude,radius_km: your sites.")
    ] = None,
    config: Config = _CONFIG,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Store a watch after showing what it means; a running engine takes it up at once.

    Only ids and numbers are kept, never the words.
    Example: tocsin watch add "wildfire within 50 km of Valencia, Spain" --channel page
    """
    configuration = load(config)
    given = {
        "text": text, "channel": channel, "evidence": evidence, "min_level": min_level,
        "quiet": quiet, "zone": zone, "lang": lang, "units": units,
        "sites": _read(sites) if sites else None,
    }  # fmt: skip
    table = {key: value for key, value in given.items() if value is not None}
    watch = compile_tables([table], configuration)[0]
    words.print(f"{watch.id}: {watch.meaning}", highlight=False)
    _confirm("Store it?", yes or json)
    with opened(configuration, config) as store:
        came, _ = store.watches.change([watch], [], SystemClock().now_ms())
    if json:
        emit({"id": watch.id, "meaning": watch.meaning, "added": bool(came)})
    else:
        words.print("Stored." if came else "It was stored already.")


def show(
    watch_id: Annotated[str, typer.Argument(help="Id of a stored watch.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Show a stored watch: in words, as the table that stands for it, and how it did."""
    with opened(load(config), config) as store:
        found = stored(store, watch_id)
        advised = advice_of(store, found.watch)
    if json:
        emit({
            "id": watch_id, "meaning": found.watch.meaning, "since": rfc3339(found.at_ms),
            "table": table_of(found.watch), "feedback": advised,
        })  # fmt: skip
        return
    print(toml_of([found.watch]), end="")
    told = ", ".join(f"{count} {verdict}" for verdict, count in advised.verdicts.items())
    words.print(f"Since {rfc3339(found.at_ms)}. Feedback: {told or 'none'}.", highlight=False)
    for each in advised.suggestions:
        words.print(f"Suggestion: {in_words(each)}", highlight=False)


def rm(
    watch_ids: Annotated[list[str], typer.Argument(help="Ids of stored watches.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Take stored watches out; whoever heard of an event still hears when it is withdrawn."""
    with opened(load(config), config) as store:
        for watch_id in watch_ids:
            stored(store, watch_id)
        _, went = store.watches.change([], watch_ids, SystemClock().now_ms())
    if json:
        emit({"removed": went})
    else:
        words.print(f"{went} taken out.")


def export(config: Config = _CONFIG, json: Json = False) -> None:
    """Write all stored watches to standard output, as import, diff and apply read them."""
    with opened(load(config), config) as store:
        watches = [each.watch for each in store.watches.all()]
    if json:
        emit({"watches": [table_of(watch) for watch in watches]})
    else:
        print(toml_of(watches), end="")


def import_file(file: File, config: Config = _CONFIG, json: Json = False) -> None:
    """Add all watches of a file to the store, or none when one is refused."""
    configuration = load(config)
    watches = read_watches(file, configuration)
    with opened(configuration, config) as store:
        came, _ = store.watches.change(watches, [], SystemClock().now_ms())
    if json:
        emit({"added": came, "known": len(watches) - came})
    else:
        words.print(f"{came} added, {len(watches) - came} known already.")


def diff(file: File, config: Config = _CONFIG, json: Json = False) -> None:
    """Show what apply would change; ends with status 1 when store and file differ."""
    configuration = load(config)
    wanted = read_watches(file, configuration)
    with opened(configuration, config) as store:
        come, go = _plan(wanted, store.watches.all())
    _show_plan(come, go, len(wanted) - len(come), json)
    if come or go:
        raise typer.Exit(1)


def apply(file: File, config: Config = _CONFIG, yes: Yes = False, json: Json = False) -> None:
    """Make the stored watches equal to a file: what is not in it is taken out."""
    configuration = load(config)
    wanted = read_watches(file, configuration)
    with opened(configuration, config) as store:
        version = store.watches.version()
        come, go = _plan(wanted, store.watches.all())
        _show_plan(come, go, len(wanted) - len(come), json)
        if come or go:
            _confirm("Apply?", yes or json)
            gone = [watch.id for watch in go]
            store.watches.change(come, gone, SystemClock().now_ms(), version)


@contextmanager
def opened(configuration: Configuration, config: Path) -> Iterator[Store]:
    """The store of a configuration for as long as one command needs it."""
    store = Store.open(config.parent / str(configuration.store["path"]))
    try:
        yield store
    finally:
        store.close()


def stored(store: Store, watch_id: str) -> Stored:
    """A stored watch; raises InputError when there is none of that id."""
    found = store.watches.get(watch_id)
    if found is None:
        raise InputError("no stored watch has this id. Take one from: tocsin watch list.")
    return found


def _plan(wanted: list[Watch], kept: list[Stored]) -> tuple[list[Watch], list[Watch]]:
    """What must come and what must go; equal meaning is an equal id, so nothing is changed."""
    have = {each.watch.id: each.watch for each in kept}
    want = {watch.id for watch in wanted}
    come = [watch for watch in wanted if watch.id not in have]
    return come, [watch for key, watch in have.items() if key not in want]


def _show_plan(come: list[Watch], go: list[Watch], same: int, json: bool) -> None:
    if json:
        told: dict[str, Any] = {"add": _brief(come), "remove": _brief(go), "same": same}
        emit(told)
        return
    for sign, watches in (("+", come), ("-", go)):
        for watch in watches:
            print(f"{sign} {watch.id} {watch.channel}: {watch.meaning}")
    words.print(f"{len(come)} to add, {len(go)} to take out, {same} stay.", highlight=False)


def _brief(watches: list[Watch]) -> list[dict[str, str]]:
    return [{"id": of.id, "channel": of.channel, "meaning": of.meaning} for of in watches]


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name}: cannot be read as UTF-8 text. Name another.") from None


def read_configured(config: Path) -> tuple[Configuration, list[tuple[str, Watch]]]:
    """A configuration with its watches and the stored ones, each with where it is kept."""
    configuration = load(config)
    found = [("file", each) for each in compile_tables(configuration.watches, configuration)]
    path = config.parent / str(configuration.store["path"])
    if path.exists():
        with opened(configuration, config) as store:
            found += [("store", each.watch) for each in store.watches.all()]
    return configuration, list({of.id: (kept, of) for kept, of in found}.values())


def register(app: typer.Typer) -> None:
    """Put these commands under `tocsin watch`."""
    app.command("add")(add)
    app.command("show")(show)
    app.command("rm")(rm)
    app.command("export")(export)
    app.command("import")(import_file)
    app.command("diff")(diff)
    app.command("apply")(apply)


def builtins_of(kept: str, watch: Watch) -> dict[str, Any]:
    """A watch for JSON, with where it is kept."""
    return {**msgspec.to_builtins(watch), "kept": kept}
