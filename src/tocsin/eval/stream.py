"""A composed stream as columns, made into frames only as they are read."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.eval.plan import Plan
from tocsin.eval.wording import Wording

FRAMES_AT_ONCE = 4096
KINDS = ("create", "delete")


class Part(IntEnum):
    """What a row was put into the stream as."""

    BACKGROUND = 0
    PLANT = 1
    DECOY = 2
    ATTACK = 3
    NEGATIVE = 4


class Row(msgspec.Struct, omit_defaults=True):
    """One line of the replay input."""

    created_at: str
    author: str | None
    text: str
    id: str
    lang: str | None = None
    op: str = "create"


class Rows(NamedTuple):
    """Columns of a stream or of a piece of one, n rows."""

    time_ms: NDArray[np.int64]
    text: NDArray[np.int64]
    """Row of the corpus, or n_corpus + k for the k-th text of `extra`."""
    variant: NDArray[np.int64]
    """0 = as it was written."""
    author: NDArray[np.int64]
    """0 = a voice of its own; below 0 = an invented account."""
    part: NDArray[np.uint8]
    member: NDArray[np.int16]
    """Which plant, decoy or attack; -1 for background."""
    post: NDArray[np.int64]
    """Number of the post: a delete carries the number of what it takes back."""
    kind: NDArray[np.uint8]
    """0 create, 1 delete."""

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.time_ms)


class Stream(NamedTuple):
    """Rows in order of time with the texts they point to."""

    name: str
    seed: int
    rows: Rows
    text: list[str]
    """Texts of the corpus, shared by all streams."""
    lang: list[str]
    """What posts say of their own language, empty for nothing: of the texts, then of as many of
    the extra ones as there are."""
    extra: list[str]
    wording: Wording
    plan: Plan

    def frames(self, size: int = FRAMES_AT_ONCE) -> Iterator[list[bytes]]:
        """Replay lines, `size` at a time; row index = order. The bytes depend on the seed only."""
        chunk = FRAMES_AT_ONCE
        held: list[bytes] = []
        for low in range(0, self.rows.size, chunk):
            held.extend(self._encoded(low, min(low + chunk, self.rows.size)))
            while len(held) >= size:
                yield held[:size]
                held = held[size:]
        if held:
            yield held

    def texts(self, low: int, high: int) -> list[str]:
        """The texts of rows low to high, worded; chunks begin at multiples of FRAMES_AT_ONCE."""
        base = len(self.text)
        index = self.rows.text[low:high]
        said = [self.text[i] if i < base else self.extra[i - base] for i in index.tolist()]
        varied = np.flatnonzero(self.rows.variant[low:high])
        if len(varied):
            again = self.wording.variants(
                index[varied], self.rows.variant[low:high][varied], [self.seed, 2, low]
            )
            for place, text in zip(varied.tolist(), again, strict=True):
                said[place] = text
        return said

    def _encoded(self, low: int, high: int) -> list[bytes]:
        rows = self.rows
        stamps = np.datetime_as_string(
            rows.time_ms[low:high].astype("datetime64[ms]"), unit="ms", timezone="UTC"
        )
        encode = msgspec.json.Encoder().encode
        lines = []
        columns = zip(
            stamps.tolist(),
            self.texts(low, high),
            rows.text[low:high].tolist(),
            rows.author[low:high].tolist(),
            rows.post[low:high].tolist(),
            rows.kind[low:high].tolist(),
            strict=True,
        )
        for stamp, text, index, author, post, kind in columns:
            lang = (self.lang[index] or None) if index < len(self.lang) else None
            voice = str(author) if author else f"voice-{post}"
            said = text if kind == 0 else ""
            lines.append(encode(Row(stamp, voice, said, f"p{post}", lang, KINDS[kind])))
        return lines


def piece(
    time_ms: NDArray[np.int64],
    text: NDArray[np.int64],
    part: Part,
    member: int = -1,
    author: NDArray[np.int64] | None = None,
    variant: NDArray[np.int64] | None = None,
) -> Rows:
    """Rows of one part; their post numbers are given when pieces are joined."""
    n = len(time_ms)
    none = np.zeros(n, np.int64)
    return Rows(
        time_ms, text, none if variant is None else variant, none if author is None else author,
        np.full(n, part, np.uint8), np.full(n, member, np.int16), none, np.zeros(n, np.uint8),
    )  # fmt: skip


def joined(pieces: list[Rows]) -> Rows:
    """Pieces one after another in order of time, posts numbered before the ordering."""
    whole = stacked(pieces)
    whole = whole._replace(post=np.arange(1, whole.size + 1))
    return ordered(whole)


def stacked(pieces: Sequence[Rows]) -> Rows:
    """Pieces one after another, unordered, as they are."""
    return Rows._make(np.concatenate(columns) for columns in zip(*pieces, strict=True))


def ordered(rows: Rows) -> Rows:
    """The rows in order of time; equal times keep their order."""
    order = np.argsort(rows.time_ms, kind="stable")
    return Rows._make(column[order] for column in rows)
