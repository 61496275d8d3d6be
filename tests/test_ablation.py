"""Parts of detection left out one at a time: each does what its name says, and is counted."""

import numpy as np
import pytest

from eval_world import knowing, names_hazard, write_data
from reports import LANGS, PLACES
from tocsin.batch import Flag
from tocsin.detect import bursts
from tocsin.detect.lifecycle import Detector
from tocsin.detect.parts import WHOLE, Strangers
from tocsin.detect.state import BINS, new_state
from tocsin.detect.traits import plain
from tocsin.errors import InputError
from tocsin.eval.ablation import VARIANTS, ablate, engine_of, page, write_ablation
from tocsin.eval.compose import SHAPES
from tocsin.eval.corpus import load_corpus
from tocsin.eval.pool import prepare
from tocsin.eval.replaying import Replayed, replay
from tocsin.eval.small_stream import small

BY_NAME = {variant.name: variant for variant in VARIANTS}


def detector(parts):
    return Detector(PLACES, plain(np.eye(3, dtype=np.bool_)), LANGS, b"identity", parts=parts)


def test_each_variant_leaves_out_one_thing_and_live_nothing_is_left_out():
    assert all(WHOLE)
    left = [(sum(not on for on in v.parts) + (not v.senses), v.name) for v in VARIANTS]
    assert left[0] == (0, "all")
    assert all(count == 1 for count, _ in left[1:])
    assert len({(v.parts, v.senses) for v in VARIANTS}) == len(VARIANTS)


def test_the_bar_rises_with_the_tests_only_where_it_shall():
    for parts, rises in ((WHOLE, True), (WHOLE._replace(crowding=False), False)):
        flow = detector(parts).state.flow
        flow.total[:], flow.last_bin[0] = 20_000 / bursts.LAG_BINS, 5_000
        assert bool(bursts.crowding(flow, 5_000) > 0.5) is rises


def test_without_lag_a_burst_raises_its_own_bar():
    found = {}
    row = np.zeros(BINS, np.uint16)
    row[5_000 % BINS] = 20
    for lags in (True, False):
        state = new_state(3, 2)
        traits = plain(np.eye(3, dtype=np.bool_))
        WHOLE._replace(lagged_baseline=lags).equip(state, PLACES, traits, None)
        state.flow.total[:], state.flow.last_bin[0] = 10, 5_000
        args = (4_990, row, 5_000, 0, 1, 20, 1, 5_000)
        found[lags] = bursts.cell_surprise(state.flow, *args)
    assert found[True] > found[False] + 1, found


def test_without_company_every_burst_stands_alone():
    assert isinstance(detector(WHOLE._replace(company=False))._company, Strangers)
    assert not isinstance(detector(WHOLE)._company, Strangers)


def test_without_a_second_threshold_everything_is_believed():
    assert WHOLE.table().bar > 0.5
    assert WHOLE._replace(second_threshold=False).table().bar == 0.0


def test_what_is_not_looked_at_is_taken_from_a_copy():
    class Rows:
        def __init__(self, **columns):
            self.__dict__.update(columns)

        def _replace(self, **columns):
            return Rows(**(self.__dict__ | columns))

    flags = np.array([Flag.SHORT | Flag.FIRST_PERSON | Flag.INJURY, Flag.LINK], np.uint16)
    batch = Rows(sketch=np.array([3, 4], np.uint64), flags=flags)
    assert WHOLE.seen(batch) is batch
    assert WHOLE._replace(near_copies=False).seen(batch).sketch.tolist() == [0, 0]
    assert WHOLE._replace(witness=False).seen(batch).flags.tolist() == [int(Flag.INJURY), 0]
    assert batch.sketch.tolist() == [3, 4]


def test_the_whole_of_it_is_the_true_line_and_parts_tell():
    stream = small(0)
    whole = replay(stream).events
    assert engine_of(BY_NAME["all"])(stream).events == whole
    for name in ("lagged baseline", "witness signs"):
        assert engine_of(BY_NAME[name])(stream).events != whole, name


@pytest.fixture
def pool(tmp_path, monkeypatch):
    monkeypatch.setitem(SHAPES, "standard", SHAPES["standard"]._replace(rate=0.02))
    monkeypatch.setitem(SHAPES, "rate-5", SHAPES["rate-5"]._replace(rate=0.05))
    return prepare(load_corpus(write_data(tmp_path)), names_hazard, names_hazard)


def test_effects_are_counted_over_seeds_and_shown_by_stream(pool):
    def engine(variant):
        blind = variant.name == "sense model"
        return (lambda s: Replayed([], [None] * s.rows.size)) if blind else knowing

    told = []
    found = ablate(pool, 2, ("standard", "rate-5"), VARIANTS, told.append, engine)
    by_key = {(one.variant, one.stream): one for one in found}
    whole, blind = by_key["all", "standard"], by_key["sense model", "standard"]
    assert (whole.found, whole.planted, whole.false, whole.precision) == (10, 10, 0, 1.0)
    assert (blind.found, blind.precision) == (0, None)
    assert by_key["all", "rate-5"].planted == 5
    assert len(told) == 3 * len(VARIANTS)
    text = page(found, 2)
    assert "| *nothing* | 10/10 | 1.00 | 0 | 5/5 | 1.00 | 0 |" in text
    assert "| sense model | 0/10 | - | 0 | 0/5 | - | 0 |" in text
    assert all(f"- *{variant.name}*: {variant.without}." in text for variant in VARIANTS[1:])


def test_a_page_that_cannot_be_written_is_told_before_hours_are_spent(tmp_path):
    folder = write_data(tmp_path)
    with pytest.raises(InputError, match="folder that exists"):
        write_ablation(folder, tmp_path / "no" / "page.md", 1, lambda said: None)
