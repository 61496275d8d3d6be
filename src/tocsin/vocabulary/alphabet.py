"""What each code point is to the tokeniser: folded letter, digit, lone character or gap."""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIZE = 0x20000
SEP, LETTER, DIGIT, CHAR, EMOJI, DROP, HASH, AT = range(8)

_LONE = (
    (0x0E00, 0x0E7F), (0x0E80, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF),
    (0x1100, 0x11FF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x3130, 0x318F),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF),
    (0xFF66, 0xFF9D),
)  # fmt: skip
"""Scripts without word gaps (or with glued particles): one token for each character."""

_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
          (0x093C, 0x093C), (0x09BC, 0x09BC))  # fmt: skip
"""Marks that writers leave out at will."""

_BARE = " \u0640"
"""What is left of an Arabic mark that is encoded with the space or the dash it sits on."""

_SPECIAL = {
    "ß": "s", "ı": "i", "İ": "i", "ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "a", "œ": "o",
    "þ": "t", "ħ": "h", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك",
    "ة": "ه", "ؤ": "و", "ئ": "ي", "ґ": "г", "ς": "σ",
}  # fmt: skip


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _folded(char: str) -> str:
    lowered = char.lower()[0] if char not in _SPECIAL else char
    if lowered in _SPECIAL:
        return _SPECIAL[lowered]
    plain = unicodedata.normalize("NFKD", lowered)[0]
    plain = plain.lower()[0]
    return _SPECIAL.get(plain, plain)


def _entry(code: int) -> tuple[int, int]:
    """Class and folded code point of one code point."""
    char = chr(code)
    category = unicodedata.category(char)
    if code == 0x23 or code == 0xFF03:
        return HASH, code
    if code == 0x40 or code == 0xFF20:
        return AT, code
    if code == 0x640 or category == "Cf" or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF:
        return DROP, 0
    if _within(code, _MARKS):
        return DROP, 0
    if _within(code, _LONE):
        wide = unicodedata.normalize("NFKC", char)[0]
        return (CHAR, ord(wide)) if category[0] in "LM" else (SEP, 0)
    if category == "Nd":
        return DIGIT, ord("0") + unicodedata.digit(char)
    if category[0] == "L" or category in ("Mn", "Mc"):
        folded = ord(_folded(char))
        if chr(folded) in _BARE:
            return DROP, 0
        return (LETTER, folded) if folded < SIZE else (SEP, 0)
    if category == "So" and code >= 0x2190:
        return EMOJI, code
    return SEP, 0


@cache
def alphabet() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """(class, folded code point) for every code point below SIZE; higher ones are CHAR.

    CJK, Hangul and private ranges are filled by slice: asking unicodedata for each would
    cost a third of a second at start.
    """
    kind = np.zeros(SIZE, np.uint8)
    fold = np.zeros(SIZE, np.uint32)
    for low, high in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4)):
        kind[low:high] = CHAR
        fold[low:high] = np.arange(low, high)
    for low, high in ((0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x10000), (0x1D400, 0x1D800),
                      (0x1F000, 0x1FB00)):  # fmt: skip
        for code in range(low, high):
            kind[code], fold[code] = _entry(code)
    return kind, fold
