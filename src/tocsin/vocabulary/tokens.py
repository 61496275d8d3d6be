"""Cuts text into folded, hashed tokens over one contiguous UTF-8 buffer."""

from enum import IntEnum, IntFlag
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary import alphabet as abc
from tocsin.vocabulary.token_kernel import cut

PHRASE_MAX = 16
"""Longest phrase in tokens (characters, in scripts without word gaps)."""
STEM_MIN = 3
"""Shortest stem in letters."""

TAG_SALT = 0x48415348
"""Sets a word inside a hashtag apart from the same word in a sentence."""

_MASK = (1 << 64) - 1
_FNV = 0x100000001B3
_BASIS = 0xCBF29CE484222325
_GOLD = 0x9E3779B97F4A7C15


class Kind(IntEnum):
    """What a token is."""

    WORD = 1
    NUMBER = 2
    CHAR = 3
    EMOJI = 4


class Shape(IntFlag):
    """How a token was written."""

    CAPITAL = 1
    ALL_CAPS = 2
    TAG = 4


class Tokens(NamedTuple):
    """Tokens of n texts; `at` holds n + 1 offsets into the m-row columns."""

    at: NDArray[np.int64]
    hash: NDArray[np.uint64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    """Byte range within the text's own bytes."""
    kind: NDArray[np.uint8]
    shape: NDArray[np.uint8]
    value: NDArray[np.float64]
    """Value of a number, else nan."""
    bare: NDArray[np.uint64]
    """Hash without an Arabic clitic or article, else 0; of a word that a hashtag is made with,
    its own hash salted."""
    stem: NDArray[np.uint64]
    """(m, STEMS_KEPT): known stems of a word, the longest first, else 0."""
    marks: NDArray[np.uint8]
    """(n,): 1 link, 2 question mark, 4 exclamation mark, 8 repost prefix, per text."""


NO_STEMS = np.zeros(1, np.uint64)


def tokenise(
    buffer: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    stems: NDArray[np.uint64] = NO_STEMS,
    tags: NDArray[np.uint64] = NO_STEMS,
) -> Tokens:
    """Tokens of the texts `buffer[offsets[i]:offsets[i + 1]]` (UTF-8).

    `stems` is an open-addressed set (size a power of two, 0 = empty) of prefix hashes, `tags` one
    of words that a joined hashtag (`#placeflood`) is parted at.
    Malformed bytes count as gaps; nothing raises.
    """
    kind, fold = abc.alphabet()
    return Tokens(*cut(buffer, offsets, kind, fold, stems, tags))


def pack_texts(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One UTF-8 buffer and n + 1 offsets; lone surrogates become question marks."""
    blobs = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(blobs) + 1, np.int64)
    np.cumsum([len(blob) for blob in blobs], out=offsets[1:])
    return np.frombuffer(bytearray().join(blobs) or bytearray(1), np.uint8), offsets


def mix(state: int) -> int:
    """Finish a hash (the finaliser of splitmix64)."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


def join(state: int, token: int) -> int:
    """Key of a phrase grown by one token."""
    return mix((state * _GOLD & _MASK) ^ token)


def word_hash(letters: list[int]) -> int:
    """FNV-1a over folded code points, finished; the same for a stem."""
    state = _BASIS
    for letter in letters:
        state = ((state ^ letter) * _FNV) & _MASK
    return mix(state)


def phrase_tokens(text: str) -> tuple[list[int], bool]:
    """Token hashes of a phrase of the vocabulary, and whether its last word is a stem.

    Plain Python, for building tables. A run of three or more equal letters counts as one.
    """
    bare = text.rstrip()
    hashes: list[int] = []
    for piece in bare.rstrip("*").split():
        hashes += _piece_tokens(piece)
    return hashes, bare.endswith("*")


@cache
def _plain_alphabet() -> tuple[list[int], list[int]]:
    """The alphabet as lists: reading single numbers out of arrays is slow in plain Python."""
    kind, fold = abc.alphabet()
    return kind.tolist(), fold.tolist()


# Phrases share most of their words, and white space always parts tokens.
@lru_cache(maxsize=1 << 18)
def _piece_tokens(text: str) -> tuple[int, ...]:
    kind, fold = _plain_alphabet()
    hashes: list[int] = []
    word: list[int] = []
    was = abc.SEP
    for char in text + " ":
        code = ord(char)
        is_kind = kind[code] if code < abc.SIZE else abc.CHAR
        letter = fold[code] if code < abc.SIZE else code
        if is_kind == abc.DROP:
            continue
        if word and (is_kind != was or is_kind not in (abc.LETTER, abc.DIGIT)):
            hashes.append(word_hash(_calm(word) if was == abc.LETTER else word))
            word = []
        if is_kind in (abc.LETTER, abc.DIGIT):
            word.append(letter)
        elif is_kind in (abc.CHAR, abc.EMOJI):
            hashes.append(word_hash([letter]))
        was = is_kind
    return tuple(hashes)


def stem_letters(phrase: str) -> int:
    """Letters of the word a phrase ends in; 0 when it ends in a script without word gaps."""
    kind, _ = _plain_alphabet()
    count = 0
    for char in reversed(phrase.rstrip().rstrip("*")):
        code = ord(char)
        sort = kind[code] if code < abc.SIZE else abc.CHAR
        if sort not in (abc.LETTER, abc.DROP):
            break
        count += sort == abc.LETTER
    return count


def _calm(word: list[int]) -> list[int]:
    """A word with runs of three or more equal letters drawn together."""
    out: list[int] = []
    i = 0
    while i < len(word):
        j = i
        while j < len(word) and word[j] == word[i]:
            j += 1
        out.extend([word[i]] * (1 if j - i >= 3 else j - i))
        i = j
    return out


def phrase_key(text: str) -> tuple[int, int, bool]:
    """(key, tokens, stem) of a phrase; key 0 when nothing is left of it."""
    hashes, stem = phrase_tokens(text)
    if not hashes:
        return 0, 0, stem
    key = hashes[0]
    for token in hashes[1:]:
        key = join(key, token)
    return key, len(hashes), stem


def fold(text: str) -> str:
    """Text as the tokeniser sees it, for people."""
    kind, table = abc.alphabet()
    out = []
    for char in text:
        code = ord(char)
        if code >= abc.SIZE or kind[code] == abc.EMOJI:
            out.append(char)
        elif kind[code] != abc.DROP:
            out.append(chr(table[code]) if table[code] else " ")
    return "".join(out)
