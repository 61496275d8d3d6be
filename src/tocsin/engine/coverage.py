"""Which languages and countries a run hears, in bands of voices: what it can and cannot see."""

import threading
from collections import Counter
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.batch import Batch, Removals
from tocsin.clock import MINUTE_MS, rfc3339
from tocsin.engine.remembered import Remembered
from tocsin.gate.voices import WINDOW_MS
from tocsin.model import K_VOICES, Band
from tocsin.rate.bands import voices_band

POSTS_MOST = 65_536
"""Reports remembered, as many as the detector holds; beyond it the oldest go first, so that a band
is a lower bound."""
CELLS_MOST = 16_384
"""Ways to name languages and countries that are told apart."""
EVERY = "*"
"""Stands for all languages, or all countries, together."""
UNSAID = ""
"""No country was named."""
Cell = tuple[str, str]
CountryOf = Callable[[int], str | None]


class Heard(msgspec.Struct, frozen=True):
    """Voices of one language that told of one country, in the fuller of the last two windows."""

    lang: str
    """ISO 639-1 code; * is all together, und where it could not be told."""
    country: str
    """ISO 3166-1 code; * is all together, empty where none was named."""
    voices: Band


class Coverage(msgspec.Struct, frozen=True):
    """Who was heard; what is missing here was heard from fewer than five voices, or not at all."""

    since: str
    """RFC 3339: nothing older counts; to the minute."""
    heard: tuple[Heard, ...] = ()
    """All together first, then languages, countries and both, each in its alphabet."""
    unheard: tuple[str, ...] = ()
    """Languages the vocabulary speaks in which fewer than five voices reported."""


class Ear:
    """Counts distinct voices by language and country; a deletion takes its report out again.

    It sees what the detector sees: columns of admitted reports, with tags that die with their
    key. Safe to be asked from another thread.
    """

    def __init__(
        self, languages: tuple[str, ...], spoken: tuple[str, ...], country_of: CountryOf
    ) -> None:
        """`languages[i]` is language id i, `spoken` the vocabulary's own."""
        self._languages, self._spoken, self._country_of = languages, spoken, country_of
        self._reports = Remembered(POSTS_MOST)
        self._kinds: dict[tuple[Cell, ...], int] = {}
        """Each way to name languages and countries has a number that its reports bear."""
        self._window = 0
        self._began_ms = 0
        self._turn = threading.Lock()

    def hear(self, batch: Batch, removals: Removals, now_ms: int) -> None:
        """Take what passed the gate, and what was taken back, in the order of arrival."""
        with self._turn:
            self._began_ms = self._began_ms or now_ms
            self._grow_older(now_ms // WINDOW_MS)
            done = 0
            for row in range(batch.rows):
                done = self._remove(removals, done, row)
                self._note(batch, row)
            self._remove(removals, done, batch.rows)

    def purge(self, stream: int) -> None:
        """Forget what one stream told."""
        with self._turn:
            self._reports.drop_stream(stream)

    def told(self, now_ms: int) -> Coverage:
        """Bands of at least five voices, and which languages have none."""
        with self._turn:
            kinds, windows, voices = self._reports.columns()
            cells_of = list(self._kinds)
        most: Counter[Cell] = Counter()
        for window in np.unique(windows).tolist():
            now = windows == window
            for cell, count in _voices_of(kinds[now], voices[now], cells_of).items():
                most[cell] = max(most[cell], count)
        heard = [Heard(*cell, voices_band(n)) for cell, n in most.items() if n >= K_VOICES]
        heard.sort(key=lambda each: (each.country != EVERY, each.lang != EVERY, each.lang,
                                     each.country))  # fmt: skip
        known = {each.lang for each in heard}
        unheard = tuple(lang for lang in self._spoken if lang not in known)
        floor_ms = max(self._began_ms, (now_ms // WINDOW_MS - 1) * WINDOW_MS)
        return Coverage(rfc3339(floor_ms // MINUTE_MS * MINUTE_MS), tuple(heard), unheard)

    def _note(self, batch: Batch, row: int) -> None:
        post, voice = int(batch.post[row]), int(batch.voice[row, 0])
        if not voice or post in self._reports:
            return
        places = batch.place[batch.place_at[row] : batch.place_at[row + 1]]
        named = {self._country_of(int(place)) or UNSAID for place in places} or {UNSAID}
        countries = sorted(named - {UNSAID}) or [UNSAID]
        lang = self._languages[batch.lang[row]] or "und"
        cells = tuple((a, b) for a in (EVERY, lang) for b in (EVERY, *countries))
        if cells not in self._kinds and len(self._kinds) >= CELLS_MOST:
            # So many are not named by honest reports; this one counts for all together only.
            cells = ((EVERY, EVERY),)
        kind = self._kinds.setdefault(cells, len(self._kinds))
        window, stream = int(batch.voice_window[row]), int(batch.family[row])
        self._reports.add(post, voice, window, stream, kind)

    def _remove(self, removals: Removals, done: int, row: int) -> int:
        """Honour the removals ahead of a row of the batch; how many are done then."""
        while done < removals.rows and removals.before[done] <= row:
            for post in removals.post[done]:
                self._reports.drop(int(post))
            for voice in removals.voice[done]:
                self._reports.drop_voice(int(voice))
            done += 1
        return done

    def _grow_older(self, window: int) -> None:
        """Tags of a window go with the second one after it: a day at most (contract P9)."""
        if window <= self._window:
            return
        self._window = window
        self._reports.drop_before(window - 1)
        if not len(self._reports):
            self._kinds.clear()


def _voices_of(
    kinds: NDArray[np.int32], voices: NDArray[np.uint64], cells_of: list[tuple[Cell, ...]]
) -> dict[Cell, int]:
    """Distinct voices in each cell, of reports of one window."""
    parts: dict[Cell, list[NDArray[np.uint64]]] = {}
    order = np.argsort(kinds, kind="stable")
    kinds, voices = kinds[order], voices[order]
    first = np.flatnonzero(np.diff(kinds, prepend=-1))
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(kinds)], strict=True):
        for cell in cells_of[int(kinds[begin])]:
            parts.setdefault(cell, []).append(voices[begin:end])
    return {cell: len(np.unique(np.concatenate(each))) for cell, each in parts.items()}
