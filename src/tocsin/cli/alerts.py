"""`tocsin alerts`: what was sent and what was not, and a word back to Tocsin about it."""

import re
import secrets
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.table import Table

from tocsin.cli.screen import emit, result, words
from tocsin.clock import DAY_MS, SystemClock, rfc3339
from tocsin.config_file import load
from tocsin.deliver import build_sinks, trial
from tocsin.errors import InputError, SinkBusy, SinkRejected
from tocsin.model import LEVELS
from tocsin.store import Outcome, Silence, Store, median_ms
from tocsin.vocabulary.hazards import hazard_ids

app = typer.Typer(
    name="alerts", help="What was sent and what was not; acknowledge and silence.",
    no_args_is_help=True,
)  # fmt: skip
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
_CONFIG = Path("tocsin.toml")
_SPAN = re.compile(r"([1-9]\d{0,5})([mhd])")
_UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


@app.command("list")
def list_alerts(
    config: Config = _CONFIG,
    undelivered: Annotated[bool, typer.Option(help="Only what never arrived.")] = False,
    held: Annotated[bool, typer.Option(help="What was held back or dropped, and why.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most lines.")] = 50,
    json: Json = False,
) -> None:
    """List messages, newest first, with how their delivery went."""
    with _Opened(config) as store:
        rows = _held(store, limit) if held else _sent(store, undelivered, limit)
    if json:
        emit({"alerts": rows})
        return
    table = Table()
    for name in rows[0] if rows else ("nothing here",):
        # An id or a reason that is cut is of no use to the next command.
        table.add_column(name, no_wrap=name in ("event", "reason", "state"), overflow="fold")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    result.print(table)


@app.command("ack")
def ack(
    event_id: Annotated[str, typer.Argument(help="Id of the event, 16 characters.")],
    outcome: Annotated[
        str, typer.Option(help=f"What it was: {', '.join(o for o in get_args(Outcome) if o)}.")
    ] = "",
    config: Config = _CONFIG,
) -> None:
    """Say that somebody sees to an event, so that nobody else is called for it."""
    known = {word: word for word in get_args(Outcome)}
    if outcome not in known:
        raise InputError(f"--outcome: unknown. Choose one of: {', '.join(w for w in known if w)}.")
    with _Opened(config) as store:
        store.acknowledge(event_id, SystemClock().now_ms(), known[outcome])
    words.print("Acknowledged.")


@app.command("silence")
def silence(
    span: Annotated[str, typer.Option("--for", help="How long: 30m, 2h or 3d.")] = "2h",
    hazard: Annotated[str, typer.Option(help="Only this hazard.")] = "",
    country: Annotated[str, typer.Option(help="Only this country, by its code.")] = "",
    event_id: Annotated[str, typer.Option("--event", help="Only this event.")] = "",
    watch: Annotated[str, typer.Option(help="Only this watch, by its id.")] = "",
    max_level: Annotated[str, typer.Option(help="Highest level it quiets.")] = "yellow",
    maintenance: Annotated[bool, typer.Option(help="Everything, while you work on it.")] = False,
    config: Config = _CONFIG,
) -> None:
    """Tell nobody of some events for a while; corrections of what was told still go out."""
    if hazard and hazard not in hazard_ids():
        raise InputError("--hazard: not known. See docs/reference/hazards.md.")
    if max_level not in LEVELS:
        raise InputError(f"--max-level: not known. Choose one of: {', '.join(LEVELS)}.")
    if not (hazard or country or event_id or watch or maintenance):
        raise InputError("Nothing named. Name what to silence, or give --maintenance.")
    hit = _SPAN.fullmatch(span)
    if hit is None:
        raise InputError("--for: no time. Write 30m, 2h or 3d.")
    now_ms = SystemClock().now_ms()
    one = Silence(
        id=secrets.token_hex(4),
        until_ms=now_ms + int(hit[1]) * _UNIT_MS[hit[2]],
        hazard=hazard,
        country=country.upper(),
        event_id=event_id,
        watch=watch,
        max_level=next(level for level in LEVELS if level == max_level),
        maintenance=maintenance,
    )
    with _Opened(config) as store:
        store.silence(one, now_ms)
    words.print(f"Silent until {rfc3339(one.until_ms)}. End it with: tocsin alerts unmute {one.id}")


@app.command("unmute")
def unmute(
    silence_id: Annotated[str, typer.Argument(help="Id of the silence.")],
    config: Config = _CONFIG,
) -> None:
    """End a silence before its time."""
    with _Opened(config) as store:
        if not store.end_silence(silence_id, SystemClock().now_ms()):
            raise InputError("no silence has this id. It may have ended by itself.")
    words.print("Ended.")


@app.command("outcomes")
def outcomes(
    days: Annotated[int, typer.Option(min=1, max=400, help="How far back.")] = 90,
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """How often alerts were right, as noted by those who got them, by hazard and by watch."""
    since_ms = SystemClock().now_ms() - days * DAY_MS
    with _Opened(config) as store:
        found = {"hazard": store.outcomes.by_hazard(since_ms),
                 "watch": store.outcomes.by_watch(since_ms)}  # fmt: skip
        middle = median_ms(store.corrections.since(since_ms, 10_000))
    if json:
        emit({**found, "median_to_correct_s": None if middle is None else middle / 1000})
        return
    for kind, rows in found.items():
        table = Table()
        for name in (kind, "alerted", "judged", "right", *(o for o in get_args(Outcome) if o)):
            table.add_column(name, justify="left" if name == kind else "right")
        for one in rows:
            right = "" if one.right is None else f"{one.right:.0%}"
            counts = (one.real, one.exaggerated, one.false, one.duplicate, one.elsewhere)
            table.add_row(one.of, *map(str, (one.alerted, one.judged, right, *counts)))
        result.print(table)
    if middle is not None:
        words.print(f"Half of all corrections came within {middle / 60_000:.0f} minutes.")


@app.command("test")
def test(
    channel: Annotated[str, typer.Argument(help="Name of a sink in the configuration.")],
    config: Config = _CONFIG,
    json: Json = False,
) -> None:
    """Send a message that says it is a test through one channel, and say how it was taken.

    Ends with status 1 when it was not.
    """
    clock = SystemClock()
    sinks = build_sinks(load(config), clock)
    if channel not in sinks:
        known = ", ".join(sorted(sinks)) or "none is configured"
        raise InputError(f"no sink of this name. Choose one of: {known}.")
    now_ms, problem, taken = clock.now_ms(), "", "accepted"
    try:
        sinks[channel].send([trial(channel, now_ms)], now_ms)
    except SinkBusy as error:
        taken, problem = "busy", str(error)
    except SinkRejected as error:
        taken, problem = "rejected", str(error)
    finally:
        sinks[channel].close()
    if json:
        emit({"channel": channel, "result": taken, "detail": problem})
    else:
        words.print(f"{channel}: {taken}. {problem}".rstrip(), highlight=False, markup=False)
    if problem:
        raise typer.Exit(1)


class _Opened:
    """The store of a configuration, for as long as one command needs it."""

    def __init__(self, config: Path) -> None:
        path = config.parent / str(load(config).store["path"])
        if not path.exists():
            raise InputError(f"{path.name}: no store yet. Start Tocsin once with: tocsin run.")
        self._store = Store.open(path)

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _sent(store: Store, undelivered: bool, limit: int) -> list[dict[str, Any]]:
    found = store.undelivered(limit) if undelivered else store.recent_alerts(limit)
    seen = {ack.event_id: ack.outcome or "seen" for ack in store.acks()}
    return [
        {
            "created": rfc3339(owed.created_ms),
            "event": owed.alert.event.event_id,
            "kind": owed.alert.kind,
            "hazard": owed.alert.event.hazard,
            "level": owed.alert.event.level,
            "channel": owed.alert.channel,
            "state": owed.state,
            "tries": owed.attempts,
            "detail": owed.detail,
            "ack": seen.get(owed.alert.event.event_id, ""),
        }
        for owed in found
    ]


def _held(store: Store, limit: int) -> list[dict[str, Any]]:
    return [
        {
            "at": rfc3339(each.at_ms),
            "event": each.alert.event.event_id,
            "hazard": each.alert.event.hazard,
            "level": each.alert.event.level,
            "channel": each.alert.channel,
            "reason": each.reason,
            "until": rfc3339(each.until_ms) if each.until_ms else "",
        }
        for each in store.unsaid(limit)
    ]
