"""The scorer: each rule of what counts as found, false, double, early and late."""

import math

import numpy as np
import pytest

from eval_world import event
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.eval.outcome import delays
from tocsin.eval.plan import BASE_MS, Decoy, Plan, Plant
from tocsin.eval.scorer import crowded_ms, score_stream
from tocsin.eval.stream import Part, joined, piece
from tocsin.eval.truth import HAZARDS_OF, Truth, bulletin_hazard
from tocsin.model import Bulletin, BulletinRef

BEGIN = BASE_MS
START = BEGIN + 10 * HOUR_MS
QUAKE = Truth("alder_quake", "earthquake", "PE", -12.0, -77.0, 0, True)
FLOOD = Truth("birch_flood", "flood", "FR", 45.0, 5.0, 0, True)


def _plant(truth, start_ms, minutes, hazard=None):
    time = start_ms + np.array(minutes, np.int64) * MINUTE_MS
    rows = np.arange(len(time))
    flags = np.ones(len(time), bool) if hazard is None else np.array(hazard, bool)
    return Plant(truth, start_ms, rows, time, flags)


@pytest.fixture
def world():
    """Ten posts of a quake from minute 0 to 9, ten of a flood an hour on, a decoy, background."""
    plants = (_plant(QUAKE, START, range(10)), _plant(FLOOD, START + HOUR_MS, range(0, 200, 20)))
    crowd = START + 4 * HOUR_MS + np.arange(8) * MINUTE_MS
    decoy = Decoy("film", np.arange(8), ["x"] * 8, crowd)
    pieces = [piece(p.time_ms, p.rows, Part.PLANT, n) for n, p in enumerate(plants)]
    pieces.append(piece(crowd, np.arange(8), Part.DECOY, 0))
    pieces.append(
        piece(BEGIN + np.arange(0, 24 * HOUR_MS, HOUR_MS), np.arange(24), Part.BACKGROUND)
    )
    bulletins = (
        Bulletin("simulated", "true-0", START + 30 * MINUTE_MS, "earthquake", -12, -77, 25),
        Bulletin("simulated", "false-0", START, "storm", 0, 0, 50),
    )
    plan = Plan(
        plants,
        (decoy,),
        bulletins,
        frozenset({"false-0"}),
        BEGIN,
        BEGIN + 2 * HOUR_MS,
        BEGIN + 24 * HOUR_MS,
    )
    return joined(pieces), plan


def _rows(rows, part, member=0):
    return np.flatnonzero((rows.part == part) & (rows.member == member))


def _score(world, events, owned, **more):
    rows, plan = world
    assigned = [None] * rows.size
    for name, chosen in owned.items():
        for row in chosen:
            assigned[row] = name
    return score_stream("standard", 0, rows, plan, events, assigned, **more)


def _quake(at_ms=START + 6 * MINUTE_MS, name="q", **more):
    given = {"lat": -12.1, "lon": -77.0, "country": "PE", **more}
    return event(name, at_ms, **given)


def test_a_right_event_is_found_with_everything_right(world):
    rows, _ = world
    score = _score(world, [_quake()], {"q": _rows(rows, Part.PLANT)})
    plant, missed = score.plants
    assert plant.found and plant.dense
    assert plant.hazard_right and plant.country_right and plant.place_right and plant.radius_covers
    assert plant.place_error_km == pytest.approx(11.1, abs=0.1)
    assert plant.lead_s == 24 * 60
    # The fifth post stands at minute 4, the report at minute 6.
    assert plant.delay_s == 120
    assert not missed.found
    assert not missed.dense
    assert missed.delay_s is None
    assert score.precision == 1
    assert score.confidence == ((0.9, True),)


def test_half_of_the_rows_must_belong_to_the_plant_in_the_end(world):
    rows, _ = world
    own, other = _rows(rows, Part.PLANT), _rows(rows, Part.BACKGROUND, -1)
    half = _score(world, [_quake()], {"q": [*own, *other[-10:]]})
    assert half.found == 1
    less = _score(world, [_quake()], {"q": [*own, *other[-11:]]})
    assert less.found == 0
    assert [f.part for f in less.false] == ["background"]


def test_half_must_belong_when_first_reported_too(world):
    rows, _ = world
    own, other = _rows(rows, Part.PLANT), _rows(rows, Part.BACKGROUND, -1)
    # The ten background rows before the quake outnumber its first seven posts.
    early_crowd = [*own, *other[:9]]
    assert _score(world, [_quake()], {"q": early_crowd}).found == 0
    then = {"q": own[:5]}
    assert _score(world, [_quake()], {"q": early_crowd}, reported_rows=then).found == 1


def test_a_report_before_the_first_post_of_the_plant_is_not_finding_it(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    score = _score(world, [_quake(START - MINUTE_MS)], {"q": own}, reported_rows={"q": own[:5]})
    assert score.found == 0
    assert len(score.false) == 1


def test_a_report_before_the_fifth_row_is_rejected(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    assert _score(world, [_quake(START + 3 * MINUTE_MS)], {"q": own}).early == ("q",)
    assert _score(world, [_quake(START + 4 * MINUTE_MS)], {"q": own}).early == ()
    assert _score(world, [_quake()], {"q": own[:4]}).early == ("q",)
    official = _quake(START + 3 * MINUTE_MS, origin="both")
    assert _score(world, [official], {"q": own}).early == ()


def test_duplicates_neither_help_nor_hurt_precision(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    late = _quake(START + 9 * MINUTE_MS, "r")
    score = _score(world, [_quake(), late], {"q": own[:5], "r": own[5:]})
    assert score.plants[0].duplicates == 1
    assert score.plants[0].duplicates_merged == 0
    assert score.found == 1
    assert score.precision == 1


def test_a_merged_duplicate_is_told_apart_and_the_survivor_speaks(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    gone = _quake(START + 20 * MINUTE_MS, "q", phase="merged", revision=2, merged_into="r")
    events = [
        _quake(hazard="storm"),
        _quake(START + 9 * MINUTE_MS, "r", lat=-12.0),
        gone,
        _quake(START + 30 * MINUTE_MS, "r", phase="updated", lat=-12.0),
    ]
    score = _score(world, events, {"r": own})
    plant = score.plants[0]
    assert plant.found
    assert plant.duplicates == 1
    assert plant.delay_s == 120
    assert plant.hazard_right
    assert plant.place_error_km == 0


def test_withdrawing_does_not_undo_a_false_report(world):
    rows, _ = world
    crowd = _rows(rows, Part.DECOY)
    at_ms = START + 5 * HOUR_MS
    shown = [_quake(at_ms), _quake(at_ms + HOUR_MS, phase="withdrawn", revision=2)]
    score = _score(world, shown, {}, reported_rows={"q": crowd})
    assert len(score.false) == 1
    assert score.false[0].withdrawn
    assert score.precision == 0


def test_a_withdrawn_event_on_a_plant_is_not_found(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    gone = [_quake(), _quake(START + HOUR_MS, phase="withdrawn", revision=2)]
    score = _score(world, gone, {}, reported_rows={"q": own[:6]})
    assert score.found == 0
    assert score.false[0].part == "plant"


def test_a_decoy_that_is_reported_counts_once_and_is_false(world):
    rows, _ = world
    crowd = _rows(rows, Part.DECOY)
    at_ms = START + 5 * HOUR_MS
    events = [_quake(at_ms), _quake(at_ms, "r")]
    score = _score(world, events, {"q": crowd[:5], "r": crowd[5:]})
    assert score.decoys_reported == 1
    assert len(score.false) == 2


def test_events_of_the_lead_in_are_neither_right_nor_wrong(world):
    rows, _ = world
    own = _rows(rows, Part.BACKGROUND, -1)
    score = _score(world, [_quake(BEGIN + HOUR_MS + 1)], {"q": own[:2]})
    assert score.lead_in_events == 1
    assert score.false == ()
    assert score.early == ()
    assert math.isnan(score.precision)


def test_an_event_of_bulletins_alone_is_no_detection_until_posts_join(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    alone = _quake(START - HOUR_MS, origin="official")
    assert _score(world, [alone], {}).official_only == 1
    assert _score(world, [alone], {}).false == ()
    joined_later = _quake(START + 6 * MINUTE_MS, origin="both", phase="updated", revision=2)
    score = _score(world, [alone, joined_later], {"q": own})
    assert score.found == 1
    assert score.plants[0].delay_s == 120


def test_a_false_bulletin_on_an_event_is_counted(world):
    rows, _ = world
    ref = BulletinRef("simulated", "false-0", "1970-01-01T10:00:00.000Z")
    own = _rows(rows, Part.PLANT)
    assert _score(world, [_quake(bulletins=(ref,))], {"q": own}).misled == 1
    assert _score(world, [_quake()], {"q": own}).misled == 0


def test_hazards_match_by_whole_keys(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    for hazard, right in (("earthquake", True), ("tsunami", True), ("quake", False)):
        assert _score(world, [_quake(hazard=hazard)], {"q": own}).plants[0].hazard_right is right
    for keys in HAZARDS_OF.values():
        assert keys


def test_a_bulletin_names_the_kind_of_crash():
    kinds = {
        "elm_train_crash": "rail_accident", "elm_helicopter_crash": "aviation_accident",
        "elm_ferry_crash": "ship_accident", "elm_crash": "road_accident",
    }  # fmt: skip
    for name, key in kinds.items():
        assert bulletin_hazard(QUAKE._replace(name=name, event_type="transport_crash")) == key
    assert bulletin_hazard(QUAKE) == "earthquake"


def test_no_place_is_a_miss_and_wide_hazards_have_their_radius(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    nowhere = _score(world, [_quake(place=None)], {"q": own}).plants[0]
    assert nowhere.found
    assert not (nowhere.country_right or nowhere.place_right or nowhere.radius_covers)
    assert nowhere.place_error_km is None
    away = _score(world, [_quake(lat=-12.3)], {"q": own}).plants[0]
    assert not away.place_right
    assert not away.radius_covers
    wet = _rows(rows, Part.PLANT, 1)
    flood = event("f", START + 3 * HOUR_MS, "flash_flood", lat=45.9, lon=5.0, country="FR")
    found = _score(world, [flood], {"f": wet}).plants[1]
    assert found.found and found.hazard_right and found.place_right
    assert not found.radius_covers
    assert found.delay_s is None


@pytest.mark.parametrize(
    ("times", "expected"),
    [([0, 1, 2, 3, 4], 4), ([0, 1, 2, 3, 14], None), ([0, 9, 10, 11, 12, 13], 13), ([0, 1], None)],
)
def test_crowded_when_so_many_first_stand_together(times, expected):
    assert crowded_ms(np.array(times, np.int64), 5, 10) == expected


def test_delays_are_over_found_sudden_events(world):
    rows, _ = world
    own = _rows(rows, Part.PLANT)
    scores = [
        _score(world, [_quake(START + minute * MINUTE_MS)], {"q": own}) for minute in (4, 5, 9)
    ]
    assert delays(scores) == (60, 300)
    assert all(math.isnan(value) for value in delays([]))
