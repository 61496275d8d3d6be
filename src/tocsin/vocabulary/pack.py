"""The whole vocabulary, compiled once into flat tables, with its contract hash."""

import hashlib
from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Sense
from tocsin.errors import ConfigError
from tocsin.vocabulary.facts import FACT_IDS, FACT_KINDS
from tocsin.vocabulary.hazards import LANGUAGES, data_folder, load_hazards, read_tables
from tocsin.vocabulary.lexicon import Lexicon, compile_lexicon

CONTRACT = "v1"


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


_SENSE_KEYS = {
    "figurative": Sense.FIGURATIVE,
    "fiction": Sense.FICTION,
    "sport": Sense.FICTION,
    "past": Sense.PAST,
    "drill": Sense.DRILL,
    "hypothetical": Sense.HYPOTHETICAL,
    "negated": Sense.NEGATED,
}
_CUE_KEYS = {
    "first_person": Code.FIRST_PERSON,
    "injury": Code.INJURY,
    "shout": Code.SHOUT,
}


class Traits(NamedTuple):
    """Per-hazard columns the gate's kernel asks for; H rows."""

    rank: NDArray[np.int16]
    disruption: NDArray[np.bool_]
    life_safety: NDArray[np.bool_]


class Vocabulary(NamedTuple):
    """Everything the gate looks for, as tables."""

    sieve: Lexicon
    """Hazard terms and the rarer half of each pair: what decides that a post is read at all."""
    full: Lexicon
    pairs: NDArray[np.int32]
    """(p, 3): two atoms within a few tokens of each other, and the hazard they name; sorted."""
    pair_at: NDArray[np.int64]
    """Pairs of first atom a are rows pair_at[a] to pair_at[a + 1]."""
    traits: Traits
    fact_low: NDArray[np.float64]
    fact_high: NDArray[np.float64]
    fact_counted: NDArray[np.bool_]
    contract: str


def code_of(kind: Code, number: int, lang: int = 0) -> int:
    """language << 22 | kind << 16 | id; language 0 is a phrase that speaks in every text."""
    return lang << 22 | int(kind) << 16 | number


def bound(phrase: str, lang: str) -> tuple[str, int]:
    """A phrase and the id of the language it is bound to by a final `@`, else 0."""
    if not phrase.endswith("@"):
        return phrase, 0
    return phrase[:-1].rstrip(), LANGUAGES.index(lang)


def _coded(phrases: Iterable[str], lang: str, kind: Code, number: int) -> list[tuple[str, int]]:
    told = (bound(phrase, lang) for phrase in phrases)
    return [(phrase, code_of(kind, number, only)) for phrase, only in told]


class _HazardPhrases(NamedTuple):
    """What the hazard files say, sorted by what it is for."""

    sieve: list[tuple[str, int]]
    """Terms, and the first half of every pair: enough to decide that a text is read."""
    further: list[tuple[str, int]]
    """Second halves and figurative phrases."""
    pairs: NDArray[np.int32]


def _hazard_phrases() -> _HazardPhrases:
    terms: list[tuple[str, int]] = []
    figurative: list[tuple[str, int]] = []
    atoms: dict[tuple[str, int], int] = {}
    pairs: set[tuple[int, int, int]] = set()
    for number, hazard in enumerate(load_hazards()):
        for lang, wording in hazard.wordings.items():
            terms += _coded(wording.terms, lang, Code.HAZARD, number)
            figurative += _coded(wording.figurative, lang, Code.FIGURATIVE, number)
            for pair in wording.pairs:
                halves = [half.strip() for half in pair.split("+")]
                if len(halves) != 2:
                    raise ConfigError(
                        f"hazards/{hazard.key}.toml [{lang}] pairs", pair, "Write 'a + b'."
                    )
                one, two = (atoms.setdefault(bound(h, lang), len(atoms)) for h in halves)
                pairs.add((one, two, number))
    first = {one for one, _, _ in pairs}
    coded = [(half, code_of(Code.ATOM, number, only)) for (half, only), number in atoms.items()]
    return _HazardPhrases(
        [*terms, *(atom for atom in coded if atom[1] & 0xFFFF in first)],
        [*figurative, *(atom for atom in coded if atom[1] & 0xFFFF not in first)],
        np.array(sorted(pairs), np.int32).reshape(-1, 3),
    )


def _sense_phrases(table: dict[str, Any], lang: str) -> list[tuple[str, int]]:
    where = f"vocabulary/data/senses/{lang}.toml"
    found: list[tuple[str, int]] = []
    for key, phrases in table.items():
        if key in _SENSE_KEYS:
            found += _coded(phrases, lang, Code.SENSE, int(_SENSE_KEYS[key]))
        elif key in _CUE_KEYS:
            found += _coded(phrases, lang, _CUE_KEYS[key], 0)
        else:
            raise ConfigError(where, f"unknown key {key}", "See docs/reference/hazards.md.")
    return found


def _fact_phrases(table: dict[str, Any], lang: str) -> list[tuple[str, int]]:
    where = f"vocabulary/data/facts/{lang}.toml"
    found: list[tuple[str, int]] = []
    for key, entry in table.items():
        if key == "number_words":
            for word, value in entry.items():
                found += _coded([word], lang, Code.NUMBER, int(value))
        elif key in FACT_IDS:
            found += _coded(entry["cues"], lang, Code.FACT, FACT_IDS[key])
        else:
            raise ConfigError(where, f"unknown fact {key}", f"Known: {', '.join(FACT_IDS)}.")
    return found


def _further_phrases() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for lang, table in read_tables("senses").items():
        found += _sense_phrases(table, lang)
    for lang, table in read_tables("facts").items():
        found += _fact_phrases(table, lang)
    for lang, table in read_tables("assembly").items():
        if any("@" in term for term in table["terms"]):
            # Contract P7: a word of assembly is masked in whatever language it stands.
            raise ConfigError(f"assembly/{lang}.toml", "a term ends in @", "Remove the @.")
        found += [(term, code_of(Code.ASSEMBLY, 0)) for term in table["terms"]]
        found += [(term, code_of(Code.EXCEPTION, 0)) for term in table.get("exceptions", ())]
    for lang, table in read_tables("languages").items():
        if lang in LANGUAGES:
            number = code_of(Code.STOP, LANGUAGES.index(lang))
            found += [(word, number) for word in table["stop"]]
    return found


def _files_under(folder: Traversable) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += [(f"{entry.name}/{name}", data) for name, data in _files_under(entry)]
        elif entry.name.endswith(".toml"):
            found.append((entry.name, entry.read_bytes()))
    return found


def contract_hash() -> str:
    """`v1-` and 16 hex digits over every data file of vocabulary and policy (contract P16)."""
    digest = hashlib.blake2b(digest_size=8)
    for name, data in _files_under(data_folder()):
        digest.update(name.encode() + b"\0" + data + b"\0")
    return f"{CONTRACT}-{digest.hexdigest()}"


@cache
def load_vocabulary() -> Vocabulary:
    """Read and compile all data files; raises ConfigError or ValueError on a bad one."""
    hazards = load_hazards()
    phrases = _hazard_phrases()
    n_atoms = int(phrases.pairs[:, :2].max(initial=-1)) + 1
    return Vocabulary(
        sieve=compile_lexicon(phrases.sieve),
        full=compile_lexicon([*phrases.sieve, *phrases.further, *_further_phrases()]),
        pairs=phrases.pairs,
        pair_at=np.searchsorted(phrases.pairs[:, 0], np.arange(n_atoms + 1)),
        traits=Traits(
            np.array([h.rank for h in hazards], np.int16),
            np.array([h.disruption for h in hazards]),
            np.array([h.life_safety for h in hazards]),
        ),
        fact_low=np.array([kind.low for kind in FACT_KINDS]),
        fact_high=np.array([kind.high for kind in FACT_KINDS]),
        fact_counted=np.array([kind.counted for kind in FACT_KINDS]),
        contract=contract_hash(),
    )
