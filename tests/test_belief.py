"""The second threshold: which bursts are believed, and how its weights are fitted."""

import msgspec
import numpy as np
import pytest

from reports import HAZARDS, LANGS, PLACES, START_MS, Line, Report
from test_detect import crowd
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.belief import Scene, Table, Weight, shipped, signs
from tocsin.detect.lifecycle import Detector
from tocsin.detect.traits import Traits, plain
from tocsin.detect.weigh import Bar
from tocsin.eval import belief_fit
from tocsin.gate.voices import SeededKeys, Voices


class Watched(Line):
    """A line of which every weighing is kept."""

    def __init__(self, traits=None):
        self.looks = []
        traits = plain(np.eye(HAZARDS, dtype=np.bool_)) if traits is None else traits
        self.detector = Detector(PLACES, traits, LANGS, b"identity", watcher=self.looks.append)
        self.voices = Voices(SeededKeys(3))
        self.evidence = []

    def missed(self):
        return [look.missed for look in self.looks]


def traits(**more):
    base = plain(np.eye(HAZARDS, dtype=np.bool_))
    return base._replace(**{k: np.full(HAZARDS, v, np.bool_) for k, v in more.items()})


def test_each_sign_has_one_weight_and_a_reason():
    line = Watched()
    line.take(*crowd(8), until_ms=START_MS + HOUR_MS)
    table = shipped()
    names = [weight.name for weight in table.weight]
    assert sorted(names) == sorted(line.looks[0].signs)
    assert len(set(names)) == len(names)
    assert all(len(weight.reason) > 15 for weight in table.weight)
    assert 0.5 < table.bar < 1.0


def test_signs_stay_within_bounds_whatever_the_crowd():
    for n in (5, 40, 300):
        line = Watched()
        line.take(*crowd(n), until_ms=START_MS + 3 * HOUR_MS)
        for look in line.looks:
            assert all(-3.0 <= value <= 6.0 for value in look.signs.values()), look.signs


def test_a_placed_crowd_is_believed_and_the_same_without_a_place_is_not():
    placed, bare = Watched(), Watched()
    placed.take(*crowd(12), until_ms=START_MS + HOUR_MS)
    bare.take(*crowd(12, places=()), until_ms=START_MS + HOUR_MS)
    assert Bar.NONE in placed.missed()
    assert Bar.NONE not in bare.missed()
    assert max(look.belief for look in bare.looks) < max(look.belief for look in placed.looks)


def test_talk_of_a_chronic_hazard_is_believed_less():
    acute, chronic = Watched(), Watched(traits(chronic=True))
    acute.take(*crowd(12), until_ms=START_MS + HOUR_MS)
    chronic.take(*crowd(12), until_ms=START_MS + HOUR_MS)
    assert chronic.looks[0].belief < acute.looks[0].belief - 0.2


def test_a_disruption_without_a_place_misses_the_place_bar():
    line = Watched(traits(placed_only=True))
    line.take(*crowd(12, places=()), until_ms=START_MS + HOUR_MS)
    assert Bar.PLACE in line.missed()
    assert Bar.NONE not in line.missed()


def test_the_first_bar_missed_is_named():
    line = Watched()
    doubtful = crowd(4) + crowd(1, at_ms=START_MS + MINUTE_MS, name="x")
    line.take(*doubtful, until_ms=START_MS + HOUR_MS)
    assert set(line.missed()) <= set(Bar)
    assert line.looks[-1].voices >= 5


def test_a_candidate_that_comes_to_nothing_gives_its_reports_back():
    """What an unbelieved burst held counts again as what is usual (no burst lowers its bar)."""
    line = Watched(traits(placed_only=True))
    rows = crowd(30, places=())
    line.take(*rows, until_ms=START_MS + 3 * HOUR_MS)
    held = float(line.detector.state.flow.total.sum())
    line.take(until_ms=START_MS + 14 * HOUR_MS)
    assert not (line.detector.state.events.stage > 0).any()
    assert held < 30
    assert float(line.detector.state.flow.total.sum()) >= held


def test_belief_is_the_logistic_of_the_weighed_signs():
    table = Table(0.7, 0.9, (Weight("one", -1.0, "floor"), Weight("placed", 2.0, "place")))
    assert table.belief({"one": 1.0, "placed": 0.5}) == pytest.approx(0.5)
    assert table.belief({"one": 1.0, "placed": 1.0}) == pytest.approx(1 / (1 + np.exp(-1)))


def test_the_fit_finds_the_weights_that_made_the_data():
    rng = np.random.Generator(np.random.PCG64(5))
    wanted = np.array([-0.5, 2.0, -1.5])
    seen = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 2))])
    true = rng.random(20_000) < 1 / (1 + np.exp(-seen @ wanted))
    found = belief_fit.logistic(seen, true, np.ones(20_000))
    assert found == pytest.approx(wanted, abs=0.1)


def test_the_area_is_the_share_of_pairs_in_order():
    rng = np.random.Generator(np.random.PCG64(6))
    belief, true = rng.random(60), rng.random(60) < 0.4
    pairs = [(a > b) for a in belief[true] for b in belief[~true]]
    assert belief_fit.area(belief, true) == pytest.approx(np.mean(pairs))


def test_a_fitted_table_is_written_and_read_as_it_is(tmp_path):
    text = belief_fit.written(shipped())
    assert msgspec.toml.decode(text, type=Table) == shipped()


def test_a_fit_of_invented_bursts_tells_them_apart():
    names = [weight.name for weight in shipped().weight]
    rng = np.random.Generator(np.random.PCG64(7))
    found = []
    for n in range(200):
        real = n % 2 == 0
        row = dict.fromkeys(names, 0.0) | {
            "one": 1.0,
            "placed": float(rng.random() < (0.8 if real else 0.2)),
        }
        found.append(
            belief_fit.Sample(tuple(row.values()), f"event-{n % 14}" if real else "", f"s 1 {n}",
                              Bar.BELIEF, 0.5)
        )  # fmt: skip
    table, worth = belief_fit.fit(found)
    weights = {weight.name: weight.weight for weight in table.weight}
    assert weights["placed"] > 1.0
    assert 0.7 < worth.area < 0.9
    assert worth.bursts == 200


def test_scenes_carry_what_is_known_of_the_hazard():
    line = Watched(Traits(*plain(np.eye(HAZARDS, dtype=np.bool_))))
    line.take(*crowd(6), until_ms=START_MS + MINUTE_MS)
    events = line.detector.state.events
    scene = Scene(HOUR_MS, START_MS, 3, chronic=True, sudden=False)
    found = signs(events, PLACES, 0, scene)
    assert (found["chronic"], found["sudden"]) == (1.0, 0.0)
    assert found["unheard"] > 0.9
    assert isinstance(crowd(1)[0], Report)
