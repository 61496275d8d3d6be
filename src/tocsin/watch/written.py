"""A watch in someone's own words: compiled whole, or refused with what to write instead."""

import difflib
from collections.abc import Sequence
from typing import NamedTuple

from tocsin.errors import WatchRefused
from tocsin.model import Area, Place
from tocsin.vocabulary.hazards import load_hazards
from tocsin.watch.named import named_person, storm_names
from tocsin.watch.place_choice import Resolver
from tocsin.watch.plain_text import plain
from tocsin.watch.policy import Kind, load_policy
from tocsin.watch.policy_places import with_policy_places
from tocsin.watch.refusals import refused, unknown
from tocsin.watch.sentence import Sentence, read
from tocsin.watch.spans import WORDS_MAX, Span, Words, cover, inner_places, spans_of
from tocsin.watch.wish import Wish

_ACCEPTED = (Kind.HAZARD, Kind.GROUP, Kind.FACILITY, Kind.ASIDE, Kind.PLACE, Kind.EXCEPTION)
_BARRED = (Kind.REFUSED, Kind.TITLE, Kind.PERSON)
_PEOPLE = ("religion", "ethnicity", "health", "sexuality", "migration", "person")
_ORDER = ("person", "account", "labour")
_REGIONS = ("admin1", "country", "water", "mountain", "area")


class Written(NamedTuple):
    """A compiled text: the wish, other places it may have meant, and words set aside."""

    wish: Wish
    others: tuple[str, ...]
    """Names of places of the same name that were not chosen, to be confirmed."""
    aside: int
    """How many words were set aside: shown by position only, stored as nothing."""


def compile_text(text: str, find: Resolver, sites: Sequence[Area] = ()) -> Written:
    """What a text of any supported language asks for; `sites` are what "my sites" means.

    Raises WatchRefused, whose words never repeat the text (contract P15).
    """
    resolve = with_policy_places(find)
    words, spans = spans_of(plain(text), resolve)
    if len(words.text) > WORDS_MAX:
        raise WatchRefused("too_long", f"More than {WORDS_MAX} words.", "Write fewer.")
    _refuse_barred(words, spans)
    if named_person(words, spans):
        raise refused("person", _advised(spans, [])[0])
    spans += storm_names(spans)
    chosen, leftover = cover(len(words.text), spans)
    if leftover:
        raise _unknown(words, chosen, leftover[0])
    chosen = inner_places(words, chosen, spans)
    sentence = read(chosen, spans)
    return _wish(sentence, sites, chosen)


def admits_label(label: str) -> bool:
    """Whether an asset's label is plain words that name no person, group or account."""
    try:
        words, spans = spans_of(plain(label), lambda _: [])
        _refuse_barred(words, spans)
    except WatchRefused:
        return False
    return len(label) <= 40 and not named_person(words, spans)


def _refuse_barred(words: Words, spans: list[Span]) -> None:
    """Raise for a word of the explaining lexicon that no longer phrase gives another sense."""
    hazard = any(span.kind is Kind.HAZARD for span in spans)
    barred = [s for s in spans if s.kind in _BARRED and not _voided(s, words, spans, hazard)]
    if not barred:
        return
    longest = max(barred, key=lambda s: (s.end - s.start, s.key != "assembly"))
    categories = [s.key if s.kind is Kind.REFUSED else "person" for s in barred]
    category = next((c for c in _ORDER if c in categories), longest.key)
    if "ambiguous" in categories and longest.end - longest.start == 1 and category != "person":
        category = "ambiguous"
    raise refused(category, *_advised(spans, barred), position=barred[0].start + 1)


def _voided(span: Span, words: Words, spans: list[Span], hazard: bool) -> bool:
    for other in spans:
        wider = other.start <= span.start and other.end >= span.end
        longer = other.end - other.start > span.end - span.start
        # A report may tell of people whom no watch names: its phrases clear no such word.
        clears = span.key not in _PEOPLE or not other.lang
        if wider and longer and clears and other.kind in _ACCEPTED:
            return True
        # A region whose name is also such a word, written as a name: Marche.
        region = other.kind is Kind.PLACE and other.places[0].kind in _REGIONS
        if wider and region and words.text[span.start][:1].isupper() and hazard:
            return True
    written = words.text[span.start]
    return span.key == "ambiguous" and written == "March" and hazard


def _unknown(words: Words, chosen: list[Span], at: int) -> WatchRefused:
    word = words.text[at].casefold()
    known = [label.casefold() for h in load_hazards() for label in (h.labels["en"], h.key)]
    near = difflib.get_close_matches(word, sorted(set(known)), n=2, cutoff=0.75)
    return unknown(at + 1, [n.replace("_", " ") for n in near], *_advised(chosen, []))


def _advised(spans: list[Span], barred: list[Span]) -> tuple[str, str]:
    """A hazard and a place of the refused text that would compile, in words of our own."""
    clear = [s for s in spans if all(s.end <= b.start or s.start >= b.end for b in barred)]
    hazards = [s for s in clear if s.kind is Kind.HAZARD]
    places = [s for s in clear if s.kind is Kind.PLACE and s.places[0].radius_km >= 5.0]
    hazard = max(hazards, key=lambda s: (s.end - s.start, s.rank), default=None)
    place = max(places, key=lambda s: s.end - s.start, default=None)
    return hazard.key.replace("_", " ") if hazard else "", place.places[0].name if place else ""


def _wish(sentence: Sentence, sites: Sequence[Area], chosen: list[Span]) -> Written:
    if not sentence.hazards:
        raise refused("no_hazard", *_advised(chosen, []))
    if sentence.sites and not sites:
        raise refused("sites")
    policy = load_policy()
    hazards = policy.widened(sentence.hazards)
    if sentence.not_hazards:
        every = hazards if "any" not in sentence.hazards else tuple(h.key for h in load_hazards())
        spared = {h for key in sentence.not_hazards for h in policy.groups.get(key, (key,))}
        hazards = tuple(sorted(h for h in every if h not in spared))
        if not hazards:
            raise refused("no_hazard")
    anything = "any" in sentence.hazards and not sentence.not_hazards
    wish = Wish(
        hazards="any" if anything else hazards,
        areas=(*sentence.areas, *(sites if sentence.sites else ())),
        not_areas=sentence.not_areas,
        min_level=sentence.level,
        min_severity=sentence.severity,
        facts=sentence.facts,
        evidence=sentence.evidence,
        facilities=sentence.facilities,
    )
    return Written(wish, _others(sentence.doubtful), sentence.aside)


def _others(doubtful: Sequence[Place]) -> tuple[str, ...]:
    names = [", ".join(p for p in (of.name, of.admin1, of.country) if p) for of in doubtful]
    return tuple(dict.fromkeys(names))[:4]
