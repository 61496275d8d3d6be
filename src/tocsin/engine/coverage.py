"""Which languages and countries a run hears, in bands of voices: what it can and cannot see."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from tocsin.batch import Batch, Removals
from tocsin.clock import MINUTE_MS, rfc3339
from tocsin.gate.voices import WINDOW_MS
from tocsin.model import K_VOICES, Band
from tocsin.rate.bands import voices_band

POSTS_MOST = 65_536
"""Reports remembered, as many as the detector holds; beyond it the oldest go first, so that a band
is a lower bound."""
CELLS_MOST = 16_384
"""Ways to name languages and countries that are held once, however many reports share them."""
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


class _Report(NamedTuple):
    window: int
    voice: int
    stream: int
    cells: tuple[Cell, ...]


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
        self._reports: OrderedDict[int, _Report] = OrderedDict()
        self._voices: dict[tuple[Cell, int], Counter[int]] = {}
        self._posts_of: dict[int, int | set[int]] = {}
        """A set for a voice of several posts only: it takes two hundred bytes."""
        self._cells: dict[tuple[Cell, ...], tuple[Cell, ...]] = {}
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
            for post in [p for p, report in self._reports.items() if report.stream == stream]:
                self._drop(post)

    def told(self, now_ms: int) -> Coverage:
        """Bands of at least five voices, and which languages have none."""
        with self._turn:
            most: Counter[Cell] = Counter()
            for (cell, _), voices in self._voices.items():
                most[cell] = max(most[cell], len(voices))
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
        if len(self._cells) > CELLS_MOST:
            self._cells.clear()
        cells = self._cells.setdefault(cells, cells)
        report = _Report(int(batch.voice_window[row]), voice, int(batch.family[row]), cells)
        self._reports[post] = report
        others = self._posts_of.setdefault(voice, post)
        if isinstance(others, set):
            others.add(post)
        elif others != post:
            self._posts_of[voice] = {others, post}
        for cell in cells:
            self._voices.setdefault((cell, report.window), Counter())[voice] += 1
        if len(self._reports) > POSTS_MOST:
            self._drop(next(iter(self._reports)))

    def _remove(self, removals: Removals, done: int, row: int) -> int:
        """Honour the removals ahead of a row of the batch; how many are done then."""
        while done < removals.rows and removals.before[done] <= row:
            for post in removals.post[done]:
                self._drop(int(post))
            for voice in removals.voice[done]:
                posts = self._posts_of.get(int(voice), ())
                for gone in (posts,) if isinstance(posts, int) else tuple(posts):
                    self._drop(gone)
            done += 1
        return done

    def _drop(self, post: int) -> None:
        report = self._reports.pop(post, None)
        if report is None:
            return
        posts = self._posts_of[report.voice]
        if isinstance(posts, set) and len(posts) > 1:
            posts.discard(post)
        else:
            del self._posts_of[report.voice]
        for cell in report.cells:
            voices = self._voices[cell, report.window]
            voices[report.voice] -= 1
            if voices[report.voice] <= 0:
                del voices[report.voice]
            if not voices:
                del self._voices[cell, report.window]

    def _grow_older(self, window: int) -> None:
        """Tags of a window go with the second one after it: a day at most (contract P9)."""
        if window <= self._window:
            return
        self._window = window
        for post in [p for p, r in self._reports.items() if r.window < window - 1]:
            self._drop(post)
