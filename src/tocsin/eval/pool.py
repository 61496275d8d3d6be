"""Which posts of the data may stand in a stream, and as what."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.eval.corpus import Corpus
from tocsin.eval.gate_view import Judge, names_hazard, touches_hazard
from tocsin.eval.wording import Wording, wording_of

WEEK_MS = 7 * 86_400_000

THEMES: dict[str, str] = {
    "film": r"movie|film|series|season|episode|trailer|cinema|netflix",
    "sport": r"match|goal|team|football|game|coach|league|season|fans|win",
    "game": r"minecraft|game|boss|level|raid|xbox|ps4|mod|player",
    "figurative": r"",
}
"""Kinds of crowd talk that is no hazard, with the words its posts hold."""


class Pool(NamedTuple):
    """A corpus made ready for composing: what names a hazard, what may be background."""

    corpus: Corpus
    hazard: NDArray[np.bool_]
    """(n,): posts that hold a hazard term."""
    plain: NDArray[np.int64]
    """Rows that are background in every stream."""
    offtopic: NDArray[np.int64]
    """Rows without event or hazard term, to be left out where their collection is planted."""
    decoys: NDArray[np.int64]
    """Rows that name a hazard and mean none, from which crowds of decoys are drawn."""
    wording: Wording

    def background(self, planted: list[str], used: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows that may be background beside these events; never those in `used`."""
        corpus = self.corpus
        weeks = {corpus.truths[name].start_ms for name in planted}
        near = {
            name
            for name, truth in corpus.truths.items()
            if any(abs(truth.start_ms - start) < WEEK_MS for start in weeks)
        }
        other = self.offtopic[~np.isin(corpus.collection[self.offtopic], sorted(near))]
        return np.setdiff1d(np.concatenate([self.plain, other]), used)


def prepare(
    corpus: Corpus,
    names: Judge | None = None,
    touches: Judge | None = None,
    fitted: NDArray[np.int64] | None = None,
) -> Pool:
    """Read every text once; `fitted` are rows a model has learned from, left out everywhere.

    `names` and `touches` stand in for the gate's own view of a text.
    """
    names, touches = names or names_hazard, touches or touches_hazard
    hazard = names(corpus.text)
    learned = np.zeros(corpus.rows, np.bool_)
    if fitted is not None:
        learned[fitted] = True
    is_background = (corpus.event == "") & ~np.isin(
        corpus.collection, sorted(corpus.truths)
    )  # fmt: skip
    plain = is_background & (corpus.informative != "Relevant") & ~learned
    offtopic = (corpus.event == "") & ~is_background & ~hazard & ~learned
    decoys = plain & (corpus.informative == "Not Relevant") & hazard
    tongues = [
        known.split("-")[0].lower() or guess or "und"
        for known, guess in zip(corpus.lang, corpus.guess, strict=True)
    ]
    usable = np.flatnonzero(plain | offtopic)
    wording = _over(corpus, tongues, usable, hazard, (names, touches))
    return Pool(
        corpus, hazard, np.flatnonzero(plain), np.flatnonzero(offtopic),
        np.flatnonzero(decoys), wording,
    )  # fmt: skip


def themed(pool: Pool, theme: str) -> NDArray[np.int64]:
    """Decoy rows of one theme; all of them where the theme asks for no word."""
    words = THEMES[theme]
    if not words:
        return pool.decoys
    said = re.compile(rf"\b(?:{words})s?\b", re.IGNORECASE)
    return np.array([row for row in pool.decoys if said.search(pool.corpus.text[row])], np.int64)


def _over(
    corpus: Corpus,
    tongues: list[str],
    usable: NDArray[np.int64],
    hazard: NDArray[np.bool_],
    judges: tuple[Judge, Judge],
) -> Wording:
    """Wording of the usable rows, addressed by corpus row (other rows have no words)."""
    texts = [""] * corpus.rows
    for row in usable.tolist():
        texts[row] = corpus.text[row]
    kept = np.zeros(corpus.rows, np.bool_)
    kept[usable] = hazard[usable]
    return wording_of(texts, tongues, kept, *judges)
