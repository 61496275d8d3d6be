"""What scripts and letters say of the language of a text."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary.tongues import LANGUAGES

SCRIPTS = (
    (0x3040, 0x30FF, "ja"), (0xAC00, 0xD7AF, "ko"), (0x0E00, 0x0E7F, "th"), (0x4E00, 0x9FFF, "zh"),
    (0x0980, 0x09FF, "bn"), (0x0900, 0x097F, "hi"), (0x0370, 0x03FF, "el"), (0x0600, 0x06FF, "ar"),
    (0x0400, 0x04FF, "ru"),
)  # fmt: skip
"""A script gives away the language that most writes it, where nothing else speaks."""
LETTERS = {
    ("uk", 2): "їєґЇЄҐ",
    ("uk", 1): "іІ",
    ("ru", 2): "ыэЫЭ",
    ("ru", 1): "ёъ",
    ("fa", 2): "گچپژ",
    ("fa", 1): "یک",
    ("vi", 2): "ơưƠƯạảấầẩậắằẳặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵỷỹ",
    ("vi", 1): "đĐ",
    ("tr", 2): "ıİğĞ",
    ("tr", 1): "ş",
    ("pl", 2): "łŁżŻęĘąĄ",
    ("pl", 1): "śźćń",
    ("de", 2): "ß",
    ("de", 1): "äÄ",
    ("es", 1): "ñÑ¿¡",
    ("pt", 1): "ãõÃÕ",
    ("fr", 1): "œùûœ",
}
"""Letters that only a few languages write, with their votes beside function words."""


@cache
def language_signs() -> NDArray[np.int64]:
    """Rows for `language_kernel.script_of`: first and last code point, language id, votes."""
    rows = [(low, high, LANGUAGES.index(lang), 0) for low, high, lang in SCRIPTS]
    for (lang, votes), letters in LETTERS.items():
        number = LANGUAGES.index(lang)
        rows += [(ord(letter), ord(letter), number, votes) for letter in sorted(set(letters))]
    return np.array(rows, np.int64)
