"""Lets through what names a hazard; the rest is counted and forgotten."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.gate.sieve_kernel import BEGUN_BITS, WHOLE_BITS, cells_of, filter_of, sift
from tocsin.gate.skim_kernel import signs_of, stem_bits
from tocsin.vocabulary.alphabet import alphabet
from tocsin.vocabulary.pack import Vocabulary


class Sieve:
    """The tables of the sieve; it keeps nothing of what it is asked, so threads may share it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        wanted = vocabulary.sieve
        kind, fold = alphabet()
        every = np.ones(len(wanted.keys), np.bool_)
        self._tables: tuple[NDArray[Any], ...] = (
            signs_of(kind, fold), kind, fold, wanted.stems, wanted.tags, stem_bits(wanted.stems),
            filter_of(wanted.keys, wanted.entries >= 0, WHOLE_BITS),
            filter_of(wanted.keys, every, BEGUN_BITS),
            *cells_of(wanted.keys, wanted.entries, wanted.code_at, wanted.codes),
            vocabulary.pairs, vocabulary.pair_at,
        )  # fmt: skip

    def named(
        self, blob: NDArray[np.uint8], spans: NDArray[np.int64], wanted: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Which of the wanted texts hold a hazard term, or a pair, of any language; (n,) bool.

        Text i is `blob[spans[i, 0]:spans[i, 1]]`, UTF-8.
        """
        longest = int((spans[:, 1] - spans[:, 0]).max(initial=0))
        found: NDArray[np.bool_] = sift(blob, spans, wanted, longest, *self._tables)
        return found
