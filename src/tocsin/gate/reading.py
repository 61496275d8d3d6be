"""What the gate sees in a text, for people: the vocabulary's tests and `tocsin explain`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Flag, Sense
from tocsin.gate.read import REASON_OF_VERDICT, read, sieve
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import LANGUAGES, load_hazards
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tokens import pack_texts


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

    @property
    def hazards(self) -> list[tuple[str, str, bool]]:
        """(key, sense, counts) of each hazard seen."""
        return [(self.hazard, self.sense, self.counts)] if self.hazard else []


def seen_in_all(texts: list[str]) -> list[Seen]:
    """What the gate sees in each text; nothing is kept."""
    vocabulary, gazetteer = load_vocabulary(), Gazetteer.load()
    buffer, offsets = pack_texts(texts)
    reading = read(vocabulary, gazetteer, buffer, offsets, np.zeros(len(texts), np.uint8), 0)
    hazards = load_hazards()
    out = []
    for i in range(len(texts)):
        verdict = int(reading.verdict[i])
        sense = Sense(int(reading.sense[i]) if verdict == 0 else max(verdict - 10, 0))
        reason = REASON_OF_VERDICT.get(verdict)
        facts = slice(reading.fact_at[i], reading.fact_at[i + 1])
        out.append(
            Seen(
                hazard=hazards[reading.hazard[i]].key if reading.hazard[i] >= 0 else None,
                counts=verdict == 0,
                sense=sense.name.lower(),
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
            )
        )
    return out


def seen_in(text: str) -> Seen:
    """What the gate sees in one text."""
    return seen_in_all([text])[0]


def names_hazard(texts: list[str]) -> NDArray[np.bool_]:
    """Whether each text holds a hazard term at all; (n,) bool."""
    return sieve(load_vocabulary(), *pack_texts(texts))
