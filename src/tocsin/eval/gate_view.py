"""What the gate says of single texts, asked for measuring only."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tocsin.gate.reading import names_hazard as sieve
from tocsin.gate.reading import seen_in_all
from tocsin.metrics import Reason

Judge = Callable[[list[str]], NDArray[np.bool_]]
"""A yes or no per text."""

TEXTS_AT_ONCE = 4096
_NO_TERM = (Reason.NO_HAZARD.value, Reason.ASSEMBLY.value)


def touches_hazard(texts: list[str]) -> NDArray[np.bool_]:
    """Whether each text holds a hazard term or a word of one, (n,): what the sieve lets through."""
    found = [sieve(texts[low : low + TEXTS_AT_ONCE]) for low in range(0, len(texts), TEXTS_AT_ONCE)]
    return np.concatenate([np.zeros(0, np.bool_), *found])


def names_hazard(texts: list[str]) -> NDArray[np.bool_]:
    """Whether each text holds a whole hazard term, in whatever sense, (n,)."""
    return _asked(texts, lambda refused: refused not in _NO_TERM)


def counts_as_report(texts: list[str]) -> NDArray[np.bool_]:
    """Whether the gate would admit each text, (n,)."""
    return _asked(texts, lambda refused: refused is None)


def _asked(texts: list[str], right: Callable[[str | None], bool]) -> NDArray[np.bool_]:
    """Reads what the sieve lets through; the rest is no."""
    said = touches_hazard(texts)
    rows = np.flatnonzero(said)
    for low in range(0, len(rows), TEXTS_AT_ONCE):
        some = rows[low : low + TEXTS_AT_ONCE]
        seen = seen_in_all([texts[row] for row in some.tolist()])
        said[some] = [right(one.refused) for one in seen]
    return said
