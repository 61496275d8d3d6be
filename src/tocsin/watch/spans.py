"""Which words of a plain text the vocabulary, the policy and the gazetteer know."""

from typing import NamedTuple

from tocsin.model import Place
from tocsin.vocabulary.codes import LANG_SHIFT, Code
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.lexicon import Lexicon, find
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tokens import Kind as Token
from tocsin.vocabulary.tokens import Tokens, pack_texts, tokenise
from tocsin.vocabulary.tongues import LANGUAGES
from tocsin.watch.place_choice import Resolver
from tocsin.watch.policy import Kind, load_policy

WORDS_MAX = 60
_SMALL_KM, _LOWER_KM = 1.5, 3.0
_UNITS = ("km", "miles")
"""Words that are hardly ever the town of that name."""
_PLACE_WORDS = 5
_PLACE_SIGNS = 16
_COST = {
    Kind.REFUSED: 0, Kind.TITLE: 0, Kind.PERSON: 0, Kind.HAZARD: 1, Kind.GROUP: 0,
    Kind.ASIDE: 2, Kind.FACT: 4, Kind.FACILITY: 3, Kind.GRAMMAR: 5, Kind.MONTH: 6,
    Kind.PLACE: 4, Kind.NUMBER: 1, Kind.GIVEN: 9, Kind.STORM_NAME: 9,
}  # fmt: skip


class Span(NamedTuple):
    """Words `start` to `end` (exclusive) with what they are; `places` best first."""

    start: int
    end: int
    kind: Kind
    key: str
    rank: int = 0
    places: tuple[Place, ...] = ()
    value: float = 0.0
    lang: str = ""
    """Language a phrase of the vocabulary is from."""


class Words(NamedTuple):
    """The words of a text, as written, with the value of numbers (nan elsewhere)."""

    text: tuple[str, ...]
    value: tuple[float, ...]
    lone: tuple[bool, ...]
    """Signs of a script without word gaps."""
    start: tuple[int, ...]
    end: tuple[int, ...]


def spans_of(text: str, resolve: Resolver) -> tuple[Words, list[Span]]:
    """Words of a text and everything known about runs of them, overlapping and all."""
    policy, vocabulary, hazards = load_policy(), load_vocabulary(), load_hazards()
    words = _words(text)
    found: list[Span] = []
    for start, end, code in _hits(text, policy.lexicon):
        kind, key = policy.meaning(code)
        found.append(Span(start, end, kind, key))
    for start, end, code in _hits(text, vocabulary.full):
        sort, number = Code((code >> 16) & 0x3F), code & 0xFFFF
        if sort == Code.HAZARD:
            hazard = hazards[number]
            lang = LANGUAGES[(code >> LANG_SHIFT) & 0x1F]
            found.append(Span(start, end, Kind.HAZARD, hazard.key, hazard.rank, lang=lang))
        elif sort == Code.ASSEMBLY:
            found.append(Span(start, end, Kind.REFUSED, "assembly"))
        elif sort == Code.EXCEPTION:
            found.append(Span(start, end, Kind.EXCEPTION, ""))
        elif sort == Code.FACT:
            found.append(Span(start, end, Kind.FACT, FACT_KINDS[number].key))
    for at, value in enumerate(words.value):
        if value == value:
            found.append(Span(at, at + 1, Kind.NUMBER, "", value=value))
    return words, found + _places(text, words, resolve) + _joined(found)


def _joined(spans: list[Span]) -> list[Span]:
    """Two overlapping phrases of one hazard as one: tailings dam, dam break."""
    named = [span for span in spans if span.kind is Kind.HAZARD]
    return [
        first._replace(end=second.end)
        for first in named
        for second in named
        if first.key == second.key and first.start < second.start < first.end < second.end
    ]


def inner_places(words: Words, chosen: list[Span], spans: list[Span]) -> list[Span]:
    """The chosen spans with names of places in the gap of a phrase: Flughafen ... gesperrt."""
    named = [s for s in spans if s.kind is Kind.PLACE and words.text[s.start][:1].isupper()]
    found: list[Span] = []
    for outer in chosen:
        if outer.kind is Kind.HAZARD and outer.lang:
            inside = [s for s in named if _amid(s, outer)]
            longest = max(inside, key=lambda s: s.end - s.start, default=None)
            if longest is not None:
                found.append(longest)
    return sorted([*chosen, *found], key=lambda span: span.start)


def _amid(inner: Span, outer: Span) -> bool:
    return outer.start < inner.start and inner.end < outer.end


def cover(size: int, spans: list[Span]) -> tuple[list[Span], list[int]]:
    """The cheapest way to read all words: chosen spans in order, and words nothing explains.

    Fewest unexplained words first, then fewest spans, then the likelier kinds.
    """
    usable = [
        s
        for s in spans
        if s.kind in _COST
        and s.kind not in (Kind.GIVEN, Kind.STORM_NAME)
        and not (s.kind is Kind.FACT and _holds_hazard(s, spans))
    ]
    best: list[tuple[tuple[int, int, int], Span | None]] = [((0, 0, 0), None)]
    for end in range(1, size + 1):
        left, count, cost = best[end - 1][0]
        top: tuple[tuple[int, int, int], Span | None] = ((left + 1, count + 1, cost), None)
        for span in usable:
            if span.end == end:
                left, count, cost = best[span.start][0]
                own = 0 if span.key in _UNITS else _COST[span.kind] * 10 - span.rank
                top = min(top, ((left, count + 1, cost + own), span), key=lambda b: b[0])
        best.append(top)
    chosen, unknown, at = list[Span](), list[int](), size
    while at:
        span_at = best[at][1]
        if span_at is None:
            unknown.append(at - 1)
            at -= 1
        else:
            chosen.append(span_at)
            at = span_at.start
    return chosen[::-1], unknown[::-1]


def _holds_hazard(fact: Span, spans: list[Span]) -> bool:
    """Whether words that announce a figure hold a hazard, which must be read by itself."""
    return any(s.kind is Kind.HAZARD and fact.start <= s.start and s.end < fact.end for s in spans)


def _tokens(text: str, lexicon: Lexicon | None) -> Tokens:
    buffer, offsets = pack_texts([text])
    if lexicon is None:
        return tokenise(buffer, offsets)
    return tokenise(buffer, offsets, lexicon.stems)


def _hits(text: str, lexicon: Lexicon) -> list[tuple[int, int, int]]:
    hits = find(lexicon, _tokens(text, lexicon))
    rows = zip(hits.token.tolist(), hits.length.tolist(), hits.code.tolist(), strict=True)
    return [(token, token + length, code) for token, length, code in rows]


def _words(text: str) -> Words:
    tokens = _tokens(text, None)
    raw = text.encode("utf-8", "replace")
    starts, ends = tokens.start.tolist(), tokens.end.tolist()
    return Words(
        tuple(raw[a:b].decode("utf-8", "replace") for a, b in zip(starts, ends, strict=True)),
        tuple(
            value if kind == Token.NUMBER else float("nan")
            for value, kind in zip(tokens.value.tolist(), tokens.kind.tolist(), strict=True)
        ),
        tuple(kind == Token.CHAR for kind in tokens.kind.tolist()),
        tuple(starts),
        tuple(ends),
    )


def _places(text: str, words: Words, resolve: Resolver) -> list[Span]:
    raw = text.encode("utf-8", "replace")
    found = []
    for start in range(len(words.text)):
        longest = _PLACE_SIGNS if words.lone[start] else _PLACE_WORDS
        for end in range(start + 1, min(start + longest, len(words.text)) + 1):
            if words.lone[start] and end - start < 2:
                continue
            name = raw[words.start[start] : words.end[end - 1]].decode("utf-8", "replace")
            if any(value == value for value in words.value[start:end]) or not _written(name):
                continue
            places = resolve(name)
            if places and not _doubtful(name, places[0], words.lone[start]):
                # A name inside a sentence is written as one: Porto is no harbour.
                rank = 15 if start and name[:1].isupper() else 0
                found.append(Span(start, end, Kind.PLACE, "", rank, tuple(places[:12])))
    return found


def _doubtful(name: str, place: Place, lone: bool) -> bool:
    """Whether one word is rather a surname or a verb than the small town of that name.

    With its country or region beside it a small town is found as well.
    """
    if lone or " " in name or "," in name or place.kind != "city":
        return False
    small = _SMALL_KM if name[:1].isupper() else _LOWER_KM
    return name.isascii() and place.radius_km < small


def _written(name: str) -> bool:
    """Whether a Latin or Cyrillic name is long enough, or capital, to be meant as one."""
    return len(name) > 3 or not name.isascii() or name[:1].isupper()
