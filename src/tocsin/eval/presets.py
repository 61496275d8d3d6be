"""What each preset and bound of a watch costs in delay and gains in precision."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

import msgspec

from tocsin.clock import parse_time_ms
from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.corpus import data_folder, load_corpus
from tocsin.eval.metrics import wilson
from tocsin.eval.plan import Plan
from tocsin.eval.pool import prepare
from tocsin.eval.replaying import Replay, Replayed, replay
from tocsin.eval.scorer import DELAY_MS, DELAY_POSTS, crowded_ms, owners_of
from tocsin.eval.small_stream import small
from tocsin.eval.stream import Stream
from tocsin.model import Event, LevelWord, Preset, Watch
from tocsin.watch.backtest import CONFIDENCES, PRESETS, Backtest, alerts_of, backtest

LEVELS_TRIED: tuple[LevelWord, ...] = ("green", "yellow")
ANYTHING = Watch(
    "0" * 16, "any", None, None, None, None, "green", "page", "any hazard, anywhere",
    evidence="fast",
)  # fmt: skip


class Choice(msgspec.Struct, frozen=True):
    """One way to ask for everything, and what came of it over all streams."""

    evidence: Preset
    min_level: LevelWord
    min_confidence: float
    told: int
    """Events that alerted."""
    right: int
    """Those of them that stand for something planted."""
    precision: float | None
    interval: tuple[float, float]
    found: int
    planted: int
    delay_s: float | None
    """Median wait from the fifth hazard-bearing post in ten minutes, of sudden events."""
    behind_s: float | None
    """Median wait behind the first report, of events that both tell of."""


class Compared(msgspec.Struct, frozen=True):
    """All choices, and the trial of the plainest watch on the first stream."""

    streams: tuple[str, ...]
    posts: int
    choices: tuple[Choice, ...]
    trial: Backtest


class _Told(msgspec.Struct, frozen=True):
    """First alerts of one choice on one stream."""

    first: dict[str, Event]
    owners: dict[str, int | None]
    plan: Plan


def compare(
    data_dir: Path | None,
    seeds: int = 1,
    progress: Callable[[str], None] = lambda said: None,
    bulletins: bool = True,
    through: Replay = replay,
) -> Compared:
    """Composes and replays standard streams; raises InputError when the data is missing.

    Without `bulletins` the posts are all there is, as where no agency speaks in time.
    """
    pool = prepare(load_corpus(data_folder(data_dir)))
    streams = (compose(pool, SHAPES["standard"], seed) for seed in range(seeds))
    return compared((_heard(stream, bulletins) for stream in streams), progress, through)


def _heard(stream: Stream, bulletins: bool) -> Stream:
    return stream if bulletins else stream._replace(plan=stream.plan._replace(bulletins=()))


def compare_small(seeds: int = 1, bulletins: bool = True, through: Replay = replay) -> Compared:
    """The same on the small invented stream that needs no data."""
    streams = (_heard(small(seed), bulletins) for seed in range(seeds))
    return compared(streams, lambda said: None, through)


def compared(
    streams: Iterable[Stream], progress: Callable[[str], None], through: Replay
) -> Compared:
    """Every choice over all streams; raises ValueError without a stream."""
    runs: list[tuple[Stream, Replayed, dict[str, int | None]]] = []
    trial: Backtest | None = None
    for stream in streams:
        progress(f"{stream.name}, seed {stream.seed}: {stream.rows.size:,} posts")
        done = through(stream)
        owners = owners_of(
            stream.rows, stream.plan, done.events, done.assigned, done.reported_rows
        )  # fmt: skip
        runs.append((stream, done, owners))
        if trial is None:
            trial = backtest(msgspec.structs.replace(ANYTHING, evidence="balanced"), done.events)
    if trial is None:
        raise ValueError("there is no stream to compare on")
    fast = [_told(ANYTHING, run) for run in runs]
    choices = tuple(_choice(watch, runs, fast) for watch in _watches())
    names = tuple(f"{stream.name} {stream.seed}" for stream, _, _ in runs)
    return Compared(names, sum(stream.rows.size for stream, _, _ in runs), choices, trial)


def _watches() -> list[Watch]:
    """Presets at each level, and confidences beside the fast one."""
    found = [
        msgspec.structs.replace(ANYTHING, evidence=preset, min_level=level)
        for level in LEVELS_TRIED
        for preset in PRESETS
    ]
    bounds = [bound for bound in CONFIDENCES if bound]
    return found + [msgspec.structs.replace(ANYTHING, min_confidence=bound) for bound in bounds]


def _told(watch: Watch, run: tuple[Stream, Replayed, dict[str, int | None]]) -> _Told:
    stream, done, owners = run
    first: dict[str, Event] = {}
    for alert in alerts_of([watch], done.events):
        if alert.kind == "alert" and alert.event.event_id in owners:
            first.setdefault(alert.event.event_id, alert.event)
    return _Told(first, owners, stream.plan)


def _choice(
    watch: Watch,
    runs: Sequence[tuple[Stream, Replayed, dict[str, int | None]]],
    fast: Sequence[_Told],
) -> Choice:
    told = right = found = planted = 0
    delays: list[float] = []
    behind: list[float] = []
    for run, first in zip(runs, fast, strict=True):
        here = _told(watch, run)
        hits = {key: here.owners[key] for key in here.first if here.owners[key] is not None}
        told, right = told + len(here.first), right + len(hits)
        found, planted = found + len(set(hits.values())), planted + len(here.plan.plants)
        delays += _delays(here)
        behind += [
            (parse_time_ms(of.at) - parse_time_ms(first.first[key].at)) / 1000
            for key, of in here.first.items()
            if key in first.first
        ]
    return Choice(
        watch.evidence, watch.min_level, watch.min_confidence, told, right,
        round(right / told, 4) if told else None,
        wilson(right, told) if told else (0.0, 1.0), found, planted,
        float(median(delays)) if delays else None, float(median(behind)) if behind else None,
    )  # fmt: skip


def _delays(told: _Told) -> list[float]:
    """Per sudden plant the wait from its fifth post in ten minutes to the first alert."""
    first_ms: dict[int, int] = {}
    for key, event in told.first.items():
        owner = told.owners[key]
        if owner is not None:
            at_ms = parse_time_ms(event.at)
            first_ms[owner] = min(at_ms, first_ms.get(owner, at_ms))
    found = []
    for number, at_ms in first_ms.items():
        plant = told.plan.plants[number]
        fifth = crowded_ms(plant.time_ms[plant.hazard], DELAY_POSTS, DELAY_MS)
        if plant.truth.sudden and fifth is not None:
            found.append((at_ms - fifth) / 1000)
    return found
