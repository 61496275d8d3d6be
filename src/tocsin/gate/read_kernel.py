"""Judges texts from the phrases found in them: which hazard, in which sense, with what facts."""

import numpy as np

from tocsin.compiled import kernel
from tocsin.gate.bounds import TOKENS_MAX
from tocsin.gate.fact_kernel import FACTS_MAX, read_facts
from tocsin.gate.sense_kernel import (
    CUES_MAX,
    doc_senses,
    literal_hits,
    mask_assembly,
    pick,
    verdict_of,
)  # fmt: skip
from tocsin.gate.term_kernel import TERMS_MAX, read_terms, sketch_of

F_SHORT, F_LINK, F_NUMBER, F_REPOST, F_MASKED = 2, 4, 8, 16, 32
_HARM_MAX = 3
"""Fact kinds below this (killed, injured, missing) and `trapped` count as harm."""
_TRAPPED = 3
_DIGITS = 2


@kernel
def judge(at, hashes, start, end, kind, value, marks, hit_at, hit_token, hit_length, hit_code,
          pairs, pair_at, rank, disruption, life_safety, low, high, counted, measure,
          unit_of, unit_factor, buffer, offsets, key, every):  # fmt: skip
    """Columns for n texts: hazard, verdict, flags, sketch, and the facts and terms with their
    offsets; with `every` also how each text names each hazard, (n, H) bits, else one row."""
    n = len(at) - 1
    hazards = np.full(n, -1, np.int32)
    verdicts = np.zeros(n, np.int32)
    flags = np.zeros(n, np.uint16)
    sketches = np.zeros(n, np.uint64)
    fact_at = np.zeros(n + 1, np.int64)
    fact_kind = np.zeros(n * FACTS_MAX + 1, np.uint8)
    fact_value = np.zeros(n * FACTS_MAX + 1)
    term_at = np.zeros(n + 1, np.int64)
    terms = np.zeros(n * TERMS_MAX + 1, np.uint32)
    literal = np.zeros(len(rank), np.int16)
    named = np.zeros((n if every else 1, len(rank)), np.uint8)
    cues = np.zeros((CUES_MAX, 3), np.int32)
    negations = np.zeros((CUES_MAX, 3), np.int32)
    for doc in range(n):
        t0, t1 = at[doc], at[doc + 1]
        h0, h1 = hit_at[doc], hit_at[doc + 1]
        masked = np.zeros(TOKENS_MAX, np.bool_)
        spared = np.zeros(TOKENS_MAX, np.bool_)
        covered = np.zeros(TOKENS_MAX, np.bool_)
        stop = np.zeros(TOKENS_MAX, np.bool_)
        literal[:] = 0
        row = doc if every else 0
        named[row] = 0
        assembly = mask_assembly(hit_token, hit_length, hit_code, h0, h1, masked, spared)
        figured, negated, hidden = literal_hits(
            hit_token, hit_length, hit_code, h0, h1, pairs, pair_at, masked, cues, negations,
            literal, named[row], covered,
        )  # fmt: skip
        hazard = pick(literal, rank)
        senses, flag = doc_senses(hit_token, hit_code, h0, h1, masked, 0, stop)
        f0 = fact_at[doc]
        n_facts = read_facts(
            hit_token, hit_length, hit_code, h0, h1, kind, value, start, end, t0, t1, masked,
            buffer, offsets[doc], offsets[doc + 1], low, high, counted, measure, unit_of,
            unit_factor, fact_kind[f0:], fact_value[f0:],
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
        hazards, verdicts, flags, named, sketches, fact_at, fact_kind[: fact_at[n]],
        fact_value[: fact_at[n]], term_at, terms[: term_at[n]],
    )  # fmt: skip
