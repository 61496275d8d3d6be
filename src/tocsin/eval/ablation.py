"""What each part contributes: the planted streams again with one part left out at a time."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from tocsin.detect.parts import WHOLE, Parts
from tocsin.errors import InputError
from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.corpus import data_folder, load_corpus
from tocsin.eval.outcome import StreamScore
from tocsin.eval.pool import Pool, prepare
from tocsin.eval.replaying import Replay, replay
from tocsin.eval.scorer import score_stream
from tocsin.eval.stream import Stream
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.sense_model import SILENT

STREAMS = ("standard", "thin-3", "rate-5")
HALVED = ("rate-5",)
"""Streams of more than a million posts: half the seeds."""


class Variant(NamedTuple):
    """One way to leave something out."""

    name: str
    without: str
    parts: Parts = WHOLE
    senses: bool = True
    """Whether the sense model judges wordings at the gate."""


VARIANTS = (
    Variant("all", "nothing: what ships"),
    Variant("second threshold", "every burst of five voices is told, believed or not",
            WHOLE._replace(second_threshold=False)),
    Variant("lagged baseline", "what is usual reaches until now, so a burst raises its own bar",
            WHOLE._replace(lagged_baseline=False)),
    Variant("bar that rises with the tests", "the bar is the same however many tests a day makes",
            WHOLE._replace(crowding=False)),
    Variant("sense model", "wordings are judged by rules alone", senses=False),
    Variant("witness signs", "nobody is told by a short report of his own, links cost nothing",
            WHOLE._replace(witness=False)),
    Variant("folding of near copies", "the same words count as often as they come",
            WHOLE._replace(near_copies=False)),
    Variant("merging of bursts", "each burst is an event of its own",
            WHOLE._replace(company=False)),
    Variant("official words as prompts", "bulletins confirm what was told and prompt nothing",
            WHOLE._replace(prompts=False)),
    Variant("bar in the shadow of another", "an echo of what all speak of is told as easily",
            WHOLE._replace(shadow=False)),
)  # fmt: skip
"""Weights of belief stay as they were fitted with all parts."""


class Effect(msgspec.Struct, frozen=True):
    """What one variant reached on one kind of stream, over all its seeds."""

    variant: str
    stream: str
    planted: int
    found: int
    false: int
    duplicates: int

    @property
    def precision(self) -> float | None:
        """Found over found and false; None when nothing was told."""
        told = self.found + self.false
        return self.found / told if told else None


def ablate(
    pool: Pool,
    seeds: int,
    streams: Sequence[str] = STREAMS,
    variants: Sequence[Variant] = VARIANTS,
    progress: Callable[[str], None] = lambda said: None,
    through: Callable[[Variant], Replay] | None = None,
) -> list[Effect]:
    """Every variant over seeds 0 to `seeds` - 1 of every kind of stream; each is composed once.

    `through` gives the engine of a variant; by default it is the true line.
    """
    engine = through or engine_of
    scores: dict[tuple[str, str], list[StreamScore]] = {}
    for name in streams:
        for seed in range(max(1, seeds // 2) if name in HALVED else seeds):
            stream = compose(pool, SHAPES[name], seed)
            for variant in variants:
                progress(f"{name}, seed {seed}, without {variant.name}")
                score = _scored(stream, engine(variant))
                scores.setdefault((variant.name, name), []).append(score)
    return [_effect(*key, scored) for key, scored in scores.items()]


def engine_of(variant: Variant) -> Replay:
    """The true line with one part left out."""
    vocabulary = load_vocabulary()
    if not variant.senses:
        vocabulary = vocabulary._replace(wording=SILENT)
    return partial(replay, parts=variant.parts, vocabulary=vocabulary)


def _scored(stream: Stream, through: Replay) -> StreamScore:
    result = through(stream)
    return score_stream(
        stream.name, stream.seed, stream.rows, stream.plan, result.events, result.assigned,
        result.reported_rows,
    )  # fmt: skip


def _effect(variant: str, name: str, scores: Sequence[StreamScore]) -> Effect:
    plants = [plant for score in scores for plant in score.plants]
    return Effect(
        variant, name, len(plants), sum(p.found for p in plants),
        sum(len(score.false) for score in scores), sum(p.duplicates for p in plants),
    )  # fmt: skip


def page(found: Sequence[Effect], seeds: int) -> str:
    """The page `docs/ablation.md`: one line for each part, three figures for each stream."""
    streams = list(dict.fromkeys(one.stream for one in found))
    by_key = {(one.variant, one.stream): one for one in found}
    lines = [
        "# What each part contributes",
        "",
        f"Made by `tocsin score --data FOLDER --seeds {seeds} --ablate docs/ablation.md`, seeds 0",
        f"to {seeds - 1} (half of them for the widest stream). One part at a time is left out, by",
        "a parameter of the detector; weights of belief stay as they were fitted with",
        "all parts. R: found of planted. P: precision, found / (found + false). D: duplicates.",
        "Counts are small: differences of one or two events are chance.",
        "",
        "| left out | " + " | ".join(f"{name} R | P | D" for name in streams) + " |",
        "|---|" + "---:|---:|---:|" * len(streams),
    ]
    for variant in VARIANTS:
        cells = [_cells(by_key.get((variant.name, name))) for name in streams]
        lines.append(f"| {variant.name if variant.name != 'all' else '*nothing*'} "
                     f"| {' | '.join(cells)} |")  # fmt: skip
    lines += ["", "## What is left out", ""]
    lines += [f"- *{v.name}*: {v.without}." for v in VARIANTS[1:]]
    return "\n".join(lines) + "\n"


def _cells(one: Effect | None) -> str:
    if one is None:
        return "- | - | -"
    precision = "-" if one.precision is None else f"{one.precision:.2f}"
    false = f" ({one.false} false)" if one.false else ""
    return f"{one.found}/{one.planted} | {precision}{false} | {one.duplicates}"


def write_ablation(
    data: Path | None, path: Path, seeds: int, progress: Callable[[str], None]
) -> list[Effect]:
    """Runs every variant and writes the page, anew after each kind of stream.

    Raises InputError for missing data and for a file that cannot be written.
    """
    pool = prepare(load_corpus(data_folder(data)))
    found: list[Effect] = []
    for name in STREAMS:
        try:
            # Before hours are spent as well: a broken run keeps what it has.
            path.write_text(page(found, seeds), encoding="utf-8")
        except OSError as problem:
            raise InputError(
                f"--ablate {path.name}: cannot be written ({problem.strerror or problem}). "
                "Name a file in a folder that exists and may be written to."
            ) from problem
        found += ablate(pool, seeds, (name,), progress=progress)
    path.write_text(page(found, seeds), encoding="utf-8")
    return found
