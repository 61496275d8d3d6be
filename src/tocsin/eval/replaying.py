"""Drives the true engine over a composed stream and brings back what scoring needs."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.parts import WHOLE, Parts
from tocsin.engine import replay as run
from tocsin.eval.stream import Stream
from tocsin.model import Event
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.pack import Vocabulary


class Replayed(NamedTuple):
    """What the engine made of one stream."""

    events: list[Event]
    """Every revision, in order."""
    assigned: Sequence[str | None]
    """Per row: the event id under which it finally stands."""
    reported_rows: Mapping[str, NDArray[np.int64]] | None = None
    """Per event id: its rows when it was first reported, where the engine kept them."""
    arrival: Sequence[str | None] | None = None
    """Per row: the label it was given on arrival, never revised, where the engine kept it."""
    received: int = 0
    seconds: float = 0.0


Replay = Callable[[Stream], Replayed]


def replay(
    stream: Stream, parts: Parts = WHOLE, vocabulary: Vocabulary | None = None
) -> Replayed:
    """The stream through `tocsin.engine.replay`, observed; keys derive from the stream's seed."""
    result = run(
        stream.frames(),
        decode_replay,
        bulletins=stream.plan.bulletins,
        seed=stream.seed,
        observe=True,
        parts=parts,
        vocabulary=vocabulary,
    )
    return Replayed(
        result.events,
        result.assignments or [],
        result.reported_rows,
        result.arrival,
        result.received,
        result.seconds,
    )
