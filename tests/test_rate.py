"""How bad, how soon, how sure: tables of rules, and what never happens."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.model import LEVELS, Bulletin, Evidence, Fact, FactReading, Ground, Support
from tocsin.rate import SEVERITIES, rate, severity_of
from tocsin.rate.bands import voices_band
from tocsin.rate.facts import resolve_facts
from tocsin.vocabulary.facts import FACT_IDS, FACT_KINDS
from tocsin.vocabulary.hazards import load_hazards

NOON_MS = 1_795_348_800_000
HAZARDS = {hazard.key: hazard for hazard in load_hazards()}
QUAKE = HAZARDS["earthquake"]
EVIDENCE = Evidence(
    number=1, event_id="e" * 16, phase="updated", at_ms=NOON_MS, first_seen_ms=NOON_MS - HOUR_MS,
    last_seen_ms=NOON_MS, hazard=0, voices=8, families=(0,), places=(), facts=(),
    languages=((1, 8),), witness_share=0.5, diversity=1.0, masked_share=0.0, injury_share=0.0,
    surprise=7.0, window_s=600,
)  # fmt: skip


def evidence(**changes) -> Evidence:
    return msgspec.structs.replace(EVIDENCE, **changes)


def fact(kind, low, source="posts") -> Fact:
    return Fact(kind, low, low, None, rfc3339(NOON_MS), source)


def support(severity="Unknown", magnitude=None) -> Support:
    bulletin = Bulletin(
        "usgs", "xx1", NOON_MS, "earthquake", 1.0, 1.0, 50.0, severity, magnitude=magnitude
    )
    return Support(bulletin, 3.0, 600.0)


def rated(given=EVIDENCE, facts=(), bulletins=(), hazard=QUAKE, sensitive=False):
    return rate(given, (), facts, bulletins, hazard, sensitive)


@pytest.mark.parametrize(
    ("voices", "band"),
    [(0, "0"), (4, "0"), (5, "5-14"), (14, "5-14"), (15, "15-49"), (49, "15-49"),
     (50, "50-199"), (199, "50-199"), (200, "200+"), (10**6, "200+")],
)  # fmt: skip
def test_bands(voices, band):
    assert voices_band(voices) == band


@pytest.mark.parametrize(
    ("kind", "low", "severity"),
    [("killed", 1, "Moderate"), ("killed", 4, "Moderate"), ("killed", 5, "Severe"),
     ("killed", 100, "Extreme"), ("injured", 19, "Moderate"), ("injured", 20, "Severe"),
     ("injured", 500, "Extreme"), ("trapped", 1, "Severe"), ("missing", 4, "Unknown"),
     ("missing", 5, "Severe"), ("evacuated", 999, "Moderate"), ("evacuated", 1_000, "Severe"),
     ("homeless", 99, "Unknown"), ("homeless", 100, "Severe"), ("magnitude", 4.4, "Unknown"),
     ("magnitude", 4.5, "Moderate"), ("magnitude", 6.0, "Severe"), ("magnitude", 7.0, "Extreme"),
     ("without_power", 9_999, "Unknown"), ("without_power", 10_000, "Moderate"),
     ("road_closed", 1, "Unknown")],
)  # fmt: skip
def test_severity_of_a_figure(kind, low, severity):
    assert severity_of([fact(kind, low)]) == severity


def test_the_worst_figure_counts_and_its_lower_end():
    assert severity_of([fact("injured", 2), fact("killed", 6), fact("magnitude", 4.6)]) == "Severe"
    wide = msgspec.structs.replace(fact("killed", 4), high=400.0)
    assert severity_of([wide]) == "Moderate"
    assert severity_of([]) == "Unknown"


@pytest.mark.parametrize(
    ("hazard", "figures", "voices", "level", "severity"),
    [
        ("earthquake", [], 8, None, None),
        ("earthquake", [fact("killed", 2)], 8, "green", "Moderate"),
        ("earthquake", [fact("killed", 2)], 15, "yellow", "Moderate"),
        ("earthquake", [fact("killed", 7)], 8, "yellow", "Severe"),
        ("earthquake", [fact("killed", 700)], 900, "yellow", "Severe"),
        ("fire", [fact("trapped", 60)], 8, "yellow", "Severe"),
    ],
)
def test_levels_by_posts_alone(hazard, figures, voices, level, severity):
    found = rated(evidence(voices=voices), figures, hazard=HAZARDS[hazard])
    assert level is None or (found.level, found.severity) == (level, severity)
    assert found.tier == "unconfirmed"


def test_a_claim_held_down_says_so():
    grounds = {why.ground for why in rated(facts=[fact("killed", 700)]).why}
    assert Ground.ONE_FAMILY_CAP in grounds
    assert Ground.ONE_FAMILY_CAP not in {why.ground for why in rated().why}


@pytest.mark.parametrize(
    ("severity", "level"),
    [("Extreme", "red"), ("Severe", "red"), ("Minor", "green")],
)
def test_an_official_word_sets_severity_and_level(severity, level):
    found = rated(bulletins=[support(severity)])
    assert (found.level, found.severity) == (level, severity)
    assert (found.certainty, found.tier, found.confidence) == ("Observed", "official", 0.95)


def test_an_official_figure_counts_in_full():
    found = rated(facts=[fact("magnitude", 7.2, "official")], bulletins=[support(magnitude=7.2)])
    assert (found.severity, found.level) == ("Extreme", "red")


@pytest.mark.parametrize(
    ("families", "voices", "surprise", "certainty"),
    [((0,), 14, 20.0, "Possible"), ((0,), 15, 9.0, "Likely"), ((0,), 15, 8.9, "Possible"),
     ((0,), 10**6, 30.0, "Likely"), ((0, 1), 5, 6.0, "Likely")],
)  # fmt: skip
def test_certainty(families, voices, surprise, certainty):
    given = evidence(families=families, voices=voices, surprise=surprise)
    assert rated(given).certainty == certainty


@pytest.mark.parametrize(
    ("phase", "silent_ms", "urgency"),
    [("updated", 0, "Immediate"), ("updated", HOUR_MS, "Immediate"),
     ("updated", HOUR_MS + 1, "Expected"), ("resolved", 0, "Past")],
)  # fmt: skip
def test_urgency(phase, silent_ms, urgency):
    assert rated(evidence(phase=phase, last_seen_ms=NOON_MS - silent_ms)).urgency == urgency


figures = st.lists(
    st.builds(
        fact, st.sampled_from([kind.key for kind in FACT_KINDS]), st.floats(1, 1e6),
    ),
    max_size=4,
)  # fmt: skip


@given(
    st.sampled_from(sorted(HAZARDS)), figures, st.integers(5, 10**6), st.floats(0, 30),
    st.floats(0, 1), st.sampled_from([(0,), (0, 1), (0, 1, 2)]), st.booleans(),
)  # fmt: skip
def test_posts_never_make_red_nor_observed(hazard, facts, voices, surprise, share, families, drawn):
    given = evidence(voices=voices, surprise=surprise, witness_share=share, families=families)
    found = rated(given, facts, hazard=HAZARDS[hazard], sensitive=drawn)
    assert found.level != "red"
    assert found.certainty in ("Likely", "Possible")
    assert 0.0 <= found.confidence <= 0.9
    assert round(found.confidence * 20, 6) == round(found.confidence * 20)
    for why in found.why:
        # Contract P13: no exact count of posts in any ground.
        if why.ground in (Ground.WITNESS, Ground.DIVERSITY):
            assert why.value in (0.0, 0.25, 0.5, 0.75, 1.0)
        if why.ground == Ground.VOICES:
            assert why.value == voices_band(voices)


def test_worse_facts_never_lower_a_level():
    for kind, (one, two) in itertools.product(
        ("killed", "injured", "magnitude"), itertools.combinations((1, 3, 5, 6.5, 8, 50, 900), 2)
    ):
        less, more = rated(facts=[fact(kind, one)]), rated(facts=[fact(kind, two)])
        stated = severity_of([fact(kind, one)]) != "Unknown"
        if stated:
            assert SEVERITIES.index(less.severity) <= SEVERITIES.index(more.severity)
            assert LEVELS.index(less.level) <= LEVELS.index(more.level)


def readings(kind, *pairs):
    number = FACT_IDS[kind]
    return evidence(
        facts=tuple(FactReading(number, value, NOON_MS + at * MINUTE_MS) for value, at in pairs)
    )


@pytest.mark.parametrize(
    ("kind", "pairs", "found"),
    [
        ("killed", [(3, 0), (3, 1)], None),
        ("killed", [(3, 0), (3, 1), (4, 2)], (3, 4)),
        ("killed", [(3, 0), (30, 1), (300, 2)], None),
        ("killed", [(3, 0), (3, 1), (4, 2), (900, 3)], (3, 4)),
        ("killed", [(2, -200), (2, -199), (2, -198), (9, 0)], None),
        ("killed", [(2, 0), (2, 1), (2, 2), (9, 3), (9, 4), (10, 5)], (9, 10)),
        ("magnitude", [(6.1, 0), (6.2, 0), (6.4, 0)], (6.1, 6.4)),
        ("magnitude", [(5.0, 0), (6.0, 0), (7.0, 0)], None),
        ("road_closed", [(1, 0), (1, 0), (1, 0)], (1, 1)),
    ],
)  # fmt: skip
def test_a_fact_needs_three_that_agree(kind, pairs, found):
    facts = resolve_facts(readings(kind, *pairs), [])
    assert [(f.low, f.high) for f in facts] == ([found] if found else [])
    assert all(f.from_ == "posts" and f.as_of.endswith(":00.000Z") for f in facts)


def test_a_bulletin_speaks_for_itself():
    given = readings("magnitude", (5.5, 0), (5.5, 0), (5.6, 0))
    (found,) = resolve_facts(given, [support(magnitude=6.3), support(magnitude=9.0)])
    assert (found.kind, found.low, found.high, found.from_) == ("magnitude", 6.3, 6.3, "official")


@given(st.lists(st.tuples(st.floats(1, 1e5), st.integers(0, 400)), max_size=12))
def test_a_range_is_made_of_what_was_said(pairs):
    for found in resolve_facts(readings("injured", *pairs), []):
        said = [value for value, _ in pairs]
        assert found.low in said and found.high in said
        assert found.low <= found.high
        assert sum(found.low <= value <= found.high for value in said) >= 3
