"""The rating table as properties, what raises and lowers, and the grounds a sceptic asks for."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_events import event
from test_rate import EVIDENCE, HAZARDS, NOON_MS, evidence, fact, rated, support
from tidy.files import ROOT
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.locate import units_named
from tocsin.model import LEVELS, Certainty, Ground, Origin, Place, PlaceVotes
from tocsin.rate import rate
from tocsin.rate.outlook import ENOUGH_VOICES, outlook
from tocsin.rate.table import (
    SEVERITIES,
    certainty_of,
    level_of,
    official_level_of,
    severity_of,
    severity_without_facts,
    table,
    urgency_of,
)
from tocsin.render import same_matter
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.gazetteer import Gazetteer

TIERS = ("unconfirmed", "corroborated", "official")
severities = st.sampled_from(SEVERITIES)
tiers = st.sampled_from(TIERS)
voices = st.integers(5, 400)


def values(found, ground):
    return [(why.value, why.bound) for why in found.why if why.ground == ground]


def test_the_table_rises_by_kind_and_names_known_figures():
    known = {kind.key for kind in FACT_KINDS}
    by_kind = {}
    for rule in table().fact:
        assert rule.kind in known
        steps = by_kind.setdefault(rule.kind, [])
        assert all(
            least < rule.least and SEVERITIES.index(low) < SEVERITIES.index(rule.severity)
            for least, low in steps
        )
        steps.append((rule.least, rule.severity))


@given(severities, severities, tiers, tiers, voices, voices)
def test_more_of_anything_never_lowers_a_level(one, two, tier, other, few, many):
    severity, worse = sorted((one, two), key=SEVERITIES.index)
    tier, higher = sorted((tier, other), key=TIERS.index)
    few, many = sorted((few, many))
    low, high = level_of(severity, tier, few), level_of(worse, higher, many)
    assert LEVELS.index(low) <= LEVELS.index(high)
    assert high != "red" or higher == "official"
    assert certainty_of(tier, few, 30.0) != "Observed" or tier == "official"


@given(severities, tiers, voices, st.floats(0, 500), st.integers(0, 9))
def test_growth_and_extent_raise_and_never_beyond_the_bound(own, tier, count, times, units):
    plain = severity_without_facts(own, tier, count, 0.0, 0)
    raised = severity_without_facts(own, tier, count, times, units)
    assert SEVERITIES.index(plain) <= SEVERITIES.index(raised) <= SEVERITIES.index("Severe")
    if tier == "unconfirmed" and raised != plain:
        assert SEVERITIES.index(raised) <= SEVERITIES.index("Moderate")


def test_growth_takes_both_many_voices_and_a_fast_pace():
    at = table().growth
    assert severity_without_facts("Minor", "corroborated", at.voices, at.times_usual, 0) == (
        "Moderate"
    )
    assert severity_without_facts("Minor", "corroborated", at.voices - 1, 999.0, 0) == "Minor"
    assert severity_without_facts("Minor", "corroborated", 999, at.times_usual - 1, 0) == "Minor"
    both = severity_without_facts("Minor", "corroborated", 999, 999.0, table().extent.units)
    assert both == "Severe"


@given(severities, severities, st.sampled_from(get_args(Certainty)))
def test_an_agency_alone_makes_red_only_by_a_firm_word(one, two, certainty):
    severity, worse = sorted((one, two), key=SEVERITIES.index)
    low, high = official_level_of(severity, certainty), official_level_of(worse, certainty)
    assert LEVELS.index(low) <= LEVELS.index(high)
    assert high != "red" or certainty not in ("Possible", "Unlikely")
    assert set(table().official_confidence) == set(get_args(Certainty))


@given(st.integers(0, 10 * HOUR_MS), st.booleans())
def test_urgency_depends_on_silence_and_on_being_over(silent_ms, over):
    fresh = "Immediate" if silent_ms <= HOUR_MS else "Expected"
    assert urgency_of(over, silent_ms) == ("Past" if over else fresh)


@given(st.lists(st.sampled_from([1, 4, 6, 90, 400]), min_size=1, max_size=6))
def test_a_rating_is_that_of_now_whatever_was_said_before(tolls):
    # A toll that is put right goes both ways: each rating stands by itself.
    for toll in tolls:
        found = rated(evidence(voices=20), [fact("killed", toll)])
        expected = min(severity_of([fact("killed", toll)]), "Severe", key=SEVERITIES.index)
        assert found.severity == expected


def test_a_rise_of_confidence_is_told_and_so_is_a_deep_fall():
    old = event(confidence=0.6)
    for confidence, same in ((0.65, False), (0.6, True), (0.5, True), (0.35, False)):
        new = msgspec.structs.replace(old, revision=2, phase="updated", confidence=confidence)
        assert same_matter(new, old) is same, confidence


def test_a_higher_level_is_told_at_once_after_a_lower_one():
    old = event(level="green", severity="Minor")
    for change in ({"level": "yellow"}, {"severity": "Severe"}, {"certainty": "Observed"}):
        new = msgspec.structs.replace(old, revision=2, phase="updated", **change)
        assert not same_matter(new, old)


@given(severities, severities, severities, tiers, voices)
def test_the_outlook_is_true_to_the_table(severity, stated, own, tier, count):
    found = outlook("updated", severity, stated, own, tier, count)
    now = level_of(severity, tier, count)
    raising = {why.value: why.bound for why in found if why.ground == Ground.RAISES}
    lowering = {why.value: why.bound for why in found if why.ground == Ground.LOWERS}
    assert ("official_word" in raising) is (tier != "official")
    assert ("second_family" in raising) is (tier == "unconfirmed")
    if "more_voices" in raising:
        assert count < ENOUGH_VOICES
        assert level_of(severity, tier, ENOUGH_VOICES) == raising["more_voices"] != now
    for name in ("severe_figures", "official_word"):
        if raising.get(name) in LEVELS:
            assert LEVELS.index(raising[name]) > LEVELS.index(now)
    if "figures_taken_back" in lowering:
        assert LEVELS.index(lowering["figures_taken_back"]) < LEVELS.index(now)
    assert lowering["silence"] == "resolved"


@pytest.mark.parametrize("phase", ["resolved", "withdrawn", "merged"])
def test_what_is_over_has_no_outlook(phase):
    assert outlook(phase, "Severe", "Severe", "Minor", "unconfirmed", 9) == []


def place(name, country="PT"):
    return Place(name, name, "city", None, country, 0.0, 0.0, 10.0)


def test_grounds_answer_the_sceptic_in_bands():
    given_ = evidence(
        voices=40, languages=((1, 30), (2, 9), (3, 1)), times_usual=37.0, doubt=0.4,
        set_aside=(1, 2), last_seen_ms=NOON_MS + 7 * MINUTE_MS, places=(PlaceVotes(1, 40.0),),
    )  # fmt: skip
    origins = [Origin(place("Leiria"), 1, 0.6), Origin(place("Tomar"), 2, 0.3),
               Origin(place("Beja"), 3, 0.1)]  # fmt: skip
    found = rate(given_, origins, (), (), HAZARDS["earthquake"], False, None, units=4)
    assert values(found, Ground.LANGUAGES) == [(2, None)]
    assert values(found, Ground.TIMES_USUAL) == [(20, None)]
    assert values(found, Ground.DOUBTFUL) == [(0.5, None)]
    assert values(found, Ground.LATEST) == [(rfc3339(NOON_MS), None)]
    assert values(found, Ground.EXTENT) == [(4, None)]
    # A tenth of forty votes are four voices: too few to tell.
    assert values(found, Ground.OTHER_PLACE) == [("Tomar, PT", 0.25)]
    assert len(values(found, Ground.SET_ASIDE)) == 2
    assert {value for value, _ in values(found, Ground.SET_ASIDE)} <= set(HAZARDS)
    assert ("official_word", "red") in values(found, Ground.RAISES)


@given(
    voices, st.integers(0, 600), st.floats(1, 200), st.floats(0, 1),
    st.lists(st.integers(0, 12), max_size=3),
)  # fmt: skip
def test_no_ground_tells_two_streams_apart_that_differ_by_one_voice(
    count, late_s, times, doubt, tongues
):
    """Contract P13: every figure is a step of a short ladder."""
    found = rated(
        evidence(
            voices=count, last_seen_ms=NOON_MS + late_s * 1000, times_usual=times, doubt=doubt,
            languages=tuple(enumerate(tongues)),
        )
    )  # fmt: skip
    for value, _ in values(found, Ground.LATEST):
        assert value[14:] in {f"{tens}0:00.000Z" for tens in range(6)}
    assert {value for value, _ in values(found, Ground.TIMES_USUAL)} <= {2, 5, 10, 20, 50, 100}
    assert {value for value, _ in values(found, Ground.DOUBTFUL)} <= {0.25, 0.5, 0.75, 1.0}
    many = sum(tongue >= 5 for tongue in tongues)
    assert values(found, Ground.LANGUAGES) == ([(many, None)] if many > 1 else [])


def test_official_words_rest_on_no_figure_of_posts():
    found = rated(EVIDENCE, bulletins=[support("Severe")])
    assert not values(found, Ground.RAISES)
    assert ("official_word_withdrawn", "unconfirmed") in values(found, Ground.LOWERS)


def test_regions_count_from_five_voices_each():
    gazetteer = Gazetteer.load()
    towns = [gazetteer.find(name)[0] for name in ("Leiria", "Tampere", "Odense")]
    votes = tuple(PlaceVotes(t, v) for t, v in zip(towns, (9.0, 5.0, 4.9), strict=True))
    assert units_named(evidence(places=votes), gazetteer) == 2
    assert units_named(evidence(places=()), gazetteer) == 0


def test_every_ground_and_every_change_is_documented():
    page = (ROOT / "docs" / "rating.md").read_text(encoding="utf-8")
    for ground in Ground:
        assert f"`{ground.value}`" in page, ground
    for severity in SEVERITIES:
        for tier in TIERS:
            for why in outlook("updated", severity, severity, "Unknown", tier, 5):
                assert f"`{why.value}`" in page
