"""Reading the figures of a text, as one would tell another person to do it."""

from naive_text import CHAR, NUMBER
from tocsin.vocabulary.codes import Code
from tocsin.vocabulary.facts import FACT_KINDS, MEASURES

FACTS_MAX, FIGURES_MAX, CUES_MAX, CHAIN_MAX = 8, 32, 64, 12
REACH, REACH_UNIT, REACH_BARE = 4, 8, 2
STOP_COST = BARE_COST = 3
AGE_MAX = 120
NO_FACT = -1
SPACES = (b" ", "\u00a0".encode())
STOPS = (b",", b".", b";", b"\n", b"\xe3\x80", b"\xd8\x8c", b"\xbc\x8c")
"""The last three: stops of Chinese and Japanese, the Arabic comma, the full-width comma."""


def number_words(hits):
    """{token: (value, tokens)} of the longest number word at each token."""
    found = {}
    for first, length, code in hits:
        if code >> 16 == Code.NUMBER and length > found.get(first, (0, 0))[1]:
            number = code & 0xFFFF
            found[first] = (10.0 ** (number - 60_000) if number >= 60_000 else number, length)
    return found


def narrow(gap):
    """Whether the bytes between two tokens are one space of some width."""
    return gap in SPACES or (len(gap) == 3 and gap[:2] == b"\xe2\x80")


def joins(current, word):
    """Whether a small number word goes on from what was said ("twenty" "five")."""
    return (
        current == 0
        or (current >= 20 and word < 10)
        or (current >= 100 and word < 100)
        or (current == 10 and word < 10)
    )


def figure_at(t, text, tokens, words):
    """(value, token after) of the number beginning at t."""
    first, total, current, digits_before = t, 0.0, 0.0, False
    while t < len(tokens) and t - first < CHAIN_MAX:
        row = tokens[t]
        if row.kind == NUMBER:
            if current > 0 or (t > first and total == 0):
                gap = text[tokens[t - 1].end : row.start]
                whole = digits_before and 0 < current < 1e6 and current == int(current)
                if not (whole and row.end - row.start == 3 and narrow(gap)):
                    break
                current = current * 1000 + row.value
            else:
                current = row.value
            digits_before, t = True, t + 1
        elif t in words:
            word, length = words[t]
            if word >= 1000:
                total, current = total + max(current, 1) * word, 0.0
            elif word == 100 or (word == 10 and 1 <= current <= 9):
                current = max(current, 1) * word
            elif digits_before or not joins(current, word):
                break
            else:
                current += word
            digits_before, t = False, t + length
        else:
            break
    return total + current, t


def aside(text, row):
    """Whether a number stands alone in brackets or between commas."""
    before, behind = text[: row.start].rstrip(b" "), text[row.end :]
    return len(before) > 1 and any(
        before.endswith(left) and behind.startswith(right)
        for left, right in ((b"(", b")"), (b",", b","), ("（".encode(), "）".encode()))
    )


def is_age(t, after, hits, unit_length):
    """Whether a word of age stands at either side of the figure."""
    for first, length, code in hits:
        if code >> 16 == Code.AGE:
            if code & 0xFFFF == 0 and first == after and length >= unit_length:
                return True
            if code & 0xFFFF == 1 and first + length == t:
                return True
    return False


def figures_of(text, tokens, hits, tables):
    """[(first token, token after, measure, amount)] of every number in a text."""
    words, figures, t = number_words(hits), [], 0
    while t < len(tokens) and len(figures) < FIGURES_MAX:
        if tokens[t].kind != NUMBER and t not in words:
            t += 1
            continue
        if tokens[t].kind == CHAR and words[t][0] >= 100 and words[t][1] == 1:
            t += 1
            continue
        amount, after = figure_at(t, text, tokens, words)
        units = [h for h in hits if h[2] >> 16 == Code.UNIT and h[0] == after]
        measure = 0
        if units:
            unit = max(units, key=lambda h: (h[1], -units.index(h)))[2] & 0xFFFF
            measure, amount = int(tables.unit_of[unit]), amount * float(tables.unit_factor[unit])
        if is_age(t, after, hits, max((h[1] for h in units), default=0)):
            measure = NO_FACT
        elif not units and tokens[t].kind == NUMBER and after == t + 1 and t > 0:
            if 1 <= amount <= AGE_MAX and amount == int(amount) and aside(text, tokens[t]):
                measure = NO_FACT
        figures.append((t, after, measure, amount))
        t = max(after, t + 1)
    return figures


def goes_ahead(counted, figures):
    """Whether the text has its cues ahead of its figures from the first to the last."""
    places = [begin for begin, _, measure, _ in figures if measure != NO_FACT]
    cues = [first for first, _, _ in counted]
    return bool(places) and cues[0] < places[0] and max(cues) <= places[-1]


def cost_of(first, last, figure, wanted, ahead):
    """How far a figure is from its cue, None when it does not belong to it."""
    begin, after, measure, _ = figure
    if after <= first:
        step = first - after + 1
        cost = step + ahead
    elif begin > last:
        step = begin - last
        cost = step + (not ahead)
    else:
        return None
    speed_by_length = (MEASURES[wanted], MEASURES[measure]) == ("km/h", "km")
    if measure == wanted or speed_by_length:
        return cost if step <= (REACH_UNIT if wanted else REACH) else None
    return cost + BARE_COST if measure == 0 and step <= REACH_BARE else None


def stopped(text, tokens, one, two):
    """Whether a stop stands anywhere between two tokens."""
    gaps = (text[tokens[t].end : tokens[t + 1].start] for t in range(one, two))
    return any(stop in gap for gap in gaps for stop in STOPS)


def fits(kind, amount):
    """Within the bounds of its kind, and no year."""
    year = 1900 <= amount <= 2100 and amount == int(amount) and amount % 100 != 0
    return not year and FACT_KINDS[kind].low <= amount <= FACT_KINDS[kind].high


def facts_of(text, tokens, hits, masked, tables):
    """[(kind, value)]: the nearest pairs of cue and figure first, each of them used once."""
    cues = [h for h in hits if h[2] >> 16 == Code.FACT and h[0] not in masked]
    found = {}
    for _, _, code in cues:
        if not FACT_KINDS[code & 0xFFFF].counted and len(found) < FACTS_MAX:
            found.setdefault(code & 0xFFFF, 1.0)
    counted = [h for h in cues if FACT_KINDS[h[2] & 0xFFFF].counted][:CUES_MAX]
    figures = figures_of(text, tokens, hits, tables) if counted else []
    ahead = goes_ahead(counted, figures)
    pairs = []
    for f, figure in enumerate(figures):
        for c, (first, length, code) in enumerate(counted):
            kind, last = code & 0xFFFF, first + length - 1
            wanted = MEASURES.index(FACT_KINDS[kind].unit) if FACT_KINDS[kind].measure else 0
            cost = cost_of(first, last, figure, wanted, ahead)
            if cost is None or not fits(kind, figure[3]):
                continue
            between = (figure[1] - 1, first) if figure[1] <= first else (last, figure[0])
            cost += STOP_COST if stopped(text, tokens, *between) else 0
            pairs.append((cost, f, c, kind))
    used = set()
    for _, f, _, kind in sorted(pairs):
        if f not in used and kind not in found and len(found) < FACTS_MAX:
            found[kind] = figures[f][3]
            used.add(f)
    return list(found.items())
