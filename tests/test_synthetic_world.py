"""The synthetic world is the same every time, signs every frame, and does what its truth says."""

import json
import re
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.clock import parse_time_ms
from tocsin.errors import ConfigError
from tocsin.official.parse import parse
from tocsin.sources import FRAME_BYTES, Post
from tocsin.sources.frames import decode_replay
from tocsin.sources.synthetic_event import LIFE_MS
from tocsin.sources.synthetic_lore import cities, natures
from tocsin.sources.synthetic_world import World, planted_number
from world.head_terms import names_hazard

START_MS = 1_790_000_000_000
SPAN_MS = 90_000


def world(seed=5, **settings):
    settings = {"posts_per_s": 4.0, "event_every_s": 20.0, "history_s": 20.0} | settings
    return World(seed, START_MS, **settings)


WHOLE = world().frames(START_MS + SPAN_MS)


def rows(frames):
    return [json.loads(frame) for frame in frames]


def test_the_same_seed_gives_the_same_bytes():
    assert len(WHOLE) > 500
    assert world().frames(START_MS + SPAN_MS) == WHOLE
    assert world(seed=6).frames(START_MS + SPAN_MS) != WHOLE


@given(st.lists(st.integers(0, SPAN_MS), max_size=30), st.integers(1, 400))
def test_steps_and_limits_change_nothing(stops, limit):
    one, found = world(), []
    for stop in sorted(stops):
        found += one.frames(START_MS + stop)
        assert one.position_ms >= START_MS + stop
    while one.position_ms < START_MS + SPAN_MS:
        part = one.frames(START_MS + SPAN_MS, limit)
        assert len(part) < limit + 40
        # The last moments may hold no post, but then they are over.
        assert part or one.position_ms >= START_MS + SPAN_MS
        found += part
    assert found == WHOLE


@given(st.integers(-20_000, SPAN_MS))
def test_seeking_goes_on_as_if_never_stopped(at_ms):
    one = world()
    one.seek(START_MS + at_ms)
    later = [r for r in WHOLE if parse_time_ms(json.loads(r)["created_at"]) >= START_MS + at_ms]
    assert one.frames(START_MS + SPAN_MS) == later


def test_seeking_behind_a_long_past_brings_late_deletions_too():
    one, other = world(posts_per_s=1.0), world(posts_per_s=1.0)
    one.frames(START_MS + 600_000)
    other.seek(START_MS + 600_000)
    assert other.frames(START_MS + 700_000) == one.frames(START_MS + 700_000)
    assert other.truth == one.truth


def test_every_frame_decodes_in_order():
    posts = [decode_replay(frame) for frame in WHOLE]
    assert all(isinstance(post, Post) for post in posts)
    times = [post.at_ms for post in posts]
    assert times == sorted(times)
    assert times[0] >= START_MS - 20_000 and times[-1] < START_MS + SPAN_MS
    assert max(map(len, WHOLE)) < FRAME_BYTES / 8


def test_ids_are_unique_and_what_is_taken_back_was_said():
    said, ops = {}, Counter()
    for row in rows(world().frames(START_MS + 400_000)):
        ops[row["op"]] += 1
        if row["op"] == "create":
            assert row["id"] not in said
            said[row["id"]] = row["author"]
        elif row["op"] == "account_deleted":
            assert row["author"] in said.values() and row["id"] not in said
        else:
            assert said[row["id"]] == row["author"]
    assert all(ops[op] >= 3 for op in ("create", "edit", "delete", "account_deleted")), ops


def test_worlds_of_another_start_reuse_no_id():
    other = World(5, START_MS + 1, 4.0)
    mine = {row["id"] for row in rows(WHOLE)}
    assert not mine & {row["id"] for row in rows(other.frames(START_MS + 30_000))}


def leaves(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path, value


def test_every_field_of_every_frame_is_signed():
    one = world()
    assert len(one.canaries) >= 64 == len({c.identity for c in one.canaries[:64]})
    for canary in one.canaries:
        assert re.fullmatch(r"[a-z0-9]{12,}", canary.identity)
        assert re.search(r"[a-z]", canary.identity) and re.search(r"\d", canary.identity)
        assert canary.forms[0] == canary.identity and len(set(canary.forms)) == 3
    by_author = {canary.identity: canary for canary in one.canaries}
    used, bare = set(), {"created_at", "lang", "op"}
    for frame in WHOLE:
        row = json.loads(frame)
        canary = by_author[row["author"][: len(one.canaries[0].identity)]]
        used.add(canary)
        assert f"x_{canary.identity}" in row
        for path, value in leaves(row):
            if path.startswith(".geo"):
                assert any(form in str(value) for form in canary.forms[1:])
                assert all(form.encode() in frame for form in canary.forms)
            elif path[1:] not in bare and value != "" and not str(value).startswith("RT @"):
                assert canary.identity in str(value), path
        if row["op"] in ("create", "edit"):
            assert any(known in row["text"] for known in by_author)
    assert len(used) == len(one.canaries)


def test_signatures_come_as_mention_hashtag_link_and_tail():
    text = "\n".join(row["text"] for row in rows(WHOLE))
    for shape in (r"^@zq\w+ ", r" #zq\w+$", r" https://zq\w+\.example/zq\w+$", r"(?<=\w) zq\w+$"):
        assert len(re.findall(shape, text, re.MULTILINE)) > 50, shape


def test_truth_is_what_the_frames_say():
    one = world(posts_per_s=0.1)
    frames = one.frames(START_MS + LIFE_MS + 60_000)
    voices, first = defaultdict(set), {}
    for frame in frames:
        row = json.loads(frame)
        number = planted_number(row["id"])
        if number is not None:
            voices[number].add(row["author"])
            first.setdefault(number, parse_time_ms(row["created_at"]))
    assert len(one.truth) == 18
    named = {city.name: city for city in cities()}
    for number, event in enumerate(one.truth):
        city = named[event.place_name]
        assert (event.lat, event.lon, event.country) == (city.lat, city.lon, city.country)
        assert event.start_ms == START_MS + 4_000 + number * 20_000
        assert natures()[event.hazard].radius_km == event.radius_km > 0
        assert 0 <= first[number] - event.start_ms < 3_000
        assert not natures()[event.hazard].coast or city.coast
        if event.start_ms + LIFE_MS < one.position_ms:
            assert len(voices[number]) == event.voices >= 60
    assert {event.hazard for event in one.truth} == set(natures())
    assert planted_number("w.c3.1.zq") is None and planted_number("e3") is None


def test_a_third_of_what_is_said_about_events_never_names_the_hazard():
    one, names, total = world(), 0, 0
    for number in range(30):
        for draft in one.event_of(number).drafts:
            if draft.op == "create":
                total += 1
                names += names_hazard(one.site(number).hazard, draft.lang, draft.text)
    assert 1 / 3 <= 1 - names / total <= 0.45


@pytest.mark.parametrize("number", range(0, 60, 2))
def test_an_event_is_named_by_eight_voices_within_six_seconds(number):
    one = world(seed=number)
    site = one.site(number)
    named = {
        draft.voice
        for draft in one.event_of(number).drafts
        if draft.at_ms <= site.start_ms + 6_000
        and names_hazard(site.hazard, draft.lang, draft.text)
        and site.city.called(draft.lang).lower() in draft.text.lower()
    }
    assert len(named) >= 8


def test_an_event_ramps_peaks_and_decays():
    one = world()
    for number in range(10):
        start = one.site(number).start_ms
        ages = [d.at_ms - start for d in one.event_of(number).drafts if d.op == "create"]
        per_10_s = Counter(age // 10_000 for age in ages)
        assert sum(age < 500 for age in ages) < 3
        assert per_10_s[0] > per_10_s[2] > per_10_s[6]
        assert max(ages) < LIFE_MS


def test_tolls_only_ever_rise():
    one, told = world(events=["flood"] * 12), 0
    for number in range(12):
        deaths = [
            int(found[1])
            for draft in one.event_of(number).drafts
            if draft.role == "figures" and draft.lang == "en"
            and (found := re.search(r"(\d+) (?:people killed|dead)|rises to (\d+)", draft.text))
            and found[1]
        ]  # fmt: skip
        assert deaths == sorted(deaths)
        told += len(set(deaths))
    assert told > 12


def test_some_posts_name_another_place_or_none():
    one, elsewhere, none = world(), 0, 0
    for number in range(10):
        site = one.site(number)
        for draft in one.event_of(number).drafts:
            if draft.role == "witness" and site.city.called(draft.lang) not in draft.text:
                other = any(city.called(draft.lang) in draft.text for city in cities())
                elsewhere, none = elsewhere + other, none + (not other)
    assert elsewhere > 20 and none > 20


def test_only_the_hazards_asked_for_are_planted():
    one = world(events=("tornado", "tsunami"))
    one.frames(START_MS + 200_000)
    assert [event.hazard for event in one.truth] == ["tornado", "tsunami"]
    quiet = world(events=())
    assert all(planted_number(row["id"]) is None for row in rows(quiet.frames(START_MS + 60_000)))
    assert quiet.truth == [] and quiet.bulletins(START_MS + 900_000) == []
    with pytest.raises(ConfigError, match="earthquake"):
        world(events=("picnic",))


def test_bulletins_are_typed_near_the_truth_and_sometimes_false():
    one = world()
    until_ms = START_MS + 40 * 60_000
    lines = one.bulletins(until_ms)
    found, refused = parse(b"\n".join(lines), "jsonl", hazards=natures())
    assert not refused and len(found) == len(lines) > 50
    sent = [bulletin.sent_ms for bulletin in found]
    assert sent == sorted(sent) and sent[0] > START_MS and sent[-1] < until_ms
    assert len({bulletin.id for bulletin in found}) == len(found)
    assert {bulletin.status for bulletin in found} == {"actual", "cancelled", "test"}
    one.frames(until_ms)
    near = 0
    for event in one.truth:
        reach_deg = event.radius_km / 111
        near += any(
            b.hazard == event.hazard and b.status == "actual"
            and abs(b.lat - event.lat) < reach_deg and abs(b.lon - event.lon) < reach_deg
            for b in found
        )  # fmt: skip
    assert 0.3 * len(one.truth) < near < len(one.truth)


@given(st.lists(st.integers(0, 600_000), max_size=20))
def test_bulletins_come_the_same_in_any_steps(stops):
    one, found = world(), []
    for stop in sorted(stops):
        found += one.bulletins(START_MS + stop)
    found += one.bulletins(START_MS + 600_000)
    assert found == world().bulletins(START_MS + 600_000)
