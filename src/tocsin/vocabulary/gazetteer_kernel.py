"""The inner loop of the gazetteer: tokens in, place indices out."""

import numpy as np

from tocsin.compiled import kernel
from tocsin.vocabulary.gazetteer_site_kernel import (
    LINKS,
    in_table,
    is_sited,
    of_sort,
    sort_beside,
)
from tocsin.vocabulary.token_kernel import mixed

MATCHES_MAX = 8
"""Places kept of one text."""
NEAR_GAP = 2
"""Most bytes between two tokens of one name: a space, or a comma and a space."""
ADJACENT, SAME_TEXT, LEAST_WEIGHT = 1e6, 30.0, 0.01
"""How much more likely a reading is whose region or country stands right beside it, or
anywhere in the same text; and the least say of an unlikely reading of that other name."""
GREAT_CITY = 1_000_000
"""A city of this size stays a place beside the word "storm"."""
FREE, WITH_OWNER, WITH_COMMA, REFUSED = range(4)

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_WORD, _CHAR = 1, 3
_CAPITAL, _ALL_CAPS, _TAG = 1, 2, 4
_CITY, _ADMIN1, _COUNTRY, _FACILITY = 0, 1, 2, 3
_SORTED = 0x80
"""A place of this name is meant when the word for its sort stands beside."""
_ONLY_BESIDE, _CODE = 5, 6


@kernel(lends=True)
def holds(table, key):
    """Whether a sorted array holds a key."""
    at = np.searchsorted(table, key)
    return at < len(table) and table[at] == key


@kernel(lends=True)
def find_key(keys, bucket, shift, key):
    """Row of a key in the sorted keys, -1 when absent."""
    slot = np.int64(key >> np.uint64(shift))
    for row in range(bucket[slot], bucket[slot + 1]):
        if keys[row] == key:
            return row
        if keys[row] > key:
            return -1
    return -1


@kernel(lends=True)
def contains(a, b, kind, country, admin1, lat, lon, radius):
    """Whether place a is the country, region or area that place b lies in."""
    if a == b or kind[a] == _CITY or kind[a] == _FACILITY:
        return False
    if kind[a] == _COUNTRY:
        return kind[b] != _COUNTRY and country[a] == country[b]
    if kind[a] == _ADMIN1:
        return admin1[b] == a
    if kind[b] != _CITY or (country[a] >= 0 and country[a] != country[b]):
        return False
    north = (lat[a] - lat[b]) * 111.2
    east = (lon[a] - lon[b]) * 111.2 * np.cos(np.radians(np.float64(lat[a])))
    return north * north + east * east <= radius[a] * radius[a]


@kernel(lends=True)
def is_capital(i, shape, start, end, shout):
    """Whether token i is written as a name; capitals in a shouted text say nothing."""
    if shape[i] & _ALL_CAPS:
        return shout < 2 and end[i] - start[i] > 3
    return (shape[i] & _CAPITAL) != 0


@kernel(lends=True)
def has_cue(i, first, last, flags, hashes, cues):
    """Whether the word before token i (behind it, in a script without capitals) is a cue."""
    if i > first and holds(cues, hashes[i - 1]):
        return True
    return (flags & 0x40) != 0 and i + 1 < last and holds(cues, hashes[i + 1])


@kernel(lends=True)
def is_code(i, first, tokens, shout, cued, cues):
    """Whether token i is written as a code right behind a name or a cue, in a text not shouted.

    Set off by a comma it need not be all in capitals.
    """
    hashes, start, end, shape = tokens
    if shout == 2 or (shape[i] & _TAG) != 0 or (shape[i] & (_CAPITAL | _ALL_CAPS)) == 0:
        return False
    if cued or i == first:
        return cued
    gap = start[i] - end[i - 1]
    if gap > NEAR_GAP or (gap < NEAR_GAP and (shape[i] & _ALL_CAPS) == 0):
        return False
    return holds(cues, hashes[i - 1]) or (shape[i - 1] & (_CAPITAL | _TAG)) != 0


@kernel(lends=True)
def standing(i, j, flags, first, last, tokens, shout, cued, cues):
    """What the name at tokens i to j still lacks: FREE, WITH_OWNER, WITH_COMMA or REFUSED."""
    hashes, start, end, shape = tokens
    need = flags & 0x0F
    if need == 0 or need == _ONLY_BESIDE:
        return FREE if need == 0 else REFUSED
    if need == _CODE:
        return FREE if is_code(i, first, tokens, shout, cued, cues) else REFUSED
    cue = cued or has_cue(i, first, last, flags, hashes, cues)
    tag = (shape[i] & _TAG) != 0
    if flags & 0x40:
        if need == 4:
            return WITH_COMMA
        return FREE if cue or (tag and need == 1) else WITH_OWNER
    capital = is_capital(i, shape, start, end, shout)
    capital = capital and is_capital(j - 1, shape, start, end, shout)
    if need == 4:
        return WITH_COMMA if capital else REFUSED
    if need == 1:
        return FREE if cue or capital or tag else REFUSED
    if not capital:
        return REFUSED
    if cue:
        return FREE
    inner = shout == 0 and i > first and start[i] - end[i - 1] == 1
    return FREE if need == 2 and inner else WITH_OWNER


@kernel(lends=True)
def fits(i, j, flags, first, last, start, end, kind, hashes, katakana):
    """Whether the letters around a name in an unspaced script leave it whole."""
    left = i > first and kind[i - 1] == _CHAR and end[i - 1] == start[i]
    if flags & 0x20 and left:
        return False
    if flags & 0x10:
        if left and holds(katakana, hashes[i - 1]):
            return False
        right = j < last and kind[j] == _CHAR and end[j - 1] == start[j]
        if right and holds(katakana, hashes[j]):
            return False
    return True


@kernel(lends=True)
def beside_storm(i, j, first, last, hashes, storms, row, cand_at, cand, place_kind, population):
    """Whether a town's name stands beside a storm word, so that it names the storm."""
    before = i > first and holds(storms, hashes[i - 1])
    after = j < last and j - i == 1 and holds(storms, hashes[j])
    if not before and not after:
        return False
    for c in range(cand_at[row], cand_at[row + 1]):
        if place_kind[cand[c]] == _FACILITY:
            continue
        if place_kind[cand[c]] != _CITY or population[cand[c]] >= GREAT_CITY:
            return False
    return True


@kernel(lends=True)
def is_firm(j, last, tokens, shout, firms):
    """Whether a capitalised word for a firm follows a name at once, in a text of few capitals."""
    hashes, start, end, shape = tokens
    if shout > 0 or j >= last or start[j] - end[j - 1] != 1:
        return False
    return (shape[j] & _CAPITAL) != 0 and holds(firms, hashes[j])


@kernel
def settle(count, rows, begins, ends, lacks, gaps, cand_at, cand, weight, places, spoken):
    """Choose one place for each name by its neighbours and its size; -1 drops the name."""
    kind, country, admin1, lat, lon, radius = places
    chosen = np.full(count, -1, np.int64)
    for m in range(count):
        top = np.float64(-1.0)
        for c in range(cand_at[rows[m]], cand_at[rows[m] + 1]):
            here = np.int64(cand[c])
            best = 1.0
            owned = False
            for o in range(count):
                if o == m:
                    continue
                behind = begins[o] == ends[m] and gaps[o] <= NEAR_GAP
                ahead = begins[m] == ends[o] and gaps[m] <= NEAR_GAP
                lead = cand_at[rows[o]]
                for d in range(lead, cand_at[rows[o] + 1]):
                    other = np.int64(cand[d])
                    inside = contains(other, here, kind, country, admin1, lat, lon, radius)
                    if not inside and not contains(
                        here, other, kind, country, admin1, lat, lon, radius
                    ):
                        continue
                    if inside and behind and (lacks[m] == WITH_OWNER or gaps[o] == NEAR_GAP):
                        owned = True
                    say = max(LEAST_WEIGHT, np.float64(weight[d]) / np.float64(weight[lead]))
                    best = max(best, say * (ADJACENT if behind or ahead else SAME_TEXT))
            if lacks[m] != FREE and not owned:
                continue
            score = np.float64(weight[c]) * best
            if country[here] >= 0:
                score *= np.float64(spoken[country[here]])
            if score > top:
                top = score
                chosen[m] = here
    return chosen


@kernel(lends=True)
def loudness(first, last, kind, shape):
    """2 when most words of a text are all capitals, 1 when most begin with one, else 0."""
    words = 0
    loud = 0
    raised = 0
    for i in range(first, last):
        if kind[i] == _WORD:
            words += 1
            if shape[i] & _ALL_CAPS:
                loud += 1
            if shape[i] & _CAPITAL:
                raised += 1
    if words >= 3 and 2 * loud > words:
        return 2
    return 1 if words >= 4 and 10 * raised > 6 * words else 0


@kernel(lends=True)
def meant_beside(m, here, rows, begins, ends, first, last, tokens, bare, kind, names, sites):
    """What a chosen place's name means with the words beside it; -1 when it means nothing."""
    flags, cand_at, cand = names[3], names[5], names[6]
    link_key, link_to, sort_of = sites[4], sites[5], sites[6]
    row = rows[m]
    if flags[row] & _SORTED == 0:
        return here
    sort = sort_beside(begins[m], ends[m], first, last, tokens, bare, kind, sites)
    site = of_sort(row, sort, cand_at, cand, sort_of)
    if site >= 0:
        return site
    link = in_table(link_key, here * LINKS + sort)
    if link >= 0:
        return np.int64(link_to[link])
    return np.int64(-1) if flags[row] & 0x0F == _ONLY_BESIDE else here


@kernel(lends=True)
def longest_at(i, first, last, begin_hash, cued, shout, tokens, bare, kind, names, places,
               word_sets, sites):  # fmt: skip
    """(row, end, lack) of the best name that begins at token i, row -1 for none.

    The longest name that stands by itself wins; failing that, the longest that would stand
    with its region or country behind it.
    """
    hashes, start, end, shape = tokens
    keys, bucket, shift, flags, reach, cand_at, cand, _ = names
    cues, storms, katakana, firms = word_sets
    row, stop, lack = -1, i, REFUSED
    most = np.int64(reach[np.int64(begin_hash) & (len(reach) - 1)])
    key = begin_hash
    j = i + 1
    while j - i <= most:
        found = find_key(keys, bucket, shift, key)
        if found >= 0 and fits(i, j, flags[found], first, last, start, end, kind, hashes, katakana):
            now = standing(i, j, flags[found], first, last, tokens, shout, cued, cues)
            if now != FREE and flags[found] & _SORTED:
                written = (flags[found] & 0x40) != 0 or shout == 2 or cued
                written = written or (shape[i] & (_CAPITAL | _ALL_CAPS)) != 0
                # "nice airport" is a word before a noun; nothing but the airport is called "jfk".
                if not written and flags[found] & 0x0F == _ONLY_BESIDE:
                    written = has_cue(i, first, last, flags[found], hashes, cues)
                if written:
                    sort = sort_beside(i, j, first, last, tokens, bare, kind, sites)
                    if is_sited(found, sort, cand_at, cand, sites):
                        now = FREE
            if now == FREE and (
                is_firm(j, last, tokens, shout, firms)
                or beside_storm(
                    i, j, first, last, hashes, storms, found, cand_at, cand, places[0], places[6]
                )
            ):
                now = WITH_COMMA
            if now != REFUSED and (now == FREE or lack != FREE):
                row, stop, lack = found, j, now
        if j >= last or start[j] - end[j - 1] > NEAR_GAP:
            break
        if kind[j] == _CHAR and start[j] != end[j - 1]:
            break
        key = mixed((key * _GOLD) ^ hashes[j])
        j += 1
    return row, stop, lack


@kernel
def match(at, hashes, bare, start, end, kind, shape, names, places, word_sets, sites, langs,
          speaks):  # fmt: skip
    """(at int64[n + 1], place int32[], covered bool[m]) for texts of m tokens in all."""
    n = len(at) - 1
    covered = np.zeros(len(hashes), np.bool_)
    out_at = np.zeros(n + 1, np.int64)
    out = np.zeros(n * MATCHES_MAX + 1, np.int32)
    rows = np.zeros(MATCHES_MAX, np.int64)
    begins = np.zeros(MATCHES_MAX, np.int64)
    ends = np.zeros(MATCHES_MAX, np.int64)
    lacks = np.zeros(MATCHES_MAX, np.int64)
    gaps = np.zeros(MATCHES_MAX, np.int64)
    tokens = (hashes, start, end, shape)
    reach = names[4]
    spread = len(reach) - 1
    filled = 0
    for doc in range(n):
        first, last = at[doc], at[doc + 1]
        shout = loudness(first, last, kind, shape)
        count = 0
        i = first
        while i < last and count < MATCHES_MAX:
            row, stop, lack = -1, i + 1, REFUSED
            if kind[i] == _WORD or kind[i] == _CHAR:
                # Few words begin a name, and to hand over all these arrays takes its time.
                if reach[np.int64(hashes[i]) & spread] > 0:
                    row, stop, lack = longest_at(
                        i, first, last, hashes[i], False, shout, tokens, bare, kind, names, places,
                        word_sets, sites,
                    )
                if row < 0 and bare[i] != np.uint64(0):
                    row, stop, lack = longest_at(
                        i, first, last, bare[i], True, shout, tokens, bare, kind, names, places,
                        word_sets, sites,
                    )
            if row < 0:
                i += 1
                continue
            rows[count], begins[count], ends[count], lacks[count] = row, i, stop, lack
            gaps[count] = start[i] - end[i - 1] if i > first else 99
            count += 1
            i = stop
        chosen = settle(
            count,
            rows,
            begins,
            ends,
            lacks,
            gaps,
            names[5],
            names[6],
            names[7],
            places[:6],
            speaks[langs[doc]],
        )
        base = filled
        for m in range(count):
            if chosen[m] >= 0:
                chosen[m] = meant_beside(
                    m, chosen[m], rows, begins, ends, first, last, tokens, bare, kind, names, sites
                )
            fresh = chosen[m] >= 0
            if fresh:
                covered[begins[m] : ends[m]] = True
            for b in range(base, filled):
                if out[b] == chosen[m]:
                    fresh = False
            if fresh:
                out[filled] = chosen[m]
                filled += 1
        out_at[doc + 1] = filled
    return out_at, out[:filled].copy(), covered
