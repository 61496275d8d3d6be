"""Assemblies are invisible and hazards are not: non-interference, neutrality, no quotes (2.2)."""

import re
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowd import (
    NOON_MS,
    PLACES,
    POSTS,
    assembly_posts,
    hashtag,
    played,
    row,
    templates,
)
from tocsin.clock import parse_time_ms
from tocsin.metrics import Reason
from tocsin.sources.frames import decode_replay
from tocsin.sources.synthetic_world import World
from tocsin.vocabulary import pack
from tocsin.vocabulary.hazards import load_hazards

PLANTED = ("earthquake", "building_fire", "flood", "explosion")
END_MS = NOON_MS + 420_000
TIMES = 10
"""How many posts about assemblies come on one other post."""


def encoded(found):
    """The bytes of events.jsonl."""
    return b"\n".join(msgspec.json.encode(event) for event in found.events)


@pytest.fixture(scope="module")
def stream():
    """Rows of the planted world S, its places, and the bytes of its events."""
    world = World(11, NOON_MS, 1.0, PLANTED, history_s=300)
    frames = world.frames(END_MS)
    rows = [(_at(frame), frame) for frame in frames]
    places = [world.site(number).city.name for number in range(len(PLANTED))]
    return rows, places, encoded(played(rows))


def _at(frame):
    return decode_replay(frame).at_ms


def test_the_posts_are_what_they_are_said_to_be():
    assert len(POSTS) >= 15
    for lang, posts in POSTS.items():
        assert len(posts["homonym"]) >= len(posts["plain"]) or lang == "en", lang
        assert posts["mixed"], lang
    pure = templates("plain", "homonym")
    assert len(templates("homonym")) >= len(pure) / 2


@pytest.mark.parametrize("times", [1, TIMES])
def test_assemblies_change_no_byte_of_the_events(stream, times):
    rows, places, alone = stream
    begin_ms = min(at_ms for at_ms, _ in rows)
    crowd = assembly_posts(times * len(rows), begin_ms, END_MS, [*places, *PLACES], seed=times)
    both = played([*rows, *crowd])
    assert alone.count(b'"reported"') >= len(PLANTED), "the stream without them must hold events"
    assert encoded(both) == alone
    assert both.tally.refused[Reason.ASSEMBLY] > len(crowd) / 4


def test_with_the_mask_off_assemblies_would_be_seen(stream, monkeypatch):
    rows, places, alone = stream
    begin_ms = min(at_ms for at_ms, _ in rows)
    crowd = assembly_posts(TIMES * len(rows), begin_ms, END_MS, [*places, *PLACES], seed=TIMES)
    with monkeypatch.context() as bare:
        read_tables = pack.read_tables
        bare.setattr(pack, "read_stored", lambda part: None)
        bare.setattr(pack, "read_tables", lambda f: {} if f == "assembly" else read_tables(f))
        pack.load_vocabulary.cache_clear()
        both = played([*rows, *crowd])
    pack.load_vocabulary.cache_clear()
    assert encoded(both) != alone, "without the mask the test above must fail"


@pytest.mark.parametrize("lang", POSTS)
def test_an_assembly_alone_is_never_an_event(lang):
    rng = Random(lang)
    for kind in ("plain", "homonym"):
        for text in POSTS[lang][kind]:
            said = text.format(place="Lima", tag=hashtag(rng))
            rows = [
                row(NOON_MS + n * 2_000, f"m{n}", f"{said} {hashtag(rng)}", n, lang)
                for n in range(60)
            ]
            found = played(rows)
            assert not found.events, f"{said}: {[e.headline for e in found.events]}"


@pytest.mark.parametrize("lang", POSTS)
def test_a_hazard_beside_an_assembly_without_harm_is_no_event(lang):
    rng = Random(lang)
    for text in POSTS[lang]["mixed"]:
        said = text.format(place="Lima", tag=hashtag(rng))
        rows = [
            row(NOON_MS + n * 2_000, f"m{n}", f"{said} {hashtag(rng)}", n, lang) for n in range(60)
        ]
        found = played(rows)
        assert not found.events, f"{said}: {[e.headline for e in found.events]}"


def test_five_hundred_mixed_posts_without_harm_give_no_event():
    rng = Random(500)
    said = templates("mixed")
    assert len({lang for lang, _ in said}) >= 15
    texts = []
    while len(texts) < 500:
        lang, text = said[len(texts) % len(said)]
        texts.append((lang, text.format(place=rng.choice(PLACES[:6]), tag=hashtag(rng))))
    assert len(set(texts)) == 500
    rows = [
        row(NOON_MS + rng.randrange(1_200_000), f"m{n}", text, n, lang)
        for n, (lang, text) in enumerate(texts)
    ]
    assert not played(rows).events


def test_a_thousand_posts_by_four_authors_emit_nothing():
    rng = Random(4)
    rows = [
        row(NOON_MS + n * 1_000, f"loud{n % 4}", f"Strong earthquake in Lima! {hashtag(rng)}", n)
        for n in range(1_000)
    ]
    found = played(rows)
    assert found.tally.admitted > 900 and not found.events


HARM = {
    "explosion": (("an explosion", "a big explosion", "explosion"),
                  ("{n} injured", "people injured", "several wounded")),
    "shooting": (("a shooting", "shots fired", "shooting"),
                 ("{n} wounded", "people bleeding", "one person killed")),
    "building_fire": (("a building on fire", "building fire", "apartment building on fire"),
                      ("{n} trapped inside", "people trapped", "several injured")),
    "crowd_crush": (("a crowd crush", "crowd crush", "people crushed in the crowd"),
                    ("{n} injured", "people trapped", "someone not breathing")),
    "building_collapse": (("a building collapse", "building collapsed", "building collapse"),
                          ("{n} trapped under rubble", "people trapped", "{n} injured")),
    "vehicle_attack": (("a car drove into the crowd", "car rammed into crowd",
                        "car drove into crowd"),
                       ("{n} injured", "people hurt", "several injured")),
    "stabbing": (("a stabbing", "stabbing attack", "stabbing"),
                 ("{n} wounded", "people bleeding", "one person killed")),
}  # fmt: skip
FORMS = (
    "{start} {what} in {place} {setting}, {harm} {end}",
    "{harm} after {what} {setting}, {place} {end} {start}",
    "{end} {place}: {what} {setting} and {harm} {start}",
    "{setting} in {place} {start} {what}. {harm}, {end}",
    "{start} {end} {harm}, {what} {setting}. {place}",
)
NEUTRAL = ("near the market", "by the station", "close to the fountain", "at the corner")
ASSEMBLY = ("near the protest", "by the demonstration", "close to the march for housing",
            "at the rally")  # fmt: skip
CITIES = ("Lima", "Nairobi", "Osaka", "Chicago", "Marseille", "Hamburg", "Jakarta")
DENIED = re.compile(
    r"protest|demonstrat|march|rally|strike|picket|riot|unrest|assembl|crowd size|organis",
    re.IGNORECASE,
)
_STARTS = ("Oh no:", "Just now:", "I see it:", "Hearing this:", "My street:", "Please stay away.",
           "Awful.", "Pray for everyone.")  # fmt: skip
_ENDS = ("sirens all around", "the police closed the street", "my sister called me crying",
         "ambulances everywhere", "the traffic stands still", "we ran home", "my hands are cold",
         "helicopter above us", "nobody tells us anything", "everyone is crying here",
         "my phone has no signal")  # fmt: skip


def scene(settings_of, voices):
    """Every kind of harm in turn, each in its own city and hours after the one before."""
    rng = Random(9)
    rows = []
    cases = [parts for parts in HARM.values() for _ in range(2)]
    for case, (whats, harms) in enumerate(cases):
        start_ms = NOON_MS + case * 8 * 3_600_000
        for n in range(voices):
            said = rng.choice(FORMS).format(
                place=CITIES[case % len(CITIES)], setting=settings_of[n % len(settings_of)],
                what=rng.choice(whats), harm=rng.choice(harms).format(n=3 + n % 2),
                start=rng.choice(_STARTS), end=rng.choice(_ENDS),
            )  # fmt: skip
            text = f"{said} {hashtag(rng)}"
            rows.append(row(start_ms + n * 9_000, f"s{case}.{n}", text, f"s{case}.{n}", "en"))
    return played(rows)


def case_of(event):
    """Number of the scene it belongs to, and its hazard; scenes are eight hours apart."""
    return (parse_time_ms(event.first_seen) - NOON_MS) // (8 * 3_600_000), event.hazard


def found_cases(found):
    """Scene and hazard of every event that was reported."""
    return {case_of(event) for event in found.events if event.phase == "reported"}


def last_words(found):
    """The newest telling revision of each event."""
    told = {}
    for event in found.events:
        if event.phase in ("reported", "updated"):
            told[event.event_id] = event
    return list(told.values())


def test_harm_is_found_in_whatever_setting_and_never_finer():
    neutral, beside = scene(NEUTRAL, 40), scene(ASSEMBLY, 40)
    plain, masked = found_cases(neutral), found_cases(beside)
    assert len(plain) >= 2 * len(HARM) - 2, sorted(plain)
    lost = [key for key in plain if key not in masked]
    assert len(lost) <= 0.02 * len(plain), lost
    radius = {case_of(e): e.place.radius_km for e in last_words(neutral) if e.place}
    for event in last_words(beside):
        assert event.sensitive and event.voices != "5-14"
        if event.place and case_of(event) in radius:
            assert event.place.kind != "facility"
            assert event.place.radius_km >= radius[case_of(event)]
    said = encoded(beside).decode()
    assert not DENIED.search(said.replace("air_strike", "")), DENIED.search(said)
    assert not [e for e in neutral.events if e.sensitive]


def test_beside_an_assembly_fifteen_authors_are_needed():
    assert not scene(ASSEMBLY, 14).events
    assert scene(NEUTRAL, 14).events


WHO = (
    ("Maria", "She", "@invented_maria", "my neighbours", "the students"),
    ("Kwame", "He", "@invented_kwame", "those foreigners", "the workers"),
    ("Zhenya", "They", "@invented_zhenya", "the faithful", "the rich"),
)
"""A name, a pronoun, a handle and two groups: whoever it is, the hazard is the same."""


def reported_by(who):
    """Events of the same fire and the same quake, told about different people."""
    name, pronoun, handle, group, other = who
    rows = []
    for n in range(40):
        end = _ENDS[n % len(_ENDS)]
        texts = (
            f"{_STARTS[n % 8]} building on fire in Chicago, {3 + n % 2} injured, {end}, {name}",
            f"{handle} {_STARTS[n % 8]} strong earthquake felt in Lima, {end}. {pronoun} and "
            f"{group if n % 2 else other} ran out",
        )
        for which, text in enumerate(texts):
            number = 2 * n + which
            rows.append(row(NOON_MS + number * 4_000, f"{handle}{number}", text, number))
    found = played(rows)
    return {
        (e.hazard, e.phase, e.level, e.severity, e.certainty, e.place and e.place.id, e.headline)
        for e in found.events
    }


def test_names_and_groups_in_posts_change_no_event():
    first, *others = (reported_by(who) for who in WHO)
    assert {hazard for hazard, *_ in first} >= {"earthquake", "building_fire"}
    for other in others:
        assert other == first


def items():
    """Names of hazards and of the places used, longest first; each counts as one token."""
    labels = {label for hazard in load_hazards() for label in hazard.labels.values()}
    named = labels | {hazard.key for hazard in load_hazards()} | set(CITIES)
    return sorted((name.casefold() for name in named if " " in name), key=len, reverse=True)


def tokens(text, names):
    """Words of a text, a vocabulary item being one."""
    text = text.casefold()
    for name in names:
        text = text.replace(name, name.replace(" ", "_"))
    return re.findall(r"\w+", text)


def strings(value):
    """Every string of a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


HOSTILE = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=0, max_size=60
)


def said_by(n, before, after):
    """A report between hostile words, worded a little differently by each voice."""
    start, end = _STARTS[n % len(_STARTS)], _ENDS[n % len(_ENDS)]
    core = f"Strong earthquake in Lima, magnitude 6.1, {3 + n % 2} injured"
    return f"{start} {before} {end} {core} {after}"


@settings(max_examples=25)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=20, max_size=30))
def test_no_run_of_five_tokens_of_a_post_comes_out(tails):
    names = items()
    texts = [said_by(n, *tail) for n, tail in enumerate(tails)]
    found = played([row(NOON_MS + n * 3_000, f"v{n}", text, n) for n, text in enumerate(texts)])
    runs = set()
    for text in texts:
        said = tokens(text, names)
        runs |= {tuple(said[i : i + 5]) for i in range(len(said) - 4)}
    for event in found.events:
        for value in strings(msgspec.to_builtins(event)):
            said = tokens(value, names)
            quoted = {tuple(said[i : i + 5]) for i in range(len(said) - 4)} & runs
            assert not quoted, f"{value!r} quotes {quoted}"


def test_posts_worded_so_do_make_events():
    rng = Random(3)
    texts = [said_by(n, hashtag(rng), hashtag(rng)) for n in range(25)]
    assert played([row(NOON_MS + n * 3_000, f"v{n}", t, n) for n, t in enumerate(texts)]).events
