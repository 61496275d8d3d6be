"""Phrases compiled into one flat table, and the walk that finds them in tokens."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import kernel
from tocsin.errors import Corruption
from tocsin.vocabulary.slot_kernel import find_slot
from tocsin.vocabulary.token_kernel import STEMS_KEPT, mixed
from tocsin.vocabulary.tokens import (
    PHRASE_MAX,
    STEM_MIN,
    TAG_SALT,
    Tokens,
    fold,
    join,
    phrase_tokens,
    stem_letters,
)  # fmt: skip

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_ZERO = np.uint64(0)
_STEM_SALT = 0x5354454D
_STEM_SALT_U = np.uint64(_STEM_SALT)
TAG = "##"
"""What a word stands behind that counts only as part of a joined hashtag."""
PREFIX_ONLY = -1
"""Entry of a key that only begins longer phrases."""


class Lexicon(NamedTuple):
    """Phrases by key (open addressing, size a power of two) with the codes they carry.

    Entry e of a key owns `codes[code_at[e]:code_at[e + 1]]`; a code is kind << 16 | id.
    """

    keys: NDArray[np.uint64]
    entries: NDArray[np.int32]
    code_at: NDArray[np.int32]
    codes: NDArray[np.int32]
    stems: NDArray[np.uint64]
    """Set of the stem hashes the tokeniser must look for."""
    tags: NDArray[np.uint64]
    """Set of the words the tokeniser parts a joined hashtag at."""


class Hits(NamedTuple):
    """Phrases found: CSR over texts; overlapping and nested ones are all listed."""

    at: NDArray[np.int64]
    token: NDArray[np.int32]
    """First token, counted within the text."""
    length: NDArray[np.int32]
    code: NDArray[np.int32]


def _open_addressed(keys: Iterable[int]) -> tuple[NDArray[np.uint64], dict[int, int]]:
    wanted = sorted(set(keys))
    size = 16
    while size < 3 * len(wanted):
        size *= 2
    table = np.zeros(size, np.uint64)
    slot_of = {}
    for key in wanted:
        slot = key & (size - 1)
        while table[slot] != 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = key
        slot_of[key] = slot
    return table, slot_of


def compile_lexicon(phrases: Iterable[tuple[str, int]], tag_words: Iterable[str] = ()) -> Lexicon:
    """A Lexicon of (phrase, code) pairs; a phrase ending in '*' is a stem.

    A word after TAG counts only where it is part of a joined hashtag; `tag_words` are further
    words to part hashtags at. Raises ValueError naming the phrase when it is empty, longer than
    PHRASE_MAX tokens, or ends in a stem of fewer than STEM_MIN letters, which the tokeniser never
    looks for.
    """
    codes_of: dict[int, set[int]] = defaultdict(set)
    stems: set[int] = set()
    prefixes: set[int] = set()
    phrases = list(phrases)
    tag_words = {*tag_words, *(phrase[len(TAG) :] for phrase, _ in phrases if phrase[:2] == TAG)}
    tags = {phrase_tokens(word)[0][0] for word in tag_words}
    parts = {fold(word) for word in tag_words}
    for phrase, code in phrases:
        tokens, is_stem = phrase_tokens(phrase)
        if phrase.startswith(TAG) and len(tokens) == 1:
            codes_of[tokens[0] ^ TAG_SALT].add(code)
            continue
        if parts and len(tokens) == 1 and not is_stem and _holds_part(fold(phrase), parts):
            tags.add(tokens[0])  # A word of its own, such as "campfire", is not parted.
        if not 0 < len(tokens) <= PHRASE_MAX:
            raise ValueError(f"{phrase!r} has {len(tokens)} tokens; write 1 to {PHRASE_MAX}")
        if is_stem:
            if stem_letters(phrase) < STEM_MIN:
                raise ValueError(f"{phrase!r} ends in a stem of fewer than {STEM_MIN} letters")
            stems.add(tokens[-1])
            tokens[-1] ^= _STEM_SALT
        key = tokens[0]
        for token in tokens[1:]:
            prefixes.add(key)
            key = join(key, token)
        codes_of[key].add(code)
    table, slot_of = _open_addressed([*codes_of, *prefixes])
    entries = np.full(len(table), PREFIX_ONLY, np.int32)
    code_at, codes = [0], list[int]()
    for number, key in enumerate(sorted(codes_of)):
        entries[slot_of[key]] = number
        codes.extend(sorted(codes_of[key]))
        code_at.append(len(codes))
    if len(codes_of.keys() | prefixes) != int((table != 0).sum()):
        raise Corruption("lexicon: two phrases share a key; change the salt in lexicon.py")
    return Lexicon(
        table,
        entries,
        np.array(code_at, np.int32),
        np.array(codes, np.int32),
        _open_addressed(stems)[0],
        _open_addressed(tags)[0],
    )


def _holds_part(word: str, parts: set[str]) -> bool:
    """Whether a word begins or ends with one that hashtags are parted at."""
    return any(word[:i] in parts or word[i:] in parts for i in range(2, len(word)))


@kernel(lends=True)
def _emit(out, used, token, length, entry, code_at, codes):
    """Write the codes of one entry as hits; returns the new count, or -1 when out is full."""
    for c in range(code_at[entry], code_at[entry + 1]):
        if used >= len(out):
            return -1
        out[used, 0], out[used, 1], out[used, 2] = token, length, codes[c]
        used += 1
    return used


@kernel
def _walk(at, hashes, bare, stem, keys, entries, code_at, codes, room, first_only):
    """All phrases of all texts; with `first_only` a text stops at its first hit."""
    n = len(at) - 1
    hit_at = np.zeros(n + 1, np.int64)
    out = np.zeros((room, 3), np.int32)
    used = 0
    for doc in range(n):
        done = False
        for p in range(at[doc], at[doc + 1]):
            if done:
                break
            for form in range(2):
                first = hashes[p] if form == 0 else bare[p]
                if first == _ZERO:
                    continue
                state = first
                before = _ZERO
                q = p
                while True:
                    slot = find_slot(keys, state)
                    if slot >= 0 and entries[slot] >= 0:
                        used = _emit(
                            out, used, p - at[doc], q - p + 1, entries[slot], code_at, codes
                        )
                        done = first_only
                    # A stem may end the phrase at token q.
                    for s in range(STEMS_KEPT):
                        # The stems of a bare first word stand beside those of the full one.
                        if (form == 1 and q == p) or stem[q, s] == _ZERO or used < 0:
                            continue
                        salted = stem[q, s] ^ _STEM_SALT_U
                        key = salted
                        if q > p:
                            key = mixed((before * _GOLD) ^ salted)
                        found = find_slot(keys, key)
                        if found >= 0 and entries[found] >= 0:
                            used = _emit(
                                out, used, p - at[doc], q - p + 1, entries[found], code_at, codes
                            )
                            done = first_only
                    if used < 0:
                        return hit_at, out, -1
                    if slot < 0 or q + 1 >= at[doc + 1]:
                        break
                    before = state
                    q += 1
                    state = mixed((before * _GOLD) ^ hashes[q])
        hit_at[doc + 1] = used
    return hit_at, out, used


def find(lexicon: Lexicon, tokens: Tokens, first_only: bool = False) -> Hits:
    """Every phrase of the lexicon in every text, in order of the first token.

    With `first_only` a text gives its first hits only: enough for the sieve.
    """
    room = len(tokens.hash) + 64
    while True:
        at, out, used = _walk(
            tokens.at, tokens.hash, tokens.bare, tokens.stem, lexicon.keys, lexicon.entries,
            lexicon.code_at, lexicon.codes, room, first_only,
        )  # fmt: skip
        if used >= 0:
            return Hits(at, out[:used, 0].copy(), out[:used, 1].copy(), out[:used, 2].copy())
        room *= 4
