"""Headlines from templates only, and which revisions are worth anybody's time."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invented_events import ALMERA, BRUNNTAL, NOON_MS, event
from tocsin.clock import rfc3339
from tocsin.model import BulletinRef, Fact, Place
from tocsin.render import headline, same_matter
from tocsin.render.headline import HEADLINE_CHARS, where
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.hazards import load_hazards

HAZARDS = load_hazards()
QUAKE = next(hazard for hazard in HAZARDS if hazard.key == "earthquake")


def fact(kind, low, high=None) -> Fact:
    return Fact(kind, low, high or low, None, rfc3339(NOON_MS))


@pytest.mark.parametrize(
    ("place", "facts", "tier", "phase", "line"),
    [
        (ALMERA, [], "unconfirmed", "reported", "Earthquake, Almera (ES) (unconfirmed)"),
        (None, [], "official", "updated", "Earthquake, place unknown (official word)"),
        (ALMERA, [], "unconfirmed", "resolved", "Over: Earthquake, Almera (ES) (unconfirmed)"),
        (None, [], "unconfirmed", "withdrawn",
         "Withdrawn: Earthquake, place unknown (unconfirmed)"),
        (BRUNNTAL, [fact("injured", 3, 12), fact("magnitude", 6.1)], "corroborated", "updated",
         "Earthquake, Brunntal (AT), 3 to 12 injured, magnitude 6.1 "
         "(reported by independent sources)"),
        (ALMERA, [fact("evacuated", 12_500)], "unconfirmed", "reported",
         "Earthquake, Almera (ES), 12,500 evacuated (unconfirmed)"),
    ],
)  # fmt: skip
def test_headlines(place, facts, tier, phase, line):
    assert QUAKE.labels["en"] == "Earthquake"
    assert headline(QUAKE, place, facts, tier, phase) == line


facts = st.lists(
    st.builds(
        fact, st.sampled_from([kind.key for kind in FACT_KINDS]), st.floats(1, 5e8),
        st.floats(1, 5e8),
    ),
    max_size=8,
)  # fmt: skip
places = st.none() | st.builds(
    Place, st.just("1"), st.text("abcdé ", min_size=1, max_size=60), st.just("city"), st.none(),
    st.sampled_from(["ES", None]), st.just(1.0), st.just(1.0), st.just(5.0),
)  # fmt: skip


@given(
    st.sampled_from(HAZARDS), places, facts,
    st.sampled_from(["unconfirmed", "corroborated", "official"]),
    st.sampled_from(["reported", "updated", "resolved", "withdrawn", "merged"]),
)  # fmt: skip
def test_a_headline_is_never_too_long_and_never_cut(hazard, place, given_facts, tier, phase):
    line = headline(hazard, place, given_facts, tier, phase)
    assert len(line) <= HEADLINE_CHARS
    assert line.endswith(")")
    assert where(place) in line
    assert line[:1] == line[:1].upper()


SAME = [
    {"at": rfc3339(NOON_MS + 999_000)}, {"revision": 9}, {"why": ()}, {"confidence": 0.55},
    {"expires": rfc3339(NOON_MS)}, {"phase": "updated"}, {"headline": "other words"},
    {"voices": "5-14"},
]  # fmt: skip
NEWS = [
    {"phase": "resolved"}, {"phase": "withdrawn"}, {"hazard": "flood"}, {"place": BRUNNTAL},
    {"place": None}, {"level": "red"}, {"severity": "Severe"}, {"certainty": "Observed"},
    {"tier": "corroborated"}, {"facts": ()}, {"voices": "15-49"}, {"confidence": 0.75},
    {"bulletins": (BulletinRef("usgs", "x", rfc3339(NOON_MS)),)},
]  # fmt: skip


@pytest.mark.parametrize("changes", SAME)
def test_times_and_grounds_alone_are_no_news(changes):
    assert same_matter(event(**{"revision": 2, **changes}), event())


@pytest.mark.parametrize("changes", NEWS)
def test_what_a_reader_must_know_is_news(changes):
    assert not same_matter(event(**changes), event())


def test_a_later_hour_of_the_same_figure_is_no_news_and_another_figure_is():
    (held,) = event().facts
    later = msgspec.structs.replace(held, as_of=rfc3339(NOON_MS + 60_000))
    assert same_matter(event(facts=(later,)), event())
    assert not same_matter(event(facts=(msgspec.structs.replace(held, low=99.0),)), event())


def test_an_event_that_opens_again_is_news():
    over = event(phase="resolved")
    assert not same_matter(event(phase="updated"), over)
