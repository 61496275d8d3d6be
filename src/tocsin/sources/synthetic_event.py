"""One planted hazard event: who says what, when, and how it gets worse."""

from collections import Counter
from math import log
from random import Random
from typing import NamedTuple

import msgspec

from tocsin.sources.synthetic_canary import Draft
from tocsin.sources.synthetic_lore import (
    LANGS,
    City,
    HazardWords,
    Phrasebook,
    cities,
    fill,
    misspell,
    natures,
    phrasebook,
)

LIFE_MS = 300_000
"""No post of an event, nor its deletion, comes later than this after the start."""
_PEAK_PER_S = 5.0
_RAMP_S = 1.0
_DECAY_FROM_S = 8.0
_OBLIQUE_SHARE = 0.37


class Site(msgspec.Struct, frozen=True):
    """What happens where and when, before anybody spoke of it."""

    number: int
    hazard: str
    city: City
    start_ms: int


class Planted(msgspec.Struct, frozen=True):
    """The truth of one event; `voices` counts the distinct accounts that speak of it."""

    hazard: str
    place_name: str
    country: str
    lat: float
    lon: float
    start_ms: int
    radius_km: float
    voices: int


class Plan(msgspec.Struct, frozen=True):
    """A planted event with all its posts, in order of time."""

    planted: Planted
    drafts: tuple[Draft, ...]


class _Told(NamedTuple):
    """An original post that others may repeat, change or take back."""

    draft: Draft
    core: str


def plan_event(seed: int, site: Site) -> Plan:
    """Every post of the event; the same for the same seed and site."""
    return _Telling(seed, site).plan()


class _Telling:
    """Collects the posts of one event while counting what has been said so far."""

    def __init__(self, seed: int, site: Site) -> None:
        self._rng = Random(f"event/{seed}/{site.number}/{site.hazard}")
        self._site = site
        self._nature = natures()[site.hazard]
        self._toll = _rising(self._rng, self._nature.deaths)
        self._hurt = _rising(self._rng, 4 * self._nature.deaths)
        self._homes = _rising(self._rng, 60_000)
        first = self._rng.uniform(5.4, 6.6)
        self._magnitude = [f"{first + step:.1f}" for step in (0.0, 0.2, 0.3)]
        self._told: list[_Told] = []
        self._used: Counter[str] = Counter()
        self._witnesses = self._oblique = 0
        self._drafts: list[Draft] = []

    def plan(self) -> Plan:
        for after_s in _arrivals(self._rng):
            self._speak(after_s)
        self._take_back()
        site, city = self._site, self._site.city
        planted = Planted(
            site.hazard, city.name, city.country, city.lat, city.lon, site.start_ms,
            self._nature.radius_km, len({draft.voice for draft in self._drafts}),
        )  # fmt: skip
        return Plan(planted, tuple(sorted(self._drafts)))

    def _speak(self, after_s: float) -> None:
        draw = self._rng.random()
        if after_s > 4 and draw < 0.10:
            self._repost(after_s)
        elif after_s > 3 and draw < 0.16:
            self._near_copy(after_s)
        elif after_s > 8 and draw < (0.42 if after_s < 30 else 0.60):
            self._report(after_s)
        else:
            self._witness(after_s)

    def _add(self, after_s: float, lang: str, text: str, role: str, **more: object) -> Draft:
        number = len(self._drafts)
        old = [told.draft.voice for told in self._told if told.draft.role == "witness"]
        again = after_s > 6 and role == "witness" and old and self._rng.random() < 0.08
        draft = Draft(
            at_ms=self._site.start_ms + round(after_s * 1000),
            key=f"e{self._site.number}.{number}",
            voice=self._rng.choice(old) if again else f"e{self._site.number}v{number}",
            lang=lang,
            text=text,
            role=role,
            **more,  # type: ignore[arg-type]
        )
        self._drafts.append(draft)
        return draft

    def _witness(self, after_s: float) -> None:
        """First-hand words; every so often with the wrong place, none, or typed in haste."""
        lang = self._language()
        book = phrasebook(lang)
        words = book.hazards[self._site.hazard]
        oblique = self._oblique < _OBLIQUE_SHARE * (len(self._told) + 1)
        self._oblique += oblique
        self._witnesses += 1
        called = book.calls if self._rng.random() < 0.4 else words.head
        template = self._fresh(words.oblique if oblique else called)
        place = self._place(lang, book)
        core = fill(template, self._rng, book.local, place=place, hazard=words.name.lower())
        if template not in book.calls and self._rng.random() < 0.35:
            core += f", {self._rng.choice(book.local['detail'])}"
        if self._witnesses % 9 == 4:
            core = misspell(core, self._rng)
        role = "oblique" if oblique else "witness"
        draft = self._add(after_s, lang, _dressed(core, book, self._rng), role)
        self._told.append(_Told(draft, core))

    def _fresh(self, templates: list[str]) -> str:
        """One of the least used templates, so that few posts look alike."""
        least = min(self._used[template] for template in templates)
        template = self._rng.choice([t for t in templates if self._used[t] == least])
        self._used[template] += 1
        return template

    def _place(self, lang: str, book: Phrasebook) -> str:
        if self._witnesses % 8 == 5:
            return self._rng.choice(cities()).called(lang)
        if self._witnesses % 7 == 6:
            return book.nowhere
        return self._site.city.called(lang)

    def _report(self, after_s: float) -> None:
        """A line as newsrooms write it, with figures that are revised upwards."""
        lang = self._language()
        book = phrasebook(lang)
        step = 0 if after_s < 22 else 1 if after_s < 45 else 2
        words = book.hazards[self._site.hazard]
        counted = after_s > 12 and self._rng.random() < 0.6
        templates = self._counting(book, words) if counted else book.news
        core = fill(
            self._rng.choice(templates), self._rng, book.local,
            hazard=words.name, place=self._site.city.called(lang),
            dead=str(self._toll[step]), injured=str(self._hurt[step]),
            homes=str(self._homes[step]), magnitude=self._magnitude[step],
        )  # fmt: skip
        role = "figures" if counted else "news"
        self._told.append(_Told(self._add(after_s, lang, core, role), core))

    def _counting(self, book: Phrasebook, words: HazardWords) -> list[str]:
        if self._nature.deaths == 0:
            return book.unpowered
        quake = self._site.hazard == "earthquake" and self._rng.random() < 0.5
        return book.magnitude if quake else book.figures

    def _repost(self, after_s: float) -> None:
        first = self._rng.choice(self._told).draft
        role = f"repost_{first.role}"
        self._add(after_s, first.lang, first.text, role, origin=(first.key, first.voice))

    def _near_copy(self, after_s: float) -> None:
        first = self._rng.choice(self._told)
        book = phrasebook(first.draft.lang)
        text = f"{first.core} {self._rng.choice(book.closers)}"
        self._add(after_s, first.draft.lang, text, f"copy_{first.draft.role}")

    def _take_back(self) -> None:
        """Some posts are edited, some deleted, and one account is closed."""
        taken: list[Draft] = []
        for told in self._told:
            draft, draw = told.draft, self._rng.random()
            later = draft.at_ms + self._rng.randrange(5_000, 60_000)
            if draw < 0.05:
                taken.append(draft._replace(at_ms=later, text="", op="delete", role="delete"))
            elif draw < 0.08:
                closer = self._rng.choice(phrasebook(draft.lang).closers)
                text = f"{told.core} ({closer})"
                taken.append(
                    draft._replace(at_ms=later, text=text, op="edit", role=f"edit_{draft.role}")
                )
        leaver = self._told[self._rng.randrange(min(12, len(self._told)))].draft
        closing_ms = self._site.start_ms + self._rng.randrange(60_000, 120_000)
        taken.append(
            Draft(closing_ms, f"{leaver.key}.x", leaver.voice, leaver.lang, "",
                  "account_deleted", "closure")
        )  # fmt: skip
        self._drafts.extend(taken)

    def _language(self) -> str:
        draw, local = self._rng.random(), self._site.city.lang
        if draw < 0.72:
            return local
        return "en" if draw < 0.95 else self._rng.choice(LANGS)


def _arrivals(rng: Random) -> list[float]:
    """Seconds after the start of each post: a ramp, a peak and a decay."""
    decay_s = rng.uniform(12.0, 28.0)
    ramp, flat = _PEAK_PER_S * _RAMP_S / 2, _PEAK_PER_S * (_DECAY_FROM_S - _RAMP_S)
    total = int(ramp + flat + _PEAK_PER_S * decay_s)
    found = []
    for number in range(total):
        area = number + rng.random()
        if area < ramp:
            found.append(_RAMP_S * (area / ramp) ** 0.5)
        elif area < ramp + flat:
            found.append(_RAMP_S + (area - ramp) / _PEAK_PER_S)
        else:
            left = max(1 - (area - ramp - flat) / (_PEAK_PER_S * decay_s), 0.002)
            found.append(_DECAY_FROM_S - decay_s * log(left))
    return found


def _rising(rng: Random, high: int) -> list[int]:
    """Three counts, each above the one before, the last up to about `high`."""
    first = max(1, round(high * rng.uniform(0.05, 0.2)))
    second = first + max(1, round(high * rng.uniform(0.1, 0.3)))
    return [first, second, second + max(1, round(high * rng.uniform(0.1, 0.5)))]


def _dressed(core: str, book: Phrasebook, rng: Random) -> str:
    """The words of a witness with an opener, a closer and some punctuation, or without."""
    text = f"{rng.choice(book.openers)} {core}" if rng.random() < 0.5 else core
    text += rng.choice(("", "", "!", "!!", "...", "."))
    if rng.random() < 0.6:
        text += f" {rng.choice(book.closers)}"
    draw = rng.random()
    return text.upper() if draw < 0.04 else text[:1].upper() + text[1:] if draw < 0.2 else text
