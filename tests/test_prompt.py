"""Official words as prompts: what is gathered where an agency has spoken, and what is not."""

import msgspec
import numpy as np
import pytest

import naive
from reports import START_MS, Report
from test_pipeline import GAZETTEER, IDS, LIMA, Line, bulletin
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.advance import LIFE_MS, SHARED_MS
from tocsin.detect.cells import SORT_PLACE, cell_key
from tocsin.detect.state import BINS, new_state
from tocsin.detect.words import (
    WORDS_MOST,
    listen,
    new_words,
    said_before,
    spoken_of,
    voices_of,
)
from tocsin.locate import Circle, locate, told_by
from tocsin.locate.circle import place_of
from tocsin.model import Evidence, PlaceVotes
from tocsin.official.tables import tables
from tocsin.prompting import word_of
from tocsin.vocabulary.geometry import distance_km

CALLAO = GAZETTEER.find("Callao, Peru")[0]
QUITO = GAZETTEER.find("Quito, Ecuador")[0]
QUAKE = IDS["earthquake"]


def scattered(n, place=LIMA, start_ms=START_MS + 5 * MINUTE_MS, step_ms=25 * MINUTE_MS, name="s"):
    """Too few and too slow to burst by themselves, each in words of its own."""
    return [
        Report(start_ms + k * step_ms, f"{name}{k}", f"{name}-{k}", QUAKE, (place,),
               (500 + 9 * k, 501 + 9 * k, 502 + 9 * k))
        for k in range(n)
    ]  # fmt: skip


def told(rows, *bulletins, until_ms=START_MS + 5 * HOUR_MS):
    """Phases of what posts stand behind, after everything."""
    events = Line().step(rows, bulletins, until_ms)
    return [e for e in events if e.origin == "both"]


def test_five_slow_voices_are_told_where_an_agency_has_spoken_and_only_there():
    rows = scattered(5)
    assert told(rows) == []
    (first, *_) = told(rows, bulletin())
    assert (first.phase, first.hazard, first.certainty) == ("updated", "earthquake", "Observed")
    assert told(rows[:4], bulletin()) == []
    assert told(scattered(5, place=QUITO), bulletin()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"severity": "Minor"},
        {"severity": "Unknown"},
        {"kind": "news"},
        {"status": "cancelled"},
        {"hazard": "power_outage"},
        {"lat": 40.0},
        {"sent_ms": START_MS - 40 * HOUR_MS},
    ],
)
def test_what_is_no_reason_to_take_five_voices_at_their_word(change):
    assert told(scattered(5), bulletin(**change)) == []


def test_three_of_five_must_name_the_hazard_itself():
    rows, landslide = scattered(5), IDS["landslide"]
    mixed = [row._replace(hazard=landslide) for row in rows[:2]] + rows[2:]
    assert told(mixed, bulletin()) != []
    assert told([row._replace(hazard=landslide) for row in rows[:3]] + rows[3:], bulletin()) == []


def test_a_country_alone_is_no_place_to_gather_at():
    peru = GAZETTEER.country_of(LIMA)
    assert told(scattered(5, place=peru), bulletin()) == []
    assert told(scattered(9, place=peru, step_ms=20 * MINUTE_MS), bulletin()) == []


def test_two_words_for_one_thing_are_no_consequence_of_each_other():
    words = tables()
    for one, other in (sorted(pair) for pair in words.same):
        assert other in words.speaks_for[one] and one in words.speaks_for[other]
    flood = word_of(bulletin(hazard="flood"), GAZETTEER)
    assert {IDS["flood"], IDS["flash_flood"]} <= set(flood.own) < set(flood.hazards)
    assert IDS["landslide"] not in flood.own


def test_a_word_that_is_taken_back_prompts_no_more():
    gone = bulletin(START_MS + 20 * MINUTE_MS, id="xx2", status="cancelled", references=("xx1",))
    assert told(scattered(5), bulletin(), gone) == []
    late = msgspec.structs.replace(gone, sent_ms=START_MS + 4 * HOUR_MS)
    assert told(scattered(5), bulletin(), late) != []


def test_one_voice_five_times_and_one_text_five_times_are_not_five():
    same = [row._replace(author="s0") for row in scattered(5)]
    assert told(same, bulletin()) == []
    copies = [row._replace(sketch=77) for row in scattered(5)]
    assert told(copies, bulletin()) == []


def test_what_is_usual_there_is_no_news_even_with_a_word():
    chatter = scattered(92, start_ms=START_MS, step_ms=20 * MINUTE_MS, name="c")
    word = bulletin(START_MS + 29 * HOUR_MS)
    assert told(chatter, word, until_ms=START_MS + 31 * HOUR_MS) == []


def test_size_of_steps_changes_nothing():
    rows, word = scattered(9), bulletin()
    whole = Line().step(rows, [word], START_MS + 6 * HOUR_MS)
    line, pieces = Line(), []
    pieces += line.step([], [word])
    for row in rows:
        pieces += line.step([row])
    pieces += line.step(until_ms=START_MS + 6 * HOUR_MS)
    assert pieces == whole


def drawn(rng, n_words=90, n_rows=400):
    """Words and rows at random over few hazards, places and voices."""
    words = [
        {
            "hazards": set(hazards := rng.integers(0, 4, 2).tolist()),
            "own": set(hazards[:1]),
            "fine": set(rng.integers(0, 8, 2).tolist()),
            "from_ms": int(rng.integers(0, HOUR_MS)),
        }
        for _ in range(n_words)
    ]
    rows = []
    for at in np.sort(rng.integers(0, 3 * HOUR_MS, n_rows)):
        tags = rng.integers(0, 30, 2).tolist()
        places = rng.integers(0, 12, int(rng.integers(0, 4))).tolist()
        rows.append(
            {"time_ms": int(at), "now_ms": 3 * HOUR_MS, "hazard": int(rng.integers(0, 5)),
             "places": places, "tags": tags, "dies_ms": int(at) + 9 * HOUR_MS,
             "sketch": int(rng.integers(0, 40))}
        )  # fmt: skip
    return words, rows


@pytest.mark.parametrize("seed", range(4))
def test_listening_is_what_its_twin_says(seed):
    words, rows = drawn(np.random.default_rng(seed))
    state, table = new_state(5, 2), new_words(5, 12)
    for w, word in enumerate(words):
        lane, bit = w // 64, np.uint64(1) << np.uint64(w % 64)
        table.allowed[list(word["hazards"]), lane] |= bit
        table.fine[list(word["fine"]), lane] |= bit
        table.own[list(word["own"]), lane] |= bit
        table.from_ms[w] = word["from_ms"]
    for i, row in enumerate(rows):
        reports = state.reports
        reports.ordinal[i], reports.time_ms[i], reports.dies_ms[i] = (
            i,
            row["time_ms"],
            row["dies_ms"],
        )
        reports.hazard[i], reports.voice[i], reports.sketch[i] = (
            row["hazard"],
            row["tags"],
            row["sketch"],
        )
        reports.place[i, : len(row["places"])] = row["places"]
    listen(state, table, -1, 0, len(rows), 3 * HOUR_MS)
    lists, dies = naive.heard(rows, words, SHARED_MS, LIFE_MS)
    assert state.reports.dies_ms[: len(rows)].tolist() == dies
    assert table.head[: len(words)].tolist() == [len(one) for one in lists]
    since_ms, out = HOUR_MS, np.zeros(64, np.int64)
    for w, word in enumerate(words):
        own = [rows[i] | {"counts": True, "at": i} for i in lists[w][-64:]]
        chosen = naive.distinct_voices(own, since_ms, 0)
        n, named = voices_of(state, table, w, since_ms, out)
        assert out[:n].tolist() == [own[c]["at"] for c in chosen]
        assert named == sum(own[c]["hazard"] in word["own"] for c in chosen)
        bits, close = spoken_of(state.reports, table, own[0]["at"], w // 64) if own else (0, 0)
        assert not own or int(bits) >> w % 64 & 1
        assert not own or int(close) >> w % 64 & 1 == (own[0]["hazard"] in word["own"])


def test_what_was_said_before_is_the_sum_of_its_cells():
    cells, rng = new_state(5, 2).cells, np.random.default_rng(5)
    counts = {}
    for h in range(4):
        for p in range(30):
            key = cell_key(h, SORT_PLACE, p)
            slot = int(key) & (len(cells.key) - 1)
            while cells.key[slot]:
                slot = (slot + 1) & (len(cells.key) - 1)
            if rng.random() < 0.5:
                cells.key[slot], cells.last_bin[slot] = key, 150
                cells.counts[slot] = rng.integers(0, 3, BINS)
                counts[h, p] = int(cells.counts[slot, 20:101].sum())
    hazards, places = np.array([0, 2]), np.array([1, 5, 29])
    wanted = sum(counts.get((h, p), 0) for h in (0, 2) for p in (1, 5, 29))
    assert said_before(cells, hazards, places, 20, 100) == wanted


def evidence_of(*votes):
    line = Evidence(1, "e" * 16, "reported", START_MS, START_MS, START_MS, QUAKE, 9, (0,),
                    (), (), (), 0.0, 1.0, 0.0, 0.0, 6.0, 3_600)  # fmt: skip
    places = tuple(PlaceVotes(place, count) for place, count in votes)
    return msgspec.structs.replace(line, places=places)


def test_an_agency_places_what_people_leave_coarse_or_put_beside_it():
    peru = GAZETTEER.country_of(LIMA)
    near_lima = Circle(-12.05, -77.05, 60.0)
    coarse = locate(evidence_of((peru, 9.0)), GAZETTEER)
    first, second = told_by(near_lima, coarse, GAZETTEER, False)[:2]
    assert (first.place.name, second.place.name) == ("Lima", "Peru")
    fine = locate(evidence_of((CALLAO, 9.0)), GAZETTEER)
    named = told_by(near_lima, fine, GAZETTEER, False)[0].place
    assert named.name == "Callao"
    middle_km = distance_km(named.lat, named.lon, near_lima.lat, near_lima.lon)
    assert middle_km <= named.radius_km < middle_km + 20.0
    off = Circle(-12.5, -76.9, 90.0)
    named = told_by(off, fine, GAZETTEER, False)[0].place
    assert named.name == "Callao"
    assert named.radius_km >= distance_km(named.lat, named.lon, off.lat, off.lon) > 50.0
    assert told_by(near_lima, fine, GAZETTEER, True)[0].place.name == "Lima"
    astray = locate(evidence_of((QUITO, 9.0)), GAZETTEER)
    assert told_by(near_lima, astray, GAZETTEER, False)[0].place.name == "Lima"
    at_sea = Circle(-30.0, -110.0, 5.0)
    assert told_by(at_sea, fine, GAZETTEER, True) == fine


def test_a_circle_over_a_border_is_called_by_its_own_side():
    buffalo = place_of(Circle(42.9, -78.85, 120.0), GAZETTEER)
    assert buffalo is not None and (buffalo.name, buffalo.country) == ("Buffalo", "US")


def test_a_word_names_the_places_of_its_area_and_its_unit():
    word = word_of(bulletin(radius_km=30.0), GAZETTEER)
    assert word is not None and word.holds
    inside = set(word.fine.tolist())
    assert {LIMA, CALLAO} <= inside
    assert int(GAZETTEER.admin1[LIMA]) in inside
    assert QUITO not in inside
    assert word.wide.tolist() == [GAZETTEER.country_of(LIMA)]
    assert QUAKE in word.hazards and IDS["incident"] not in word.hazards


def test_words_beyond_the_most_are_let_go_and_counted():
    line = Line()
    line.step(scattered(1, start_ms=START_MS))
    many = [bulletin(id=f"w{n}", sent_ms=START_MS + HOUR_MS + n) for n in range(WORDS_MOST + 3)]
    line.step([], many)
    assert line.line.dropped == {"words_waiting": 3}
    # They begin to hold; two more take the place of the two that end first.
    line.step([], [], START_MS + 2 * HOUR_MS)
    more = [bulletin(id=f"x{n}", sent_ms=START_MS + 2 * HOUR_MS + n) for n in range(2)]
    line.step([], more, START_MS + 3 * HOUR_MS)
    assert line.line.dropped == {"words_waiting": 3, "words_held": 2}
