"""The line: what one revision says, and that a step reads nothing but its arguments."""

import msgspec
import numpy as np
import pytest

from reports import START_MS, Report, batch_of
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.detect.traits import place_table, related_matrix
from tocsin.gate.voices import SeededKeys, Voices
from tocsin.model import Bulletin, Ground, Place
from tocsin.pipeline import Pipeline
from tocsin.sources import Post
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids, load_hazards

GAZETTEER = Gazetteer.load()
LIMA = GAZETTEER.find("Lima, Peru")[0]
IDS = hazard_ids()
QUAKE = IDS["earthquake"]


class Line:
    """A pipeline with the tag maker of a gate in front of it."""

    def __init__(self, families=("bluesky", "mastodon"), ordinal=0):
        self.line = Pipeline(GAZETTEER, families, b"identity", "v1-0", ordinal)
        self.voices = Voices(SeededKeys(3))
        self.now = START_MS

    def step(self, rows=(), bulletins=(), until_ms=None):
        tags = []
        for row in rows:
            self.voices.turn(row.at_ms)
            post = Post(row.author, "", row.at_ms, id=row.post or row.author)
            tags.append(self.voices.tags(post, row.family, 0))
        self.now = max([self.now, until_ms or 0, *(row.at_ms for row in rows)])
        return self.line.step(batch_of(rows, tags), no_removals(), bulletins, self.now).events


def no_removals():
    from tocsin.batch import Removals

    none = np.zeros((0, 4), np.uint64)
    return Removals(np.zeros(0, np.int64), np.zeros(0, np.int64), none, none)


def crowd(n, at_ms=START_MS, name="w", hazard=QUAKE, **more):
    return [
        Report(at_ms + k * 4_000, f"{name}{k}", f"{name}-{k}", hazard, (LIMA,),
               (11, 12, 1_000 + 2 * k, 1_001 + 2 * k), **more)
        for k in range(n)
    ]  # fmt: skip


def bulletin(sent_ms=START_MS + MINUTE_MS, **more):
    return msgspec.structs.replace(
        Bulletin("usgs", "xx1", sent_ms, "earthquake", -12.1, -77.0, 60.0, "Severe"), **more
    )


def test_one_revision_says_what_where_and_why():
    (first,) = [e for e in Line().step(crowd(12)) if e.phase == "reported"]
    assert (first.hazard, first.category, first.lang) == ("earthquake", "Geo", "en")
    assert first.place is not None and first.place.name == "Lima"
    assert first.families == ("bluesky",)
    assert first.headline.endswith("Lima (PE) (unconfirmed)")
    assert first.contract == "v1-0"
    assert len(first.event_id) == 16
    grounds = {why.ground for why in first.why}
    assert {Ground.VOICES, Ground.SIGNIFICANCE, Ground.WINDOW_S, Ground.PLACE_SHARE} <= grounds
    hazard = load_hazards()[QUAKE]
    latest = START_MS + 11 * 4_000 + round(hazard.duration_h * HOUR_MS)
    assert first.expires is not None and first.expires <= rfc3339(latest)


def test_two_families_corroborate():
    rows = crowd(8) + crowd(6, START_MS + 40_000, "m", family=1)
    events = Line().step(sorted(rows, key=lambda r: r.at_ms), until_ms=START_MS + 5 * MINUTE_MS)
    last = events[-1]
    assert (last.tier, last.certainty) == ("corroborated", "Likely")
    assert last.families == ("bluesky", "mastodon")
    assert last.level != "red"


def test_nothing_new_is_no_revision():
    line = Line()
    line.step(crowd(6))
    more = crowd(3, START_MS + 2 * MINUTE_MS, "later")
    assert line.step(more, until_ms=START_MS + 10 * MINUTE_MS) == []


def test_a_band_only_rises():
    line = Line()
    told = [line.step(crowd(8)), line.step(crowd(20, START_MS + MINUTE_MS, "x"))]
    told.append(line.step(until_ms=START_MS + 12 * HOUR_MS))
    bands = [event.voices for events in told for event in events]
    assert bands[0] == "5-14"
    assert bands[-1] == "15-49"
    assert bands == sorted(bands, key=["5-14", "15-49"].index)


@pytest.mark.parametrize("early_ms", [-30 * MINUTE_MS, 0, 10_000])
def test_a_bulletin_that_came_first_confirms_at_once(early_ms):
    line = Line()
    line.step([], [bulletin(START_MS + early_ms)])
    first = next(e for e in line.step(crowd(8)) if e.origin == "both")
    assert (first.tier, first.certainty, first.phase) == ("official", "Observed", "updated")
    assert first.bulletins[0].lead_time_s <= 20


def test_a_bulletin_waits_for_its_time():
    line = Line()
    sent = bulletin(START_MS + 10 * MINUTE_MS)
    assert {e.tier for e in line.step(crowd(8), [sent])} == {"unconfirmed"}
    assert line.step(until_ms=START_MS + 9 * MINUTE_MS) == []
    (told,) = line.step(until_ms=START_MS + 11 * MINUTE_MS)
    assert told.at == rfc3339(sent.sent_ms)
    assert (told.revision, told.tier, told.level) == (2, "official", "red")


def test_a_cancelled_bulletin_takes_its_word_back():
    line = Line()
    line.step(crowd(8), [bulletin(START_MS)])
    back = bulletin(START_MS + 5 * MINUTE_MS, id="xx1", status="cancelled")
    told = line.step([], [back], START_MS + 6 * MINUTE_MS)
    assert [event.tier for event in told] == ["unconfirmed"]


def test_a_personal_hazard_is_placed_coarsely():
    key = next(h.key for h in load_hazards() if h.personal)
    events = Line().step(crowd(12, hazard=IDS[key]), until_ms=START_MS + MINUTE_MS)
    for event in events:
        assert isinstance(event.place, Place)
        index = GAZETTEER.index_of(event.place.id)
        assert index is not None
        assert event.place.kind != "city" or GAZETTEER.population[index] >= 20_000


def test_ids_never_come_twice_after_a_restart():
    line = Line()
    one = {event.event_id for event in line.step(crowd(8))}
    again = {event.event_id for event in Line(ordinal=line.line.ordinal).step(crowd(8))}
    assert not one & again
    assert one == {event.event_id for event in Line().step(crowd(8))}


def test_an_empty_step_is_quiet_and_time_does_not_run_back():
    line = Line()
    assert line.step() == []
    assert not line.line.active()
    line.step(crowd(8))
    assert line.line.active()
    now = line.line.now_ms
    assert line.line.step(batch_of([], []), no_removals(), [], now - HOUR_MS).events == []
    assert line.line.now_ms == now


def test_hazards_are_related_both_ways():
    matrix = related_matrix()
    assert (matrix == matrix.T).all()
    assert matrix.diagonal().all()


def test_every_place_knows_its_country_and_unit():
    table = place_table(GAZETTEER)
    assert len(table.country) == len(table.admin1) == len(GAZETTEER)
    known = table.admin1 >= 0
    assert known.mean() > 0.5
    assert (table.country[known] == table.country[table.admin1[known]]).all()
    units = table.admin1[table.admin1 >= 0]
    assert (table.admin1[units] == units).all(), "a unit is its own unit"
    assert (table.admin1[list(GAZETTEER.countries.values())] == -1).all()
