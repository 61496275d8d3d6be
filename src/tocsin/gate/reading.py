"""What the gate sees in a text, for people: the vocabulary's tests and `tocsin explain`."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Flag, Sense
from tocsin.gate.read import REASON_OF_VERDICT, read
from tocsin.gate.sense_kernel import NAMED, NAMED_FIGURED, NAMED_MASKED
from tocsin.gate.sieve import Sieve
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tokens import pack_texts
from tocsin.vocabulary.tongues import LANGUAGES


class Seen(NamedTuple):
    """What is seen in one text."""

    hazard: str | None
    counts: bool
    sense: str
    refused: str | None
    language: str
    masked: bool
    places: tuple[str, ...]
    facts: tuple[tuple[str, float], ...]
    hazards: tuple[tuple[str, str, bool], ...] = ()
    """(key, sense, counts) of each hazard named, the one that is reported first."""


def seen_in_all(texts: list[str]) -> list[Seen]:
    """What the gate sees in each text; nothing is kept."""
    vocabulary, gazetteer = load_vocabulary(), Gazetteer.load()
    buffer, offsets = pack_texts(texts)
    reading = read(vocabulary, gazetteer, buffer, offsets, np.zeros(len(texts), np.uint8), 0, True)
    hazards = load_hazards()
    out = []
    for i in range(len(texts)):
        verdict = int(reading.verdict[i])
        sense = Sense(int(reading.sense[i]) if verdict == 0 else max(verdict - 10, 0))
        reason = REASON_OF_VERDICT.get(verdict)
        sense_word = sense.name.lower()
        facts = slice(reading.fact_at[i], reading.fact_at[i + 1])
        out.append(
            Seen(
                hazard=hazards[reading.hazard[i]].key if reading.hazard[i] >= 0 else None,
                counts=verdict == 0,
                sense=sense_word,
                refused=reason.value if reason else None,
                language=LANGUAGES[reading.lang[i]],
                masked=bool(reading.flags[i] & Flag.MASKED),
                places=tuple(
                    gazetteer.place(int(p)).name
                    for p in reading.place[reading.place_at[i] : reading.place_at[i + 1]]
                ),
                facts=tuple(
                    (FACT_KINDS[int(kind)].key, float(value))
                    for kind, value in zip(
                        reading.fact_kind[facts], reading.fact_value[facts], strict=True
                    )
                ),
                hazards=tuple(
                    _named(reading.named[i], int(reading.hazard[i]), sense_word, verdict)
                ),
            )
        )
    return out


def _named(
    bits: NDArray[np.uint8], first: int, sense: str, verdict: int
) -> Iterator[tuple[str, str, bool]]:
    """Each hazard a text names; one that is named literally shares the sense of the text."""
    hazards = load_hazards()
    order = sorted(np.flatnonzero(bits), key=lambda h: (h != first, -hazards[h].rank, h))
    for h in order:
        if bits[h] & NAMED:
            yield hazards[h].key, sense, verdict == 0
        else:
            word = "figurative" if bits[h] & NAMED_FIGURED else "negated"
            yield hazards[h].key, "masked" if bits[h] & NAMED_MASKED else word, False


def seen_in(text: str) -> Seen:
    """What the gate sees in one text."""
    return seen_in_all([text])[0]


def names_hazard(texts: list[str]) -> NDArray[np.bool_]:
    """Whether each text holds a hazard term at all; (n,) bool."""
    buffer, offsets = pack_texts(texts)
    spans = np.column_stack([offsets[:-1], offsets[1:]])
    return Sieve(load_vocabulary()).named(buffer, spans, np.ones(len(texts), np.bool_))
