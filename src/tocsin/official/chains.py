"""Which message of a feed replaced, ended or took back which, in whatever order they came."""

from tocsin.bulletin import Bulletin

STEPS_MOST = 64
"""Longest chain of updates that is followed."""

_Name = tuple[str, str]
"""Agency and id of a message."""
_Word = tuple[int, str]
"""When a message was sent, and its id: what decides which of two is the newer."""


class Chains:
    """The references graph: four maps from a message to what became of it."""

    def __init__(self) -> None:
        self._first_ms: dict[_Name, int] = {}
        self._replaced: dict[_Name, _Word] = {}
        self._ended_ms: dict[_Name, int] = {}
        self._gone_ms: dict[_Name, int] = {}

    def note(self, bulletin: Bulletin) -> None:
        """Take in what a message says of others of its feed."""
        source, sent_ms = bulletin.source, bulletin.sent_ms
        named = ((source, name) for name in (bulletin.id, *bulletin.references))
        if bulletin.status == "cancelled":
            for name in named:
                self._gone_ms[name] = max(sent_ms, self._gone_ms.get(name, 0))
        elif bulletin.status == "ended":
            for name in named:
                self._ended_ms[name] = max(sent_ms, self._ended_ms.get(name, 0))
        else:
            own = (source, bulletin.id)
            self._first_ms[own] = self.first_ms(bulletin)
            for earlier in bulletin.references:
                name = (source, earlier)
                word = (sent_ms, bulletin.id)
                self._replaced[name] = max(word, self._replaced.get(name, word))

    def is_gone(self, bulletin: Bulletin) -> bool:
        """Whether a message was taken back, or replaced by a newer one."""
        name = (bulletin.source, bulletin.id)
        if self._gone_ms.get(name, -1) >= bulletin.sent_ms:
            return True
        newer = self._replaced.get(name)
        return newer is not None and newer > (bulletin.sent_ms, bulletin.id)

    def over_ms(self, bulletin: Bulletin) -> int | None:
        """When what a message warns of was said to be over; None while it is not."""
        at_ms = self._ended_ms.get((bulletin.source, bulletin.id))
        return at_ms if at_ms is not None and at_ms >= bulletin.sent_ms else None

    def first_ms(self, bulletin: Bulletin) -> int:
        """When the first message of its chain was sent, as far as it is known."""
        names = [(bulletin.source, bulletin.id)]
        names += [(bulletin.source, earlier) for earlier in bulletin.references]
        return min([bulletin.sent_ms, *(self._first_ms.get(n, bulletin.sent_ms) for n in names)])

    def heir(self, bulletin: Bulletin) -> str:
        """Id of the newest message known to stand in place of this one; its own if none."""
        word: _Word = (bulletin.sent_ms, bulletin.id)
        for _ in range(STEPS_MOST):
            newer = self._replaced.get((bulletin.source, word[1]))
            if newer is None or newer <= word:
                break
            # What is known of the first word travels along.
            own = self._first_ms.get((bulletin.source, word[1]))
            heir = (bulletin.source, newer[1])
            if own is not None:
                self._first_ms[heir] = min(own, self._first_ms.get(heir, own))
            word = newer
        return word[1]

    def forget(self, oldest_ms: int) -> None:
        """Drop what was said before a time."""
        self._first_ms = {n: ms for n, ms in self._first_ms.items() if ms >= oldest_ms}
        self._replaced = {n: w for n, w in self._replaced.items() if w[0] >= oldest_ms}
        self._ended_ms = {n: ms for n, ms in self._ended_ms.items() if ms >= oldest_ms}
        self._gone_ms = {n: ms for n, ms in self._gone_ms.items() if ms >= oldest_ms}

    def bound(self, most: int) -> None:
        """Keep each map within `most`; the oldest tenth goes at once."""
        for times in (self._first_ms, self._ended_ms, self._gone_ms):
            if len(times) > most:
                for name in sorted(times, key=lambda n: (times[n], n))[: most // 10]:
                    del times[name]
        if len(self._replaced) > most:
            oldest = sorted(self._replaced, key=lambda n: (self._replaced[n], n))
            for name in oldest[: most // 10]:
                del self._replaced[name]
