"""Reads the texts that passed the sieve: hazard, sense, facts, places, terms."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Flag, Sense
from tocsin.gate.language_kernel import hear
from tocsin.gate.languages import language_signs
from tocsin.gate.read_kernel import judge
from tocsin.gate.wording_kernel import feature_lists, weigh
from tocsin.metrics import Reason
from tocsin.vocabulary.codes import Code
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.lexicon import Hits, find
from tocsin.vocabulary.pack import Vocabulary
from tocsin.vocabulary.tokens import Tokens, tokenise
from tocsin.vocabulary.tongues import LANGUAGES

REASON_OF_VERDICT = {
    1: Reason.NO_HAZARD,
    2: Reason.ASSEMBLY,
    10 + Sense.FIGURATIVE: Reason.FIGURATIVE,
    10 + Sense.FICTION: Reason.FICTION,
    10 + Sense.PAST: Reason.PAST,
    10 + Sense.DRILL: Reason.DRILL,
    10 + Sense.HYPOTHETICAL: Reason.HYPOTHETICAL,
    10 + Sense.NEGATED: Reason.NEGATED,
}
_QUESTION_MARK = 2


class Reading(NamedTuple):
    """What n texts say, as columns; the texts themselves are done with."""

    hazard: NDArray[np.int32]
    verdict: NDArray[np.int32]
    """0 = admitted, else a key of REASON_OF_VERDICT."""
    sense: NDArray[np.uint8]
    flags: NDArray[np.uint16]
    lang: NDArray[np.uint8]
    sketch: NDArray[np.uint64]
    fact_at: NDArray[np.int64]
    fact_kind: NDArray[np.uint8]
    fact_value: NDArray[np.float64]
    term_at: NDArray[np.int64]
    term: NDArray[np.uint32]
    place_at: NDArray[np.int64]
    place: NDArray[np.int32]
    named: NDArray[np.uint8]
    """(n, H) bits NAMED_... of sense_kernel, when every hazard was asked for."""
    is_bare: NDArray[np.bool_]
    """Whether a text names no place and no figure: only then the sense model may refuse it."""


def read(
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    declared: NDArray[np.uint8],
    term_key: int,
    every: bool = False,
) -> Reading:
    """Read n texts (UTF-8 in `buffer`); `declared` are language ids, 0 where unknown.

    With `every`, `named` tells of each hazard how each text names it, not only of the strongest.
    """
    tokens, lang, hits = _heard(vocabulary, buffer, offsets, declared)
    (hazard, verdict, flags, named, sketch, fact_at, fact_kind, fact_value, term_at, term) = judge(
        tokens.at, tokens.hash, tokens.start, tokens.end, tokens.kind, tokens.value, tokens.marks,
        hits.at, hits.token, hits.length, hits.code, vocabulary.pairs,
        vocabulary.pair_at, *vocabulary.traits,
        *vocabulary.facts, buffer, offsets,
        np.uint64(term_key), every,
    )  # fmt: skip
    sense = np.where(tokens.marks & _QUESTION_MARK, int(Sense.QUESTION), int(Sense.LITERAL))
    hidden = hide(tokens, hits)
    place_at, place, placed = gazetteer.marked(hidden, langs=lang)
    wording = vocabulary.wording
    unlike = wording.refuses(
        *weigh(hidden.at, hidden.hash, hidden.kind, placed, wording.weight, wording.check)
    )
    # Whoever says where, or how many, reports; the training labels know one event's words only.
    is_bare = (np.diff(place_at) == 0) & (flags & Flag.NUMBER == 0)
    verdict[(verdict == 0) & unlike & is_bare] = 10 + Sense.FIGURATIVE
    return Reading(
        hazard, verdict, sense.astype(np.uint8), flags, lang, sketch, fact_at, fact_kind,
        fact_value, term_at, term, place_at, place, named, is_bare,
    )  # fmt: skip


def word_features(
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """What the sense model weighs of n texts, for training it: (at int64[n + 1], features)."""
    silent = np.zeros(len(offsets) - 1, np.uint8)
    tokens, lang, hits = _heard(vocabulary, buffer, offsets, silent)
    hidden = hide(tokens, hits)
    placed = gazetteer.marked(hidden, langs=lang)[2]
    found: tuple[NDArray[np.int64], NDArray[np.uint64]] = feature_lists(
        hidden.at, hidden.hash, hidden.kind, placed
    )
    return found


def _heard(
    vocabulary: Vocabulary,
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    declared: NDArray[np.uint8],
) -> tuple[Tokens, NDArray[np.uint8], Hits]:
    """Tokens, languages, and the phrases that stand in the language of their text."""
    tokens = tokenise(buffer, offsets, vocabulary.full.stems, vocabulary.full.tags)
    found = find(vocabulary.full, tokens)
    lang, *heard = hear(
        buffer, offsets, declared, found.at, found.token, found.length, found.code,
        language_signs(), len(LANGUAGES),
    )  # fmt: skip
    return tokens, lang, Hits(*heard)


def hide(tokens: Tokens, hits: Hits) -> Tokens:
    """Tokens with hazard and assembly phrases blanked, so that no place is read out of them."""
    hashes = tokens.hash.copy()
    kinds = hits.code >> 16
    h = np.flatnonzero((kinds == Code.HAZARD) | (kinds == Code.ASSEMBLY))
    doc = np.searchsorted(hits.at, h, side="right") - 1
    first, length = tokens.at[doc] + hits.token[h], hits.length[h]
    for further in range(int(length.max(initial=0))):
        hashes[first[length > further] + further] = 0
    return tokens._replace(hash=hashes)
