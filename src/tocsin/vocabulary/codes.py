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
    AGE = 13


LANG_SHIFT = 22
BOUND = 1 << 27


def code_of(kind: Code, number: int, lang: int = 0, bound: bool = False) -> int:
    """bound << 27 | language << 22 | kind << 16 | id.

    The language a phrase comes from speaks for that language; a bound one counts nowhere else.
    """
    return (BOUND if bound else 0) | lang << LANG_SHIFT | int(kind) << 16 | number


def unbound(phrase: str) -> tuple[str, bool]:
    """A phrase without the final `@` that binds it to its language, and whether it had one."""
    return phrase.removesuffix("@").rstrip(), phrase.endswith("@")


def coded(phrases: Iterable[str], lang: str, kind: Code, number: int) -> list[tuple[str, int]]:
    """Phrases of one language with their codes."""
    home = LANGUAGES.index(lang)
    told = map(unbound, phrases)
    return [(phrase, code_of(kind, number, home, only)) for phrase, only in told]
