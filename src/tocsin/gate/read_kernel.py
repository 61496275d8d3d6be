"""Judges one text from the phrases found in it: which hazard, in which sense, with what facts."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.vocabulary.token_kernel import mixed

TOKENS_MAX = 4096
"""As many as the longest text has characters: padding must not push a word out of sight (P7)."""
TERMS_MAX = 24
FACTS_MAX = 8
PAIR_REACH = 6
_CUES_MAX = TOKENS_MAX
_SKETCH_LETTERS = 50
_SKETCH_LEAST = 24

(_HAZARD, _ATOM, _FIGURATIVE, _SENSE, _FACT, _NUMBER, _ASSEMBLY, _EXCEPTION, _FIRST, _INJURY,
 _SHOUT, _STOP) = range(12)  # fmt: skip
_LITERAL, _QUESTION, _HYPOTHETICAL, _FIGURED, _FICTION, _PAST, _DRILL, _NEGATED = range(8)
F_FIRST, F_SHORT, F_LINK, F_NUMBER, F_REPOST, F_MASKED, F_SHOUT, F_INJURY = (
    1, 2, 4, 8, 16, 32, 64, 128,
)  # fmt: skip
_HARM_MAX = 3
"""Fact kinds below this (killed, injured, missing) and `trapped` count as harm."""
_TRAPPED = 3
_WORD, _DIGITS, _LONE, _PICTURE = 1, 2, 3, 4


@part
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


@part
def touches(cues, n_cues, hazard, first, last, reach):
    """Whether a cue (hazard or -1 for any, first, last) overlaps or ends near [first, last]."""
    for c in range(n_cues):
        if cues[c, 0] != -1 and cues[c, 0] != hazard:
            continue
        if cues[c, 1] <= last and first <= cues[c, 2] + reach:
            return True
    return False


@part
def literal_hits(hit_token, hit_length, hit_code, h0, h1, pairs, pair_at, masked, cues, negations,
                 literal, other, covered):  # fmt: skip
    """Count literal hits a hazard; returns (figurative, negated, masked) hits left out."""
    n_cues, n_neg = 0, 0
    for h in range(h0, h1):
        kind = hit_code[h] >> 16
        number = hit_code[h] & 0xFFFF
        last = hit_token[h] + hit_length[h] - 1
        if kind == _FIGURATIVE or (kind == _SENSE and number == _FIGURED):
            if n_cues < _CUES_MAX:
                cues[n_cues, 0] = number if kind == _FIGURATIVE else -1
                cues[n_cues, 1], cues[n_cues, 2] = hit_token[h], last
                n_cues += 1
        elif kind == _SENSE and number == _NEGATED and n_neg < _CUES_MAX:
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
            other[hazard] += 1
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
                    other[hazard] += 1
                    figured += verdict == 1
                    negated += verdict == 2
                    hidden += verdict == 3
    return figured, negated, hidden


@kernel
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


@kernel
def pick(literal, other, rank):
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


@part
def read_facts(hit_token, hit_length, hit_code, h0, h1, kind, value, t0, t1, masked,
               low, high, counted, out_kind, out_value):  # fmt: skip
    """Facts of one text: a cue and the nearest figure within four tokens; returns how many.

    A figure before its cue counts as one token nearer than one behind it.
    """
    n = 0
    for h in range(h0, h1):
        if hit_code[h] >> 16 != _FACT or n >= FACTS_MAX:
            continue
        number = hit_code[h] & 0xFFFF
        first, last = hit_token[h], hit_token[h] + hit_length[h] - 1
        if first >= TOKENS_MAX or masked[first]:
            continue
        known = False
        for i in range(n):
            known = known or out_kind[i] == number
        if known:
            continue
        if not counted[number]:
            out_kind[n], out_value[n] = number, 1.0
            n += 1
            continue
        best, best_gap = np.nan, 99
        for step in range(1, 5):
            for side in range(2):
                t = t0 + (first - step if side == 0 else last + step)
                if t < t0 or t >= t1 or step + side >= best_gap:
                    continue
                figure = value[t] if kind[t] == _DIGITS else np.nan
                for g in range(h0, h1):
                    if hit_code[g] >> 16 == _NUMBER and hit_token[g] == t - t0:
                        figure = float(hit_code[g] & 0xFFFF)
                year = 1900.0 <= figure <= 2100.0 and figure == np.floor(figure)
                if not np.isnan(figure) and not year and low[number] <= figure <= high[number]:
                    best, best_gap = figure, step + side
        if not np.isnan(best):
            out_kind[n], out_value[n] = number, best
            n += 1
    return n


@part
def read_terms(hashes, kind, start, end, t0, t1, masked, covered, stop, key, out):
    """Distinct keyed term slots of one text without hazard, stop and masked words."""
    n = 0
    for t in range(t0, t1):
        i = t - t0
        if i >= TOKENS_MAX or n >= TERMS_MAX:
            break
        if masked[i] or covered[i] or stop[i] or kind[t] == _DIGITS:
            continue
        token = hashes[t]
        if kind[t] == _LONE:
            if t + 1 >= t1 or kind[t + 1] != _LONE or start[t + 1] != end[t]:
                continue
            if i + 1 < TOKENS_MAX and (masked[i + 1] or covered[i + 1]):
                continue
            token = mixed(token ^ (hashes[t + 1] >> np.uint64(1)))
        elif kind[t] == _WORD and end[t] - start[t] < 3:
            continue
        slot = np.uint32(mixed(token ^ key) >> np.uint64(44))
        known = False
        for j in range(n):
            known = known or out[j] == slot
        if not known:
            out[n] = slot
            n += 1
    return n


@kernel
def sketch_of(hashes, kind, start, end, t0, t1, key):
    """Keyed hash of the first fifty letters or so: equal for copies and reposts.

    0 for texts so short that two people may well write the same.
    """
    state = key
    letters = 0
    for t in range(t0, t1):
        if letters >= _SKETCH_LETTERS:
            break
        if kind[t] == _DIGITS:
            continue
        state = mixed((state << np.uint64(1)) ^ hashes[t])
        letters += end[t] - start[t]
    return state if letters >= _SKETCH_LEAST else np.uint64(0)


@part
def doc_senses(hit_token, hit_code, h0, h1, masked, flags, votes, stop):
    """Bits of the senses cued anywhere in a text; sets shape flags, votes and stop words."""
    senses = 0
    for h in range(h0, h1):
        kind, number = hit_code[h] >> 16, hit_code[h] & 0xFFFF
        if hit_token[h] >= TOKENS_MAX:
            continue
        if kind == _STOP:
            votes[number] += 1
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


@kernel
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


@kernel
def judge(at, hashes, start, end, kind, value, marks, hit_at, hit_token, hit_length, hit_code,
          pairs, pair_at, rank, disruption, life_safety, low, high, counted, key,
          n_langs):  # fmt: skip
    """Columns for n texts: hazard, verdict, question, flags, language votes, sketch, and the
    facts and terms with their offsets."""
    n = len(at) - 1
    hazards = np.full(n, -1, np.int32)
    verdicts = np.zeros(n, np.int32)
    flags = np.zeros(n, np.uint16)
    votes = np.zeros((n, n_langs), np.int16)
    sketches = np.zeros(n, np.uint64)
    fact_at = np.zeros(n + 1, np.int64)
    fact_kind = np.zeros(n * FACTS_MAX + 1, np.uint8)
    fact_value = np.zeros(n * FACTS_MAX + 1)
    term_at = np.zeros(n + 1, np.int64)
    terms = np.zeros(n * TERMS_MAX + 1, np.uint32)
    literal = np.zeros(len(rank), np.int16)
    other = np.zeros(len(rank), np.int16)
    cues = np.zeros((_CUES_MAX, 3), np.int32)
    negations = np.zeros((_CUES_MAX, 3), np.int32)
    for doc in range(n):
        t0, t1 = at[doc], at[doc + 1]
        h0, h1 = hit_at[doc], hit_at[doc + 1]
        masked = np.zeros(TOKENS_MAX, np.bool_)
        spared = np.zeros(TOKENS_MAX, np.bool_)
        covered = np.zeros(TOKENS_MAX, np.bool_)
        stop = np.zeros(TOKENS_MAX, np.bool_)
        literal[:] = 0
        other[:] = 0
        assembly = mask_assembly(hit_token, hit_length, hit_code, h0, h1, masked, spared)
        figured, negated, hidden = literal_hits(
            hit_token, hit_length, hit_code, h0, h1, pairs, pair_at, masked, cues, negations,
            literal, other, covered,
        )  # fmt: skip
        hazard = pick(literal, other, rank)
        senses, flag = doc_senses(hit_token, hit_code, h0, h1, masked, 0, votes[doc], stop)
        f0 = fact_at[doc]
        n_facts = read_facts(
            hit_token, hit_length, hit_code, h0, h1, kind, value, t0, t1, masked,
            low, high, counted, fact_kind[f0:], fact_value[f0:],
        )  # fmt: skip
        harm = False
        for f in range(f0, f0 + n_facts):
            harm = harm or fact_kind[f] < _HARM_MAX or fact_kind[f] == _TRAPPED
        for t in range(t0, t1):
            if kind[t] == _DIGITS:
                flag |= F_NUMBER
        if t1 - t0 <= 15:
            flag |= F_SHORT
        if marks[doc] & 1:
            flag |= F_LINK
        if marks[doc] & 8:
            flag |= F_REPOST
        if assembly > 0:
            flag |= F_MASKED
        flags[doc] = flag
        hazards[doc] = hazard
        verdicts[doc] = verdict_of(
            hazard, figured, negated, hidden, senses, assembly, flag, harm, disruption, life_safety
        )
        fact_at[doc + 1] = f0 + n_facts
        g0 = term_at[doc]
        term_at[doc + 1] = g0 + read_terms(
            hashes, kind, start, end, t0, t1, masked, covered, stop, key, terms[g0:]
        )
        sketches[doc] = sketch_of(hashes, kind, start, end, t0, t1, key)
    return (
        hazards, verdicts, flags, votes, sketches, fact_at, fact_kind[: fact_at[n]],
        fact_value[: fact_at[n]], term_at, terms[: term_at[n]],
    )  # fmt: skip
