"""Invented streams: small talk that never ends, and bursts of a hazard laid over it."""

import random
from collections.abc import Iterable, Iterator

import msgspec

from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.engine import ReplayResult, replay
from tocsin.sources.frames import decode_replay

START_MS = 1_814_400_000_000 + HOUR_MS
"""An hour into a window of the voice keys."""

_TALK = (
    "the kettle sings again", "found a mitten on the tram", "my violin needs a new string",
    "pancakes for supper", "the canal smells of mint", "third coffee and it is not even nine",
)  # fmt: skip
_BACKGROUND = (
    "flood in the cellar of my aunt", "there was an earthquake on the news", "storm over the bay",
    "a fire in the stove keeps us warm", "heavy snow and power outage here",
)  # fmt: skip
_TAILS = (
    "everything shook", "cups fell off the shelf", "the dog would not stop barking",
    "people ran into the street", "lamps are still swinging", "my windows rattled",
    "never felt one like that", "the whole block is outside", "sirens everywhere now",
    "we are all right", "the ceiling came down in the hall", "bricks on the pavement",
    "chimneys fell in our road", "the lift is stuck", "plaster dust in the stairs",
)  # fmt: skip


def row(at_ms: int, author: str | None, text: str, **more: object) -> dict[str, object]:
    """One row of a recording."""
    return {"created_at": at_ms, "author": author, "text": text, "lang": "en", **more}


def chatter(
    hours: float, start_ms: int = START_MS, per_minute: int = 4, seed: int = 1
) -> list[dict[str, object]]:
    """Small talk, with now and then a hazard word that means nothing."""
    rng = random.Random(seed)
    rows = []
    for k in range(int(hours * 60 * per_minute)):
        at_ms = start_ms + k * MINUTE_MS // per_minute
        pool = _BACKGROUND if rng.random() < 0.05 else _TALK
        text = f"{rng.choice(pool)} {rng.choice(_TALK)} {rng.randrange(999)}"
        rows.append(row(at_ms, f"idle{rng.randrange(400)}", text))
    return rows


def burst(
    at_ms: int,
    voices: int = 12,
    what: str = "earthquake",
    where: str = "in Lima",
    name: str = "w",
    step_ms: int = 7_000,
    tails: tuple[str, ...] = _TAILS,
) -> list[dict[str, object]]:
    """Different people who tell of one hazard in words of their own."""
    rng = random.Random(name + what)
    rows = []
    for k in range(voices):
        one, two = rng.sample(tails, 2)
        text = f"I felt the {what} {where}, {one}, {two} {'!' * (k % 3)}"
        rows.append(row(at_ms + k * step_ms, f"{name}{k}", text, id=f"{name}-{k}"))
    return rows


def deletion(at_ms: int, post_id: str) -> dict[str, object]:
    """A post taken back."""
    return {"created_at": at_ms, "author": None, "text": "", "id": post_id, "op": "delete"}


def closure(at_ms: int, author: str) -> dict[str, object]:
    """An account closed."""
    return {"created_at": at_ms, "author": author, "text": "", "op": "account_deleted"}


def merged(*streams: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """Streams as one, in order of time; rows of equal time keep the order they were given in."""
    rows = [each for stream in streams for each in stream]
    return sorted(rows, key=lambda each: each["created_at"])  # type: ignore[arg-type,return-value]


def frames(rows: Iterable[dict[str, object]]) -> list[bytes]:
    """Rows as the lines of a recording."""
    return [msgspec.json.encode(each) for each in rows]


def chunked(lines: list[bytes], size: int) -> Iterator[list[bytes]]:
    """Lines in reads of a size."""
    for at in range(0, len(lines), size):
        yield lines[at : at + size]


def played(rows: Iterable[dict[str, object]], size: int = 512, **more: object) -> ReplayResult:
    """The events of a stream."""
    return replay(chunked(frames(rows), size), decode_replay, **more)


def written(result: ReplayResult) -> bytes:
    """The revisions as the lines of events.jsonl."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in result.events)
