"""Figures in words: cues of facts, number words and units, as data and as flat tables."""

import tomllib
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.errors import ConfigError
from tocsin.vocabulary.codes import Code, code_of, coded
from tocsin.vocabulary.facts import FACT_IDS, FACT_KINDS, MEASURES
from tocsin.vocabulary.stored import data_folder

_UNITS = "vocabulary/data/units.toml"
AGE_SIDES = ("after", "before")
"""Where a word of age stands to its figure; the id of its code is a position here."""


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit people write, and what it is turned into."""

    key: str
    words: tuple[str, ...]
    measure: str = ""
    """One of MEASURES; empty for a unit that no fact is given in (hours, years of age, money)."""
    factor: float = 1.0


class FactTables(NamedTuple):
    """Per-kind columns (K) and per-unit columns (U) the gate's kernel asks for."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    counted: NDArray[np.bool_]
    measure: NDArray[np.int8]
    """Position in MEASURES of the unit a kind is given in."""
    unit_of: NDArray[np.int8]
    """Position in MEASURES a unit turns into; -1 for one that no fact is given in."""
    unit_factor: NDArray[np.float64]


def load_units() -> tuple[Unit, ...]:
    """All units in order of the data file; raises ConfigError naming the entry to mend."""
    try:
        table = tomllib.loads((data_folder() / "units.toml").read_text(encoding="utf-8"))
        units = msgspec.convert(table["unit"], tuple[Unit, ...])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(_UNITS, str(error), "Mend the data file.") from error
    for unit in units:
        if unit.measure not in MEASURES:
            raise ConfigError(f"{_UNITS} {unit.key}", unit.measure, f"Known: {MEASURES[1:]}.")
    return units


def unit_phrases(units: tuple[Unit, ...]) -> list[tuple[str, int]]:
    """The words of all units with their codes."""
    return [(word, code_of(Code.UNIT, n)) for n, unit in enumerate(units) for word in unit.words]


def fact_tables(units: tuple[Unit, ...]) -> FactTables:
    """Columns of all kinds of facts and all units."""
    return FactTables(
        low=np.array([kind.low for kind in FACT_KINDS]),
        high=np.array([kind.high for kind in FACT_KINDS]),
        counted=np.array([kind.counted for kind in FACT_KINDS]),
        measure=np.array([kind.measure for kind in FACT_KINDS], np.int8),
        unit_of=np.array([MEASURES.index(unit.measure) or -1 for unit in units], np.int8),
        unit_factor=np.array([unit.factor for unit in units]),
    )


def number_id(value: int, where: str) -> int:
    """The id a number word's value is kept as; powers of ten too big for one as 60000 + exponent.

    Raises ConfigError for any other value of 60000 or more.
    """
    if 0 < value < 60_000:
        return value
    exponent = len(str(value)) - 1
    if value != 10**exponent:
        raise ConfigError(where, f"{value} is no power of ten", "Write it as a word and a unit.")
    return 60_000 + exponent


def fact_phrases(table: dict[str, Any], lang: str) -> list[tuple[str, int]]:
    """Cues and number words of one language's facts file with their codes."""
    where = f"vocabulary/data/facts/{lang}.toml"
    found: list[tuple[str, int]] = []
    for key, entry in table.items():
        if key == "number_words":
            for word, value in entry.items():
                found += coded([word], lang, Code.NUMBER, number_id(int(value), where))
        elif key == "age":
            if set(entry) != set(AGE_SIDES):
                raise ConfigError(f"{where} [age]", ", ".join(entry), "Write before and after.")
            for side, words in entry.items():
                found += coded(words, lang, Code.AGE, AGE_SIDES.index(side))
        elif key in FACT_IDS:
            found += coded(entry["cues"], lang, Code.FACT, FACT_IDS[key])
        else:
            raise ConfigError(where, f"unknown fact {key}", f"Known: {', '.join(FACT_IDS)}.")
    return found
