"""What must not happen: assembly talk that moves the output, past news that revives, floods."""

from collections.abc import Sequence

import msgspec
import numpy as np

from tocsin.eval.compose import SHAPES, compose
from tocsin.eval.crowds import (
    ATTACKS,
    assembly_rows,
    attack_rows,
    past_rows,
    rumour_rows,
    with_rows,
)
from tocsin.eval.plan import Shape
from tocsin.eval.pool import Pool
from tocsin.eval.replaying import Replay, Replayed
from tocsin.eval.scorer import rows_by_event
from tocsin.eval.stream import Part, Stream
from tocsin.model import LEVELS, Event

QUIET = Shape("quiet", plants=0, decoys=0, false_bulletins=0)
ASSEMBLY_POSTS = 3_000
PAST_POSTS = 3_000
TOWN_OR_COARSER = ("city", "admin1", "country", "area")


class Negatives(msgspec.Struct, frozen=True):
    """Verdicts of the three negative sets, with what was seen."""

    assembly_identical: bool
    assembly_rows: int
    past_events: dict[str, int]
    """Events of the past shooting: `alone` and `scaled`."""
    past_kept: bool
    """At most one event each time, its hazard a shooting, no finer than a town, never revived."""
    rumour_events: int
    rumour_above_unconfirmed: int


class Flood(msgspec.Struct, frozen=True):
    """What one attacker reached."""

    accounts: int
    style: str
    reported: bool
    level: str | None
    tier: str | None
    withdrawn: bool

    @property
    def corroborated(self) -> bool:
        """Whether any revision said that somebody else confirms it."""
        return self.tier not in (None, "unconfirmed")


def judge_negatives(pool: Pool, replay: Replay, seed: int = 0) -> Negatives:
    """Runs the three sets; the first twice, with and without its rows."""
    rng = np.random.Generator(np.random.PCG64([seed, 21]))
    base = compose(pool, SHAPES["standard"], seed)
    pieces, extra = assembly_rows(pool, base.plan, rng, ASSEMBLY_POSTS)
    crowded = with_rows(base, pieces, extra, "negatives-a")
    identical = _bytes(replay(base).events) == _bytes(replay(crowded).events)
    quiet = compose(pool, QUIET, seed)
    counted, kept = {}, True
    for name, size in (("alone", 0), ("scaled", PAST_POSTS)):
        stream = with_rows(quiet, *past_rows(pool, quiet.plan, rng, size), "negatives-b")
        chains = _of_part(stream, replay(stream), Part.NEGATIVE)
        counted[name] = len(chains)
        kept &= len(chains) <= 1 and all(_decent(chain) for chain in chains)
    stream = with_rows(quiet, rumour_rows(pool, quiet.plan), [], "negatives-c")
    rumours = _of_part(stream, replay(stream), Part.NEGATIVE)
    above = sum(any(e.tier != "unconfirmed" for e in chain) for chain in rumours)
    return Negatives(
        identical, crowded.rows.size - base.rows.size, counted, kept, len(rumours), above
    )


def judge_flood(pool: Pool, replay: Replay, seed: int = 0) -> list[Flood]:
    """Every attacker once, all within one standard stream, hours and towns apart."""
    rng = np.random.Generator(np.random.PCG64([seed, 22]))
    base = compose(pool, SHAPES["standard"], seed)
    pieces, extra = attack_rows(pool, base.plan, rng)
    stream = with_rows(base, pieces, extra, "flood")
    result = replay(stream)
    found = []
    for member, attack in enumerate(ATTACKS):
        chains = _of_part(stream, result, Part.ATTACK, member)
        events = [event for chain in chains for event in chain]
        highest = max((e.level for e in events), key=LEVELS.index, default=None)
        tier = next((e.tier for e in events if e.tier != "unconfirmed"), None)
        found.append(
            Flood(
                attack.accounts, attack.style, bool(chains), highest,
                tier or ("unconfirmed" if chains else None),
                bool(chains) and all(chain[-1].phase == "withdrawn" for chain in chains),
            )
        )  # fmt: skip
    return found


def _of_part(
    stream: Stream, result: Replayed, part: Part, member: int | None = None
) -> list[list[Event]]:
    """Revisions of each event at least half of whose rows belong to a part (and member)."""
    revisions: dict[str, list[Event]] = {}
    for event in result.events:
        revisions.setdefault(event.event_id, []).append(event)
    own = rows_by_event(result.assigned)
    first = result.reported_rows or {}
    chains = []
    for name, chain in revisions.items():
        rows = own.get(name, first.get(name))
        if rows is None or not len(rows):
            continue
        inside = stream.rows.part[rows] == part
        if member is not None:
            inside &= stream.rows.member[rows] == member
        if 2 * int(inside.sum()) >= len(rows):
            chains.append(chain)
    return chains


def _decent(chain: Sequence[Event]) -> bool:
    """Hazard only, no finer than the town, and over once it was over."""
    over = next((n for n, e in enumerate(chain) if e.phase in ("resolved", "withdrawn")), None)
    revived = over is not None and any(e.phase == "updated" for e in chain[over:])
    coarse = all(e.place is None or e.place.kind in TOWN_OR_COARSER for e in chain)
    return coarse and not revived and all(e.hazard == "shooting" for e in chain)


def _bytes(events: Sequence[Event]) -> bytes:
    return b"\n".join(msgspec.json.encode(event) for event in events)
