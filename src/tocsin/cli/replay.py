"""`tocsin replay`: a recording at full speed on stream time."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tocsin.cli.screen import emit, progress, words
from tocsin.clock import rfc3339
from tocsin.detect.weigh import Weighing
from tocsin.engine import ReplayResult
from tocsin.engine import replay as run_replay
from tocsin.engine.assemble import file_source, frames_of, read_bulletins
from tocsin.errors import InputError
from tocsin.eval.assignments import write_assignments
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids


def replay(
    paths: Annotated[
        list[str], typer.Argument(help="Recordings: .jsonl, .jsonl.gz, .parquet, or - for stdin.")
    ],
    out: Annotated[
        Path, typer.Option(help="Where the event revisions go, one JSON object a line.")
    ] = Path("events.jsonl"),
    bulletins: Annotated[
        list[str] | None,
        typer.Option(
            help="Official word: CAP XML, an index that holds CAP, USGS, EMSC or GDACS lists, or "
            "JSON Lines. May be repeated."
        ),
    ] = None,
    assignments: Annotated[
        Path | None,
        typer.Option(help="Also write which event each row stands under (measuring only)."),
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(help="Also write every weighing of a burst, with all its signs."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Keys derive from it: equal seeds, equal bytes.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Summary as one JSON object.")] = False,
) -> None:
    """Replay recordings and write the events they hold.

    Rows are {"created_at", "author", "text", "lang"?, "id"?, "op"?} or raw Jetstream frames.
    Example: tocsin replay night.jsonl.gz --out events.jsonl
    """
    source = file_source(paths)
    known = read_bulletins(bulletins or [])
    writable(out)
    for path in (assignments, trace):
        if path is not None:
            writable(path)
    looks: list[Weighing] = []
    with progress("replaying", json) as shown:
        task = shown.add_task("replay", total=None, note="")
        found = run_replay(
            frames_of(source),
            source.decode,
            bulletins=known,
            seed=seed,
            observe=assignments is not None,
            watcher=looks.append if trace is not None else None,
            family="posts",
            scan=getattr(source, "scan", None),
            threads=1,
            progress=lambda n, at_ms: shown.update(
                task, note=f"{n:,} rows, {rfc3339(at_ms)[:16] if at_ms else ''}"
            ),
        )
    _write(out, found)
    if assignments is not None:
        write_assignments(assignments, found.assignments or [], live=False)
    if trace is not None:
        _write_trace(trace, looks)
    _summary(found, out, json)


def _write_trace(path: Path, looks: list[Weighing]) -> None:
    """One JSON object a line: exact counts, so of recordings only."""
    hazards, countries = list(hazard_ids()), Gazetteer.load().iso_codes
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for look in looks:
            line = look._asdict() | {
                "at": rfc3339(look.at_ms),
                "hazard": hazards[look.hazard],
                "country": countries[look.country] if look.country >= 0 else None,
                "signs": {name: round(value, 3) for name, value in look.signs.items()},
            }
            file.write(encoder.encode(line) + b"\n")


def writable(path: Path) -> None:
    """Refuse a result file that cannot be written before the work, not after it."""
    try:
        with path.open("a"):
            pass
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder you may "
            "write to."
        ) from error


def _write(path: Path, found: ReplayResult) -> None:
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for event in found.events:
            file.write(encoder.encode(event) + b"\n")


def _summary(found: ReplayResult, out: Path, as_json: bool) -> None:
    ids = {event.event_id for event in found.events}
    if as_json:
        emit(
            {
                **found.tally.as_dict(),
                "events": len(ids),
                "revisions": len(found.events),
                "seconds": round(found.seconds, 3),
                "out": out.name,
            }
        )
        return
    words.print(
        f"{found.received:,} rows, {found.tally.admitted:,} reports, [bold]{len(ids)} events[/] "
        f"in {len(found.events)} revisions, {found.seconds:.1f} s: {out.name}",
        highlight=False,
    )
