"""Holds the vocabulary's data to its own examples, and counts what each language has."""

from collections import Counter
from typing import NamedTuple

from tocsin.gate.reading import Seen, seen_in_all
from tocsin.vocabulary.codes import unbound
from tocsin.vocabulary.hazards import Hazard, Wording, load_hazards, read_tables
from tocsin.vocabulary.tokens import PHRASE_MAX, phrase_tokens
from tocsin.vocabulary.tongues import LANGUAGES

LEAST_EXAMPLES = 2
"""Posts that must, and posts that must not, be read as a hazard, in each language."""


class Fault(NamedTuple):
    """What is wrong with one entry, and where it stands."""

    where: str
    what: str


class Coverage(NamedTuple):
    """What one language has; counts of entries."""

    lang: str
    hazards: int
    terms: int
    pairs: int
    figurative: int
    examples: int
    senses: int
    facts: int
    stop_words: int


def _phrases_faults(where: str, wording: Wording) -> list[Fault]:
    found = []
    for name in ("terms", "figurative"):
        shapes: Counter[tuple[tuple[int, ...], bool, bool]] = Counter()
        for phrase in getattr(wording, name):
            plain, only = unbound(phrase)
            tokens, stem = phrase_tokens(plain)
            if not 0 < len(tokens) <= PHRASE_MAX:
                found.append(
                    Fault(f"{where} {name}", f"{phrase!r} is not 1 to {PHRASE_MAX} tokens long")
                )
            shapes[tuple(tokens), stem, only] += 1
            if shapes[tuple(tokens), stem, only] == 2:
                found.append(Fault(f"{where} {name}", f"{phrase!r} stands twice (after folding)"))
    both = sorted(set(wording.terms) & set(wording.figurative))
    found += [Fault(where, f"{phrase!r} is a term and its own exception") for phrase in both]
    return found


def _misread(hazard: Hazard, text: str, seen: Seen, must: bool) -> str | None:
    """What is wrong with how an example is read; None when it is right."""
    how = f"{text!r} is read as {seen.hazard or 'nothing'} ({seen.refused or seen.sense})"
    if not must:
        return f"{how} and counts" if seen.counts else None
    if (seen.hazard, seen.counts) != (hazard.key, True):
        return how
    return f"{text!r} holds a word of assembly" if seen.masked else None


def faults_of(lang: str) -> list[Fault]:
    """Everything wrong with the hazards' words and examples in one language."""
    found: list[Fault] = []
    posts: list[tuple[Hazard, str, bool]] = []
    for hazard in load_hazards():
        where = f"[{lang}] {hazard.key}"
        wording = hazard.wordings.get(lang)
        if wording is None:
            found.append(Fault(where, "has no words in this language"))
            continue
        if not hazard.labels.get(lang):
            found.append(Fault(where, "has no label in this language"))
        if min(len(wording.yes), len(wording.no)) < LEAST_EXAMPLES:
            found.append(Fault(where, f"needs {LEAST_EXAMPLES} examples of yes and of no"))
        found += _phrases_faults(where, wording)
        posts += [(hazard, text, True) for text in wording.yes]
        posts += [(hazard, text, False) for text in wording.no]
    seen = seen_in_all([text for _, text, _ in posts]) if posts else []
    for (hazard, text, must), one in zip(posts, seen, strict=True):
        what = _misread(hazard, text, one, must)
        if what:
            found.append(Fault(f"[{lang}] {hazard.key} {'yes' if must else 'no'}", what))
    return found


def coverage() -> list[Coverage]:
    """What each language has, in order of its id."""
    senses, facts, words = (read_tables(name) for name in ("senses", "facts", "languages"))
    rows = []
    for lang in LANGUAGES[1:]:
        mine = [h.wordings[lang] for h in load_hazards() if lang in h.wordings]
        rows.append(
            Coverage(
                lang,
                len(mine),
                sum(len(w.terms) for w in mine),
                sum(len(w.pairs) for w in mine),
                sum(len(w.figurative) for w in mine),
                sum(len(w.yes) + len(w.no) for w in mine),
                sum(len(phrases) for phrases in senses.get(lang, {}).values()),
                sum(len(entry.get("cues", entry)) for entry in facts.get(lang, {}).values()),
                len(words.get(lang, {}).get("stop", ())),
            )
        )
    return rows
