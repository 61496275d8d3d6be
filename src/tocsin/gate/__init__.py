"""The boundary: text and voices come in, columns go out."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from tocsin.gate.admit import Passed, RemovalRows, admit
from tocsin.gate.decode import Arrived, Decode, decode
from tocsin.gate.read import REASON_OF_VERDICT, read, sieve
from tocsin.gate.timeline import Timeline
from tocsin.gate.voices import WINDOW_MS, Tags, VoiceKeys, Voices
from tocsin.metrics import Reason, Tally
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import Vocabulary
from tocsin.vocabulary.tokens import pack_texts
from tocsin.vocabulary.tongues import LANGUAGES

__all__ = ["Gate", "Passed"]

SEEN_MAX = 65_536
"""Post tags remembered to refuse the same post twice (at-least-once sources)."""
SEEN_MS = WINDOW_MS
"""Longest time a post tag is remembered: it serves no longer than the key it was made under."""
AHEAD_MS = 120_000
"""Furthest a live post may be stamped ahead of its receipt."""
_LANG_IDS = {lang: number for number, lang in enumerate(LANGUAGES)}


class Gate:
    """Decode, sieve, read, voices, admit: five steps and no way around them."""

    def __init__(
        self, vocabulary: Vocabulary, gazetteer: Gazetteer, keys: VoiceKeys, term_key: int
    ) -> None:
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer
        self._voices = Voices(keys)
        self._term_key = term_key
        self._timeline = Timeline()
        self._rows = 0
        self._seen: OrderedDict[int, int] = OrderedDict()

    def enter(
        self,
        frames: Sequence[bytes],
        view: Decode,
        family: int,
        tally: Tally,
        received_ms: int | None = None,
        stream: int | None = None,
    ) -> Passed:
        """Take frames of one source; `tally` is that source's own balance.

        Voices are told apart within a family; `stream` is the column by which the reports of
        this source can be purged alone, the family itself when left out.

        Live sources give the time of receipt: a stamp beyond it by more than AHEAD_MS counts
        as of receipt (reliability R7).
        """
        decoded = decode(frames, view, self._rows, tally)
        self._rows += len(frames)
        if received_ms is not None:
            decoded = [a._replace(at_ms=_held_back(a.at_ms, received_ms)) for a in decoded]
        arrived = [a._replace(at_ms=self._timeline.arrive(a.at_ms)) for a in decoded]
        removals = RemovalRows()
        kept, tags = self._sorted_out(arrived, family, removals, tally)
        buffer, offsets = pack_texts([a.post.text for a in kept])
        declared = np.array([_lang_id(a.post.lang) for a in kept], np.uint8)
        reading = read(self._vocabulary, self._gazetteer, buffer, offsets, declared, self._term_key)
        batch, admitted = admit(kept, tags, reading, family if stream is None else stream)
        for verdict, reason in REASON_OF_VERDICT.items():
            tally.refuse(reason, int((reading.verdict == verdict).sum()))
        tally.admitted += batch.rows
        rows = np.array([a.row for a, ok in zip(kept, admitted, strict=True) if ok], np.int64)
        return Passed(batch, removals.finish(admitted), rows, self._timeline.now_ms)

    def pass_time(self, now_ms: int) -> Passed:
        """Let a silent stream grow older: nothing comes in, but the clock moves."""
        self._timeline.now_ms = max(self._timeline.now_ms, now_ms)
        # Keys die on time even when nobody writes.
        self._voices.turn(self._timeline.now_ms)
        return self.enter([], _nothing, 0, Tally())

    def _sorted_out(
        self, arrived: list[Arrived], family: int, removals: RemovalRows, tally: Tally
    ) -> tuple[list[Arrived], list[Tags]]:
        """New posts that name a hazard, with tags made under the keys of their own time.

        Deletes and closures go to `removals`, an edit being a delete and an insert; the rest
        is counted and forgotten.
        """
        names_hazard = sieve(self._vocabulary, *pack_texts([a.post.text for a in arrived]))
        kept: list[Arrived] = []
        tags: list[Tags] = []
        self._forget()
        for item, names in zip(arrived, names_hazard, strict=True):
            self._voices.turn(item.at_ms)
            self._take_removal(item, family, removals, len(kept))
            if item.post.op in ("delete", "account_deleted"):
                tally.refuse(Reason.REMOVAL)
            elif not self._is_new(item.post.id, family):
                tally.refuse(Reason.DUPLICATE)
            elif not names:
                tally.refuse(Reason.NO_HAZARD)
            else:
                kept.append(item)
                tags.append(self._voices.tags(item.post, family, item.row))
        return kept, tags

    def _take_removal(self, item: Arrived, family: int, removals: RemovalRows, before: int) -> None:
        post = item.post
        if post.op in ("delete", "edit") and post.id is not None:
            found = self._voices.all_tags(f"{family}:{post.id}", "post")
            removals.add(before, item.at_ms, found, [0] * len(found))
            for tag in found:
                self._seen.pop(tag, None)
        elif post.op == "account_deleted" and post.author is not None:
            found = self._voices.all_tags(f"{family}:{post.author}", "voice")
            removals.add(before, item.at_ms, [0] * len(found), found)

    def _is_new(self, post_id: str | None, family: int) -> bool:
        """Whether this post was not taken before, as far as SEEN_MAX and SEEN_MS reach."""
        if post_id is None:
            return True
        tag = self._voices.post(f"{family}:{post_id}")
        if tag in self._seen:
            return False
        self._seen[tag] = self._timeline.now_ms
        if len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        return True

    def _forget(self) -> None:
        """Let go of post tags that have lived their time."""
        until_ms = self._timeline.now_ms - SEEN_MS
        while self._seen and next(iter(self._seen.values())) <= until_ms:
            self._seen.popitem(last=False)


def _held_back(stamp_ms: int, received_ms: int) -> int:
    return stamp_ms if stamp_ms <= received_ms + AHEAD_MS else received_ms


def _nothing(frame: bytes) -> Reason:
    """The view of a source that has no frames."""
    return Reason.BAD_FRAME


def _lang_id(lang: str | None) -> int:
    """Language id of a declared tag such as `pt-BR`."""
    return _LANG_IDS.get(lang[:2].lower(), 0) if lang else 0
