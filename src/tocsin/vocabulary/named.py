"""What hazard a short official phrase names, in the words of one language or of any."""

from typing import NamedTuple

import numpy as np

from tocsin.vocabulary.codes import BOUND, LANG_SHIFT, Code
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.lexicon import find
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tokens import pack_texts, tokenise
from tocsin.vocabulary.tongues import LANGUAGES

_LANG_BITS = 31


class Named(NamedTuple):
    """The hazard a phrase names, None for none; whether it holds a word of assembly."""

    hazard: str | None
    assembly: bool


def named_in(phrase: str, language: str = "") -> Named:
    """What a phrase of a few words names; of several hazards the one of the highest rank.

    `language` is a BCP 47 tag; terms that mean a hazard in one language only count there.
    """
    vocabulary = load_vocabulary()
    buffer, offsets = pack_texts([phrase])
    tokens = tokenise(buffer, offsets, vocabulary.full.stems, vocabulary.full.tags)
    found = find(vocabulary.full, tokens)
    own = language[:2].lower()
    spoken = LANGUAGES.index(own) if own in LANGUAGES else 0
    home = found.code >> LANG_SHIFT & _LANG_BITS
    heard = (found.code & BOUND == 0) | (home == spoken)
    kind = found.code >> 16 & (1 << LANG_SHIFT - 16) - 1
    hits = np.flatnonzero(heard & (kind == Code.HAZARD))
    hazards = load_hazards()
    ranked = [
        (int(found.length[h]), hazards[found.code[h] & 0xFFFF].rank, -int(found.code[h] & 0xFFFF))
        for h in hits
    ]
    # The longest phrase is the most exact one: a name in three words beats one word within it.
    best = max(ranked, default=None)
    return Named(
        hazards[-best[2]].key if best is not None else None, bool((kind == Code.ASSEMBLY).any())
    )
