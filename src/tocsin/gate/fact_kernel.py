"""Reads the figures of a text: a cue and the number beside it."""

import numpy as np

from tocsin.compiled import part
from tocsin.gate.bounds import TOKENS_MAX

FACTS_MAX = 8
_FACT, _NUMBER = 4, 5
_DIGITS = 2


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
