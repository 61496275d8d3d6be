"""The small invented stream: what it holds, and that the true line finds it."""

import numpy as np

from eval_world import knowing, lines
from tocsin.eval.crowds import phrases
from tocsin.eval.gate_view import names_hazard
from tocsin.eval.replaying import replay
from tocsin.eval.scorer import score_stream
from tocsin.eval.small_stream import (
    DECOYS,
    FLOORS,
    in_language,
    small,
    stories,
    story_languages,
)
from tocsin.eval.stream import Part
from tocsin.eval.truth import HAZARDS_OF
from tocsin.vocabulary.hazards import load_hazards


def test_it_is_small_seeded_and_never_repeats():
    first, again, other = small(0), small(0), small(1)
    assert 15_000 < first.rows.size < 30_000
    read = lines(first)
    assert read == lines(again)
    assert read != lines(other)
    assert len({row["text"] for row in read}) == len(read)
    assert len({row["author"] for row in read}) == len(read)


def test_it_plants_six_events_in_three_languages_with_decoys_and_bulletins():
    stream = small(0)
    plants = stream.plan.plants
    assert len(plants) == 6
    told = {story.lang for story in stories() if story.key != "naples"}
    assert told == {"en", "es", "fr"}
    assert len(stream.plan.decoys) == DECOYS
    assert len(stream.plan.bulletins) == 6
    for member, plant in enumerate(plants):
        own = (stream.rows.part == Part.PLANT) & (stream.rows.member == member)
        assert own.sum() == len(plant.rows) >= 36
        assert plant.time_ms[0] >= stream.plan.scored_from_ms
        assert plant.time_ms[-1] < stream.plan.end_ms


def test_every_story_is_of_a_known_kind_and_its_halves_differ():
    for story in stories():
        assert story.event_type in HAZARDS_OF
        assert len(set(story.first)) == len(story.first) >= 6
        assert len(set(story.second)) == len(story.second) >= 6


def test_the_one_story_is_told_in_every_supported_language():
    spoken = {lang for hazard in load_hazards() for lang in hazard.wordings}
    assert set(story_languages()) == spoken
    stream = in_language("ja", 0)
    (plant,) = stream.plan.plants
    assert len(plant.rows) == 48
    assert any("地震" in stream.text[row] for row in plant.rows.tolist())


def test_small_talk_names_no_hazard_and_stories_do():
    stream = small(0)
    texts = [stream.text[row] for row in stream.rows.text.tolist()]
    named = names_hazard(texts)
    for member, plant in enumerate(stream.plan.plants):
        own = (stream.rows.part == Part.PLANT) & (stream.rows.member == member)
        assert named[own].mean() > 0.8, plant.truth.name
    background = named[stream.rows.part == Part.BACKGROUND]
    assert 0 < background.mean() < 0.03
    assert named[stream.rows.part == Part.DECOY].mean() > 0.5
    assert names_hazard(phrases().attack_hazards).all()


def test_the_true_line_keeps_the_floors():
    stream = small(0)
    result = replay(stream)
    score = score_stream(
        "small", 0, stream.rows, stream.plan, result.events, result.assigned,
        result.reported_rows, result.received, result.seconds,
    )  # fmt: skip
    assert score.early == ()
    assert score.received == stream.rows.size
    assert score.found / len(score.plants) >= FLOORS["recall"]
    assert score.precision >= FLOORS["precision"]
    found = [plant for plant in score.plants if plant.found]
    assert np.mean([plant.hazard_right for plant in found]) >= FLOORS["hazard"]
    assert np.mean([plant.country_right for plant in found]) >= FLOORS["country"]
    again = replay(stream)
    assert again.events == result.events


def test_a_perfect_engine_scores_full_marks():
    stream = small(3)
    known = knowing(stream)
    score = score_stream("small", 3, stream.rows, stream.plan, known.events, known.assigned)
    assert score.precision == 1
    assert score.found == 6
    assert all(plant.hazard_right and plant.place_right for plant in score.plants)
