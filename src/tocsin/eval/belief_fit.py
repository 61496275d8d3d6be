"""Fits the weights of `belief.toml` on composed streams and says how well they hold."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.belief import Table, Weight, shipped
from tocsin.detect.weigh import Bar, Weighing
from tocsin.engine import replay
from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.metrics import calibration_error
from tocsin.eval.pool import Pool
from tocsin.eval.stream import Part, Stream
from tocsin.model import K_VOICES
from tocsin.sources.frames import decode_replay

SHAPES_FITTED = ("standard", "other", "thin-3", "thin-10", "cold", "rate-0.2", "rate-5")
FIRST_SEED = 100
"""Streams of the scorecard, which count seeds from 0, are never fitted on."""
STEP = 1.3
"""A burst is looked at again when it has grown by this factor."""
PULL = 1.0
"""Weight of the squares of the weights: that of one burst a unit."""
FOLDS = 20
UNIT = 0.01
BY_HAND = frozenset({"official"})
"""Signs no fit touches: composed streams hold a bulletin for every event, the world does not."""
"""Weights are whole multiples of it, so that the last bits of a sum do not matter."""


class Sample(NamedTuple):
    """One look at a burst."""

    signs: tuple[float, ...]
    event: str
    """The planted event it belongs to; empty when it is none."""
    burst: str
    """Stream, seed and number."""
    missed: Bar
    belief: float


class Fitted(msgspec.Struct, frozen=True):
    """What `tocsin fit` found; each burst counts once, however often it was looked at."""

    bursts: int
    true: int
    area: float
    """Area under the curve on events left out of the fit."""
    calibration: float
    """Expected calibration error on events left out."""
    reliability: tuple[tuple[float, float, int], ...]
    """(mean belief, share that is true, looks) by tenth, on events left out."""
    by_bar: tuple[tuple[float, int, int], ...]
    """(bar, planted events reported, other bursts reported) on events left out."""


def samples(stream: Stream) -> list[Sample]:
    """Looks at every burst of one stream, at each STEP of its growth."""
    looks: list[Weighing] = []
    due: dict[int, float] = {}

    def watch(look: Weighing) -> None:
        if look.voices >= due.get(look.number, K_VOICES):
            due[look.number] = look.voices * STEP
            looks.append(look)

    found = replay(
        stream.frames(), decode_replay, bulletins=stream.plan.bulletins, seed=stream.seed,
        observe=True, watcher=watch,
    )  # fmt: skip
    rows: dict[int, list[int]] = {}
    for row, number in found.joined.tolist():
        rows.setdefault(number, []).append(row)
    scored = [look for look in looks if look.at_ms >= stream.plan.scored_from_ms]
    names = [weight.name for weight in shipped().weight]
    return [
        Sample(
            tuple(look.signs[name] for name in names),
            _planted(stream, rows.get(look.number, [])),
            f"{stream.name} {stream.seed} {look.number}",
            look.missed,
            look.belief,
        )
        for look in scored
    ]


def _planted(stream: Stream, own: Sequence[int]) -> str:
    """Name of the event at least half of these rows were planted as."""
    mine = np.array(own, np.int64)
    members = Counter(stream.rows.member[mine[stream.rows.part[mine] == Part.PLANT]].tolist())
    if not members:
        return ""
    best, count = members.most_common(1)[0]
    return stream.plan.plants[best].truth.name if 2 * count >= len(mine) else ""


def collect(pool: Pool, seeds: int, progress: Callable[[str], None]) -> list[Sample]:
    """Samples of all fitted shapes; seeds FIRST_SEED and on."""
    found: list[Sample] = []
    for shape in SHAPES_FITTED:
        for seed in range(FIRST_SEED, FIRST_SEED + (max(seeds // 4, 1) if "5" in shape else seeds)):
            progress(f"{shape}, seed {seed}")
            found += samples(compose(pool, SHAPES[shape], seed))
    return found


def fit(found: Sequence[Sample]) -> tuple[Table, Fitted]:
    """The table with new weights, and what it is worth on events it was not fitted on."""
    signs = np.array([sample.signs for sample in found], np.float64)
    true = np.array([bool(sample.event) for sample in found])
    looks = Counter(sample.burst for sample in found)
    say = np.array([1.0 / looks[sample.burst] for sample in found])
    before = shipped()
    weights = np.round(logistic(signs, true, say) / UNIT) * UNIT
    left_out = _left_out(found, signs, true, say)
    lines = tuple(
        line if line.name in BY_HAND else Weight(line.name, round(float(weight), 2), line.reason)
        for line, weight in zip(before.weight, weights, strict=True)
    )
    table = msgspec.structs.replace(before, weight=lines)
    return table, Fitted(
        len(looks), len({s.burst for s in found if s.event}), area(left_out, true),
        calibration_error(left_out.tolist(), true.tolist()), _reliability(left_out, true),
        tuple(_at_bar(found, left_out, bar) for bar in (0.5, 0.6, 0.7, 0.8, 0.9)),
    )  # fmt: skip


def logistic(
    signs: NDArray[np.float64], true: NDArray[np.bool_], say: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights, (s,), of a logistic regression with a pull to zero on all but the first.

    `signs` (n, s), `true` (n,), `say` (n,) how much each row counts. Newton's method.
    """
    pull = np.full(signs.shape[1], PULL)
    pull[0] = 1e-6
    weights = np.zeros(signs.shape[1])
    for _ in range(40):
        p = 1.0 / (1.0 + np.exp(-np.clip(signs @ weights, -30, 30)))
        slope = signs.T @ (say * (p - true)) + pull * weights
        bend = (signs * (say * p * (1 - p))[:, None]).T @ signs + np.diag(pull)
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def _left_out(
    found: Sequence[Sample],
    signs: NDArray[np.float64],
    true: NDArray[np.bool_],
    say: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Belief in each sample by weights fitted without its event, (n,)."""
    events = sorted({sample.event for sample in found if sample.event})
    others = sorted({sample.burst for sample in found if not sample.event})
    fold = {name: n % FOLDS for n, name in enumerate(events)}
    fold |= {name: n % FOLDS for n, name in enumerate(others)}
    own = np.array([fold[sample.event or sample.burst] for sample in found])
    belief = np.zeros(len(found))
    for n in range(FOLDS):
        rest = own != n
        if rest.all():
            continue
        weights = logistic(signs[rest], true[rest], say[rest])
        belief[~rest] = 1.0 / (1.0 + np.exp(-np.clip(signs[~rest] @ weights, -30, 30)))
    return belief


def area(belief: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Probability that a true one is believed more than another: the Mann-Whitney statistic."""
    order = np.argsort(belief, kind="stable")
    rank = np.empty(len(belief))
    rank[order] = np.arange(len(belief))
    yes, no = int(true.sum()), int((~true).sum())
    if not yes or not no:
        return float("nan")
    return float((rank[true].mean() - (yes - 1) / 2) / no)


def _reliability(
    belief: NDArray[np.float64], true: NDArray[np.bool_]
) -> tuple[tuple[float, float, int], ...]:
    tenth = np.minimum((belief * 10).astype(np.int64), 9)
    return tuple(
        (
            round(float(belief[tenth == n].mean()), 3),
            round(float(true[tenth == n].mean()), 3),
            int((tenth == n).sum()),
        )
        for n in range(10)
        if (tenth == n).any()
    )


def _at_bar(
    found: Sequence[Sample], belief: NDArray[np.float64], bar: float
) -> tuple[float, int, int]:
    """Planted events and other bursts that would be reported at a bar, other bars kept."""
    kept = [
        sample
        for sample, own in zip(found, belief, strict=True)
        if own >= bar and sample.missed in (Bar.NONE, Bar.BELIEF)
    ]
    events = {(s.burst.rsplit(" ", 1)[0], s.event) for s in kept if s.event}
    return bar, len(events), len({s.burst for s in kept if not s.event})


def written(table: Table) -> str:
    """The table as `belief.toml` holds it."""
    lines = [
        "# What makes a burst credible: each sign with its weight and the reason it should tell.",
        "# Weights are those of a logistic regression; `tocsin fit` writes them from composed",
        "# streams. `bar` is the belief from which a burst is reported, `shadow_bar` that while an",
        "# event of its kin or region is on everybody's lips.",
        f"bar = {table.bar:g}",
        f"shadow_bar = {table.shadow_bar:g}",
    ]
    for line in table.weight:
        lines += ["", "[[weight]]", f'name = "{line.name}"', f"weight = {line.weight:.2f}",
                  f'reason = "{line.reason}"']  # fmt: skip
    return "\n".join(lines) + "\n"
