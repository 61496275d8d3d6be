"""Rows that must not move the output: assembly talk, rumours, and attackers' floods."""

from importlib.resources import files
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.eval.plan import Plan
from tocsin.eval.pool import Pool
from tocsin.eval.stream import FRAMES_AT_ONCE, Part, Rows, Stream, ordered, piece, stacked

ACCOUNTS = (5, 20, 100, 1000)
STYLES = ("copy", "paraphrase", "slow drip", "post and delete")
DRIP_MS = 6 * HOUR_MS
BURST_MS = 10 * MINUTE_MS
ASSEMBLY_TYPES = ("unrest", "other_news")


class Phrases(msgspec.Struct):
    """The invented posts of `data/crowds.toml`."""

    assembly: list[str]
    """Assembly posts that hold hazard homonyms and name no hazard."""
    attack_hazards: list[str]
    attack_places: list[str]
    attack_forms: list[str]
    siege_words: dict[str, str]
    """What people call a hazard, by key."""
    siege_marches: list[str]
    """Endings that speak of an assembly beside a hazard."""


class Attack(NamedTuple):
    """One attacker: how many accounts, in which style."""

    accounts: int
    style: str


ATTACKS = tuple(Attack(accounts, style) for accounts in ACCOUNTS for style in STYLES)


def phrases() -> Phrases:
    """The invented posts, as shipped."""
    text = files("tocsin.eval").joinpath("data/crowds.toml").read_bytes()
    return msgspec.toml.decode(text, type=Phrases)


def with_rows(stream: Stream, pieces: list[Rows], extra: list[str], name: str) -> Stream:
    """The stream with further rows; every row it had keeps its bytes.

    New posts are numbered after the old ones, and words of varied posts are kept by
    fixing them as extra texts first.
    """
    settled = settle(stream)
    base = len(settled.text)
    number = int(settled.rows.post.max(initial=0)) + 1
    moved = []
    for rows in pieces:
        fresh = rows.kind == 0
        post = np.where(fresh, number + np.cumsum(fresh) - 1, 0)
        post[~fresh] = post[rows.post[~fresh]]
        number += int(fresh.sum())
        text = np.where(rows.text < base, rows.text, rows.text + len(settled.extra))
        moved.append(rows._replace(post=post, text=text))
    whole = ordered(stacked([settled.rows, *moved]))
    return settled._replace(name=name, rows=whole, extra=[*settled.extra, *extra])


def settle(stream: Stream) -> Stream:
    """The same bytes with every varied text written out, so that rows may be added between."""
    rows, base = stream.rows, len(stream.text)
    text = rows.text.copy()
    extra = list(stream.extra)
    # What a post says of its own language is part of its bytes, and may decide how it is read.
    lang = stream.lang + [""] * (base + len(extra) - len(stream.lang))
    size = FRAMES_AT_ONCE
    for low in range(0, rows.size, size):
        high = min(low + size, rows.size)
        varied = np.flatnonzero(rows.variant[low:high])
        if len(varied):
            said = stream.texts(low, high)
            lang.extend(lang[i] for i in text[low + varied].tolist())
            text[low + varied] = base + len(extra) + np.arange(len(varied))
            extra.extend(said[i] for i in varied.tolist())
    return stream._replace(
        rows=rows._replace(text=text, variant=np.zeros(rows.size, np.int64)), extra=extra,
        lang=lang,
    )  # fmt: skip


def assembly_rows(
    pool: Pool, plan: Plan, rng: Generator, posts: int
) -> tuple[list[Rows], list[str]]:
    """Pure assembly, rumour and politics posts spread over the scored time, with their texts."""
    kinds = {n for n, t in pool.corpus.truths.items() if t.event_type in ASSEMBLY_TYPES}
    labelled = np.isin(pool.corpus.event, sorted(kinds)) & ~pool.hazard
    own = np.flatnonzero(labelled)
    invented = phrases().assembly
    extra = [f"{invented[k % len(invented)]} {mark(k)}" for k in range(posts)]
    base = pool.corpus.rows
    span = plan.end_ms - plan.scored_from_ms - HOUR_MS
    text = np.concatenate([own, base + np.arange(posts)])
    begin = plan.scored_from_ms + int(rng.integers(0, max(span, 1)))
    time = np.concatenate(
        [
            plan.scored_from_ms + rng.integers(0, max(span, 1), len(own)),
            begin + rng.integers(0, HOUR_MS, posts),
        ]
    )
    return [piece(time, text, Part.NEGATIVE)], extra


def past_rows(
    pool: Pool, plan: Plan, rng: Generator, scaled_to: int
) -> tuple[list[Rows], list[str]]:
    """Rows of the assembly set that name its past shooting, alone (0) or scaled to a number."""
    kinds = sorted(n for n, t in pool.corpus.truths.items() if t.event_type == "unrest")
    own = np.flatnonzero(np.isin(pool.corpus.event, kinds) & pool.hazard)
    if not len(own):
        return [], []
    offset = pool.corpus.time_ms[own] - pool.corpus.time_ms[own].min()
    shrink = min(1.0, (plan.end_ms - plan.scored_from_ms - HOUR_MS) / max(int(offset.max()), 1))
    time = plan.scored_from_ms + HOUR_MS + (offset * shrink).astype(np.int64)
    if not scaled_to:
        return [piece(time, own, Part.NEGATIVE, author=pool.corpus.author[own])], []
    pick = rng.integers(0, len(own), scaled_to)
    near = time[pick] + (rng.exponential(30.0, scaled_to) * MINUTE_MS).astype(np.int64)
    extra = [f"{pool.corpus.text[own[k]]} {mark(n)}" for n, k in enumerate(pick.tolist())]
    text = pool.corpus.rows + np.arange(scaled_to)
    return [piece(np.minimum(near, plan.end_ms - 1), text, Part.NEGATIVE)], extra


def rumour_rows(pool: Pool, plan: Plan) -> list[Rows]:
    """The rumours at their true offsets, every set from the first scored hour on."""
    found = []
    for name, truth in pool.corpus.truths.items():
        if truth.event_type != "other_news":
            continue
        rows = pool.corpus.of(name)
        if len(rows):
            offset = pool.corpus.time_ms[rows] - pool.corpus.time_ms[rows[0]]
            time = plan.scored_from_ms + HOUR_MS + offset
            kept = time < plan.end_ms
            author = pool.corpus.author[rows[kept]]
            found.append(piece(time[kept], rows[kept], Part.NEGATIVE, author=author))
    return found


def attack_rows(pool: Pool, plan: Plan, rng: Generator) -> tuple[list[Rows], list[str]]:
    """Every attacker of ATTACKS once, each with a hazard and a town of its own, hours apart."""
    said = phrases()
    extra: list[str] = []
    pieces = []
    slot = (plan.end_ms - plan.scored_from_ms - DRIP_MS) // len(ATTACKS)
    for member, attack in enumerate(ATTACKS):
        begin = plan.scored_from_ms + member * slot
        hazard = said.attack_hazards[member % len(said.attack_hazards)]
        place = said.attack_places[member % len(said.attack_places)]
        texts = _attack_texts(attack, hazard, place, said.attack_forms, rng)
        text = pool.corpus.rows + len(extra) + np.arange(attack.accounts)
        extra.extend(texts)
        length = DRIP_MS if attack.style == "slow drip" else BURST_MS
        time = np.sort(begin + rng.integers(0, length, attack.accounts))
        author = -(np.arange(attack.accounts, dtype=np.int64) + 1 + 10_000 * (member + 1))
        rows = piece(time, text, Part.ATTACK, member, author)
        pieces.append(with_deletes(rows, rng) if attack.style == "post and delete" else rows)
    return pieces, extra


def _attack_texts(
    attack: Attack, hazard: str, place: str, forms: list[str], rng: Generator
) -> list[str]:
    if attack.style == "copy":
        return [forms[0].format(hazard=hazard, place=place)] * attack.accounts
    picks = rng.integers(0, len(forms), (attack.accounts, 2))
    return [
        forms[a].format(hazard=hazard, place=place) + (f" {mark(n)}" if b % 3 else "")
        for n, (a, b) in enumerate(picks.tolist())
    ]


def with_deletes(rows: Rows, rng: Generator) -> Rows:
    """The posts, and after 2 to 10 minutes a delete of each; `post` points to the piece's row."""
    n = rows.size
    gone = rows._replace(
        time_ms=rows.time_ms + rng.integers(2 * MINUTE_MS, 10 * MINUTE_MS, n),
        post=np.arange(n, dtype=np.int64),
        kind=np.ones(n, np.uint8),
    )
    return stacked([rows, gone])


def mark(number: int) -> str:
    """A short ending that tells copies apart."""
    letters = "abcdefghijkmnpqrstuvwxyz"
    size = len(letters)
    return "".join(letters[number // size**k % size] for k in range(3)) + "o"


def member_rows(stream: Stream, part: Part) -> NDArray[np.int64]:
    """Row numbers of one part of a stream."""
    return np.flatnonzero(stream.rows.part == part)
