"""Attackers who hide real events: what they post, how they are judged, and that they fail."""

import numpy as np
import pytest

from eval_world import event, knowing, lines
from tocsin.clock import HOUR_MS, parse_time_ms
from tocsin.eval.attack_tables import flood_table, suppression_table
from tocsin.eval.figures import flood_figures, suppression_figures
from tocsin.eval.negatives import Flood
from tocsin.eval.replaying import Replayed, replay
from tocsin.eval.sieges import POSTS_EACH, SIEGES, besieged
from tocsin.eval.small_stream import small
from tocsin.eval.stream import Part
from tocsin.eval.suppression import Suppression, judge_suppression

STYLES = {siege.style: siege for siege in SIEGES}


def _rng():
    return np.random.Generator(np.random.PCG64(7))


@pytest.fixture(scope="module")
def stream():
    return small(0)


@pytest.mark.parametrize("style", STYLES)
def test_an_attacker_keeps_to_his_accounts_and_his_hours(stream, style):
    attacked = besieged(stream, STYLES[style], 20, _rng())
    rows = attacked.rows
    for member, plant in enumerate(stream.plan.plants):
        own = (rows.part == Part.ATTACK) & (rows.member == member)
        assert 0 < len(np.unique(rows.author[own])) <= 20
        assert (own & (rows.kind == 0)).sum() <= 20 * POSTS_EACH
        posted = rows.time_ms[own & (rows.kind == 0)]
        assert posted.min() >= max(plant.start_ms + STYLES[style].from_ms, stream.plan.start_ms)
        assert posted.max() < plant.start_ms + STYLES[style].until_ms
    kept = rows.part != Part.ATTACK
    before = [row["text"] for row in lines(stream)]
    after = [row["text"] for row, own in zip(lines(attacked), kept, strict=True) if own]
    assert after == before


def test_only_one_style_deletes_and_it_deletes_everything(stream):
    for style, siege in STYLES.items():
        rows = besieged(stream, siege, 5, _rng()).rows
        gone = rows.post[rows.kind == 1]
        made = rows.post[(rows.part == Part.ATTACK) & (rows.kind == 0)]
        assert sorted(gone) == (sorted(made) if style == "delete" else [])


def test_echoes_are_word_for_word_and_come_after(stream):
    attacked = besieged(stream, STYLES["echo"], 20, _rng())
    said = lines(attacked)
    first = {}
    for row, part in zip(said, attacked.rows.part, strict=True):
        if part == Part.PLANT:
            first.setdefault(row["text"], row["created_at"])
    for row, part in zip(said, attacked.rows.part, strict=True):
        if part == Part.ATTACK:
            assert row["created_at"] > first[row["text"]]


def test_an_engine_that_is_not_moved_hides_nothing(stream):
    found = judge_suppression(stream, knowing, (5, 20))
    assert [(one.style, one.accounts) for one in found] == [
        (style, size) for style in STYLES for size in (5, 20)
    ]
    assert all(one.told == one.place_kept == one.planted == 6 for one in found)
    assert all(one.later_s == 0 and not one.missed and not one.withdrawn for one in found)
    assert suppression_figures(found)["suppression_told"].value == 1


def test_an_engine_that_is_drowned_is_found_out(stream):
    def drowned(given):
        told = knowing(given)
        return told if given.name == "small" else Replayed([], [None] * given.rows.size)

    (one, *_) = judge_suppression(stream, drowned, (5,))
    assert (one.planted, one.told, one.later_s) == (6, 0, None)
    assert one.missed == tuple(plant.truth.name for plant in stream.plan.plants)


def test_late_misplaced_and_withdrawn_events_are_told_apart(stream):
    def shaken(given):
        told = knowing(given)
        if given.name == "small":
            return told
        moved = [
            event(e.event_id, parse_time_ms(e.at) + HOUR_MS, e.hazard, lat=-60.0, lon=0.0)
            for e in told.events
        ]
        moved.append(event(moved[0].event_id, parse_time_ms(moved[0].at), phase="withdrawn"))
        return told._replace(events=moved)

    (one, *_) = judge_suppression(stream, shaken, (5,))
    assert (one.told, one.place_kept, one.withdrawn, one.later_s) == (5, 0, 1, 3600)


def test_the_true_line_tells_every_small_event_under_every_attack(stream):
    for one in judge_suppression(stream, replay, (20,)):
        assert one.planted >= 5
        assert one.told == one.planted, (one.style, one.missed)


def test_tables_say_who_was_confirmed_and_what_was_hidden():
    floods = [
        Flood(5, "copy", False, None, None, False),
        Flood(20, "copy", True, "red", "corroborated", False),
    ]
    assert flood_figures(floods)["flood_corroborated"].value == 1
    assert "| copy | 20 | yes | red | yes | no |" in flood_table(floods)
    assert "| copy | 5 | no | - | no | no |" in flood_table(floods)
    held = [Suppression("drown", 1000, 4, 3, 2, 1, 90.0, ("alder_quake",))]
    assert "| drown | 1,000 | 3/4 | 2/3 | 1 | 90 | alder_quake |" in suppression_table(held)
