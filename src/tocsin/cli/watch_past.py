"""`tocsin watch` and the past: what a watch would have told, why or why not, and was it right."""

import re
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from tocsin.cli.screen import emit, words
from tocsin.cli.watch_store import opened, read_configured
from tocsin.cli.watch_tables import show_backtest, show_trace
from tocsin.clock import DAY_MS, SystemClock
from tocsin.config_file import load
from tocsin.engine.assemble import place_finder
from tocsin.engine.history import kept_events, told_of
from tocsin.errors import InputError
from tocsin.model import Event, Watch
from tocsin.store import Verdict
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import compile_watch
from tocsin.watch.backtest import backtest
from tocsin.watch.trace import Trace, nearest_trace

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Config = Annotated[Path, typer.Option(help="The configuration; see tocsin init.")]
Events = Annotated[
    Path | None,
    typer.Option(help="Event revisions, as tocsin replay writes them; else what the store keeps."),
]
Since = Annotated[str, typer.Option(help="How far back the store is read: 12h or 30d.")]
Named = Annotated[str, typer.Argument(help="A watch in words, or the id of one that stands.")]
_EVENTS_MAX = 2_000_000
_FILE = Path("events.jsonl")
_SPAN = re.compile(r"([1-9]\d{0,3})([hd])")
_DAYS = 400
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def test(
    watch: Named,
    since: Since = "30d",
    events: Events = None,
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
    """Try a watch on the past: how often it would have alerted, and what other bounds change.

    Reads the events the store keeps (400 days), or a file of them.
    Example: tocsin watch test "flood Valencia" --since 30d --per-day 2
    """
    chosen = _watch(watch, config, evidence, min_level)
    revisions, whole = _past(chosen, since, events, config)
    tried = backtest(chosen, revisions, per_day, whole)
    if json:
        emit(tried)
    else:
        show_backtest(tried)


def why(
    watch: Named,
    event: Annotated[str, typer.Argument(help="The id of an event.")],
    events: Events = None,
    config: Config = Path("tocsin.toml"),
    json: Json = False,
) -> None:
    """Say why an event alerts a watch or does not: each condition with its value and bound.

    Of the event's revisions the one that comes closest is shown, with the bounds under which
    it would have alerted.
    Example: tocsin watch why "flood Valencia" 0123456789abcdef
    """
    chosen = _watch(watch, config, "balanced", None)
    found = _traced(chosen, event, events, config)
    if json:
        emit(found)
    else:
        show_trace(found, chosen)


def why_not(
    watch: Named,
    event: Annotated[str, typer.Argument(help="The id of an event.")],
    events: Events = None,
    config: Config = Path("tocsin.toml"),
    json: Json = False,
) -> None:
    """The same question asked of an event that did not alert; see tocsin watch why."""
    why(watch, event, events, config, json)


def feedback(
    watch_id: Annotated[str, typer.Argument(help="Id of the watch that told of it.")],
    event: Annotated[str, typer.Argument(help="The id of the event.")],
    verdict: Annotated[str, typer.Argument(help="right, wrong, useless or late.")],
    config: Config = Path("tocsin.toml"),
    json: Json = False,
) -> None:
    """Say whether an alert was of use; kept for event and watch, of nobody in particular.

    tocsin watch show tells what it adds up to; nothing is changed by itself.
    """
    said = next((each for each in _VERDICTS if each == verdict), None)
    if said is None:
        raise InputError(f"the verdict is not known. Choose one of: {', '.join(_VERDICTS)}.")
    with opened(load(config), config) as store:
        store.watches.judge(event, watch_id, said, SystemClock().now_ms())
    if json:
        emit({"event": event, "watch": watch_id, "verdict": said})
    else:
        words.print("Kept.")


def register(app: typer.Typer) -> None:
    """Put these commands under `tocsin watch`."""
    app.command("test")(test)
    app.command("why")(why)
    app.command("why-not")(why_not)
    app.command("feedback")(feedback)


def _past(watch: Watch, since: str, events: Path | None, config: Path) -> tuple[list[Event], bool]:
    """Revisions of a file, or those the store keeps since then."""
    hit = _SPAN.fullmatch(since)
    if hit is None or int(hit[1]) / (24 if hit[2] == "h" else 1) > _DAYS:
        raise InputError("--since: no time. Write 12h or 30d, at most 400d.")
    path = _store_file(config)
    if events is not None or path is None:
        return read_events(events or _FILE), True
    span_ms = int(hit[1]) * (DAY_MS // 24 if hit[2] == "h" else DAY_MS)
    with opened(load(config), config) as store:
        from_ms = SystemClock().now_ms() - span_ms
        wanted = set() if watch.hazards == "any" else set(watch.hazards)
        history = kept_events(store, from_ms, lambda event: not wanted or event.hazard in wanted)
    return history.events, history.whole


def _traced(watch: Watch, event_id: str, events: Path | None, config: Path) -> Trace:
    """The nearest trace of an event of a file, or of the store with what became of messages."""
    if events is not None or _store_file(config) is None:
        read = [of for of in read_events(events or _FILE) if of.event_id == event_id]
        return nearest_trace(watch, _some(read))
    with opened(load(config), config) as store:
        kept = [each.event for each in store.revisions_of(event_id)]
        found = nearest_trace(watch, _some([of for of in kept if of is not None]))
        return told_of(store, found)


def _some(revisions: list[Event]) -> list[Event]:
    if not revisions:
        raise InputError("nothing is kept of this event. Give an event_id of the file or store.")
    return revisions


def _store_file(config: Path) -> Path | None:
    """The file of the store when there is one."""
    if not config.exists():
        return None
    path = config.parent / str(load(config).store["path"])
    return path if path.exists() else None


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
