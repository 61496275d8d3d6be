"""The texts that are read, laid end to end, and the language ids of their declared languages."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import kernel
from tocsin.sources.columns import language_code
from tocsin.vocabulary.tongues import LANGUAGES


@kernel
def _copy(blob, spans, offsets, out):
    """Write text i to out[offsets[i]:offsets[i + 1]]."""
    for i in range(len(spans)):
        at = offsets[i]
        for j in range(spans[i, 0], spans[i, 1]):
            out[at] = blob[j]
            at += 1


def gathered(
    blob: NDArray[np.uint8], spans: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One UTF-8 buffer and n + 1 offsets of the texts blob[spans[i, 0]:spans[i, 1]]."""
    offsets = np.zeros(len(spans) + 1, np.int64)
    np.cumsum(spans[:, 1] - spans[:, 0], out=offsets[1:])
    out = np.zeros(max(int(offsets[-1]), 1), np.uint8)
    _copy(blob, spans, offsets, out)
    return out, offsets


@cache
def language_ids() -> NDArray[np.uint8]:
    """(65,536,): language id by the code of `Columns.lang`; 0 where the language is not ours."""
    ids = np.zeros(1 << 16, np.uint8)
    for number, lang in enumerate(LANGUAGES):
        if len(lang) == 2:
            ids[language_code(lang)] = number
    return ids
