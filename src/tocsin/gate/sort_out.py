"""Which posts are read, which are removals, and under which tags; remembers tags for a while."""

from collections import OrderedDict
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.clock import DAY_MS
from tocsin.gate.admit import Kept, RemovalRows
from tocsin.gate.voices import LIVE_TAGS, WINDOW_MS, WINDOWS_KEPT, Identities, VoiceKeys, Voices
from tocsin.metrics import Reason, Tally
from tocsin.sources.columns import Columns
from tocsin.sources.operations import ACCOUNT_DELETED, CREATE, DELETE, EDIT

SEEN_MAX = 65_536
"""Tags of posts naming a hazard that are remembered, to refuse the same post twice."""
SEEN_MS = WINDOW_MS
"""Longest time such a tag is remembered: it serves no longer than the key it was made under."""
HELD_MAX = 65_536
"""Tags of admitted posts that are remembered: as many as the detector holds reports."""
HELD_MS = DAY_MS
_NO_TAGS = np.zeros(LIVE_TAGS, np.uint64)
_AUTHOR, _ID = 2, 4


class Busy(NamedTuple):
    """Rows of the columns that need a tag, in order, with their stream time; others need none."""

    row: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    named: NDArray[np.bool_]


class Sorter:
    """Sorts posts out; a removal is passed on only where what it removes may have been admitted.

    Most deletions on a stream are of posts that named no hazard. Whoever holds reports need not
    look for those, so they end here.
    """

    def __init__(self, keys: VoiceKeys) -> None:
        self._voices = Voices(keys)
        self.seen: OrderedDict[int, int] = OrderedDict()
        self._held: OrderedDict[int, int] = OrderedDict()

    def pass_time(self, now_ms: int) -> None:
        """Keys die and tags are forgotten on time even when nobody writes."""
        self._voices.turn(now_ms)
        _forget(self.seen, now_ms - SEEN_MS)
        _forget(self._held, now_ms - HELD_MS)

    def sort_out(
        self,
        columns: Columns,
        busy: Busy,
        first_row: int,
        family: int,
        removals: RemovalRows,
        tally: Tally,
    ) -> Kept:
        """New posts that name a hazard, with tags made under the keys of their own time.

        Deletes and closures go to `removals`, an edit being a delete and an insert.
        """
        windows = busy.at_ms // WINDOW_MS
        cuts = [0, *(np.flatnonzero(np.diff(windows)) + 1).tolist(), len(windows)]
        kept: list[Kept] = []
        for low, high in pairwise(cuts):
            if low < high:
                at = slice(low, high)
                part = Busy(busy.row[at], busy.at_ms[at], busy.named[at])
                before = sum(len(one.row) for one in kept)
                self._voices.turn(int(part.at_ms[0]))
                kept.append(
                    self._under_one_key(columns, part, first_row, family, removals, tally, before)
                )
        none = np.zeros(0, np.int64)
        empty = Kept(none, none, np.zeros((0, 2), np.uint64), none.astype(np.uint64), none)
        return Kept(*(np.concatenate(column) for column in zip(empty, *kept, strict=True)))

    def hold(self, posts: NDArray[np.uint64], at_ms: NDArray[np.int64]) -> None:
        """Remember posts that were admitted, so that their removal is passed on."""
        self._held.update(zip(posts.tolist(), at_ms.tolist(), strict=True))
        while len(self._held) > HELD_MAX:
            self._held.popitem(last=False)

    def _under_one_key(
        self,
        columns: Columns,
        busy: Busy,
        first_row: int,
        family: int,
        removals: RemovalRows,
        tally: Tally,
        before: int,
    ) -> Kept:
        op = columns.op[busy.row]
        window = self._voices.window
        removed = np.flatnonzero((op == DELETE) | (op == EDIT))
        closed = np.flatnonzero(op == ACCOUNT_DELETED)
        every = self._every_tag(columns, busy, closed, _AUTHOR, family)
        old_voices = dict(zip(closed.tolist(), every, strict=True))
        fresh = np.flatnonzero(busy.named & ((op == CREATE) | (op == EDIT)))
        posts = self._tags(columns, busy, fresh, _ID, family, first_row, 1)[:, 0]
        every = self._every_tag(columns, busy, removed, _ID, family)
        told_of = self._told_of(every, posts)
        old_posts = dict(zip(removed[told_of].tolist(), every[told_of], strict=True))
        has_id = columns.spans[busy.row[fresh], _ID] >= 0
        told = zip(posts.tolist(), has_id.tolist(), strict=True)
        tag_of = dict(zip(fresh.tolist(), told, strict=True))
        taken: list[int] = []
        times, ops = busy.at_ms.tolist(), op.tolist()
        for i in sorted({*old_posts, *old_voices, *tag_of}):
            if i in old_voices:
                removals.add(before + len(taken), times[i], _NO_TAGS, old_voices[i])
            elif i in old_posts:
                self._take_back(before + len(taken), times[i], old_posts[i], removals)
            if ops[i] in (CREATE, EDIT) and i in tag_of:
                tag, is_told = tag_of[i]
                if is_told and tag in self.seen:
                    tally.refuse(Reason.DUPLICATE)
                    continue
                if is_told:
                    self._remember(tag, times[i])
                taken.append(i)
        rows = np.array(taken, np.int64)
        at = np.searchsorted(fresh, rows)
        voices = self._tags(columns, busy, rows, _AUTHOR, family, first_row, 2)
        return Kept(
            busy.row[rows], busy.at_ms[rows], voices, posts[at],
            np.full(len(rows), window, np.int64),
        )  # fmt: skip

    def _told_of(self, tags: NDArray[np.uint64], posts: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Which removals may concern a post of before or of this batch; few ever do."""
        asked = set(tags.ravel().tolist())
        known = (self._held.keys() & asked) | (self.seen.keys() & asked)
        known |= asked.intersection(posts.tolist())
        if not known:
            return np.zeros(0, np.int64)
        concerned = np.isin(tags, np.array(sorted(known), np.uint64))
        return np.flatnonzero(concerned.sum(axis=1))

    def _take_back(
        self, before: int, at_ms: int, tags: NDArray[np.uint64], removals: RemovalRows
    ) -> None:
        """Pass a removal on where it may concern an admitted post, or one of this very batch."""
        known = False
        for tag in tags.tolist():
            # By the removal's own time: what was forgotten when would else hang on the batch.
            newest = max(self._held.pop(tag, 0), self.seen.pop(tag, 0))
            known = known or newest > at_ms - HELD_MS
        if known:
            removals.add(before, at_ms, tags, _NO_TAGS)

    def _remember(self, tag: int, at_ms: int) -> None:
        self.seen[tag] = at_ms
        if len(self.seen) > SEEN_MAX:
            self.seen.popitem(last=False)

    def _tags(
        self, columns: Columns, busy: Busy, at: NDArray[np.int64], side: int, family: int,
        first_row: int, windows: int,
    ) -> NDArray[np.uint64]:  # fmt: skip
        rows = busy.row[at]
        spans = columns.spans[rows]
        purpose = "post" if side == _ID else "voice"
        identities = Identities(columns.blob, spans[:, side], spans[:, side + 1], first_row + rows)
        return self._voices.tags_of(identities, purpose, family, windows)

    def _every_tag(
        self, columns: Columns, busy: Busy, at: NDArray[np.int64], side: int, family: int
    ) -> NDArray[np.uint64]:
        """(n, LIVE_TAGS): tags under every live key; none for what names no post or account."""
        tags = np.zeros((len(at), LIVE_TAGS), np.uint64)
        tags[:, :WINDOWS_KEPT] = self._tags(columns, busy, at, side, family, 0, WINDOWS_KEPT)
        tags[columns.spans[busy.row[at], side] < 0] = 0
        return tags


def _forget(tags: OrderedDict[int, int], until_ms: int) -> None:
    """Let go of tags that have lived their time."""
    while tags and next(iter(tags.values())) <= until_ms:
        tags.popitem(last=False)
