"""The matcher of place names, written the obvious way: what the kernel must equal."""

from typing import Any

from tocsin.vocabulary.gazetteer import CITY, COUNTRY, FACILITY, Gazetteer
from tocsin.vocabulary.tokens import Kind, Shape, Tokens, join

GAP, MOST = 2, 8


class Name:
    """A name found in a text, before it is known which place it means."""

    def __init__(self, row: int, first: int, last: int, lacks: str, gap: int) -> None:
        self.row, self.first, self.last, self.lacks, self.gap = row, first, last, lacks, gap


class NaiveMatcher:
    """Plain Python over the same table."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.g = gazetteer
        self.rows = {int(key): row for row, key in enumerate(gazetteer._key)}
        self.cues = {int(k) for k in gazetteer._cues}
        self.storms = {int(k) for k in gazetteer._storms}
        self.firms = {int(k) for k in gazetteer._firms}
        self.katakana = {int(k) for k in gazetteer._katakana}
        words, sorts, fills, joins, link_key, link_to, _ = gazetteer._sites
        self.sort_of_word = dict(zip(words.tolist(), sorts.tolist(), strict=True))
        self.fills, self.joins = set(fills.tolist()), set(joins.tolist())
        self.links = dict(zip(link_key.tolist(), link_to.tolist(), strict=True))

    def candidates(self, row: int) -> list[tuple[int, float]]:
        g = self.g
        span = slice(g._cand_at[row], g._cand_at[row + 1])
        return [(int(p), float(w)) for p, w in zip(g._cand[span], g._weight[span], strict=True)]

    def contains(self, a: int, b: int) -> bool:
        g = self.g
        if a == b or g.kind[a] in (CITY, FACILITY):
            return False
        if g.kind[a] == COUNTRY:
            return bool(g.kind[b] != COUNTRY and g.country[a] == g.country[b])
        if g.kind[a] == 1:
            return int(g.admin1[b]) == a
        if g.kind[b] != CITY or (g.country[a] >= 0 and g.country[a] != g.country[b]):
            return False
        return g._reaches(a, b)

    def text(self, tokens: Tokens, doc: int, lang: int = 0) -> list[int]:
        """Places of one text in a language, by id."""
        self.lang = lang
        first, last = int(tokens.at[doc]), int(tokens.at[doc + 1])
        view = Text(tokens, first, last)
        names: list[Name] = []
        i = 0
        while i < view.size and len(names) < MOST:
            best = None
            if view.kind[i] in (Kind.WORD, Kind.CHAR):
                best = self.longest(view, i, view.hash[i], cued=False)
                if best is None and view.bare[i]:
                    best = self.longest(view, i, view.bare[i], cued=True)
            if best is None:
                i += 1
                continue
            names.append(best)
            i = best.last
        out: list[int] = []
        for name in names:
            place = self.settle(name, names)
            if place is not None:
                place = self.beside(view, name, place)
            if place is not None and place not in out:
                out.append(place)
        return out

    def longest(self, view: "Text", i: int, key: int, cued: bool) -> Name | None:
        free: Name | None = None
        bound: Name | None = None
        gap = view.start[i] - view.end[i - 1] if i else 99
        for j in range(i + 1, min(i + 16, view.size) + 1):
            row = self.rows.get(key)
            if row is not None and self.whole(view, i, j, int(self.g._flags[row])):
                lacks = self.lacks(view, i, j, int(self.g._flags[row]), cued)
                if lacks and self.is_sited(view, i, j, row, cued):
                    lacks = ""
                if lacks == "" and (self.is_firm(view, j) or self.names_storm(view, i, j, row)):
                    lacks = "comma"
                name = Name(row, i, j, lacks, gap)
                if lacks == "":
                    free = name
                elif lacks != "refused":
                    bound = name
            if j == view.size or view.start[j] - view.end[j - 1] > GAP:
                break
            if view.kind[j] == Kind.CHAR and view.start[j] != view.end[j - 1]:
                break
            key = join(key, view.hash[j])
        return free or bound

    def whole(self, view: "Text", i: int, j: int, flags: int) -> bool:
        left = i > 0 and view.kind[i - 1] == Kind.CHAR and view.end[i - 1] == view.start[i]
        right = j < view.size and view.kind[j] == Kind.CHAR and view.end[j - 1] == view.start[j]
        if flags & 0x20 and left:
            return False
        if flags & 0x10:
            before = left and view.hash[i - 1] in self.katakana
            after = right and view.hash[j] in self.katakana
            return not before and not after
        return True

    def is_code(self, view: "Text", i: int, cued: bool) -> bool:
        written = view.shape[i] & (Shape.CAPITAL | Shape.ALL_CAPS)
        if view.loud == 2 or view.shape[i] & Shape.TAG or not written:
            return False
        if cued:
            return True
        gap = view.start[i] - view.end[i - 1] if i else 99
        if gap > GAP or (gap < GAP and not view.shape[i] & Shape.ALL_CAPS):
            return False
        named = view.shape[i - 1] & (Shape.CAPITAL | Shape.TAG)
        return view.hash[i - 1] in self.cues or bool(named)

    def lacks(self, view: "Text", i: int, j: int, flags: int, cued: bool) -> str:
        need, caseless = flags & 0x0F, bool(flags & 0x40)
        if need == 0:
            return ""
        if need == 5:
            return "refused"
        if need == 6:
            return "" if self.is_code(view, i, cued) else "refused"
        cue = cued or (i > 0 and view.hash[i - 1] in self.cues)
        cue = cue or (caseless and i + 1 < view.size and view.hash[i + 1] in self.cues)
        tag = bool(view.shape[i] & Shape.TAG)
        if caseless:
            if need == 4:
                return "comma"
            return "" if cue or (tag and need == 1) else "owner"
        capital = view.is_capital(i) and view.is_capital(j - 1)
        if need == 4:
            return "comma" if capital else "refused"
        if need == 1:
            return "" if cue or capital or tag else "refused"
        if not capital:
            return "refused"
        inner = view.loud == 0 and i > 0 and view.start[i] - view.end[i - 1] == 1
        return "" if cue or (need == 2 and inner) else "owner"

    def beside(self, view: "Text", name: Name, place: int) -> int | None:
        """The place that is meant with the words beside its name."""
        flags = int(self.g._flags[name.row])
        if not flags & 0x80:
            return place
        sort = self.sort_beside(view, name.first, name.last)
        site = self.of_sort(name.row, sort)
        if site is not None:
            return site
        if place * 16 + sort in self.links:
            return int(self.links[place * 16 + sort])
        return None if flags & 0x0F == 5 else place

    def is_sited(self, view: "Text", i: int, j: int, row: int, cued: bool) -> bool:
        """Whether the word beside a name that is written as one says what it means."""
        flags = int(self.g._flags[row])
        caseless = bool(flags & 0x40)
        cue = flags & 0x0F == 5 and i > 0 and view.hash[i - 1] in self.cues
        raised = bool(view.shape[i] & (Shape.CAPITAL | Shape.ALL_CAPS))
        sort = self.sort_beside(view, i, j)
        written = caseless or raised or cued or cue or view.loud == 2
        if not flags & 0x80 or not sort or not written:
            return False
        return any(
            self.g.sort[p] == sort or p * 16 + sort in self.links
            for p, _ in self.candidates(row)
        )

    def of_sort(self, row: int, sort: int) -> int | None:
        if not sort or not int(self.g._flags[row]) & 0x80:
            return None
        return next((p for p, _ in self.candidates(row) if self.g.sort[p] == sort), None)

    def sort_beside(self, view: "Text", i: int, j: int) -> int:
        """Behind the name first: a word for a sort, with at most two words between."""
        spot = j
        for _ in range(3):
            if spot >= view.size or view.start[spot] - view.end[spot - 1] > 1:
                break
            found = [sort for _, sort in self.words_from(view, spot, view.size)]
            if found:
                return found[-1] % 32
            if view.hash[spot] not in self.fills:
                break
            spot += 1
        spot = i
        for _ in range(3):
            if spot == 0 or view.start[spot] - view.end[spot - 1] > 1:
                break
            most = 12 if view.kind[spot - 1] == Kind.CHAR else 3
            for s in range(max(0, spot - most), spot):
                found = [sort for end, sort in self.words_from(view, s, spot) if end == spot]
                if found and found[-1] < 32:
                    return found[-1]
            if view.hash[spot - 1] not in self.joins:
                break
            spot -= 1
        return 0

    def words_from(self, view: "Text", s: int, stop: int) -> list[tuple[int, int]]:
        """(end, sort) of the words for a sort that begin at a token, the longest last."""
        for first in (view.hash[s], view.bare[s]):
            found = []
            key, j = first, s + 1
            while first:
                if key in self.sort_of_word:
                    found.append((j, self.sort_of_word[key]))
                most = 12 if view.kind[s] == Kind.CHAR else 3
                if j >= stop or j - s >= most or view.start[j] - view.end[j - 1] > 1:
                    break
                key = join(key, view.hash[j])
                j += 1
            if found:
                return found
        return []

    def is_firm(self, view: "Text", j: int) -> bool:
        if view.loud or j == view.size or view.start[j] - view.end[j - 1] != 1:
            return False
        return view.hash[j] in self.firms and bool(view.shape[j] & Shape.CAPITAL)

    def names_storm(self, view: "Text", i: int, j: int, row: int) -> bool:
        before = i > 0 and view.hash[i - 1] in self.storms
        after = j < view.size and j - i == 1 and view.hash[j] in self.storms
        towns = all(
            self.g.kind[p] == CITY and self.g.population[p] < 1_000_000
            for p, _ in self.candidates(row)
            if self.g.kind[p] != FACILITY
        )
        return (before or after) and towns

    def settle(self, name: Name, names: list[Name]) -> int | None:
        scored: list[tuple[float, int]] = []
        for rank, (here, weight) in enumerate(self.candidates(name.row)):
            best, owned = 1.0, False
            for other in names:
                if other is name:
                    continue
                behind = other.first == name.last and other.gap <= GAP
                ahead = name.first == other.last and name.gap <= GAP
                readings = self.candidates(other.row)
                for there, say in readings:
                    inside = self.contains(there, here)
                    if not inside and not self.contains(here, there):
                        continue
                    if inside and behind and (name.lacks == "owner" or other.gap == GAP):
                        owned = True
                    share = max(0.01, say / readings[0][1])
                    best = max(best, share * (1e6 if behind or ahead else 30.0))
            if name.lacks and not owned:
                continue
            home = int(self.g.country[here])
            tongue = float(self.g._speaks[self.lang, home]) if home >= 0 else 1.0
            scored.append((weight * best * tongue, -rank))
        if not scored:
            return None
        return self.candidates(name.row)[-max(scored)[1]][0]


class Text:
    """The tokens of one text as plain lists."""

    def __init__(self, tokens: Tokens, first: int, last: int) -> None:
        span = slice(first, last)
        self.size = last - first
        self.hash = [int(v) for v in tokens.hash[span]]
        self.bare = [int(v) for v in tokens.bare[span]]
        self.start: list[int] = tokens.start[span].tolist()
        self.end: list[int] = tokens.end[span].tolist()
        self.kind: list[Any] = tokens.kind[span].tolist()
        self.shape: list[Any] = tokens.shape[span].tolist()
        words = [s for s, k in zip(self.shape, self.kind, strict=True) if k == Kind.WORD]
        shouted = sum(bool(s & Shape.ALL_CAPS) for s in words)
        raised = sum(bool(s & Shape.CAPITAL) for s in words)
        self.loud = 0
        if len(words) >= 4 and 10 * raised > 6 * len(words):
            self.loud = 1
        if len(words) >= 3 and 2 * shouted > len(words):
            self.loud = 2

    def is_capital(self, i: int) -> bool:
        if self.shape[i] & Shape.ALL_CAPS:
            return self.loud < 2 and self.end[i] - self.start[i] > 3
        return bool(self.shape[i] & Shape.CAPITAL)
