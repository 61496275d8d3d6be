"""Whether attackers can hide a planted event: each style and size on the same small stream."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.clock import parse_time_ms
from tocsin.eval.compose import compose
from tocsin.eval.crowds import ACCOUNTS
from tocsin.eval.metrics import quantile
from tocsin.eval.plan import Plan, Plant, Shape
from tocsin.eval.pool import Pool
from tocsin.eval.replaying import Replay, Replayed
from tocsin.eval.scorer import place_error_km, rows_by_event
from tocsin.eval.sieges import SIEGES, besieged
from tocsin.eval.stream import Part, Stream
from tocsin.model import K_VOICES, Event

QUIETER = Shape("besieged", lead_in_h=24.0, hours=36.0, rate=0.2, decoys=0, false_bulletins=0)
"""One post in five seconds: beside it a thousand accounts are a flood. No bulletin helps."""


class Suppression(msgspec.Struct, frozen=True):
    """What one style and size of attacker did to the events that are told without it."""

    style: str
    accounts: int
    planted: int
    """Planted events that are told while nobody attacks."""
    told: int
    """Those of them that are told all the same."""
    place_kept: int
    """Those whose last place is within tolerance, or no further off than without the attack."""
    withdrawn: int
    """Events with reports of a plant behind them that were taken back."""
    later_s: float | None
    """Median of how much later they were told; below 0 is earlier, None when none was."""
    missed: tuple[str, ...]
    """Names of the planted events that were hidden."""


class _Told(NamedTuple):
    """How one planted event came out."""

    at_ms: int | None
    error_km: float
    withdrawn: int


def judge_suppression(
    stream: Stream, replay: Replay, accounts: Sequence[int] = ACCOUNTS, seed: int = 0,
    progress: Callable[[str], None] = lambda said: None,
) -> list[Suppression]:  # fmt: skip
    """Every style at every size over one stream with planted events, against no attack."""
    # An official word would tell the event by itself: here posts stand alone.
    stream = stream._replace(plan=stream.plan._replace(bulletins=(), false_bulletins=frozenset()))
    calm = _outcomes(stream, replay(stream))
    found = []
    for siege in SIEGES:
        for size in accounts:
            progress(f"suppression: {siege.style}, {size} accounts")
            rng = np.random.Generator(np.random.PCG64([seed, 23, size]))
            attacked = besieged(stream, siege, size, rng)
            found.append(_held(siege.style, size, stream.plan, calm,
                               _outcomes(attacked, replay(attacked))))  # fmt: skip
    return found


def suppression_stream(pool: Pool, seed: int = 0) -> Stream:
    """The stream of labelled events that the attackers are let loose on."""
    return compose(pool, QUIETER, seed)


def _held(
    style: str, size: int, plan: Plan, calm: Sequence[_Told], then: Sequence[_Told]
) -> Suppression:
    names = [plant.truth.name for plant in plan.plants]
    radius = [plant.truth.radius_km for plant in plan.plants]
    judged = [n for n, one in enumerate(calm) if one.at_ms is not None]
    told = [n for n in judged if then[n].at_ms is not None]
    later = [((then[n].at_ms or 0) - (calm[n].at_ms or 0)) / 1000 for n in told]
    kept = [n for n in told if then[n].error_km <= max(radius[n], calm[n].error_km)]
    return Suppression(
        style, size, len(judged), len(told), len(kept), sum(one.withdrawn for one in then),
        quantile(later, 0.5) if later else None,
        tuple(names[n] for n in judged if n not in told),
    )  # fmt: skip


def _outcomes(stream: Stream, result: Replayed) -> list[_Told]:
    revisions: dict[str, list[Event]] = {}
    for event in result.events:
        revisions.setdefault(event.event_id, []).append(event)
    finally_ = rows_by_event(result.assigned)
    first: Mapping[str, NDArray[np.int64]] = result.reported_rows or {}
    return [
        _outcome(stream, member, plant, revisions, finally_, first)
        for member, plant in enumerate(stream.plan.plants)
    ]


def _outcome(
    stream: Stream, member: int, plant: Plant, revisions: Mapping[str, list[Event]],
    finally_: Mapping[str, NDArray[np.int64]], first: Mapping[str, NDArray[np.int64]],
) -> _Told:  # fmt: skip
    """The earliest event of a right hazard that five of the plant's own reports stand behind.

    Its moment is that of its first report, or of the fifth of them when it was told before.
    """
    at_ms, error_km, withdrawn = None, float("inf"), 0
    for name, chain in revisions.items():
        rows = finally_.get(name, first.get(name, np.zeros(0, np.int64)))
        own = rows[(stream.rows.part[rows] == Part.PLANT) & (stream.rows.member[rows] == member)]
        if len(own) < K_VOICES:
            continue
        if chain[-1].phase == "withdrawn":
            withdrawn += 1
            continue
        right = [e for e in chain if e.hazard in plant.truth.hazards]
        if not right:
            continue
        begun = max(parse_time_ms(right[0].at), int(stream.rows.time_ms[own[K_VOICES - 1]]))
        if at_ms is None or begun < at_ms:
            at_ms = begun
            place = next((e.place for e in reversed(chain) if e.place is not None), None)
            error_km = float("inf") if place is None else place_error_km(place, plant)
    return _Told(at_ms, error_km, withdrawn)
