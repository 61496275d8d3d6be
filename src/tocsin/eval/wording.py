"""Says old posts in new words, so that a stream longer than the data never repeats itself."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.eval.gate_view import Judge

SWAPPED = 0.5
"""Share of the free words of a post that a variant puts others in place of."""
LONGEST_FILLER = 40
NEIGHBOURS = 2
"""Words on either side of a hazard word that stay, since they carry its sense."""


class Wording(NamedTuple):
    """Texts cut at blanks into words of one list; n texts, m words in all."""

    words: list[str]
    at: NDArray[np.int64]
    word: NDArray[np.int32]
    fixed: NDArray[np.bool_]
    """(m,): words that every variant keeps (hazard words and their neighbours, links, names)."""
    tongue: NDArray[np.int16]
    """(n,): which list of fillers a text takes from."""
    fillers: list[NDArray[np.int32]]
    """Per tongue: free words as often as they occur."""
    tails: list[NDArray[np.int32]]
    """Per tongue: the same words once each; the last words of a variant come from here."""

    def variants(
        self, texts: NDArray[np.int64], variant: NDArray[np.int64], seed: list[int]
    ) -> list[str]:
        """The texts at these rows, each in the wording of its variant (from 1).

        Two variants of one text always differ in their last two words.
        """
        rng = np.random.default_rng(seed)
        lengths = self.at[texts + 1] - self.at[texts]
        stops = np.cumsum(lengths)
        flat = np.arange(stops[-1]) - np.repeat(stops - lengths - self.at[texts], lengths)
        chosen = self.word[flat]
        swap = ~self.fixed[flat] & (rng.random(len(flat)) < SWAPPED)
        tongues = np.repeat(self.tongue[texts], lengths)
        for tongue in np.unique(tongues):
            here = swap & (tongues == tongue)
            chosen[here] = rng.choice(self.fillers[tongue], int(here.sum()))
        words, said = self.words, []
        last = 0
        for row, stop in enumerate(stops.tolist()):
            tail = self._tail(int(texts[row]), int(variant[row]))
            said.append(" ".join([*(words[w] for w in chosen[last:stop].tolist()), *tail]))
            last = stop
        return said

    def _tail(self, text: int, variant: int) -> tuple[str, str]:
        tails = self.tails[self.tongue[text]]
        pair = (text * 7919 + variant) % (len(tails) * len(tails))
        return self.words[tails[pair % len(tails)]], self.words[tails[pair // len(tails)]]


def wording_of(
    texts: list[str],
    tongues: list[str],
    hazard: NDArray[np.bool_],
    names_hazard: Judge,
    touches_hazard: Judge,
) -> Wording:
    """Cuts the texts and marks what variants must keep; `hazard` flags texts that name one.

    Words that touch a hazard are never put in place of others.
    """
    index: dict[str, int] = {}
    at = np.zeros(len(texts) + 1, np.int64)
    found: list[int] = []
    for row, text in enumerate(texts):
        found.extend(index.setdefault(piece, len(index)) for piece in text.split())
        at[row + 1] = len(found)
    word = np.array(found, np.int32)
    words = list(index)
    speaks = names_hazard(words)
    bare = np.array([w.startswith(("@", "http", "&", "RT")) or "://" in w for w in words], np.bool_)
    long = np.array([len(w) > LONGEST_FILLER for w in words], np.bool_)
    fixed = _kept(texts, at, word, speaks, hazard, names_hazard) | bare[word]
    tongue_of, tongue = np.unique(np.array(tongues), return_inverse=True)
    free = ~(speaks | touches_hazard(words) | bare | long)
    fillers = _fillers(at, word, free, tongue, len(tongue_of))
    return Wording(
        words, at, word, fixed, tongue.astype(np.int16), fillers, [np.unique(f) for f in fillers]
    )


def _kept(
    texts: list[str],
    at: NDArray[np.int64],
    word: NDArray[np.int32],
    speaks: NDArray[np.bool_],
    hazard: NDArray[np.bool_],
    names_hazard: Judge,
) -> NDArray[np.bool_]:
    """Hazard words and their neighbours; where only a phrase speaks, the words it dies without."""
    core = speaks[word].copy()
    trials: list[str] = []
    places: list[int] = []
    for row in np.flatnonzero(hazard):
        low, high = int(at[row]), int(at[row + 1])
        if core[low:high].any():
            continue
        pieces = texts[row].split()
        for gone in range(high - low):
            trials.append(" ".join(pieces[:gone] + pieces[gone + 1 :]))
            places.append(low + gone)
    if trials:
        core[np.array(places)[~names_hazard(trials)]] = True
    for row in np.flatnonzero(hazard):
        low, high = int(at[row]), int(at[row + 1])
        if not core[low:high].any():
            core[low:high] = True
    kept = core.copy()
    text_of = np.repeat(np.arange(len(texts)), np.diff(at))
    for step in range(1, NEIGHBOURS + 1):
        same = text_of[step:] == text_of[:-step]
        kept[:-step] |= core[step:] & same
        kept[step:] |= core[:-step] & same
    return kept


def _fillers(
    at: NDArray[np.int64],
    word: NDArray[np.int32],
    free: NDArray[np.bool_],
    tongue: NDArray[np.intp],
    count: int,
) -> list[NDArray[np.int32]]:
    """Free words by tongue; a tongue too poor in words borrows those of all."""
    everything = word[free[word]]
    if not len(everything):
        everything = word[:1] if len(word) else np.zeros(1, np.int32)
    word_tongue = np.repeat(tongue, np.diff(at))
    pools = []
    for code in range(count):
        own = word[free[word] & (word_tongue == code)]
        pools.append(own if len(np.unique(own)) >= 100 else everything)
    return pools


def empty_wording() -> Wording:
    """The wording of no text, for streams in which nothing is said twice."""
    none = np.zeros(0, np.int32)
    return Wording(
        [], np.zeros(1, np.int64), none, np.zeros(0, np.bool_), np.zeros(0, np.int16), [], []
    )
