"""Composed streams: what is in them, that it comes from the seed alone, and that none repeats."""

import numpy as np
import pytest

from eval_world import HAZARD_WORDS, POSTS, lines, names_hazard, write_data
from tocsin.clock import HOUR_MS, parse_time_ms
from tocsin.errors import InputError
from tocsin.eval.compose import SHAPES, compose, daily_times
from tocsin.eval.corpus import data_folder, load_corpus, load_volumes
from tocsin.eval.crowds import ATTACKS, assembly_rows, attack_rows, settle, with_rows
from tocsin.eval.plan import PAIR_MS, eligible
from tocsin.eval.pool import prepare
from tocsin.eval.quake import SCALE, compose_quakes
from tocsin.eval.quake import SHAPE as SHAPE_OF_QUAKES
from tocsin.eval.stream import Part
from tocsin.eval.truth import ISO_OF, iso_of

SHAPE = SHAPES["standard"]._replace(rate=0.02, plants=4, decoys=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def pool(folder):
    return prepare(load_corpus(folder), names_hazard, names_hazard)


def test_equal_seeds_give_equal_bytes_and_others_differ(pool):
    first, again, other = (lines(compose(pool, SHAPE, seed)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_frames_do_not_depend_on_their_size(pool):
    stream = compose(pool, SHAPE, 1)
    sizes = (100, 4096, 10_000)
    flat = [[frame for frames in stream.frames(size) for frame in frames] for size in sizes]
    assert flat[0] == flat[1] == flat[2]
    assert [len(frames) for frames in stream.frames(100)][:2] == [100, 100]


def test_rows_are_in_order_and_match_their_frames(pool):
    stream = compose(pool, SHAPE, 1)
    read = lines(stream)
    assert len(read) == stream.rows.size
    times = [parse_time_ms(row["created_at"]) for row in read]
    assert times == sorted(times) == stream.rows.time_ms.tolist()
    assert len({row["id"] for row in read}) == len(read)
    assert all(row["author"] for row in read)


def test_no_background_text_comes_twice(pool):
    stream = compose(pool, SHAPES["standard"]._replace(rate=0.1, plants=4), 1)
    texts = np.array([row["text"] for row in lines(stream)])
    own = texts[stream.rows.part == Part.BACKGROUND]
    assert stream.rows.variant.max() > 10
    assert len(set(own.tolist())) == len(own)


def test_a_variant_keeps_hazard_words_and_their_neighbours(pool):
    stream = compose(pool, SHAPES["standard"]._replace(rate=0.1, plants=4), 1)
    rows = np.flatnonzero((stream.rows.variant > 0) & (stream.rows.part == Part.BACKGROUND))
    said = [row["text"] for row in lines(stream)]
    kept = changed = 0
    for row in rows[:2_000].tolist():
        before = stream.text[stream.rows.text[row]]
        if "storm" in before:
            assert "is a storm movie" in said[row]
            kept += 1
        else:
            assert HAZARD_WORDS.isdisjoint(said[row].split())
            changed += said[row].split()[:5] != before.split()[:5]
    assert kept > 100
    assert changed > 0.9 * (len(rows[:2_000]) - kept)


def test_background_holds_no_relevant_post_and_no_offtopic_post_with_a_hazard(pool):
    chosen = pool.background(["alder_quake"], np.zeros(0, np.int64))
    corpus = pool.corpus
    assert not np.isin("Relevant", corpus.informative[chosen])
    assert "alder_quake" not in corpus.collection[chosen]
    assert "cedar_flood" in corpus.collection[chosen]
    assert not any(" flood" in corpus.text[row] for row in chosen)


def test_rows_used_for_fitting_are_left_out(pool):
    fitted = pool.plain[:50]
    without = prepare(pool.corpus, names_hazard, names_hazard, fitted)
    assert not np.isin(fitted, without.plain).any()
    assert len(without.plain) == len(pool.plain) - 50


def test_a_pair_of_one_hazard_starts_within_half_an_hour(pool):
    for seed in range(8):
        first, second = compose(pool, SHAPE, seed).plan.plants[:2]
        assert first.truth.event_type == second.truth.event_type
        assert first.truth.name != second.truth.name
        assert abs(first.start_ms - second.start_ms) <= PAIR_MS


def test_events_move_as_a_whole_inside_the_scored_time(pool):
    stream = compose(pool, SHAPE, 2)
    plan = stream.plan
    assert plan.scored_from_ms - plan.start_ms == 24 * HOUR_MS
    for plant in plan.plants:
        offsets = plant.time_ms - plant.start_ms
        true = pool.corpus.time_ms[plant.rows] - plant.truth.start_ms
        assert offsets.tolist() == true.tolist()
        assert plan.scored_from_ms <= plant.time_ms[0]
        assert plant.time_ms[-1] < plan.end_ms
        assert plant.truth.onset_covered
        assert len(plant.rows) == POSTS + 1


def test_other_draws_from_the_events_not_covered(pool):
    names = {truth.name for truth in eligible(pool.corpus, "other")}
    assert names == {"gum_flood", "hazel_fire", "iris_haze", "juniper_fire", "kauri_quake"}
    plan = compose(pool, SHAPES["other"]._replace(rate=0.02), 0).plan
    planted = {plant.truth.name for plant in plan.plants}
    assert planted == names


def test_thin_keeps_the_stated_share(pool):
    thin = SHAPE._replace(thin=1 / 3)
    kept = [len(p.rows) for seed in range(6) for p in compose(pool, thin, seed).plan.plants]
    assert 0.25 < sum(kept) / (len(kept) * (POSTS + 1)) < 0.42


def test_decoys_share_a_rare_word_within_an_hour_and_leave_the_background(pool):
    stream = compose(pool, SHAPE, 2)
    assert len(stream.plan.decoys) == 2
    for decoy in stream.plan.decoys:
        assert decoy.time_ms[-1] - decoy.time_ms[0] <= HOUR_MS
        common = set.intersection(*({w.strip("#") for w in t.split()} for t in decoy.text))
        assert any(word[0].isupper() for word in common)
        assert names_hazard(decoy.text).all()
        background = stream.rows.text[stream.rows.part == Part.BACKGROUND]
        assert not np.isin(decoy.rows, background).any()


def test_one_bulletin_per_event_and_false_ones(pool):
    plan = compose(pool, SHAPE, 2).plan
    true = {b.id: b for b in plan.bulletins if b.id not in plan.false_bulletins}
    assert len(true) == len(plan.plants)
    assert len(plan.false_bulletins) == SHAPE.false_bulletins
    for number, plant in enumerate(plan.plants):
        sent = true[f"true-{number}"].sent_ms
        assert plant.start_ms + 180_000 <= sent <= plant.start_ms + 6 * HOUR_MS


def test_the_background_follows_the_day_at_its_rate():
    rng = np.random.default_rng(0)
    time = daily_times(0, 10 * 24 * HOUR_MS, 1.0, rng)
    assert abs(len(time) / 864_000 - 1) < 0.01
    hour = (time // HOUR_MS) % 24
    assert (hour == 20).sum() > 3 * (hour == 8).sum()
    assert (np.diff(time) >= 0).all()


def test_too_many_repeats_are_refused_with_a_remedy(pool):
    with pytest.raises(InputError, match="Give the complete data"):
        compose(pool, SHAPES["rate-50"]._replace(plants=1, decoys=0), 0)


def test_settling_keeps_every_byte(pool):
    stream = compose(pool, SHAPES["standard"]._replace(rate=0.05, plants=4), 1)
    assert stream.rows.variant.any()
    settled = settle(stream)
    assert not settled.rows.variant.any()
    assert lines(settled) == lines(stream)
    varied = [line for line, row in zip(lines(stream), stream.rows.variant, strict=True) if row]
    assert {line.get("lang") for line in varied} == {"en", None}


def test_added_rows_leave_the_others_as_they_were(pool):
    stream = compose(pool, SHAPE, 1)
    rng = np.random.default_rng(0)
    crowded = with_rows(stream, *assembly_rows(pool, stream.plan, rng, 300), "negatives-a")
    before, after = lines(stream), lines(crowded)
    old = {row["id"] for row in before}
    assert [row for row in after if row["id"] in old] == before
    added = [row for row in after if row["id"] not in old]
    # The two sets without the rows that name a hazard: 20 of the square, one more of each.
    assert len(added) == 300 + POSTS + (POSTS - 20)
    assert (crowded.rows.part == Part.NEGATIVE).sum() == len(added)


def test_attackers_are_as_many_accounts_as_stated_and_deletes_name_their_post(pool):
    stream = compose(pool, SHAPE, 1)
    pieces, extra = attack_rows(pool, stream.plan, np.random.default_rng(0))
    flooded = with_rows(stream, pieces, extra, "flood")
    read = lines(flooded)
    for member, attack in enumerate(ATTACKS):
        rows = np.flatnonzero((flooded.rows.part == Part.ATTACK) & (flooded.rows.member == member))
        own = [read[row] for row in rows]
        created = {row["id"]: row for row in own if row.get("op", "create") == "create"}
        deleted = [row for row in own if row.get("op") == "delete"]
        assert len({row["author"] for row in own}) == len(created) == attack.accounts
        if attack.style == "copy":
            assert len({row["text"] for row in created.values()}) == 1
        if attack.style == "post and delete":
            assert len(deleted) == attack.accounts
            for row in deleted:
                assert row["author"] == created[row["id"]]["author"]
                assert row["created_at"] > created[row["id"]]["created_at"]
                assert row["text"] == ""
        else:
            assert not deleted


def test_quakes_follow_their_curve_in_new_words(pool, folder):
    stream = compose_quakes(
        pool, load_volumes(folder), 0, SHAPE_OF_QUAKES._replace(rate=0.1), names_hazard
    )
    (plant,) = stream.plan.plants
    assert plant.truth.name == "alder_quake"
    assert len(plant.rows) == 30 * 2 * SCALE
    assert (plant.time_ms[-1] - plant.start_ms) <= 30 * 60_000
    read = lines(stream)
    texts = [read[row]["text"] for row in np.flatnonzero(stream.rows.part == Part.PLANT)]
    assert len(set(texts)) == len(texts)
    assert names_hazard(texts).all()


def test_missing_data_names_the_flag_and_the_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("TOCSIN_DATA", raising=False)
    for given in (None, tmp_path):
        with pytest.raises(InputError, match="--data") as caught:
            data_folder(given)
        assert "TOCSIN_DATA" in str(caught.value)
    (tmp_path / "events.parquet").write_bytes(b"no parquet")
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path))
    assert data_folder(None) == tmp_path
    with pytest.raises(InputError, match="holds no file of posts"):
        load_corpus(tmp_path)
    (tmp_path / "posts.parquet").write_bytes(b"no parquet either")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        load_corpus(tmp_path)


def test_a_country_the_table_lacks_is_an_error_not_a_miss():
    assert iso_of("Costa Rica") == "CR"
    assert all(len(code) == 2 and code.isupper() for code in ISO_OF.values())
    with pytest.raises(InputError, match="Atlantis"):
        iso_of("Atlantis")
