"""Holds the events of one replayed stream against what was planted in it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS, MINUTE_MS, parse_time_ms
from tocsin.eval.outcome import FalseReport, PlantScore, StreamScore
from tocsin.eval.plan import Plan, Plant
from tocsin.eval.stream import Part, Rows
from tocsin.model import K_VOICES, Event, Place
from tocsin.vocabulary.geometry import distance_km

DENSE_POSTS = 5
DENSE_MS = HOUR_MS
DELAY_POSTS = 5
DELAY_MS = 10 * MINUTE_MS


class _Life(NamedTuple):
    """One event over its revisions."""

    revisions: list[Event]
    rows: NDArray[np.int64]
    """Rows that finally stand under it (under what it was merged into), in order."""
    first: Event
    """The first revision that posts stand behind."""
    at_ms: int
    first_rows: NDArray[np.int64]

    @property
    def last(self) -> Event:
        return self.revisions[-1]


def score_stream(
    name: str,
    seed: int,
    rows: Rows,
    plan: Plan,
    events: Sequence[Event],
    assigned: Sequence[str | None],
    reported_rows: Mapping[str, NDArray[np.int64]] | None = None,
    received: int = 0,
    seconds: float = 0.0,
) -> StreamScore:
    """Scores revisions in order against the plan; `assigned` gives each row its final event id.

    `reported_rows` are the rows of each event when it was first reported; without them the
    rows that finally stand under it and had arrived by then are taken.
    """
    lives, official_only = _lives(rows, events, assigned, reported_rows)
    scored = [life for life in lives if life.at_ms >= plan.scored_from_ms]
    early = tuple(life.first.event_id for life in scored if _too_early(life, rows))
    owners = {id(life): _owner(life, rows, plan) for life in scored}
    by_plant: dict[int, list[_Life]] = {}
    false = []
    for life in sorted(scored, key=lambda one: (one.at_ms, one.first.event_id)):
        owner = owners[id(life)]
        if owner is None:
            false.append(_false(life, rows))
        else:
            by_plant.setdefault(owner, []).append(life)
    decoys = {f.member for f in false if f.part == Part.DECOY.name.lower()}
    return StreamScore(
        name, seed, received, seconds,
        tuple(_plant(plant, by_plant.get(n, []), plan) for n, plant in enumerate(plan.plants)),
        tuple(false), len(plan.decoys), len(decoys), len(lives) - len(scored), official_only,
        early, sum(_misled(life, plan) for life in scored),
        tuple((life.first.confidence, owners[id(life)] is not None) for life in scored),
    )  # fmt: skip


def owners_of(
    rows: Rows,
    plan: Plan,
    events: Sequence[Event],
    assigned: Sequence[str | None],
    reported_rows: Mapping[str, NDArray[np.int64]] | None = None,
) -> dict[str, int | None]:
    """By event id the plant it stands for, None when it is false; events that are scored only."""
    lives, _ = _lives(rows, events, assigned, reported_rows)
    scored = [life for life in lives if life.at_ms >= plan.scored_from_ms]
    return {life.first.event_id: _owner(life, rows, plan) for life in scored}


def _lives(
    rows: Rows,
    events: Sequence[Event],
    assigned: Sequence[str | None],
    reported_rows: Mapping[str, NDArray[np.int64]] | None,
) -> tuple[list[_Life], int]:
    """Every event ever reported on the word of posts, and how many stood on bulletins alone."""
    revisions: dict[str, list[Event]] = {}
    for event in events:
        revisions.setdefault(event.event_id, []).append(event)
    held = rows_by_event(assigned)
    none = np.zeros(0, np.int64)
    lives, official_only = [], 0
    for name, chain in revisions.items():
        first = next((event for event in chain if event.origin != "official"), None)
        if first is None:
            official_only += 1
            continue
        own = held.get(_root(name, revisions), none)
        at_ms = parse_time_ms(first.at)
        if reported_rows is not None and name in reported_rows:
            then = np.asarray(reported_rows[name], np.int64)
        else:
            then = own[rows.time_ms[own] <= at_ms]
        lives.append(_Life(chain, own, first, at_ms, then))
    return lives, official_only


def rows_by_event(assigned: Sequence[str | None]) -> dict[str, NDArray[np.int64]]:
    """Row numbers of each event id, ascending."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(assigned):
        if name is not None:
            found.setdefault(name, []).append(row)
    return {name: np.array(own, np.int64) for name, own in found.items()}


def _root(name: str, revisions: Mapping[str, list[Event]]) -> str:
    """The event this one finally became part of; itself if it stands alone."""
    for _ in range(len(revisions)):
        into = revisions[name][-1].merged_into if name in revisions else None
        if into is None or into == name:
            return name
        name = into
    return name


def _too_early(life: _Life, rows: Rows) -> bool:
    """Whether posts were reported before the k-th of them had arrived (contract P3)."""
    if life.first.origin == "both":
        return False
    own = life.rows if len(life.rows) else life.first_rows
    if not len(own):
        return False
    return len(own) < K_VOICES or life.at_ms < int(rows.time_ms[own[K_VOICES - 1]])


def _owner(life: _Life, rows: Rows, plan: Plan) -> int | None:
    """The plant an event stands for, finally and when first reported; None if it is false."""
    finally_, then = _major(life.rows, rows), _major(life.first_rows, rows)
    if life.last.phase == "withdrawn" or finally_ is None or then != finally_:
        return None
    plant = plan.plants[finally_]
    return finally_ if len(plant.time_ms) and life.at_ms >= int(plant.time_ms[0]) else None


def _major(own: NDArray[np.int64], rows: Rows) -> int | None:
    """The plant that at least half of these rows belong to."""
    members = rows.member[own][rows.part[own] == Part.PLANT]
    if not len(members):
        return None
    count = np.bincount(members)
    best = int(count.argmax())
    return best if 2 * int(count[best]) >= len(own) else None


def _false(life: _Life, rows: Rows) -> FalseReport:
    own = life.rows if len(life.rows) else life.first_rows
    part, member = "unknown", -1
    if len(own):
        codes = rows.part[own].astype(np.int64) * 65_536 + rows.member[own] + 1
        values, counts = np.unique(codes, return_counts=True)
        best = int(values[counts.argmax()])
        part, member = Part(best // 65_536).name.lower(), best % 65_536 - 1
    first = life.first
    return FalseReport(
        first.event_id, first.hazard, first.at, life.last.phase == "withdrawn", part, member,
        first.confidence, first.level,
    )  # fmt: skip


def _misled(life: _Life, plan: Plan) -> bool:
    return any(
        ref.id in plan.false_bulletins for event in life.revisions for ref in event.bulletins
    )


def _plant(plant: Plant, lives: list[_Life], plan: Plan) -> PlantScore:
    truth = plant.truth
    hazard_ms = plant.time_ms[plant.hazard]
    base = PlantScore(
        truth.name, truth.event_type, len(plant.rows), len(hazard_ms),
        crowded_ms(hazard_ms, DENSE_POSTS, DENSE_MS) is not None,
        False, 0, 0, None, None, False, False, None, False, False, None, None,
    )  # fmt: skip
    if not lives:
        return base
    first, merged = lives[0], sum(life.last.phase == "merged" for life in lives[1:])
    standing = first.last if first.last.phase != "merged" else _survivor(first, lives)
    fifth = crowded_ms(hazard_ms, DELAY_POSTS, DELAY_MS) if truth.sudden else None
    error = None if standing.place is None else place_error_km(standing.place, plant)
    bulletin = next((b for b in plan.bulletins if b.id == f"true-{_number(plant, plan)}"), None)
    return msgspec.structs.replace(
        base,
        found=True,
        duplicates=len(lives) - 1,
        duplicates_merged=merged,
        delay_s=None if fifth is None else (first.at_ms - fifth) / 1000,
        hazard=standing.hazard,
        hazard_right=standing.hazard in truth.hazards,
        country_right=standing.place is not None and standing.place.country == truth.country,
        place_error_km=error,
        place_right=error is not None and error <= truth.radius_km,
        radius_covers=error is not None
        and standing.place is not None
        and error <= standing.place.radius_km,
        certainty=standing.certainty,
        lead_s=None if bulletin is None else (bulletin.sent_ms - first.at_ms) / 1000,
    )


def _survivor(first: _Life, lives: list[_Life]) -> Event:
    """The last word on a plant whose first event became part of a later one."""
    return next((life.last for life in lives if life.last.phase != "merged"), first.last)


def _number(plant: Plant, plan: Plan) -> int:
    return next(n for n, one in enumerate(plan.plants) if one.truth.name == plant.truth.name)


def crowded_ms(time_ms: NDArray[np.int64], count: int, within_ms: int) -> int | None:
    """When `count` posts first stood within `within_ms` of each other; None if never."""
    if len(time_ms) < count:
        return None
    spread = time_ms[count - 1 :] - time_ms[: len(time_ms) - count + 1]
    close = np.flatnonzero(spread <= within_ms)
    return int(time_ms[close[0] + count - 1]) if len(close) else None


def place_error_km(place: Place, plant: Plant) -> float:
    """Great-circle distance from the stated place to the true point."""
    truth = plant.truth
    return float(distance_km(place.lat, place.lon, truth.lat, truth.lon))
