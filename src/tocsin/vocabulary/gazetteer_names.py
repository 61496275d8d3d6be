"""Which names of a place are kept, and how much each needs before it counts."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from tocsin.vocabulary.tokens import join, phrase_tokens

NAME_TOKENS = 16
"""Longest name in tokens; scripts without word gaps need many."""
NAMES_PER_PLACE = 120


class Need(IntEnum):
    """What a name needs around it before it counts as a place."""

    NOTHING = 0
    CAPITAL = 1
    """A capital letter, a hashtag or a cue."""
    INSIDE = 2
    """A capital letter that no sentence begins with, or one with a cue."""
    CUE = 3
    """A capital letter and a cue, or its region or country right behind."""
    QUALIFIED = 4
    """Its region or country right behind, set off by a comma."""
    BESIDE = 5
    """The word for what it is right beside: airport, river, province."""
    CODE = 6
    """Capitals, and right before it a name (Springdale, NJ) or a cue (in NJ)."""


NEED_MASK = 0x0F
KATAKANA_BOUND = 0x10
"""Written in katakana: no katakana may touch it."""
LEFT_BOUND = 0x20
"""Written in Hangul: no character may touch it from the left (particles follow freely)."""
CASELESS = 0x40
"""Its script has no capitals, so only a cue can help."""
SORTED = 0x80
"""A place of this name is meant when the word for its sort stands beside."""

_BLOCKS = (
    (0x0041, 0x024F, "latin"), (0x1E00, 0x1EFF, "latin"), (0x0370, 0x03FF, "greek"),
    (0x1F00, 0x1FFF, "greek"), (0x0400, 0x052F, "cyrillic"), (0x0530, 0x058F, "armenian"),
    (0x0590, 0x05FF, "hebrew"), (0x0600, 0x077F, "arabic"), (0x0900, 0x0DFF, "indic"),
    (0x0E00, 0x0EFF, "thai"), (0x1000, 0x109F, "thai"), (0x1780, 0x17FF, "thai"),
    (0x10A0, 0x10FF, "georgian"), (0x1200, 0x137F, "ethiopic"), (0x3040, 0x309F, "hiragana"),
    (0x30A0, 0x30FF, "katakana"), (0x3400, 0x9FFF, "han"), (0xAC00, 0xD7AF, "hangul"),
)  # fmt: skip
_CASED = {"latin", "greek", "cyrillic", "armenian"}
_LONE = {"thai", "hiragana", "katakana", "han", "hangul"}
_HOME = {
    "greek": "GR CY", "cyrillic": "RU UA BY BG RS MK ME BA KZ KG TJ MN UZ", "armenian": "AM",
    "hebrew": "IL", "georgian": "GE", "ethiopic": "ET ER", "thai": "TH LA MM KH",
    "arabic": "EG SA AE IQ IR SY JO LB PS YE OM QA KW BH LY TN DZ MA SD SO MR PK AF DJ KM TD",
    "indic": "IN BD NP LK", "hiragana": "JP", "katakana": "JP", "han": "JP CN TW HK MO",
    "hangul": "KR KP",
}  # fmt: skip
_SHORTEST = {"han": 2, "katakana": 3, "hiragana": 3, "hangul": 2, "thai": 4}

_PIECES = re.compile(r"[^\w'’-]+")
_PLAIN = {"thai": 5, "arabic": 4, "indic": 4, "katakana": 4, "han": 3, "hangul": 2}
"""Letters from which a town's name at home, in a script without capitals, needs nothing else."""
_TOWN_SIGNS = ("시", "군", "市", "縣", "县", "県")


class Words(NamedTuple):
    """Single words by first token hash that a name may be mistaken for."""

    little: frozenset[int]
    capital: frozenset[int]
    doubtful: frozenset[int]
    never: frozenset[int]
    common: frozenset[int]
    """Hazard terms and everyday words of the vocabulary."""
    said: frozenset[int] = frozenset()
    """Words that stand without a capital letter in the sentences of the vocabulary."""
    named: frozenset[int] = frozenset()
    """Words of its phrases, which are written without capitals whatever they are."""


def script_of(name: str) -> str:
    """Script of the first letter of a name; "other" when it has none we know."""
    for char in name:
        code = ord(char)
        if char.isalpha():
            return next((s for low, high, s in _BLOCKS if low <= code <= high), "other")
    return "other"


def single(words: list[str]) -> frozenset[int]:
    """Token hashes of those entries that are one token, or one run of lone characters."""
    keys = set()
    for word in words:
        hashes, stem = phrase_tokens(word)
        if not stem and (len(hashes) == 1 or (hashes and script_of(word) in _LONE)):
            keys.add(key_of(hashes))
    return frozenset(keys)


def key_of(hashes: list[int]) -> int:
    """Key of a whole name from its token hashes; as `tokens.phrase_key`, without its bound."""
    key = hashes[0]
    for token in hashes[1:]:
        key = join(key, token)
    return key


def read_words(folder: Path) -> Words:
    """The stop list, and what the hazard and language files hold by now."""
    stop = tomllib.loads((folder / "stoplist.toml").read_text("utf-8"))
    common: list[str] = []
    for part in ("hazards", "words", "languages"):
        for path in sorted((folder / part).glob("*.toml")):
            common.extend(_strings(tomllib.loads(path.read_text("utf-8"))))
    return Words(
        little=single(stop["little"]),
        capital=single(stop["capital"]),
        doubtful=single(stop["doubtful"]),
        never=single(stop["never"]),
        common=single(common),
        **_inner(folder),
    )


def _inner(folder: Path) -> dict[str, frozenset[int]]:
    """The words inside sentences and phrases, for scripts with gaps between words."""
    said: list[str] = []
    named: list[str] = []
    for part in ("assembly", "facts", "hazards", "senses", "words"):
        for path in sorted((folder / part).glob("*.toml")):
            for key, text in _texts(tomllib.loads(path.read_text("utf-8"))):
                words = [word for piece in _PIECES.split(text) for word in [piece.strip("-'’")]]
                if key in ("yes", "no"):
                    said += [word for word in words if word and not word[0].isupper()]
                else:
                    named += words
    return {"said": _worded(said), "named": _worded(named)}


def _worded(words: list[str]) -> frozenset[int]:
    spaced = {word for word in words if word and script_of(word) not in _LONE}
    return frozenset(h[0] for h in (phrase_tokens(word)[0] for word in spaced) if len(h) == 1)


def _texts(node: Any, under: str = "") -> Iterator[tuple[str, str]]:
    """(key, text) of every text in a list of a data file."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(value, key) if not isinstance(value, int) else [("number", key)]
    elif isinstance(node, list):
        for value in node:
            yield from [(under, value)] if isinstance(value, str) else _texts(value, under)


def blanks(folder: Path) -> list[list[int]]:
    """Token hashes of phrases that hold a place name and name no place."""
    stop = tomllib.loads((folder / "stoplist.toml").read_text("utf-8"))
    return [phrase_tokens(phrase)[0] for phrase in stop["blanks"]]


def codes(table: Mapping[str, list[str]]) -> dict[tuple[str, str], int]:
    """Key by (country, region) of codes that are written for a first-level region."""
    return {
        (country, code): key_of(phrase_tokens(code)[0])
        for country, listed in table.items()
        for code in listed
    }


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("labels", "exceptions", "name"):
                yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from [value] if isinstance(value, str) else _strings(value)


def kept_names(main: str, others: list[str], country: str, population: int) -> list[str]:
    """Names of a city worth finding: its own, and others as far as its size carries them."""
    room = 6 if population < 15_000 else 16 if population < 100_000 else NAMES_PER_PLACE
    kept = [main]
    at_home = [name for name in others if country in _HOME.get(script_of(name), "").split()]
    # People leave out the sign of a town: 경주 for 경주시.
    at_home += [name[:-1] for name in at_home if name.endswith(_TOWN_SIGNS) and len(name) == 3]
    latin = [name for name in others if script_of(name) == "latin"]
    for name in dict.fromkeys([*at_home, *latin, *others]):
        if len(kept) >= room:
            break
        short = main.startswith((f"{name} ", f"{name}-")) and len(name) >= 6
        if name != main and (short or _worth(name, country, population)):
            kept.append(name)
    return kept


def _worth(name: str, country: str, population: int) -> bool:
    script = script_of(name)
    if any(char.isdigit() for char in name) or script == "other":
        return False
    if script == "latin":
        # Lower-case Latin alternates are machine transliterations, three capitals an airport.
        proper = name[0].isupper() and len(name) >= 4 and not name.isupper()
        return proper and population >= 15_000
    at_home = country in _HOME.get(script, "").split()
    if script in _LONE and len(name) < _SHORTEST[script] + (0 if at_home else 1):
        # Three signs of katakana are seldom a word; the few that are stand in the stop list.
        least = 300_000 if script == "katakana" and len(name) == 3 else 1_000_000
        return population >= least and len(name) >= 2
    if script == "han" and len(name) == 2:
        return population >= 200_000
    return population >= (1_000 if at_home else 50_000)


def _is_word(key: int, script: str, population: int, is_main: bool, words: Words) -> bool:
    """Whether a name is rather a word that the vocabulary itself uses.

    A phrase may hold the proper name of a great city, and so may a sentence in a script that has
    no capitals: there only smaller places are doubted.
    """
    if script in _CASED:
        return key in words.said or (key in words.named and (population < 100_000 or not is_main))
    return population < 100_000 and (key in words.said or key in words.named)


def flags_of(name: str, hashes: list[int], country: str, population: int, is_main: bool,
             words: Words) -> int | None:  # fmt: skip
    """Need and script flags of one name of a city, region or country; None drops the name."""
    script = script_of(name)
    if not hashes or len(hashes) > NAME_TOKENS:
        return None
    flags = _script_flags(script)
    alone = len(hashes) == 1 or script in _LONE
    if alone and len(hashes) == 1 and (script in _LONE or sum(c.isalpha() for c in name) < 3):
        return None
    if not alone and all(token in words.little for token in hashes):
        return None
    key = key_of(hashes)
    if alone and (key in words.never or key in words.little):
        return flags | Need.QUALIFIED
    if alone and key in words.doubtful:
        return flags | Need.CUE
    if alone and key in words.capital:
        return flags | Need.CAPITAL
    if alone and (key in words.common or _is_word(key, script, population, is_main, words)):
        small = Need.QUALIFIED if population < 50_000 else Need.CUE
        return flags | (small if population < 300_000 else Need.CAPITAL)
    native = country in _HOME.get(script, "").split()
    at_home = script == "latin" or native
    known = population >= (150_000 if len(name) == 2 else 50_000)
    if native and known and script in _PLAIN and len(name) >= _PLAIN[script]:
        return flags | Need.NOTHING
    if script in _LONE or population >= 100_000:
        return flags | (Need.NOTHING if is_main or population >= 300_000 else Need.CAPITAL)
    # Short names of small towns are words of some language more often than not.
    short = script in _CASED and sum(char.isalpha() for char in name) <= 4
    if population >= 15_000 and at_home:
        return flags | (Need.INSIDE if short else Need.CAPITAL)
    return flags | (Need.CUE if short else Need.INSIDE)


def beside_flags(name: str) -> int:
    """Flags of a name that counts only beside the word for what it is."""
    script = script_of(name)
    return Need.BESIDE | SORTED | _script_flags(script)


def _script_flags(script: str) -> int:
    bound = {"katakana": KATAKANA_BOUND, "hangul": LEFT_BOUND}.get(script, 0)
    return bound | (0 if script in _CASED else CASELESS)


def unsure(name: str, flags: int, words: Words, is_region: bool) -> int | None:
    """Flags of a name nobody chose by hand: at least a capital; None for general words.

    A region's name of one word is also a person's or a town's: it needs a cue.
    """
    hashes, _ = phrase_tokens(name)
    if all(token in words.little or token in words.never for token in hashes):
        return None
    if flags & CASELESS:
        return flags
    short = sum(char.isalpha() for char in name) <= 5
    least = Need.INSIDE if short else Need.CAPITAL
    if is_region and len(hashes) == 1:
        least = Need.CUE
    return (flags & ~NEED_MASK) | max(flags & NEED_MASK, least)
