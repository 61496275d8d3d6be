"""Runs the parts of the scorecard and gathers what they give."""

import importlib.metadata
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from tocsin.errors import InputError
from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.corpus import data_folder, load_corpus, load_volumes
from tocsin.eval.figures import (
    Figures,
    agreement_figure,
    clustering_figures,
    flood_figures,
    language_figure,
    negative_figures,
    stream_figures,
    suppression_figures,
)
from tocsin.eval.gate_view import Judge
from tocsin.eval.judgements import judge_clustering, judge_languages, judge_sense, judge_topic
from tocsin.eval.negatives import Flood, judge_flood, judge_negatives
from tocsin.eval.outcome import StreamScore
from tocsin.eval.pool import Pool, prepare
from tocsin.eval.quake import compose_quakes
from tocsin.eval.replaying import Replay, replay
from tocsin.eval.scorer import score_stream
from tocsin.eval.sense_folds import judge_sense_folds
from tocsin.eval.small_stream import small
from tocsin.eval.stream import Stream
from tocsin.eval.suppression import Suppression, judge_suppression, suppression_stream
from tocsin.eval.targets import TARGETS, Line, line

Progress = Callable[[str], None]

PLANTED: dict[str, tuple[str, ...]] = {
    "standard": ("standard",),
    "other": ("other",),
    "thin": ("thin-3", "thin-10"),
    "cold": ("cold",),
    "rate": ("rate-0.2", "rate-5", "rate-50"),
    "unaided": ("unaided",),
}
"""Sections that plant events, with the shapes each runs."""
JUDGED = ("quake", "negatives", "flood", "suppression", "sense", "sense-folds", "topic",
          "clustering")  # fmt: skip
WITHOUT_DATA = ("languages", "small")
SECTIONS = (*PLANTED, *JUDGED, *WITHOUT_DATA)
HALF_SEEDS = ("rate-5", "rate-50")
"""Shapes of a million posts and more: half the seeds."""


class Scorecard(msgspec.Struct, frozen=True):
    """Everything one run of `tocsin score` found."""

    lines: tuple[Line, ...]
    streams: tuple[StreamScore, ...]
    floods: tuple[Flood, ...]
    seeds: int
    sections: tuple[str, ...]
    versions: dict[str, str]
    suppressions: tuple[Suppression, ...] = ()
    first_seed: int = 0

    @property
    def rejected(self) -> bool:
        """Whether some event came before its k-th row, so that no figure may be believed."""
        return any(stream.early for stream in self.streams)


def score(
    data_dir: Path | None,
    seeds: int = 4,
    streams: tuple[str, ...] | None = None,
    progress: Progress = lambda said: None,
    through: Replay = replay,
    names_hazard: Judge | None = None,
    first_seed: int = 0,
) -> Scorecard:
    """Runs the named sections (all by default) over so many seeds from the first one on.

    `names_hazard` stands in for the gate's own view of a text.
    Raises InputError for an unknown section, and for missing data when a section needs it.
    """
    chosen = _checked(streams, seeds)
    figures: Figures = {}
    scored: list[StreamScore] = []
    floods: list[Flood] = []
    suppressions: list[Suppression] = []
    if set(chosen) - set(WITHOUT_DATA):
        folder = data_folder(data_dir)
        progress(f"reading {folder}")
        corpus = load_corpus(folder)
        judged = (names_hazard, names_hazard) if names_hazard else (None, None)
        pool = prepare(corpus, *judged)
        for stream in _planted(pool, folder, chosen, seeds, first_seed):
            scored.append(_run(stream, through, progress))
        floods = _judge(pool, chosen, through, progress, figures)
        if "suppression" in chosen:
            suppressions = judge_suppression(suppression_stream(pool), through, progress=progress)
            figures.update(suppression_figures(suppressions))
    if "small" in chosen:
        every = range(first_seed, first_seed + seeds)
        scored.extend(_run(small(seed), through, progress) for seed in every)
    if "languages" in chosen:
        progress("languages")
        figures["languages"] = language_figure(judge_languages(through))
    figures = {**stream_figures(scored), **figures}
    return Scorecard(
        _lines(figures), tuple(scored), tuple(floods), seeds, chosen, versions(),
        tuple(suppressions), first_seed,
    )  # fmt: skip


def versions() -> dict[str, str]:
    """What the figures were made with."""
    names = ("tocsin", "numpy", "numba", "msgspec")
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in names},
    }


def _checked(streams: tuple[str, ...] | None, seeds: int) -> tuple[str, ...]:
    if not 1 <= seeds <= 100:
        raise InputError(f"--seeds {seeds} is out of range. Give a number from 1 to 100.")
    if streams is None:
        return SECTIONS
    for name in streams:
        if name not in SECTIONS:
            raise InputError(f"--only {name}: no such part. Choose from: {', '.join(SECTIONS)}.")
    return tuple(name for name in SECTIONS if name in streams)


def _planted(
    pool: Pool, folder: Path, chosen: tuple[str, ...], seeds: int, first: int
) -> Iterator[Stream]:
    """Streams with planted events, one at a time, so that only one is in memory."""
    for section in chosen:
        for name in PLANTED.get(section, ()):
            count = max(1, seeds // 2) if name in HALF_SEEDS else seeds
            for seed in range(first, first + count):
                yield compose(pool, SHAPES[name], seed)
    if "quake" in chosen:
        yield compose_quakes(pool, load_volumes(folder), 0)


def _run(stream: Stream, through: Replay, progress: Progress) -> StreamScore:
    progress(f"{stream.name}, seed {stream.seed}: {stream.rows.size:,} posts")
    result = through(stream)
    return score_stream(
        stream.name, stream.seed, stream.rows, stream.plan, result.events, result.assigned,
        result.reported_rows, result.received, result.seconds,
    )  # fmt: skip


def _judge(
    pool: Pool, chosen: tuple[str, ...], through: Replay, progress: Progress, figures: Figures
) -> list[Flood]:
    """The sections that plant nothing; fills in `figures` and gives the floods."""
    floods: list[Flood] = []
    for section in JUDGED:
        if section not in chosen or section in ("quake", "suppression"):
            continue
        progress(section)
        if section == "negatives":
            figures.update(negative_figures(judge_negatives(pool, through)))
        elif section == "flood":
            floods = judge_flood(pool, through)
            figures.update(flood_figures(floods))
        elif section == "sense":
            figures["sense"] = agreement_figure(judge_sense(pool))
        elif section == "sense-folds":
            figures["sense_folds"] = agreement_figure(judge_sense_folds(pool))
        elif section == "topic":
            figures["topic"] = agreement_figure(judge_topic(pool))
        else:
            figures.update(clustering_figures(judge_clustering(pool, through)))
    return floods


def _lines(figures: Figures) -> tuple[Line, ...]:
    made = []
    for target in TARGETS:
        figure = figures.get(target.key)
        if figure is None:
            made.append(line(target, None))
        else:
            made.append(line(target, figure.value, figure.n, figure.interval, figure.said))
    return tuple(made)
