"""Reads the figures of a text: numbers in digits and words, their units, and what they count."""

import numpy as np

from tocsin.compiled import part
from tocsin.gate.bounds import TOKENS_MAX

FACTS_MAX = 8
FIGURES_MAX = 32
CUES_READ = 64
REACH = 4
"""Tokens between a cue and a bare figure; a figure with the right unit may stand further off."""
REACH_UNIT = 8
REACH_BARE = 2
"""Where a unit is usual, a bare figure must stand this near."""
BARE_COST = 3
"""What it costs such a figure beside one that has the unit."""
STOP_COST = 3
"""What a comma or full stop between a cue and a figure costs, in tokens."""
_CHAIN_MAX = 12
_FACT, _NUMBER, _UNIT, _AGE = 4, 5, 12, 13
_AGE_AFTER, _AGE_BEFORE = 0, 1
_AGE_MAX = 120.0
_NO_FACT = -1
"""What stands for the unit of a figure that counts nothing."""
_DIGITS, _LONE = 2, 3
_LENGTH, _SPEED = 1, 2


@part(lends=True)
def spaced(buffer, base, one, two):
    """Whether only a space (also a narrow or hard one) parts two tokens' bytes."""
    if two - one == 1:
        return buffer[base + one] == 32
    if two - one == 2:
        return buffer[base + one] == 0xC2 and buffer[base + one + 1] == 0xA0
    if two - one == 3:
        return buffer[base + one] == 0xE2 and buffer[base + one + 1] == 0x80
    return False


@part(lends=True)
def read_figure(t, n, t0, kind, value, start, end, word, size, buffer, base):
    """(value, token after it) of the number that begins at token t of n.

    Digits and number words run on as people say them: "15 000", "80 mil", "two hundred", 1万2000.
    """
    total, current = 0.0, 0.0
    first = t
    digits_before = False
    while t < n and t - first < _CHAIN_MAX:
        if kind[t0 + t] == _DIGITS:
            v = value[t0 + t]
            if current > 0.0 or (t > first and total == 0.0):
                grouped = (
                    digits_before
                    and 0.0 < current < 1_000_000.0
                    and current == np.floor(current)
                    and end[t0 + t] - start[t0 + t] == 3
                    and spaced(buffer, base, end[t0 + t - 1], start[t0 + t])
                )
                if not grouped:
                    break
                current = current * 1000.0 + v
            else:
                current = v
            digits_before = True
            t += 1
        elif word[t] > 0.0:
            v = word[t]
            if v >= 1000.0:
                total += max(current, 1.0) * v
                current = 0.0
            elif v == 100.0 or (v == 10.0 and 1.0 <= current <= 9.0):
                current = max(current, 1.0) * v
            elif digits_before or (
                current > 0.0
                and not (
                    (current >= 20.0 and v < 10.0)
                    or (current >= 100.0 and v < 100.0)
                    or (current == 10.0 and v < 10.0)
                )
            ):
                break
            else:
                current += v
            digits_before = False
            t += size[t]
        else:
            break
    return total + current, t


@part(lends=True)
def stops_between(buffer, base, start, end, one, two):
    """Whether a comma, semicolon or full stop stands between tokens one and two (absolute)."""
    for t in range(one, two):
        for b in range(base + end[t], base + start[t + 1]):
            byte = buffer[b]
            if byte == 44 or byte == 46 or byte == 59 or byte == 10:
                return True
            if byte == 0x80 and b > base and buffer[b - 1] == 0xE3:
                return True
            if byte == 0x8C and b > base and (buffer[b - 1] == 0xD8 or buffer[b - 1] == 0xBC):
                return True
    return False


@part(lends=True)
def aside(buffer, base, limit, begin, stop):
    """Whether the bytes begin to stop of a text stand alone in brackets or between commas.

    Somebody's age is told so: "a man (35) was killed", "the driver, 35, was killed".
    """
    b, e = base + begin - 1, base + stop
    while b > base and buffer[b] == 32:
        b -= 1
    if b <= base or e >= limit:
        return False
    if buffer[e] == 41:
        return buffer[b] == 40
    if buffer[e] == 44:
        return buffer[b] == 44
    if e + 2 < limit and b >= base + 2 and buffer[e] == 0xEF and buffer[b - 2] == 0xEF:
        # The wide brackets of Chinese and Japanese.
        return (
            buffer[e + 1] == 0xBC
            and buffer[e + 2] == 0x89
            and buffer[b - 1] == 0xBC
            and buffer[b] == 0x88
        )
    return False


@part(lends=True)
def read_figures(hit_token, hit_length, hit_code, h0, h1, kind, value, start, end, t0, n, buffer,
                 base, limit, unit_of, unit_factor, word, size, spans, amounts):  # fmt: skip
    """All figures of a text: spans rows are first token, token after, unit; returns how many."""
    for h in range(h0, h1):
        if hit_code[h] >> 16 == _NUMBER and hit_token[h] < n:
            if hit_length[h] > size[hit_token[h]]:
                number = hit_code[h] & 0xFFFF
                # Powers of ten beyond what a code holds are kept as their exponent.
                big = number >= 60_000
                word[hit_token[h]] = 10.0 ** (number - 60_000) if big else float(number)
                size[hit_token[h]] = hit_length[h]
    count = 0
    t = 0
    while t < n and count < FIGURES_MAX:
        if kind[t0 + t] != _DIGITS and word[t] <= 0.0:
            t += 1
            continue
        if kind[t0 + t] == _LONE and word[t] >= 100.0 and size[t] == 1:
            t += 1  # 万 or 천 by itself is part of some word, not ten thousand of anything.
            continue
        amount, after = read_figure(t, n, t0, kind, value, start, end, word, size, buffer, base)
        spans[count, 0], spans[count, 1], spans[count, 2] = t, after, 0
        length, aged = 0, False
        for h in range(h0, h1):
            if hit_code[h] >> 16 == _UNIT and hit_token[h] == after and hit_length[h] > length:
                length = hit_length[h]
                unit = hit_code[h] & 0xFFFF
                spans[count, 2] = unit_of[unit]
                amounts[count] = amount * unit_factor[unit]
            if hit_code[h] >> 16 == _AGE:
                side = hit_code[h] & 0xFFFF
                aged = aged or (side == _AGE_BEFORE and hit_token[h] + hit_length[h] == t)
                if side == _AGE_AFTER and hit_token[h] == after and hit_length[h] >= length:
                    length, spans[count, 2] = hit_length[h], _NO_FACT
        if aged:
            spans[count, 2] = _NO_FACT
        elif length == 0:
            amounts[count] = amount
            single = after == t + 1 and kind[t0 + t] == _DIGITS and t > 0
            if single and 1.0 <= amount <= _AGE_MAX and amount == np.floor(amount):
                if aside(buffer, base, limit, start[t0 + t], end[t0 + t]):
                    spans[count, 2] = _NO_FACT
        count += 1
        t = max(after, t + 1)
    return count


@part(lends=True)
def cost_of(first, last, span, unit, wanted, ahead):
    """Tokens between a cue and a figure, one more on the unusual side; -1 when they are strangers.

    The unusual side is behind the cue, or with `ahead` (cues go ahead of figures) before it.
    """
    if span[1] <= first:
        step, cost = first - span[1] + 1, first - span[1] + 1 + ahead
    elif span[0] > last:
        step, cost = span[0] - last, span[0] - last + 1 - ahead
    else:
        return -1
    if wanted == 0:
        return cost if unit == 0 and step <= REACH else -1
    # Winds "of 160 km" are winds of 160 km in the hour that was named before.
    if unit == wanted or (wanted == _SPEED and unit == _LENGTH):
        return cost if step <= REACH_UNIT else -1
    return cost + BARE_COST if unit == 0 and step <= REACH_BARE else -1


@part(lends=True)
def plausible(amount, low, high):
    """Whether a figure lies within the bounds of its kind and is no year."""
    year = 1900.0 <= amount <= 2100.0 and amount == np.floor(amount) and amount % 100.0 != 0.0
    return not year and low <= amount <= high


@part(lends=True)
def goes_ahead(cues, n_cues, spans, n_figures):
    """1 where a cue stands first and a figure last ("dead 3 hurt 40"), else 0."""
    first, last = -1, -1
    for f in range(n_figures):
        if spans[f, 2] != _NO_FACT:
            first = spans[f, 0] if first < 0 else first
            last = spans[f, 0]
    if first < 0:
        return 0
    for c in range(n_cues):
        if cues[c, 1] > last:
            return 0
    return 1 if cues[0, 1] < first else 0


@part
def read_facts(hit_token, hit_length, hit_code, h0, h1, kind, value, start, end, t0, t1, masked,
               buffer, base, limit, low, high, counted, wanted, unit_of, unit_factor,
               out_kind, out_value):  # fmt: skip
    """Facts of one text; returns how many.

    Each kind takes one figure and each figure counts one thing: the nearest pairs go first, a
    figure before its cue is one token nearer than one behind it (or the other way round where
    the text begins with a cue and ends with a figure), and a stop between them is a few tokens
    more.
    """
    n = min(t1 - t0, TOKENS_MAX)
    cues = np.zeros((CUES_READ, 3), np.int32)
    n_cues = 0
    n_out = 0
    for h in range(h0, h1):
        if hit_code[h] >> 16 != _FACT or hit_token[h] >= n or masked[hit_token[h]]:
            continue
        number = hit_code[h] & 0xFFFF
        if counted[number]:
            if n_cues < CUES_READ:
                cues[n_cues, 0] = number
                cues[n_cues, 1] = hit_token[h]
                cues[n_cues, 2] = hit_token[h] + hit_length[h] - 1
                n_cues += 1
            continue
        known = n_out >= FACTS_MAX
        for i in range(n_out):
            known = known or out_kind[i] == number
        if not known:
            out_kind[n_out], out_value[n_out] = number, 1.0
            n_out += 1
    if n_cues == 0:
        return n_out
    word = np.zeros(n)
    size = np.zeros(n, np.int32)
    spans = np.zeros((FIGURES_MAX, 3), np.int32)
    amounts = np.zeros(FIGURES_MAX)
    n_figures = read_figures(
        hit_token, hit_length, hit_code, h0, h1, kind, value, start, end, t0, n, buffer, base,
        limit, unit_of, unit_factor, word, size, spans, amounts,
    )  # fmt: skip
    ahead = goes_ahead(cues, n_cues, spans, n_figures)
    costs = np.full((n_cues, n_figures), -1, np.int32)
    for c in range(n_cues):
        number, first, last = cues[c, 0], cues[c, 1], cues[c, 2]
        for f in range(n_figures):
            if not plausible(amounts[f], low[number], high[number]):
                continue
            cost = cost_of(first, last, spans[f], spans[f, 2], wanted[number], ahead)
            if cost < 0:
                continue
            if spans[f, 1] <= first:
                one, two = spans[f, 1] - 1, first
            else:
                one, two = last, spans[f, 0]
            if stops_between(buffer, base, start, end, t0 + one, t0 + two):
                cost += STOP_COST
            costs[c, f] = cost
    while n_out < FACTS_MAX:
        best, best_c, best_f = np.int32(1_000_000), -1, -1
        for f in range(n_figures):
            for c in range(n_cues):
                if 0 <= costs[c, f] < best:
                    best, best_c, best_f = costs[c, f], c, f
        if best_c < 0:
            break
        out_kind[n_out], out_value[n_out] = cues[best_c, 0], amounts[best_f]
        n_out += 1
        for f in range(n_figures):
            for c in range(n_cues):
                if f == best_f or cues[c, 0] == cues[best_c, 0]:
                    costs[c, f] = -1
    return n_out
