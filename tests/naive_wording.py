"""Weighing the words of one text, written as rules about lists."""

from naive_text import NUMBER
from tocsin.vocabulary.tokens import join, mix

WORDS_MAX = 64
BEGIN, FIGURE, VEIL = 1, 2, 3
"""What stands for the beginning, for a figure, and for a name of a hazard or a place."""


def words_of(tokens, hidden):
    """Tokens as the model sees them: figures alike, neighbouring names drawn together."""
    words = []
    for i, (hashed, kind) in enumerate(tokens[:WORDS_MAX]):
        word = VEIL if i in hidden else FIGURE if kind == NUMBER else hashed
        if word != VEIL or not words or words[-1] != VEIL:
            words.append(word)
    return words


def features(tokens, hidden):
    """Distinct features: each word, and each word with the one before it."""
    words = words_of(tokens, hidden)
    before = [BEGIN, *words][: len(words)]
    return {mix(word) for word in words} | {
        join(one, two) for one, two in zip(before, words, strict=True)
    }


def weighed(tokens, hidden, weight, check):
    """(sum of weights, features known)."""
    known = [
        int(weight[f % len(weight)])
        for f in features(tokens, hidden)
        if weight[f % len(weight)] != 0 and check[f % len(weight)] == f >> 56
    ]
    return sum(known), len(known)
