"""Reads the texts that passed the sieve: hazard, sense, facts, places, terms."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Sense
from tocsin.gate.read_kernel import judge
from tocsin.metrics import Reason
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import LANGUAGES
from tocsin.vocabulary.lexicon import Hits, find
from tocsin.vocabulary.pack import Code, Vocabulary
from tocsin.vocabulary.tokens import Tokens, tokenise

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
_SCRIPTS = (
    (0x3040, 0x30FF, "ja"), (0xAC00, 0xD7AF, "ko"), (0x0E00, 0x0E7F, "th"), (0x4E00, 0x9FFF, "zh"),
    (0x0980, 0x09FF, "bn"), (0x0900, 0x097F, "hi"), (0x0370, 0x03FF, "el"), (0x0600, 0x06FF, "ar"),
    (0x0400, 0x04FF, "ru"),
)  # fmt: skip


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


def sieve(
    vocabulary: Vocabulary, buffer: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Which texts hold a hazard term, or an atom of a pair, of any language; (n,) bool."""
    hits = find(vocabulary.sieve, tokenise(buffer, offsets, vocabulary.sieve.stems), True)
    return np.diff(hits.at) > 0


def script_language(text: bytes) -> int:
    """Language id a script alone gives away; 0 for Latin and unknown ones."""
    seen = {
        lang
        for char in text.decode("utf-8", "replace")[:400]
        if ord(char) >= 0x370
        for low, high, lang in _SCRIPTS
        if low <= ord(char) <= high
    }
    for _, _, lang in _SCRIPTS:
        if lang in seen:
            return LANGUAGES.index(lang)
    return 0


def _languages(
    votes: NDArray[np.int16], declared: NDArray[np.uint8], scripts: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Language ids: what two function words say, else the script, else what was declared."""
    best = votes.argmax(axis=1).astype(np.uint8)
    sure = votes.max(axis=1) >= 2
    guess = np.where(scripts > 0, scripts, declared)
    return np.where(sure, best, guess).astype(np.uint8)


def read(
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    declared: NDArray[np.uint8],
    term_key: int,
) -> Reading:
    """Read n texts (UTF-8 in `buffer`); `declared` are language ids, 0 where unknown."""
    tokens = tokenise(buffer, offsets, vocabulary.full.stems)
    hits = find(vocabulary.full, tokens)
    (hazard, verdict, flags, votes, sketch, fact_at, fact_kind, fact_value, term_at, term) = judge(
        tokens.at, tokens.hash, tokens.start, tokens.end, tokens.kind, tokens.value, tokens.marks,
        hits.at, hits.token, hits.length, hits.code, vocabulary.pairs,
        vocabulary.pair_at, *vocabulary.traits,
        vocabulary.fact_low, vocabulary.fact_high, vocabulary.fact_counted,
        np.uint64(term_key), len(LANGUAGES),
    )  # fmt: skip
    raw = buffer.tobytes()
    scripts = np.array(
        [script_language(raw[offsets[i] : offsets[i + 1]]) for i in range(len(hazard))], np.uint8
    )
    sense = np.where(tokens.marks & _QUESTION_MARK, int(Sense.QUESTION), int(Sense.LITERAL))
    place_at, place = gazetteer.matches(hide(tokens, hits))
    return Reading(
        hazard, verdict, sense.astype(np.uint8), flags, _languages(votes, declared, scripts),
        sketch, fact_at, fact_kind, fact_value, term_at, term, place_at, place,
    )  # fmt: skip


def hide(tokens: Tokens, hits: Hits) -> Tokens:
    """Tokens with hazard and assembly phrases blanked, so that no place is read out of them."""
    hashes = tokens.hash.copy()
    kinds = hits.code >> 16
    for code in (Code.HAZARD, Code.ASSEMBLY):
        for h in np.flatnonzero(kinds == code):
            doc = np.searchsorted(hits.at, h, side="right") - 1
            first = tokens.at[doc] + hits.token[h]
            hashes[first : first + hits.length[h]] = 0
    return tokens._replace(hash=hashes)
