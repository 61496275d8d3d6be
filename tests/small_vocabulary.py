"""A vocabulary of a few words in several scripts, so that tests do not hang on shipped data."""

import numpy as np

from tocsin.batch import Sense
from tocsin.vocabulary.codes import Code, code_of
from tocsin.vocabulary.facts import FACT_IDS
from tocsin.vocabulary.lexicon import compile_lexicon
from tocsin.vocabulary.measures import Unit, fact_tables, number_id, unit_phrases
from tocsin.vocabulary.pack import Traits, Vocabulary
from tocsin.vocabulary.sense_model import SILENT

FLOOD, FIRE, QUAKE, JAM = range(4)
SINK, BOAT, FALL, HOUSE = range(4)

WANTED = [
    ("flood*", code_of(Code.HAZARD, FLOOD)), ("flash flood", code_of(Code.HAZARD, FLOOD)),
    ("الفيضان", code_of(Code.HAZARD, FLOOD)), ("فيضان", code_of(Code.HAZARD, FLOOD)),
    ("洪水", code_of(Code.HAZARD, FLOOD)),
    ("fire", code_of(Code.HAZARD, FIRE)), ("house on fire", code_of(Code.HAZARD, FIRE)),
    ("🔥", code_of(Code.HAZARD, FIRE)), ("incendi*", code_of(Code.HAZARD, FIRE)),
    ("earthquake", code_of(Code.HAZARD, QUAKE)), ("地震", code_of(Code.HAZARD, QUAKE)),
    ("زلزال", code_of(Code.HAZARD, QUAKE)), ("แผ่นดินไหว", code_of(Code.HAZARD, QUAKE)),
    ("road blocked", code_of(Code.HAZARD, JAM)), ("delays", code_of(Code.HAZARD, JAM)),
    ("sank", code_of(Code.ATOM, SINK)), ("boat", code_of(Code.ATOM, BOAT)),
    ("collapsed", code_of(Code.ATOM, FALL)), ("house", code_of(Code.ATOM, HOUSE)),
]  # fmt: skip
FURTHER = [
    ("fire sale", code_of(Code.FIGURATIVE, FIRE)),
    ("on fire tonight", code_of(Code.FIGURATIVE, FIRE)),
    ("flood of", code_of(Code.FIGURATIVE, FLOOD)),
    ("like a", code_of(Code.SENSE, Sense.FIGURATIVE)),
    ("no", code_of(Code.SENSE, Sense.NEGATED)), ("not an", code_of(Code.SENSE, Sense.NEGATED)),
    ("movie", code_of(Code.SENSE, Sense.FICTION)), ("drill", code_of(Code.SENSE, Sense.DRILL)),
    ("years ago", code_of(Code.SENSE, Sense.PAST)),
    ("what if", code_of(Code.SENSE, Sense.HYPOTHETICAL)),
    ("killed", code_of(Code.FACT, FACT_IDS["killed"])),
    ("dead", code_of(Code.FACT, FACT_IDS["killed"])),
    ("injured", code_of(Code.FACT, FACT_IDS["injured"])),
    ("magnitude", code_of(Code.FACT, FACT_IDS["magnitude"])),
    ("evacuated", code_of(Code.FACT, FACT_IDS["evacuated"])),
    ("road closed", code_of(Code.FACT, FACT_IDS["road_closed"])),
    ("人死亡", code_of(Code.FACT, FACT_IDS["killed"])),
    ("three", code_of(Code.NUMBER, 3)), ("twenty", code_of(Code.NUMBER, 20)),
    ("five", code_of(Code.NUMBER, 5)), ("hundred", code_of(Code.NUMBER, 100)),
    ("thousand", code_of(Code.NUMBER, 1000)), ("万", code_of(Code.NUMBER, 10_000)),
    ("million", code_of(Code.NUMBER, number_id(1_000_000, "here"))),
    ("十", code_of(Code.NUMBER, 10)), ("二", code_of(Code.NUMBER, 2)),
    ("deep", code_of(Code.FACT, FACT_IDS["depth"])),
    ("winds", code_of(Code.FACT, FACT_IDS["wind_speed"])),
    ("burnt", code_of(Code.FACT, FACT_IDS["area_burnt"])),
    ("year old", code_of(Code.AGE, 0)), ("deep old", code_of(Code.AGE, 0)),
    ("aged", code_of(Code.AGE, 1)), ("歳", code_of(Code.AGE, 0)),
    ("march", code_of(Code.ASSEMBLY, 0)), ("protest*", code_of(Code.ASSEMBLY, 0)),
    ("抗议", code_of(Code.ASSEMBLY, 0)), ("manifestación", code_of(Code.ASSEMBLY, 0)),
    ("march 2031", code_of(Code.EXCEPTION, 0)), ("in march", code_of(Code.EXCEPTION, 0)),
    ("i felt", code_of(Code.FIRST_PERSON, 0)), ("my", code_of(Code.FIRST_PERSON, 0)),
    ("victims", code_of(Code.INJURY, 0)), ("smoke", code_of(Code.INJURY, 0)),
    ("omg", code_of(Code.SHOUT, 0)),
    ("the", code_of(Code.STOP, 5, 5)), ("in", code_of(Code.STOP, 5, 5)),
    ("el", code_of(Code.STOP, 6, 6)),
]  # fmt: skip
UNITS = (
    Unit("km", ("km",), "km"), Unit("speed", ("km h", "kmh"), "km/h"),
    Unit("mile", ("mile*",), "km", 1.6), Unit("acre", ("acre*", "ac"), "ha", 0.4),
    Unit("age", ("years", "years old")),
)  # fmt: skip
FACTS = fact_tables(UNITS)
PHRASES = [*WANTED, *FURTHER, *unit_phrases(UNITS)]
PAIRS = np.array(
    sorted([(SINK, BOAT, FLOOD), (BOAT, SINK, FLOOD), (FALL, HOUSE, QUAKE), (HOUSE, HOUSE, FIRE)]),
    np.int32,
)


def small_vocabulary() -> Vocabulary:
    """Floods and fires (life safety), quakes (not), and traffic jams (a disruption)."""
    return Vocabulary(
        sieve=compile_lexicon(WANTED),
        full=compile_lexicon(PHRASES),
        pairs=PAIRS,
        pair_at=np.searchsorted(PAIRS[:, 0], np.arange(HOUSE + 2)),
        traits=Traits(
            np.array([2, 3, 3, 1], np.int16),
            np.array([False, False, False, True]),
            np.array([True, True, False, True]),
        ),
        facts=FACTS,
        wording=SILENT,
        contract="v1-0000000000000000",
    )
