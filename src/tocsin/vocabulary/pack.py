"""The whole vocabulary, compiled once into flat tables, with its contract hash."""

import hashlib
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Sense
from tocsin.errors import ConfigError
from tocsin.vocabulary.codes import Code, code_of, coded, unbound
from tocsin.vocabulary.hazards import Hazard, load_hazards, read_tables
from tocsin.vocabulary.lexicon import TAG, Lexicon, compile_lexicon
from tocsin.vocabulary.measures import (
    FactTables,
    fact_phrases,
    fact_tables,
    load_units,
    unit_phrases,
)
from tocsin.vocabulary.sense_model import SenseModel, load_sense_model
from tocsin.vocabulary.stored import collector_off, data_folder, files_under, read_stored
from tocsin.vocabulary.token_kernel import TAG_PART_MIN
from tocsin.vocabulary.tokens import stem_letters
from tocsin.vocabulary.tongues import LANGUAGES

CONTRACT = "v1"


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
    """Hazard terms and the halves of pairs: what decides that a post is read at all."""
    full: Lexicon
    pairs: NDArray[np.int32]
    """(p, 3): two atoms within a few tokens of each other, and the hazard they name; sorted."""
    pair_at: NDArray[np.int64]
    """Pairs of first atom a are rows pair_at[a] to pair_at[a + 1]."""
    traits: Traits
    facts: FactTables
    wording: SenseModel
    contract: str


_GROUPS: dict[str, Any] = {
    "sieve": Lexicon, "full": Lexicon, "traits": Traits, "facts": FactTables,
}  # fmt: skip
"""Tables within the vocabulary that are made of arrays alone."""


class _HazardPhrases(NamedTuple):
    """What the hazard files say, sorted by what it is for."""

    sieve: list[tuple[str, int]]
    """Terms and both halves of every pair: enough to decide that a text is read."""
    further: list[tuple[str, int]]
    """Figurative phrases."""
    pairs: NDArray[np.int32]


def _hazard_phrases(hazards: tuple[Hazard, ...]) -> _HazardPhrases:
    terms: list[tuple[str, int]] = []
    figurative: list[tuple[str, int]] = []
    atoms: dict[tuple[str, bool, int], int] = {}
    pairs: set[tuple[int, int, int]] = set()
    for number, hazard in enumerate(hazards):
        terms += [(TAG + word, code_of(Code.HAZARD, number)) for word in hazard.tags]
        for lang, wording in hazard.wordings.items():
            home = LANGUAGES.index(lang)
            terms += coded(wording.terms, lang, Code.HAZARD, number)
            figurative += coded(wording.figurative, lang, Code.FIGURATIVE, number)
            for pair in wording.pairs:
                parts = [half.strip() for half in pair.split("+")]
                if len(parts) != 2:
                    raise ConfigError(
                        f"hazards/{hazard.key}.toml [{lang}] pairs", pair, "Write 'a + b'."
                    )
                one, two = (atoms.setdefault((*unbound(h), home), len(atoms)) for h in parts)
                pairs.add((one, two, number))
    halves = [
        (half, code_of(Code.ATOM, number, home, only))
        for (half, only, home), number in atoms.items()
    ]
    return _HazardPhrases(
        [*terms, *halves],
        figurative,
        np.array(sorted(pairs), np.int32).reshape(-1, 3),
    )


def _sense_phrases(table: dict[str, Any], lang: str) -> list[tuple[str, int]]:
    where = f"vocabulary/data/senses/{lang}.toml"
    found: list[tuple[str, int]] = []
    for key, phrases in table.items():
        if key in _SENSE_KEYS:
            found += coded(phrases, lang, Code.SENSE, int(_SENSE_KEYS[key]))
        elif key in _CUE_KEYS:
            found += coded(phrases, lang, _CUE_KEYS[key], 0)
        else:
            raise ConfigError(where, f"unknown key {key}", "See docs/reference/hazards.md.")
    return found


def _further_phrases() -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for lang, table in read_tables("senses").items():
        found += _sense_phrases(table, lang)
    for lang, table in read_tables("facts").items():
        found += fact_phrases(table, lang)
    for lang, table in read_tables("assembly").items():
        if any("@" in term for term in table["terms"]):
            # Contract P7: a word of assembly is masked in whatever language it stands.
            raise ConfigError(f"assembly/{lang}.toml", "a term ends in @", "Remove the @.")
        found += [(term, code_of(Code.ASSEMBLY, 0)) for term in table["terms"]]
        found += [(term, code_of(Code.EXCEPTION, 0)) for term in table.get("exceptions", ())]
    for lang, table in read_tables("languages").items():
        if lang in LANGUAGES:
            home = LANGUAGES.index(lang)
            number = code_of(Code.STOP, home, home)
            found += [(word, number) for word in table["stop"]]
    return found


def _assembly_tags() -> list[str]:
    """Words of assembly a hashtag is parted at, so that the mask sees them (contract P7)."""
    terms = [term for table in read_tables("assembly").values() for term in table["terms"]]
    words = {term.rstrip("*") for term in terms}
    return sorted(word for word in words if stem_letters(word) == len(word) >= TAG_PART_MIN)


def contract_hash() -> str:
    """`v1-` and 16 hex digits over every data file of vocabulary and policy (contract P16)."""
    digest = hashlib.blake2b(digest_size=8)
    for name, data in files_under(data_folder()):
        digest.update(name.encode() + b"\0" + data + b"\0")
    return f"{CONTRACT}-{digest.hexdigest()}"


@cache
def load_vocabulary() -> Vocabulary:
    """The vocabulary of the data files; raises ConfigError or ValueError on a bad one."""
    held = read_stored("pack")
    wording = load_sense_model()
    if held is None:
        return compile_vocabulary(wording)
    parts: dict[str, Any] = {name: array for name, array in held.items() if "." not in name}
    for name, kind in _GROUPS.items():
        parts[name] = kind(**{field: held[f"{name}.{field}"] for field in kind._fields})
    return Vocabulary(**parts, wording=wording, contract=contract_hash())


def tables_of(vocabulary: Vocabulary) -> dict[str, NDArray[Any]]:
    """The arrays `load_vocabulary` puts together again, by name."""
    found: dict[str, Any] = {"pairs": vocabulary.pairs, "pair_at": vocabulary.pair_at}
    for name in _GROUPS:
        found |= {f"{name}.{f}": a for f, a in getattr(vocabulary, name)._asdict().items()}
    return found


def compile_vocabulary(
    wording: SenseModel, hazards: tuple[Hazard, ...] | None = None
) -> Vocabulary:
    """The vocabulary compiled from the data files, with a sense model; raises as loading does."""
    with collector_off():
        return _compiled(wording, hazards or load_hazards())


def _compiled(wording: SenseModel, hazards: tuple[Hazard, ...]) -> Vocabulary:
    phrases = _hazard_phrases(hazards)
    units = load_units()
    tag_words = _assembly_tags()
    further = [*phrases.further, *_further_phrases(), *unit_phrases(units)]
    n_atoms = int(phrases.pairs[:, :2].max(initial=-1)) + 1
    return Vocabulary(
        sieve=compile_lexicon(phrases.sieve, tag_words),
        full=compile_lexicon([*phrases.sieve, *further], tag_words),
        pairs=phrases.pairs,
        pair_at=np.searchsorted(phrases.pairs[:, 0], np.arange(n_atoms + 1)),
        traits=Traits(
            np.array([h.rank for h in hazards], np.int16),
            np.array([h.disruption for h in hazards]),
            np.array([h.life_safety for h in hazards]),
        ),
        facts=fact_tables(units),
        wording=wording,
        contract=contract_hash(),
    )
