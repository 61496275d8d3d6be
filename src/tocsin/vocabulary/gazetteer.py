"""Places of the world by name: from words of a text, from a watch, from an id."""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import ConfigError
from tocsin.model import Place, PlaceKind
from tocsin.vocabulary.gazetteer_kernel import match
from tocsin.vocabulary.gazetteer_site_kernel import LINKS, ONLY_BEHIND
from tocsin.vocabulary.tokens import Tokens, join, phrase_tokens

PATH = Path(__file__).parent / "data" / "gazetteer.npz"
KINDS: tuple[PlaceKind, ...] = (
    "city", "admin1", "country", "facility", "water", "mountain", "area",
)  # fmt: skip
CITY, ADMIN1, COUNTRY, FACILITY, WATER, MOUNTAIN, AREA = range(7)

_SHIFT = 47
_UNITS = (
    "province of", "state of", "region of", "county of", "city of", "island of", "district of",
    "department of", "governorate of", "provincia de", "provincia di", "província de",
    "estado de", "región de", "departamento de", "comunidad de", "isla de", "ciudad de",
    "province de", "région de", "département de", "ville de", "provinz", "land", "stadt",
)  # fmt: skip
_UNITS_BEHIND = ("province", "region", "state", "prefecture", "county", "oblast", "district")


def _key(hashes: list[int]) -> int:
    key = hashes[0]
    for token in hashes[1:]:
        key = join(key, token)
    return key


class Gazetteer:
    """About 150,000 places; an index into its arrays is what a Batch carries.

    Arrays, one row per place: `place_id` (sorted; negative ids are our own), `kind`, `lat`,
    `lon` (degrees), `radius_km`, `population`, `prior`, `country` (position in `iso_codes`,
    -1 = none), `admin1` and `parent` (indices, -1 = none).
    """

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self.place_id: NDArray[np.int32] = arrays["place_id"]
        self.kind: NDArray[np.uint8] = arrays["kind"]
        self.lat: NDArray[np.float32] = arrays["lat"]
        self.lon: NDArray[np.float32] = arrays["lon"]
        self.radius_km: NDArray[np.float32] = arrays["radius_km"]
        self.population: NDArray[np.int64] = arrays["population"]
        self.prior: NDArray[np.float32] = arrays["prior"]
        self.country: NDArray[np.int16] = arrays["country"]
        self.admin1: NDArray[np.int32] = arrays["admin1"]
        self.parent: NDArray[np.int32] = arrays["parent"]
        codes = arrays["iso"].tobytes().decode()
        self.iso_codes = tuple(codes[i : i + 2] for i in range(0, len(codes), 2))
        self._name = arrays["name"].tobytes()
        self._name_at = arrays["name_at"]
        self._key: NDArray[np.uint64] = arrays["key"]
        self._flags: NDArray[np.uint8] = arrays["flags"]
        self._cand_at: NDArray[np.int32] = arrays["cand_at"]
        self._cand: NDArray[np.int32] = arrays["cand"]
        self._weight: NDArray[np.float32] = arrays["weight"]
        self._reach: NDArray[np.uint8] = arrays["reach"]
        self._cues: NDArray[np.uint64] = arrays["cues"]
        self._storms: NDArray[np.uint64] = arrays["storms"]
        self._firms: NDArray[np.uint64] = arrays["firms"]
        self._katakana: NDArray[np.uint64] = arrays["katakana"]
        self._speaks: NDArray[np.float32] = arrays["speaks"]
        self.sort: NDArray[np.uint8] = arrays["sort"]
        self._link_key: NDArray[np.int64] = arrays["link_key"]
        self._link_to: NDArray[np.int32] = arrays["link_to"]
        self._sites = (arrays["sort_word"], arrays["sort_of_word"], arrays["fills"],
                       arrays["joins"], self._link_key, self._link_to, self.sort)  # fmt: skip
        slots = np.arange(1 << (64 - _SHIFT), dtype=np.uint64) << np.uint64(_SHIFT)
        self._bucket = np.append(np.searchsorted(self._key, slots), len(self._key))

    @classmethod
    def load(cls, path: Path = PATH) -> "Gazetteer":
        """The table built at install time, read whole. Raises ConfigError when it is missing."""
        if not path.exists():
            raise ConfigError(
                "gazetteer", f"{path.name} is missing",
                "It is built on installation: run pip install again, or in a source tree "
                "python -m tocsin.vocabulary.gazetteer_build.",
            )  # fmt: skip
        return cls._read(path, path.stat().st_mtime_ns)

    @classmethod
    @lru_cache(maxsize=1)
    def _read(cls, path: Path, _built_ns: int) -> "Gazetteer":
        """One table for all who ask: nothing writes to it, and it takes 40 MB."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls({name: stored[name] for name in stored.files})
        except (OSError, ValueError, KeyError, EOFError) as broken:
            raise ConfigError(
                "gazetteer", f"{path.name} cannot be read ({type(broken).__name__})",
                "Delete the file and run pip install again.",
            ) from None  # fmt: skip

    def __len__(self) -> int:
        return len(self.place_id)

    def name(self, index: int) -> str:
        """Proper name of a place, in ASCII letters, for display."""
        return self._name[self._name_at[index] : self._name_at[index + 1]].decode()

    def iso(self, index: int) -> str | None:
        """Two-letter country code of a place; None for seas and areas of several countries."""
        code = int(self.country[index])
        return self.iso_codes[code] if code >= 0 else None

    def place(self, index: int) -> Place:
        """A place as the control plane knows it. Raises IndexError outside the table."""
        if not 0 <= index < len(self):
            raise IndexError(f"place index {index} is outside 0 to {len(self) - 1}")
        region = int(self.admin1[index])
        return Place(
            id=str(int(self.place_id[index])),
            name=self.name(index),
            kind=KINDS[self.kind[index]],
            admin1=self.name(region) if region >= 0 else None,
            country=self.iso(index),
            lat=round(float(self.lat[index]), 4),
            lon=round(float(self.lon[index]), 4),
            radius_km=max(1.0, round(float(self.radius_km[index]), 1)),
        )

    def index_of(self, place_id: str) -> int | None:
        """Index of a place by `Place.id`, None when there is no such place."""
        try:
            wanted = int(place_id)
        except ValueError:
            return None
        at = int(np.searchsorted(self.place_id, wanted))
        return at if at < len(self) and int(self.place_id[at]) == wanted else None

    @cached_property
    def countries(self) -> dict[str, int]:
        """Index of every country by ISO code."""
        rows = np.flatnonzero(self.kind == COUNTRY)
        return {self.iso_codes[self.country[row]]: int(row) for row in rows}

    def country_of(self, index: int) -> int:
        """Index of the country a place lies in (its own for a country), -1 for none."""
        return self.countries.get(self.iso(index) or "", -1)

    def region_of(self, index: int) -> int:
        """Index of the first-level region of a place (its own for a region), -1 for none."""
        return index if self.kind[index] == ADMIN1 else int(self.admin1[index])

    def is_inside(self, inner: int, outer: int) -> bool:
        """Whether a place is, or lies in, another: by the table's links, or within its reach.

        A town holds the facilities in its reach, a water or an area all places in its own.
        """
        if inner == outer or int(self.admin1[inner]) == outer:
            return True
        if self.kind[outer] == COUNTRY:
            return bool(self.country[inner] == self.country[outer])
        if self.kind[outer] == CITY:
            return self.kind[inner] == FACILITY and self._reaches(outer, inner)
        return self.kind[outer] >= WATER and self._reaches(outer, inner)

    def _reaches(self, outer: int, inner: int) -> bool:
        north = (float(self.lat[outer]) - float(self.lat[inner])) * 111.2
        shrink = np.cos(np.radians(float(self.lat[outer])))
        east = (float(self.lon[outer]) - float(self.lon[inner])) * 111.2 * shrink
        return bool(north**2 + east**2 <= float(self.radius_km[outer]) ** 2)

    def namesakes(self, index: int) -> list[int]:
        """Places found under the proper name of a place, itself among them."""
        return self._exact(self.name(index))

    def find(self, name: str) -> list[int]:
        """Places a person may mean by a name, most likely first; empty when there is none.

        Takes "Valencia", "Valencia, Spain", "Valencia Spain", "province of X", "X province".
        """
        parts = [part.strip() for part in name.split(",") if part.strip()]
        if not parts:
            return []
        found = self._lookup(parts[0])
        for part in parts[1:]:
            outer = self._lookup(part)
            found = [f for f in found if any(self.is_inside(f, o) for o in outer)]
        if found or len(parts) > 1:
            return found
        words = parts[0].split()
        for cut in range(len(words) - 1, 0, -1):
            outer = self._lookup(" ".join(words[cut:]))
            inner = self._lookup(" ".join(words[:cut])) if outer else []
            found = [f for f in inner if any(f != o and self.is_inside(f, o) for o in outer)]
            if found:
                return found
        return []

    def _lookup(self, name: str) -> list[int]:
        hit = self._exact(name)
        if hit:
            return hit
        lowered = name.lower()
        bare = next((name[len(u) + 1 :] for u in _UNITS if lowered.startswith(u + " ")), None)
        if bare is None:
            bare = next(
                (name[: -len(u) - 1] for u in _UNITS_BEHIND if lowered.endswith(" " + u)), None
            )
        if bare is None:
            return []
        found = self._exact(bare)
        # "province of X" without a province X in the table: the region that holds town X.
        return [f for f in found if self.kind[f] != CITY] or found

    def _exact(self, name: str) -> list[int]:
        hashes, stem = phrase_tokens(name)
        if not hashes or stem:
            return []
        return self._owners(hashes) or self._sited(hashes)

    def _sited(self, hashes: list[int]) -> list[int]:
        """Places of the name that is left without a word for a sort: "Lyon airport"."""
        words, sorts, fills, joins = (table.tolist() for table in self._sites[:4])
        sort_of = dict(zip(words, sorts, strict=True))
        for cut in range(1, len(hashes)):
            behind = sort_of.get(_key(hashes[cut:]), 0) % ONLY_BEHIND
            before = sort_of.get(_key(hashes[:cut]), ONLY_BEHIND)
            if behind:
                rest, sort = hashes[:cut], behind
                while len(rest) > 1 and rest[-1] in fills:
                    rest = rest[:-1]
            elif before < ONLY_BEHIND:
                rest, sort = hashes[cut:], before
                while len(rest) > 1 and rest[0] in joins:
                    rest = rest[1:]
            else:
                continue
            named = self._owners(rest)
            found = [place for place in named if self.sort[place] == sort]
            found += [self._link(place, sort) for place in named]
            if any(place >= 0 for place in found):
                return [place for place in dict.fromkeys(found) if place >= 0]
        return []

    def _link(self, place: int, sort: int) -> int:
        key = place * LINKS + sort
        at = int(np.searchsorted(self._link_key, key))
        hit = at < len(self._link_key) and int(self._link_key[at]) == key
        return int(self._link_to[at]) if hit else -1

    def _owners(self, hashes: list[int]) -> list[int]:
        key = _key(hashes)
        row = int(np.searchsorted(self._key, np.uint64(key)))
        if row == len(self._key) or int(self._key[row]) != key:
            return []
        return [int(i) for i in self._cand[self._cand_at[row] : self._cand_at[row + 1]]]

    def matches(
        self,
        tokens: Tokens,
        storm_words: Iterable[int] | None = None,
        langs: NDArray[np.uint8] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Places named in each text: (at int64[n + 1], place index int32[]), in text order.

        Longest name first, without overlap, at most 8 a text, each resolved by its
        neighbours, then by size and by where the text's language (`langs`, ids) is spoken. A
        town's name beside one of `storm_words` (token hashes;
        default: the shipped list) names the storm, unless its country or region follows.
        """
        at, place, _ = self.marked(tokens, storm_words, langs)
        return at, place

    def marked(
        self,
        tokens: Tokens,
        storm_words: Iterable[int] | None = None,
        langs: NDArray[np.uint8] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]:
        """What `matches` gives, and which tokens the names of those places cover, bool[m]."""
        storms = self._storms
        if storm_words is not None:
            storms = np.array(sorted(storm_words), np.uint64)
        names = (self._key, self._bucket, _SHIFT, self._flags, self._reach, self._cand_at,
                 self._cand, self._weight)  # fmt: skip
        places = (self.kind, self.country, self.admin1, self.lat, self.lon, self.radius_km,
                  self.population)  # fmt: skip
        found: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]] = match(
            tokens.at, tokens.hash, tokens.bare, tokens.start, tokens.end, tokens.kind,
            tokens.shape, names, places, (self._cues, storms, self._katakana, self._firms),
            self._sites,
            np.zeros(len(tokens.at), np.uint8) if langs is None else langs, self._speaks,
        )  # fmt: skip
        return found
