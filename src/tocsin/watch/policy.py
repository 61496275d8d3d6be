"""The watch policy as tables: phrases by kind, groups of hazards and the words of refusals."""

from enum import IntEnum
from functools import cache
from typing import NamedTuple

from tocsin.errors import ConfigError
from tocsin.vocabulary.hazards import hazard_ids, load_hazards, read_tables
from tocsin.vocabulary.lexicon import Lexicon, compile_lexicon
from tocsin.vocabulary.tokens import PHRASE_MAX, phrase_tokens


class Kind(IntEnum):
    """What a phrase of a written watch is."""

    GRAMMAR = 1
    GROUP = 2
    HAZARD = 3
    FACILITY = 4
    ASIDE = 5
    MONTH = 6
    REFUSED = 7
    TITLE = 8
    PERSON = 9
    GIVEN = 10
    STORM_NAME = 11
    # From the shipped vocabulary and the gazetteer.
    FACT = 12
    PLACE = 13
    NUMBER = 14
    EXCEPTION = 15


class Policy(NamedTuple):
    """Phrases with codes `kind << 16 | n`; n is a position in the list of that kind's keys."""

    lexicon: Lexicon
    keys: dict[Kind, tuple[str, ...]]
    groups: dict[str, tuple[str, ...]]
    narrower: dict[str, tuple[str, ...]]

    def meaning(self, code: int) -> tuple[Kind, str]:
        """Kind and key of a code of the lexicon."""
        kind = Kind(code >> 16)
        return kind, self.keys[kind][code & 0xFFFF]

    def widened(self, hazards: tuple[str, ...]) -> tuple[str, ...]:
        """Hazards with the members of groups and the narrower types, sorted."""
        found = {h for key in hazards for h in self.groups.get(key, (key,))}
        found |= {h for key in found for h in self.narrower.get(key, ())}
        return tuple(sorted(found))


@cache
def load_policy() -> Policy:
    """Read and compile data/policy; raises ConfigError naming the file that is wrong."""
    tables = read_tables("policy")
    known = hazard_ids()
    phrases: list[tuple[str, int]] = []
    keys: dict[Kind, list[str]] = {kind: [] for kind in Kind}

    def add(kind: Kind, key: str, words: list[str]) -> None:
        if key not in keys[kind]:
            keys[kind].append(key)
        code = int(kind) << 16 | keys[kind].index(key)
        phrases.extend((word, code) for word in words)

    grammar = tables["grammar"]
    add(Kind.MONTH, "month", grammar.pop("months"))
    little = {_folded(word) for words in grammar.values() for word in words}
    for key, words in grammar.items():
        add(Kind.GRAMMAR, key, words)
    for key, words in tables["facilities"].items():
        add(Kind.FACILITY, key, words)
    add(Kind.ASIDE, "aside", tables["phrases"]["set_aside"])
    for key, words in tables["phrases"]["hazards"].items():
        _hold("phrases", [key], known)
        add(Kind.HAZARD, key, words)
    for hazard in load_hazards():
        labels = [*hazard.labels.values(), hazard.key.replace("_", " ")]
        # A label may be longer than any phrase, in scripts without word gaps.
        fit = [label for label in labels if 0 < len(_folded(label)) <= PHRASE_MAX]
        # A label of one language may be a little word of another: nổ, and Portuguese "no".
        fit = [label for label in fit if _folded(label) not in little]
        add(Kind.HAZARD, hazard.key, fit)
    narrower = {key: tuple(of) for key, of in tables["groups"].pop("narrower").items()}
    groups = {key: tuple(group["hazards"]) for key, group in tables["groups"].items()}
    for of in (narrower, groups):
        for members in of.values():
            _hold("groups", members, known)
    for key, group in tables["groups"].items():
        add(Kind.GROUP, key, group["words"])
    for key, table in tables["refused"].items():
        add(Kind.REFUSED, key, table["words"])
    persons = tables["persons"]
    add(Kind.TITLE, "title", persons["titles"])
    add(Kind.PERSON, "person", persons["words"])
    add(Kind.GIVEN, "given", persons["given"])
    add(Kind.STORM_NAME, "storm", persons["storms"])
    lexicon = compile_lexicon(phrases)
    return Policy(lexicon, {k: tuple(v) for k, v in keys.items()}, groups, narrower)


def _hold(name: str, hazards: list[str] | tuple[str, ...], known: dict[str, int]) -> None:
    for key in hazards:
        if key not in known:
            raise ConfigError(f"vocabulary/data/policy/{name}.toml", f"no hazard {key}", "Mend it.")


def _folded(phrase: str) -> tuple[int, ...]:
    return tuple(phrase_tokens(phrase)[0])
