"""How each naming of a hazard is meant: masked, figurative, negated or literal."""

from tocsin.compiled import kernel, part
from tocsin.gate.bounds import TOKENS_MAX

PAIR_REACH = 6
CUES_MAX = TOKENS_MAX
F_FIRST, F_SHOUT, F_INJURY = 1, 64, 128
_HAZARD, _ATOM, _FIGURATIVE, _SENSE = 0, 1, 2, 3
_ASSEMBLY, _EXCEPTION, _FIRST, _INJURY, _SHOUT, _STOP = 6, 7, 8, 9, 10, 11
_HYPOTHETICAL, _FIGURED, _FICTION, _PAST, _DRILL, _NEGATED = 2, 3, 4, 5, 6, 7
NAMED, NAMED_FIGURED, NAMED_NEGATED, NAMED_MASKED = 1, 2, 4, 8
"""How a hazard is named in a text, as bits; the order is that of `settle`."""


@part(lends=True)
def mask_assembly(hit_token, hit_length, hit_code, h0, h1, masked, spared):
    """Mark tokens of assembly words that no exception covers; returns how many phrases."""
    for h in range(h0, h1):
        if hit_code[h] >> 16 == _EXCEPTION:
            for t in range(hit_token[h], min(hit_token[h] + hit_length[h], TOKENS_MAX)):
                spared[t] = True
    count = 0
    for h in range(h0, h1):
        if hit_code[h] >> 16 != _ASSEMBLY:
            continue
        covered = True
        for t in range(hit_token[h], min(hit_token[h] + hit_length[h], TOKENS_MAX)):
            covered = covered and spared[t]
        if covered:
            continue
        count += 1
        for t in range(hit_token[h], min(hit_token[h] + hit_length[h], TOKENS_MAX)):
            masked[t] = True
    return count


@part(lends=True)
def touches(cues, n_cues, hazard, first, last, reach):
    """Whether a cue (hazard or -1 for any, first, last) overlaps or ends near [first, last]."""
    for c in range(n_cues):
        if cues[c, 0] != -1 and cues[c, 0] != hazard:
            continue
        if cues[c, 1] <= last and first <= cues[c, 2] + reach:
            return True
    return False


@part(lends=True)
def literal_hits(hit_token, hit_length, hit_code, h0, h1, pairs, pair_at, masked, cues, negations,
                 literal, named, covered):  # fmt: skip
    """Count literal hits a hazard; returns (figurative, negated, masked) hits left out.

    `named[h]` takes one bit for each way hazard h is named.
    """
    n_cues, n_neg = 0, 0
    for h in range(h0, h1):
        kind = hit_code[h] >> 16
        number = hit_code[h] & 0xFFFF
        last = hit_token[h] + hit_length[h] - 1
        if kind == _FIGURATIVE or (kind == _SENSE and number == _FIGURED):
            if n_cues < CUES_MAX:
                cues[n_cues, 0] = number if kind == _FIGURATIVE else -1
                cues[n_cues, 1], cues[n_cues, 2] = hit_token[h], last
                n_cues += 1
        elif kind == _SENSE and number == _NEGATED and n_neg < CUES_MAX:
            negations[n_neg, 0] = -1
            negations[n_neg, 1], negations[n_neg, 2] = hit_token[h], last
            n_neg += 1
    figured, negated, hidden = 0, 0, 0
    for h in range(h0, h1):
        kind = hit_code[h] >> 16
        if kind == _HAZARD:
            first, last = hit_token[h], min(hit_token[h] + hit_length[h], TOKENS_MAX) - 1
            hazard = hit_code[h] & 0xFFFF
            verdict = settle(first, last, hazard, masked, cues, n_cues, negations, n_neg)
            for t in range(first, last + 1):
                covered[t] = True
            if verdict == 0:
                literal[hazard] += 1
            named[hazard] |= 1 << verdict
            figured += verdict == 1
            negated += verdict == 2
            hidden += verdict == 3
        elif kind == _ATOM:
            atom = hit_code[h] & 0xFFFF
            for g in range(h0, h1):
                if hit_code[g] >> 16 != _ATOM or g == h:
                    continue
                gap = hit_token[g] - (hit_token[h] + hit_length[h])
                back = hit_token[h] - (hit_token[g] + hit_length[g])
                if max(gap, back) > PAIR_REACH:
                    continue
                for p in range(pair_at[atom], pair_at[atom + 1]):
                    if pairs[p, 1] != hit_code[g] & 0xFFFF:
                        continue
                    hazard = pairs[p, 2]
                    one = settle(hit_token[h], hit_token[h] + hit_length[h] - 1, hazard, masked,
                                 cues, n_cues, negations, n_neg)  # fmt: skip
                    two = settle(hit_token[g], hit_token[g] + hit_length[g] - 1, hazard, masked,
                                 cues, n_cues, negations, n_neg)  # fmt: skip
                    verdict = max(one, two)
                    if verdict == 0:
                        literal[hazard] += 1
                    named[hazard] |= 1 << verdict
                    figured += verdict == 1
                    negated += verdict == 2
                    hidden += verdict == 3
    return figured, negated, hidden


@kernel(lends=True)
def settle(first, last, hazard, masked, cues, n_cues, negations, n_neg):
    """0 literal, 1 figurative, 2 negated, 3 masked, for one hit."""
    for t in range(first, min(last + 1, TOKENS_MAX)):
        if masked[t]:
            return 3
    if touches(cues, n_cues, hazard, first, last, 0):
        return 1
    if touches(negations, n_neg, hazard, first, last, 3):
        return 2
    return 0


@kernel(lends=True)
def pick(literal, rank):
    """Hazard with the highest rank, then most hits, then lowest id; -1 when none."""
    best = -1
    for h in range(len(literal)):
        if literal[h] == 0:
            continue
        if (
            best < 0
            or rank[h] > rank[best]
            or (rank[h] == rank[best] and literal[h] > literal[best])
        ):
            best = h
    return best


@part(lends=True)
def doc_senses(hit_token, hit_code, h0, h1, masked, flags, stop):
    """Bits of the senses cued anywhere in a text, and shape flags; marks stop words."""
    senses = 0
    for h in range(h0, h1):
        kind, number = hit_code[h] >> 16, hit_code[h] & 0xFFFF
        if hit_token[h] >= TOKENS_MAX:
            continue
        if kind == _STOP:
            stop[hit_token[h]] = True
        if masked[hit_token[h]]:
            continue
        if kind == _SENSE:
            senses |= 1 << number
        elif kind == _FIRST:
            flags |= F_FIRST
        elif kind == _INJURY:
            flags |= F_INJURY
        elif kind == _SHOUT:
            flags |= F_SHOUT
    return senses, flags


@kernel(lends=True)
def verdict_of(hazard, figured, negated, hidden, senses, assembly, flags, harm, disruption,
               life_safety):  # fmt: skip
    """Reason code: 0 admitted, 1 no hazard, 2 assembly, else 10 + Sense that refuses."""
    if assembly > 0:
        if hazard < 0 or disruption[hazard] or not life_safety[hazard]:
            return 2
        # Contract P7: beside an assembly only harm to people makes a hazard ours.
        if not harm and flags & F_INJURY == 0:
            return 2
    if hazard < 0:
        if negated > 0:
            return 10 + _NEGATED
        if figured > 0:
            return 10 + _FIGURED
        return 2 if hidden > 0 else 1
    for sense in (_FICTION, _DRILL, _PAST, _HYPOTHETICAL):
        if senses & (1 << sense):
            return 10 + sense
    return 0
