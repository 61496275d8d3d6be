"""What an official word prompts the detector to look for: hazards, places and a span of time."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from tocsin.bulletin import Bulletin
from tocsin.detect.prompt import Word
from tocsin.detect.words import NAMES
from tocsin.official.corroborate import SLOW_MS, SUDDEN_MS, speaks_for
from tocsin.official.tables import tables
from tocsin.vocabulary.gazetteer import CITY, COUNTRY, Gazetteer
from tocsin.vocabulary.geometry import distance_km
from tocsin.vocabulary.hazards import load_hazards

UNNAMED = "incident"
"""Harm without a named hazard is about nothing in particular."""
NEAR_KM = 300.0
"""How far off the nearest town may be that tells the country and the unit."""
KM_A_DEGREE = 110.5


def words_of(
    bulletins: Iterable[Bulletin], gazetteer: Gazetteer
) -> Iterator[tuple[Word, int]]:
    """The words of bulletins that prompt, each with when it was sent."""
    for bulletin in bulletins:
        word = word_of(bulletin, gazetteer)
        if word is not None:
            yield word, bulletin.sent_ms


def word_of(bulletin: Bulletin, gazetteer: Gazetteer) -> Word | None:
    """The word of a bulletin, None where it prompts nothing: news and gentle advice."""
    if bulletin.kind != "official" or bulletin.severity not in tables().alone:
        # What is no event by itself is no reason to take five voices at their word either.
        return None
    said = (bulletin.id, *bulletin.references)[:NAMES]
    names = np.array([_hash(bulletin.source, name) for name in said], np.uint64)
    before_ms, after_ms = SLOW_MS if bulletin.hazard in tables().slow else SUDDEN_MS
    hazards = tuple(
        n for n, h in enumerate(load_hazards()) if speaks_for(bulletin, h.key) and h.key != UNNAMED
    )
    own = tuple(n for n in hazards if _is_same(bulletin.hazard, load_hazards()[n].key))
    fine, wide = places_in(bulletin, gazetteer)
    holds = bulletin.status == "actual" and len(fine) > 0
    from_ms, until_ms = bulletin.sent_ms - after_ms, bulletin.sent_ms + before_ms
    return Word(names, hazards, own, fine, wide, from_ms, until_ms, holds)


def _is_same(one: str, other: str) -> bool:
    """Whether two hazards are two words for one thing."""
    return one == other or frozenset((one, other)) in tables().same


def _hash(source: str, name: str) -> int:
    """64 bits that stand for one message of one agency, never 0."""
    digest = hashlib.blake2b(f"{source} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") | 1


def places_in(
    bulletin: Bulletin, gazetteer: Gazetteer
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(rows of places finer than a country that lie in its areas, row of the country it is in).

    The unit in which the town nearest to an area's middle lies is named for all that happens in
    it, so it counts however wide it is.
    """
    least_km = tables().least_km.get(bulletin.hazard, 0.0)
    circles = bulletin.areas or ((bulletin.lat, bulletin.lon, bulletin.radius_km),)
    inside = np.zeros(len(gazetteer), np.bool_)
    nearest_km, country = np.inf, -1
    for lat, lon, radius_km in circles:
        wide_km = max(radius_km, least_km)
        band = np.abs(gazetteer.lat - lat) * KM_A_DEGREE <= max(wide_km, NEAR_KM)
        rows = np.flatnonzero(band & (gazetteer.kind != COUNTRY))
        away_km = distance_km(lat, lon, gazetteer.lat[rows], gazetteer.lon[rows])
        inside[rows] |= away_km <= wide_km
        towns_km = np.where(gazetteer.kind[rows] == CITY, away_km, np.inf)
        if not len(rows) or towns_km.min() > max(wide_km, NEAR_KM):
            continue
        town = int(rows[towns_km.argmin()])
        if gazetteer.admin1[town] >= 0:
            inside[gazetteer.admin1[town]] = True
        if towns_km.min() < nearest_km:
            nearest_km, country = float(towns_km.min()), gazetteer.country_of(town)
    wide = [country] if country >= 0 else []
    return np.flatnonzero(inside), np.array(wide, np.int64)
