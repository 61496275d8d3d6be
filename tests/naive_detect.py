"""Pieces of the detector as counting and set arithmetic."""

import math
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction

FLOOR_PER_BIN = 20 / 6
SURPRISE_MAX = 30.0


def surprise(n, seen, lagged, window):
    """-log10 P(N >= n): one minus the exact sum of the probabilities below n."""
    seen, lagged, window = (Fraction(x).limit_denominator(10**9) for x in (seen, lagged, window))
    if n * lagged <= seen * window:
        return 0.0
    q = window / (lagged + window)
    with localcontext() as context:
        context.prec = 80
        ratio = Decimal(q.numerator) / Decimal(q.denominator)
        shape = Decimal(seen.numerator) / Decimal(seen.denominator)
        term = (1 - ratio) ** shape
        below = Decimal(0)
        for k in range(n):
            below += term
            term = term * (shape + k) / (k + 1) * ratio
        tail = 1 - below
        return min(max(-float(tail.log10()), 0.0), SURPRISE_MAX)


class Bins:
    """A count for each ten minutes, by absolute number, of which a ring keeps the newest."""

    def __init__(self, size):
        self.size, self.counts, self.last = size, {}, 0

    def add(self, at, count=1):
        self.last = max(self.last, at)
        self.counts[at] = self.counts.get(at, 0) + count

    def sum(self, first, last):
        return sum(
            count
            for at, count in self.counts.items()
            if max(first, self.last - self.size + 1) <= at <= last
        )


def exposure(total, hazard, first, last, size):
    """Reports of other hazards in bins first..last, each at least the floor."""
    low = max(first, total.last - size + 1)
    return sum(
        max(total.counts.get(at, 0) - hazard.counts.get(at, 0), FLOOR_PER_BIN)
        for at in range(low, last + 1)
    )


class VoiceSets:
    """The voices of one event: a set for each of the three key windows that live."""

    LANES, MOST = 3, 256

    def __init__(self):
        self.sets, self.bound = {}, 0

    def add(self, window, tags):
        """Whether the voice is new; tags are those of this window and of the one before."""
        fresh = True
        for back, tag in enumerate(tags):
            own = window - back
            taken = [w for w in self.sets if (w - own) % self.LANES == 0]
            if not tag or any(w > own for w in taken):
                continue
            for w in taken:
                if w < own:
                    del self.sets[w]
            lane = self.sets.setdefault(own, set())
            if tag in lane:
                fresh = False
            elif len(lane) < self.MOST:
                lane.add(tag)
        self.bound = max([self.bound, *map(len, self.sets.values())])
        return fresh


def idf(now, old, total):
    """Weight of a term that `now + old` of `total` reports hold."""
    if now + old < 2:
        return 0.0
    return max(math.log((total + 1) / (now + old + 0.5)), 0.0)


def similarity(terms, counts, weight_of):
    """Cosine of a report's terms and an event's counted terms under weights."""
    own = {term: weight_of(term) for term in terms}
    theirs = {term: weight_of(term) * count for term, count in counts.items()}
    dot = sum(weight * theirs.get(term, 0.0) for term, weight in own.items())
    norms = [math.sqrt(sum(w * w for w in side.values())) for side in (own, theirs)]
    return dot / (norms[0] * norms[1]) if dot else 0.0


def distinct_voices(rows, now_ms, window_ms):
    """Positions of rows that stand for distinct voices with distinct words, newest first.

    A row is {time_ms, tags, sketch, counts}; `counts` is false for copies and reports of events.
    """
    chosen = []
    for i, row in reversed(list(enumerate(rows))):
        if not row["counts"] or row["time_ms"] < now_ms - window_ms:
            continue
        known = any(
            (row["sketch"] and row["sketch"] == rows[j]["sketch"])
            or set(row["tags"]) & set(rows[j]["tags"]) - {0}
            for j in chosen
        )
        if not known:
            chosen.append(i)
    return chosen


def marked(terms, counts, reports, seen, total, least, full):
    """Share of a log-likelihood ratio by words that an event's reports share."""
    ratio = 0.0
    for term in terms:
        if counts.get(term, 0) >= least:
            inside = (counts[term] + 0.5) / (reports + 1)
            elsewhere = max(seen.get(term, 0) - counts[term], 0) + 1
            outside = elsewhere / (max(total - reports, 0) + 1)
            ratio += max(math.log(inside / outside), 0.0)
    return min(ratio / full, 1.0)


def home_country(nations, rival):
    """The country named most, first come first, where a second is named `rival` times; else -1."""
    counted = sorted(Counter(nations).items(), key=lambda one: -one[1])
    return counted[0][0] if len(counted) > 1 and counted[1][1] >= rival else -1


def is_beside(named, votes, unit_of, share):
    """Whether one of the places named lies in a unit that a share of an event's votes name."""
    total = sum(votes.values())
    for unit in {unit_of[place] for place in named} - {-1}:
        own = sum(count for place, count in votes.items() if unit_of[place] == unit)
        if own > 0 and own >= share * total:
            return True
    return False


def rows_of(rows, posts, voices):
    """Slots of the rows (slot, post, voices) that bear a removed post's or voice's tag."""
    posts, voices = set(posts) - {0}, set(voices) - {0}
    return [slot for slot, post, own in rows if post in posts or voices & set(own)]


def heard(rows, words, shared_ms, life_ms):
    """(rows about each word, when each row dies) once all rows were listened to, in order.

    A row is {time_ms, now_ms, hazard, places, tags, dies_ms}, a word {hazards, fine,
    from_ms}.
    """
    lists = [[] for _ in words]
    dies = [row["dies_ms"] for row in rows]
    for i, row in enumerate(rows):
        for w, word in enumerate(words):
            near = set(row["places"]) & word["fine"]
            if not near or row["hazard"] not in word["hazards"] or row["time_ms"] < word["from_ms"]:
                continue
            others = [j for j in lists[w] if not set(row["tags"]) & set(rows[j]["tags"]) - {0}]
            lists[w].append(i)
            for j in [*others, i] if others else []:
                until = min(rows[j]["time_ms"] + life_ms, row["now_ms"] + shared_ms)
                dies[j] = max(dies[j], until)
    return lists, dies


def own_town(votes, fine, voices, least, share):
    """The town named most, first come first, when enough voices and a share of them do; else -1."""
    towns = [(place, count) for place, count in votes if place in fine]
    best = max(towns, key=lambda one: one[1], default=(-1, 0.0))
    return best[0] if best[0] >= 0 and best[1] >= max(least, share * voices) else -1


def distance_km(one, two):
    """Straight through a globe of 6,371 km, of (latitude, longitude) in degrees."""
    ends = []
    for lat, lon in (one, two):
        a, b = math.radians(lat), math.radians(lon)
        ends.append((math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)))
    return 6_371 * math.dist(*ends)


def habits_of(reports, countries, first_ms, last_ms, hour_ms=3_600_000, least=5):
    """Reports of each whole hour by (hazard, country, hour), -1 for all, where enough spoke."""
    found = {}
    for each in reports:
        hour = each.at_ms // hour_ms * hour_ms
        if not first_ms <= hour <= last_ms - hour_ms:
            continue
        of = {int(countries[place]) for place in each.places}
        for name in [(-1, -1), (each.hazard, -1), *((each.hazard, c) for c in of)]:
            found.setdefault((*name, hour), []).append(each.author)
    return {name: len(who) for name, who in found.items() if len(set(who)) >= least}
