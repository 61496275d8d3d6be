"""The scorecard as a whole, over an invented folder and an engine that knows the truth."""

import json

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest

from eval_world import event, knowing, names_hazard, write_data
from tocsin.clock import HeldClock
from tocsin.errors import InputError
from tocsin.eval import judgements, negatives, replaying, report, scorecard
from tocsin.eval.assignments import write_assignments
from tocsin.eval.compose import SHAPES
from tocsin.eval.corpus import load_corpus
from tocsin.eval.crowds import ATTACKS, phrases
from tocsin.eval.judgements import (
    cluster_codes,
    judge_clustering,
    judge_languages,
    judge_sense,
    judge_topic,
    shuffled,
)
from tocsin.eval.negatives import judge_flood, judge_negatives
from tocsin.eval.plan import draw
from tocsin.eval.pool import prepare
from tocsin.eval.stream import Part
from tocsin.eval.targets import TARGETS, line
from tocsin.vocabulary.tongues import LANGUAGES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def pool(folder):
    return prepare(load_corpus(folder), names_hazard, names_hazard)


@pytest.fixture(autouse=True)
def few_posts(monkeypatch):
    """Streams at a fiftieth of their rate: the invented folder is small."""
    for name, shape in SHAPES.items():
        monkeypatch.setitem(SHAPES, name, shape._replace(rate=shape.rate / 50))
    monkeypatch.setattr(negatives, "QUIET", negatives.QUIET._replace(rate=0.02))
    monkeypatch.setattr(judgements, "SHUFFLED", judgements.SHUFFLED._replace(rate=0.02))


def _by_key(card):
    return {one.key: one for one in card.lines}


def test_a_perfect_engine_reaches_every_planted_figure(folder):
    parts = ("standard", "other", "thin", "cold", "rate", "unaided")
    card = scorecard.score(folder, 2, parts, through=knowing, names_hazard=names_hazard)
    lines = _by_key(card)
    for key in ("recall_all", "recall_dense", "recall_other", "recall_thin-3"):
        assert lines[key].value == 1, key
    for key in ("precision_standard", "precision_cold", "place", "country"):
        assert lines[key].verdict == "reached", key
    assert lines["recall_unaided"].value == lines["place_unaided"].value == 1
    assert lines["precision_rate-50"].value == 1
    assert lines["precision_rate-50"].verdict == "too few"
    assert lines["decoys"].value == 0
    assert lines["early"].value == 0
    assert lines["calibration"].verdict == "too few"
    assert lines["sense"].verdict == "not run"
    names = [(stream.name, stream.seed) for stream in card.streams]
    assert names.count(("rate-5", 0)) == 1
    assert ("rate-5", 1) not in names
    assert ("standard", 1) in names
    assert not card.rejected


def test_an_engine_that_sees_nothing_reaches_nothing(folder):
    def blind(stream):
        return replaying.Replayed([], [None] * stream.rows.size)

    card = scorecard.score(folder, 2, ("standard",), through=blind, names_hazard=names_hazard)
    lines = _by_key(card)
    assert lines["recall_all"].value == 0
    assert lines["recall_all"].verdict == "not reached"
    assert lines["precision_standard"].verdict == "not run"


def test_an_early_engine_is_rejected(folder):
    def hasty(stream):
        known = knowing(stream)
        ahead = [
            event(e.event_id, int(stream.plan.plants[0].time_ms[0]), e.hazard)
            for e in known.events[:1]
        ]
        return known._replace(events=[*ahead, *known.events[1:]])

    card = scorecard.score(folder, 1, ("standard",), through=hasty, names_hazard=names_hazard)
    assert card.rejected
    assert _by_key(card)["early"].verdict == "not reached"


def test_sense_and_topic_hold_judgements_against_labels(pool):
    def counts(texts):
        return np.array(["storm" in text or "earthquake" in text for text in texts])

    sense = judge_sense(pool, counts)
    # 300 of 330 hold the wrong word, 30 the right one; every post counts.
    assert (sense.n, sense.recall) == (330, 1.0)
    assert sense.precision == pytest.approx(30 / 330)
    topic = judge_topic(pool, counts)
    assert (topic.precision, topic.recall, topic.macro_f1) == (1, 1, 1)


def test_clustering_counts_every_labelled_post_once(pool):
    stream = shuffled(pool, 0)
    own = stream.rows.part == Part.PLANT
    assert own.sum() == 13 * 60
    assert stream.rows.time_ms[own].min() == stream.plan.scored_from_ms
    assert (stream.rows.part[stream.rows.time_ms < stream.plan.scored_from_ms] == 0).sum() > 500

    def by_event(drawn):
        labels = [str(pool.corpus.event[row]) for row in drawn.rows.text]
        return replaying.Replayed([], labels, None, None)

    perfect = judge_clustering(pool, by_event)
    assert (perfect.bcubed_f1, perfect.n, perfect.on_arrival) == (1, 780, False)
    assert perfect.ami == pytest.approx(1)
    none = judge_clustering(pool, lambda s: replaying.Replayed([], [None] * s.rows.size))
    assert none.bcubed_precision == 1
    assert none.bcubed_recall == pytest.approx(1 / 60)
    assert none.ami == pytest.approx(0, abs=1e-6)


def test_rows_without_an_event_are_clusters_of_one():
    codes = cluster_codes(["a", None, "a", None, "b"])
    assert codes[0] == codes[2]
    assert len(set(codes.tolist())) == 4


def test_every_language_is_asked_for(monkeypatch):
    # LANGUAGES[0] is "not known".
    assert judge_languages(knowing) == dict.fromkeys(LANGUAGES[1:], True)

    def no_japanese(stream):
        known = knowing(stream)
        return known if "-ja" not in stream.name else known._replace(events=[])

    assert judge_languages(no_japanese)["ja"] is False


def test_negatives_hold_for_an_engine_that_ignores_them(pool):
    found = judge_negatives(pool, knowing)
    assert found.assembly_identical
    assert found.assembly_rows > 3_000
    assert found.past_events == {"alone": 0, "scaled": 0}
    assert found.past_kept
    assert (found.rumour_events, found.rumour_above_unconfirmed) == (0, 0)


def test_negatives_fail_for_an_engine_that_counts_what_it_should_not(pool):
    def nosy(stream):
        known = knowing(stream)
        rows = np.flatnonzero(stream.rows.part == Part.NEGATIVE)
        if not len(rows):
            return known
        assigned = list(known.assigned)
        for row in rows.tolist():
            assigned[row] = "crowd"
        at_ms = int(stream.rows.time_ms[rows[4]])
        told = [
            event("crowd", at_ms, "shooting", tier="corroborated"),
            event("crowd", at_ms + 1, "shooting", "resolved", revision=2),
            event("crowd", at_ms + 2, "shooting", "updated", revision=3),
        ]
        return known._replace(events=[*known.events, *told], assigned=assigned)

    found = judge_negatives(pool, nosy)
    assert not found.assembly_identical
    assert found.past_events == {"alone": 1, "scaled": 1}
    assert not found.past_kept
    assert found.rumour_above_unconfirmed == 1


def test_floods_tell_who_got_through(pool):
    def gullible(stream):
        rows = np.flatnonzero((stream.rows.part == Part.ATTACK) & (stream.rows.member == 15))
        assigned = [None] * stream.rows.size
        for row in rows.tolist():
            assigned[row] = "attack"
        at_ms = int(stream.rows.time_ms[rows[4]])
        return replaying.Replayed([event("attack", at_ms, level="red")], assigned)

    found = judge_flood(pool, gullible)
    assert len(found) == len(ATTACKS) == 16
    assert [f.reported for f in found] == [False] * 15 + [True]
    assert (found[15].accounts, found[15].style) == (1000, "post and delete")
    assert (found[15].level, found[15].tier) == ("red", "unconfirmed")


def test_invented_assembly_posts_hold_homonyms_in_many_tongues():
    said = phrases().assembly
    assert len(said) == len(set(said)) > 30
    assert sum(not text.isascii() for text in said) > 10


def test_an_unknown_part_and_wild_seeds_are_refused(folder):
    with pytest.raises(InputError, match="Choose from: standard"):
        scorecard.score(folder, 1, ("speed",), through=knowing)
    with pytest.raises(InputError, match="from 1 to 100"):
        scorecard.score(folder, 0, None, through=knowing)


def test_the_report_is_written_and_quotes_no_post(folder, pool, tmp_path, monkeypatch, capsys):
    def scored(data, seeds, streams, progress, first_seed):
        found = scorecard.score(data, seeds, streams, progress, knowing, names_hazard, first_seed)
        assert [stream.seed for stream in found.streams] == [3]
        return found

    monkeypatch.setattr(report, "score", scored)
    monkeypatch.setenv("COLUMNS", "220")
    page, figures = tmp_path / "scorecard.md", tmp_path / "score.json"
    clock = HeldClock(1_767_268_800_000)
    code = report.run_score(folder, page, figures, 1, ["standard", "flood"], clock, first_seed=3)
    assert code == 0
    text = page.read_text()
    assert "2026-01-01" in text
    assert "--seeds 1 --only standard --only flood --first-seed 3" in text
    assert "seeds 3 to 3" in text
    assert "| standard | alder_quake |" in text or "| standard | birch_quake |" in text
    assert "| copy | 1,000 |" in text
    for post in pool.corpus.text:
        assert post not in text
    assert str(folder) not in text
    card = json.loads(figures.read_text())
    assert {one["key"] for one in card["lines"]} == {target.key for target in TARGETS}
    assert msgspec.json.decode(figures.read_bytes(), type=scorecard.Scorecard).seeds == 1
    assert "recall, standard, all events" in " ".join(capsys.readouterr().out.split())


def test_a_page_that_cannot_be_written_says_where_to_write(folder, tmp_path, monkeypatch):
    def scored(data, seeds, streams, progress, first_seed):
        return scorecard.score(data, seeds, streams, progress, knowing, names_hazard, first_seed)

    monkeypatch.setattr(report, "score", scored)
    with pytest.raises(InputError, match="folder that exists"):
        report.run_score(folder, tmp_path / "no" / "page.md", None, 1, ["small"])


def test_targets_are_met_from_the_right_side():
    by_key = {target.key: target for target in TARGETS}
    assert len(by_key) == len(TARGETS)
    assert line(by_key["recall_all"], 0.92, 20).verdict == "reached"
    assert line(by_key["recall_all"], 0.91, 20).verdict == "not reached"
    assert line(by_key["recall_all"], 1.0, 9).verdict == "too few"
    assert line(by_key["duplicates"], 0.1, 20).verdict == "reached"
    assert line(by_key["duplicates"], 0.11, 20).verdict == "not reached"
    assert line(by_key["calibration"], 0.01, 199).verdict == "too few"
    assert line(by_key["calibration"], 0.01, 200).verdict == "reached"
    assert line(by_key["lead"], 5.0, 1).verdict == "shown"
    assert line(by_key["lead"], float("nan"), 0).verdict == "not run"


def test_assignments_are_stamped_and_refused_for_live_sources(tmp_path):
    path = tmp_path / "rows.parquet"
    with pytest.warns(UserWarning, match="outside the privacy contract"):
        write_assignments(path, [None, "abc", None], live=False)
    table = pq.read_table(path)
    assert table.column_names == ["row", "event_id"]
    assert table["row"].to_pylist() == [0, 1, 2]
    assert table["event_id"].to_pylist() == [None, "abc", None]
    assert table.schema.metadata[b"contract"] == b"none"
    with pytest.raises(InputError, match="recordings only"):
        write_assignments(tmp_path / "live.parquet", [None], live=True)
    assert not (tmp_path / "live.parquet").exists()
    with (
        pytest.warns(UserWarning, match="privacy"),
        pytest.raises(InputError, match="folder that exists"),
    ):
        write_assignments(tmp_path / "no" / "rows.parquet", [None], live=False)


def test_every_shape_is_run_by_a_part():
    assert {shape for shapes in scorecard.PLANTED.values() for shape in shapes} == set(SHAPES)


def test_without_bulletins_a_stream_is_the_same_but_for_them(folder):
    pool = prepare(load_corpus(folder))
    heard, unaided = (draw(pool, SHAPES[name], 0) for name in ("standard", "unaided"))
    assert heard.bulletins and not unaided.bulletins
    assert [p.start_ms for p in heard.plants] == [p.start_ms for p in unaided.plants]
    assert [p.truth for p in heard.plants] == [p.truth for p in unaided.plants]
