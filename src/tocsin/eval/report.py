"""Shows a scorecard: as a table on the terminal, as JSON, as Markdown."""

import math
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tocsin.clock import Clock, SystemClock, rfc3339
from tocsin.errors import InputError
from tocsin.eval.attack_tables import flood_table, suppression_table
from tocsin.eval.outcome import PlantScore
from tocsin.eval.pictures import write_pictures
from tocsin.eval.scorecard import SECTIONS, Scorecard, score

_RULES = """
## How it is counted

- A planted event is *found* when at least half of the rows that stand under an event belong to
  it, both when the event was first reported and in the end, and the first report is not before
  its first post. The first such event counts, others on the same plant are duplicates, also
  when they were merged later.
- *False* is every other event that was ever reported, withdrawn ones included.
  Precision is found / (found + false). What was first reported in the lead-in counts for nothing.
- An event that bulletins alone stand behind is no detection: it is shown as official only, and
  is judged from the first revision on that posts stand behind.
- A report before the fifth row that stands under it is an error, and the scorer rejects the run.
- *Dense*: at least 5 hazard-bearing posts in some hour. *Delay*: from the moment at which 5
  hazard-bearing posts first stood within 10 minutes, for hazards that begin at a moment. It is
  negative where fewer or slower posts were enough.
- Hazard, country, place and radius are those of the last revision; no place is a miss. A place
  is right within 25 km (storm 200, cyclone 300, flood and wildfire 150 km).
- Bulletins are simulated: one per event at a drawn delay, and two false ones per stream. They
  prompt detection and place what they confirm, so the same streams are run without any as well.
"""
_COLORS = {"reached": "green", "not reached": "red"}


def run_score(
    data: Path | None,
    out_md: Path | None,
    out_json: Path | None,
    seeds: int,
    only: list[str] | None,
    clock: Clock | None = None,
    pictures: Path | None = None,
    before: Path | None = None,
    first_seed: int = 0,
) -> int:
    """Scores, prints the table, writes what was asked for.

    Gives 0, or 1 when the scorer rejects a stream. Raises InputError for missing data, an
    unknown part or a file that cannot be written.
    """
    console = Console()
    progress = Console(stderr=True)
    card = score(
        data, seeds, tuple(only) if only else None, lambda s: progress.print(s, style="dim"),
        first_seed=first_seed,
    )  # fmt: skip
    console.print(table(card))
    if out_json is not None:
        _write(out_json, msgspec.json.format(msgspec.json.encode(card), indent=1).decode() + "\n")
    if out_md is not None:
        today = rfc3339((clock or SystemClock()).now_ms())[:10]
        _write(out_md, markdown(card, today, earlier(before) if before else None))
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        console.print(" ".join(write_pictures(card, pictures)))
    if card.rejected:
        console.print("Rejected: an event was reported before its 5th contributing post.")
    return 1 if card.rejected else 0


def table(card: Scorecard) -> Table:
    """The quality table, unrun lines left out."""
    shown = Table(title="Tocsin scorecard", show_lines=False)
    for name in ("what", "best known elsewhere", "reach", "reached", "verdict"):
        shown.add_column(name, overflow="fold")
    for line in card.lines:
        if line.verdict != "not run":
            color = _COLORS.get(line.verdict)
            word = f"[{color}]{line.verdict}[/]" if color else line.verdict
            shown.add_row(line.what, line.elsewhere, line.reach, _plain(line.reached), word)
    return shown


class _Line(msgspec.Struct):
    key: str
    reached: str


class _Earlier(msgspec.Struct):
    lines: list[_Line]


def earlier(path: Path) -> dict[str, str]:
    """What an earlier scorecard reached, by key; raises InputError when it cannot be read."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Earlier)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"--before {path.name}: no scorecard as --out-json writes it ({error})."
        ) from error
    return {line.key: line.reached for line in found.lines}


def markdown(card: Scorecard, date: str, before: dict[str, str] | None = None) -> str:
    """The page `docs/scorecard.md`; holds no post, only figures and names of public events.

    With `before` each figure stands beside what was reached then.
    """
    every = card.sections == SECTIONS
    only = "" if every else "".join(f" --only {name}" for name in card.sections)
    first, last = card.first_seed, card.first_seed + card.seeds - 1
    only += f" --first-seed {first}" if first else ""
    made = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    parts = [
        "# Scorecard",
        "",
        f"Made on {date} by `tocsin score --data FOLDER --seeds {card.seeds}{only}`,",
        f"seeds {first} to {last}, with {made}.",
        "",
        "Intervals are Wilson's, at 95 %, over planted events; the same few real events return",
        "under several seeds, so they are narrower than the truth. A figure that is not reached",
        "stands here as it is.",
        "",
        "| what | best known elsewhere | reach | "
        f"{'before | ' if before else ''}reached | verdict |",
        f"|---|---|---|{'---|' if before else ''}---|---|",
        *(
            f"| {one.what} | {one.elsewhere or '-'} | {one.reach} | "
            f"{before.get(one.key, '-') + ' | ' if before else ''}{one.reached} | {one.verdict} |"
            for one in card.lines
        ),
    ]
    parts += ["", _RULES.strip(), "", *_streams(card), "", *_events(card)]
    if card.floods:
        parts += ["", *flood_table(card.floods)]
    if card.suppressions:
        parts += ["", *suppression_table(card.suppressions)]
    return "\n".join(parts).rstrip() + "\n"


def _streams(card: Scorecard) -> list[str]:
    rows = [
        "## Streams",
        "",
        "| stream | seed | posts | found | false (withdrawn) | decoys reported | official only |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for s in card.streams:
        gone = sum(f.withdrawn for f in s.false)
        rows.append(
            f"| {s.name} | {s.seed} | {s.received:,} | {s.found}/{len(s.plants)} "
            f"| {len(s.false)} ({gone}) | {s.decoys_reported}/{s.decoys} | {s.official_only} |"
        )
    return rows


def _events(card: Scorecard) -> list[str]:
    rows = [
        "## Events",
        "",
        "Found of planted over all streams of a kind; medians over the times it was found.",
        "",
        "| stream | event | found | delay s | hazard | place error km |",
        "|---|---|---:|---:|---|---:|",
    ]
    grouped: dict[tuple[str, str], list[PlantScore]] = {}
    for stream in card.streams:
        for plant in stream.plants:
            grouped.setdefault((stream.name, plant.event), []).append(plant)
    for (name, event), plants in sorted(grouped.items()):
        found = [p for p in plants if p.found]
        hazards = ", ".join(sorted({p.hazard or "-" for p in found})) or "-"
        delay = _middle([p.delay_s for p in found])
        error = _middle([p.place_error_km for p in found])
        rows.append(
            f"| {name} | {event} | {len(found)}/{len(plants)} | {delay} | {hazards} | {error} |"
        )
    return rows


def _middle(values: Sequence[float | None]) -> str:
    known = sorted(v for v in values if v is not None and not math.isnan(v))
    return f"{known[len(known) // 2]:.0f}" if known else "-"


def _plain(text: str) -> str:
    """Square brackets kept from the terminal's mark-up."""
    return text.replace("[", "\\[")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise InputError(
            f"{path} cannot be written ({problem.strerror or problem}). "
            "Name a file in a folder that exists and may be written to."
        ) from problem
