"""Attackers who want a real event to go unseen: what they post, when, and what they delete."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.clock import DAY_MS, HOUR_MS
from tocsin.eval.crowds import mark, phrases, with_deletes, with_rows
from tocsin.eval.plan import Plant
from tocsin.eval.stream import Part, Rows, Stream, piece
from tocsin.eval.truth import ISO_OF, bulletin_hazard

POSTS_EACH = 6
"""Posts of each account of an attacker who has a day to raise what is usual."""
ECHO_MS = 30_000
_COUNTRY = {code: name for name, code in ISO_OF.items()}


class Siege(NamedTuple):
    """How an attacker tries to hide an event."""

    style: str
    means: str
    """In words, for the page."""
    from_ms: int
    until_ms: int
    """Span of the posts, relative to the event's true start."""


SIEGES = (
    Siege("raise", "a day of the hazard's name in many towns, so that a burst is no news",
          -DAY_MS, 0),
    Siege("scatter", "while it happens, the same hazard in many other towns",
          -HOUR_MS // 2, HOUR_MS),
    Siege("drown", "an hour before, the same hazard in the same country at large",
          -HOUR_MS, 0),
    Siege("echo", "every post of a witness repeated word for word within half a minute",
          0, DAY_MS),
    Siege("delete", "posts like those of witnesses, deleted minutes later",
          0, HOUR_MS),
    Siege("assembly", "posts like those of witnesses that speak of a march as well",
          -HOUR_MS // 4, HOUR_MS),
)  # fmt: skip


def besieged(stream: Stream, siege: Siege, accounts: int, rng: Generator) -> Stream:
    """The stream with one attacker of so many accounts on each of its planted events."""
    pieces: list[Rows] = []
    extra: list[str] = []
    for member, plant in enumerate(stream.plan.plants):
        times, texts = _posts(stream, plant, siege, accounts, rng)
        kept = (times >= stream.plan.start_ms) & (times < stream.plan.end_ms)
        index = len(stream.text) + len(extra) + np.arange(len(texts))
        extra.extend(texts)
        author = -(np.arange(len(texts), dtype=np.int64) % accounts + 1)
        author -= 10_000 * (100 + member)
        rows = piece(times[kept], index[kept], Part.ATTACK, member, author[kept])
        pieces.append(with_deletes(rows, rng) if siege.style == "delete" else rows)
    return with_rows(stream, pieces, extra, f"{siege.style}-{accounts}")


def _posts(
    stream: Stream, plant: Plant, siege: Siege, accounts: int, rng: Generator
) -> tuple[NDArray[np.int64], list[str]]:
    """Times in order and texts of one attacker."""
    count = accounts * (POSTS_EACH if siege.style == "raise" else 1)
    span = siege.until_ms - siege.from_ms
    times = plant.start_ms + siege.from_ms + np.sort(rng.integers(0, span, count))
    if siege.style == "echo":
        # The first posts are those that matter; each account repeats one.
        after = rng.integers(1, ECHO_MS, min(accounts, len(plant.rows)))
        texts = [stream.text[row] for row in plant.rows[: len(after)].tolist()]
        return plant.time_ms[: len(after)] + after, texts
    if siege.style in ("delete", "assembly"):
        return times, _like_witnesses(stream, plant, siege.style, count, rng)
    return times, _invented(plant, siege.style, count, rng)


def _like_witnesses(
    stream: Stream, plant: Plant, style: str, count: int, rng: Generator
) -> list[str]:
    """Texts of the event's own first hours, each told apart by an ending."""
    early = plant.rows[plant.hazard][:200]
    early = early if len(early) else plant.rows[:200]
    tails = phrases().siege_marches if style == "assembly" else [""]
    own = early[rng.integers(0, len(early), count)].tolist() if len(early) else []
    return [
        " ".join(filter(None, (stream.text[row], tails[n % len(tails)], mark(n))))
        for n, row in enumerate(own)
    ]


def _invented(plant: Plant, style: str, count: int, rng: Generator) -> list[str]:
    """Invented posts that name the hazard, here and there or in the country at large."""
    said = phrases()
    key = bulletin_hazard(plant.truth)
    hazard = said.siege_words.get(key, key.replace("_", " "))
    country = _COUNTRY.get(plant.truth.country, plant.truth.country)
    texts = []
    for n, (form, town) in enumerate(rng.integers(0, 1 << 30, (count, 2)).tolist()):
        near = style == "drown" or (style == "raise" and n % 3 == 0)
        place = country if near else said.attack_places[town % len(said.attack_places)]
        words = said.attack_forms[form % len(said.attack_forms)]
        texts.append(f"{words.format(hazard=hazard, place=place)} {mark(n)}")
    return texts
