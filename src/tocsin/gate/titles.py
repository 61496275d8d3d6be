"""What a news title says of a hazard and a place, read like any post and as quickly forgotten."""

from collections.abc import Sequence

import numpy as np

from tocsin.batch import Flag
from tocsin.gate.read import read
from tocsin.model import Place
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.pack import Vocabulary
from tocsin.vocabulary.tokens import pack_texts


class TitleReader:
    """Reads titles with the tables of the gate; nothing is kept between two calls."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
        self._vocabulary, self._gazetteer = vocabulary, gazetteer

    def __call__(self, titles: Sequence[str]) -> list[tuple[str, Place] | None]:
        """Hazard and place of each title; None where it is not meant literally, names no place,
        speaks of an assembly, or of what happens to single persons."""
        if not titles:
            return []
        buffer, offsets = pack_texts(list(titles))
        silent = np.zeros(len(titles), np.uint8)
        reading = read(self._vocabulary, self._gazetteer, buffer, offsets, silent, 0)
        hazards = load_hazards()
        found: list[tuple[str, Place] | None] = []
        for i in range(len(titles)):
            named = reading.place[reading.place_at[i] : reading.place_at[i + 1]]
            masked = bool(reading.flags[i] & Flag.MASKED)
            if reading.verdict[i] != 0 or masked or not len(named):
                found.append(None)
                continue
            hazard = hazards[int(reading.hazard[i])]
            place = self._gazetteer.place(int(named[0]))
            found.append(None if hazard.personal else (hazard.key, place))
        return found
