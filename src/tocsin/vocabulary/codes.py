"""What a phrase of the lexicon stands for, packed into one number."""

from collections.abc import Iterable
from enum import IntEnum

from tocsin.vocabulary.tongues import LANGUAGES


class Code(IntEnum):
    """What a phrase of the lexicon stands for; the upper half of its code."""

    HAZARD = 0
    ATOM = 1
    FIGURATIVE = 2
    SENSE = 3
    FACT = 4
    NUMBER = 5
    ASSEMBLY = 6
    EXCEPTION = 7
    FIRST_PERSON = 8
    INJURY = 9
    SHOUT = 10
    STOP = 11
    UNIT = 12


def code_of(kind: Code, number: int, lang: int = 0) -> int:
    """language << 22 | kind << 16 | id; language 0 is a phrase that speaks in every text."""
    return lang << 22 | int(kind) << 16 | number


def bound(phrase: str, lang: str) -> tuple[str, int]:
    """A phrase and the id of the language it is bound to by a final `@`, else 0."""
    if not phrase.endswith("@"):
        return phrase, 0
    return phrase[:-1].rstrip(), LANGUAGES.index(lang)


def coded(phrases: Iterable[str], lang: str, kind: Code, number: int) -> list[tuple[str, int]]:
    """Phrases of one language with their codes."""
    told = (bound(phrase, lang) for phrase in phrases)
    return [(phrase, code_of(kind, number, only)) for phrase, only in told]
