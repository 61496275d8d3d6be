"""Judging one text from its tokens and hits, written as rules about lists."""

from naive_facts import facts_of
from naive_text import CHAR, NUMBER, WORD
from tocsin.batch import Flag, Sense
from tocsin.vocabulary.codes import Code
from tocsin.vocabulary.facts import FACT_IDS
from tocsin.vocabulary.tokens import mix

MASK64 = (1 << 64) - 1
TERMS_MAX = 24
PAIR_REACH = 6
NEGATION_REACH = 3
SKETCH_LETTERS, SKETCH_LEAST = 50, 24
LITERAL, FIGURED, NEGATED, HIDDEN = range(4)
HARM = {FACT_IDS[key] for key in ("killed", "injured", "missing", "trapped")}


def span(hit):
    first, length, _ = hit
    return set(range(first, first + length))


def is_code(hit, kind):
    return hit[2] >> 16 == kind


def id_of(hit):
    return hit[2] & 0xFFFF


def masked_tokens(hits):
    """(tokens hidden by assembly words, how many such phrases stand)."""
    spared = set().union(*(span(h) for h in hits if is_code(h, Code.EXCEPTION)))
    standing = [h for h in hits if is_code(h, Code.ASSEMBLY) and not span(h) <= spared]
    return set().union(*map(span, standing)), len(standing)


def verdict_of_hit(hit, hazard, hits, masked):
    """How one naming of a hazard is meant."""
    if span(hit) & masked:
        return HIDDEN
    for cue in hits:
        own = is_code(cue, Code.FIGURATIVE) and id_of(cue) == hazard
        general = is_code(cue, Code.SENSE) and id_of(cue) == Sense.FIGURATIVE
        if (own or general) and span(cue) & span(hit):
            return FIGURED
    for cue in hits:
        if is_code(cue, Code.SENSE) and id_of(cue) == Sense.NEGATED:
            reach = range(cue[0], cue[0] + cue[1] + NEGATION_REACH)
            if set(reach) & span(hit):
                return NEGATED
    return LITERAL


def namings(hits, pairs, masked):
    """(hazard, how meant) of every term, and of every two atoms close to each other."""
    for hit in hits:
        if is_code(hit, Code.HAZARD):
            yield id_of(hit), verdict_of_hit(hit, id_of(hit), hits, masked)
    atoms = [hit for hit in hits if is_code(hit, Code.ATOM)]
    for a, one in enumerate(atoms):
        for b, two in enumerate(atoms):
            gap = max(two[0] - one[0] - one[1], one[0] - two[0] - two[1])
            if a == b or gap > PAIR_REACH:
                continue
            for first, second, hazard in pairs:
                if (first, second) == (id_of(one), id_of(two)):
                    meant = (verdict_of_hit(h, hazard, hits, masked) for h in (one, two))
                    yield hazard, max(meant)


def pick(literal, ranks):
    """The hazard of the highest rank, then of most hits, then of the lowest id; -1 for none."""
    counts = {hazard: literal.count(hazard) for hazard in literal}
    return min(counts, key=lambda h: (-ranks[h], -counts[h], h), default=-1)


def terms_of(tokens, hits, masked, key):
    """Distinct term slots of the words that name no hazard and no function of speech."""
    left_out = masked | {hit[0] for hit in hits if is_code(hit, Code.STOP)}
    covered = set().union(*(span(h) for h in hits if is_code(h, Code.HAZARD)))
    slots = []
    for i, row in enumerate(tokens):
        if len(slots) == TERMS_MAX:
            break
        if i in left_out or i in covered or row.kind == NUMBER:
            continue
        token = row.hash
        if row.kind == CHAR:
            # Scripts without gaps: two neighbouring characters make one term.
            after = tokens[i + 1] if i + 1 < len(tokens) else None
            if after is None or after.kind != CHAR or after.start != row.end:
                continue
            if i + 1 in masked or i + 1 in covered:
                continue
            token = mix(token ^ (after.hash >> 1))
        elif row.kind == WORD and row.end - row.start < 3:
            continue
        slot = mix(token ^ key) >> 44
        if slot not in slots:
            slots.append(slot)
    return slots


def sketch_of(tokens, key):
    """Hash of the first fifty letters without figures, 0 when there are too few."""
    state, letters = key, 0
    for row in tokens:
        if letters >= SKETCH_LETTERS:
            break
        if row.kind != NUMBER:
            state = mix(((state << 1) & MASK64) ^ row.hash)
            letters += row.end - row.start
    return state if letters >= SKETCH_LEAST else 0


def verdict(hazard, meanings, senses, assembly, has_harm, is_disruption, is_life_safety):
    """0 admitted, 1 no hazard, 2 assembly, else 10 + the sense that refuses."""
    if assembly and (hazard < 0 or is_disruption or not is_life_safety or not has_harm):
        return 2
    if hazard < 0:
        if NEGATED in meanings:
            return 10 + Sense.NEGATED
        if FIGURED in meanings:
            return 10 + Sense.FIGURATIVE
        return 2 if HIDDEN in meanings else 1
    for sense in (Sense.FICTION, Sense.DRILL, Sense.PAST, Sense.HYPOTHETICAL):
        if sense in senses:
            return 10 + sense
    return 0


def flags_of(tokens, marks, hits, masked, assembly):
    flags = Flag(0)
    for code, flag in (
        (Code.FIRST_PERSON, Flag.FIRST_PERSON),
        (Code.INJURY, Flag.INJURY),
        (Code.SHOUT, Flag.SHOUT),
    ):
        if any(is_code(h, code) and h[0] not in masked for h in hits):
            flags |= flag
    flags |= Flag.NUMBER if any(row.kind == NUMBER for row in tokens) else Flag(0)
    flags |= Flag.SHORT if len(tokens) <= 15 else Flag(0)
    flags |= Flag.LINK if marks & 1 else Flag(0)
    flags |= Flag.REPOST if marks & 8 else Flag(0)
    return flags | (Flag.MASKED if assembly else Flag(0))


def judged(text, tokens, marks, hits, pairs, traits, tables, key):
    """Everything the gate says of one text, by name."""
    masked, assembly = masked_tokens(hits)
    named = list(namings(hits, pairs, masked))
    hazard = pick([h for h, meant in named if meant == LITERAL], traits.rank)
    senses = {id_of(h) for h in hits if is_code(h, Code.SENSE) and h[0] not in masked}
    facts = facts_of(text, tokens, hits, masked, tables)
    flags = flags_of(tokens, marks, hits, masked, assembly)
    harm = bool(flags & Flag.INJURY) or any(kind in HARM for kind, _ in facts)
    return {
        "hazard": hazard,
        "verdict": verdict(
            hazard, {meant for _, meant in named}, senses, assembly, harm,
            hazard >= 0 and bool(traits.disruption[hazard]),
            hazard >= 0 and bool(traits.life_safety[hazard]),
        ),
        "flags": int(flags),
        "facts": facts,
        "terms": terms_of(tokens, hits, masked, key),
        "sketch": sketch_of(tokens, key),
    }  # fmt: skip
