"""After a restart events go on under their ids, nothing is told twice, and what ceased ends."""

from contextlib import closing

import msgspec
import numpy as np
import pytest

from reports import START_MS, Report, batch_of
from test_pipeline import GAZETTEER, IDS, LIMA, QUAKE, Line, bulletin, crowd
from tocsin.batch import Removals
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from tocsin.engine import memory
from tocsin.gate.voices import LIVE_TAGS
from tocsin.recalled import HELD_MOST, QUIET_MS, RECALLED_MOST, WORD_MS, Recalled
from tocsin.store import Store
from tocsin.vocabulary.hazards import load_hazards

AREQUIPA = GAZETTEER.find("Arequipa, Peru")[0]
OSAKA = GAZETTEER.find("Osaka, Japan")[0]
FLOOD = IDS["flood"]
STOP_MS = START_MS + 10 * MINUTE_MS


def latest(events):
    """The last revision of each event, as a store gives it."""
    found = {}
    for event in events:
        found[event.event_id] = event
    return list(found.values())


def restarted(before, events, until_ms=0):
    """A line that knows what an earlier one told until a stream time (0: it reads nothing anew)."""
    line = Line(ordinal=before.line.ordinal)
    line.line.recall(latest(events), until_ms)
    return line


@pytest.fixture
def told():
    """An event in Lima, told by a line that is then stopped; the line, its reports, its events."""
    line, rows = Line(), crowd(20)
    return line, rows, line.step(rows, until_ms=STOP_MS)


def test_new_reports_go_on_with_the_event_under_its_id(told):
    line, _, events = told
    (before,) = latest(events)
    again = restarted(line, events)
    more = crowd(60, STOP_MS + MINUTE_MS, "n")
    found = again.step(more, until_ms=STOP_MS + 10 * MINUTE_MS)
    assert {event.event_id for event in found} == {before.event_id}
    assert [event.revision for event in found] == list(
        range(before.revision + 1, before.revision + 1 + len(found))
    )
    assert {event.phase for event in found} == {"updated"}
    assert (found[-1].voices, found[-1].first_seen) == ("50-199", before.first_seen)


def test_an_event_is_not_lowered_because_fewer_are_heard_again(told):
    line, _, events = told
    (before,) = latest(events)
    assert before.voices == "15-49"
    again = restarted(line, events)
    assert again.step(crowd(7, STOP_MS + MINUTE_MS, "n"), until_ms=STOP_MS + 20 * MINUTE_MS) == []
    # Its end is told all the same, by its own reports.
    over = again.step(until_ms=STOP_MS + 9 * HOUR_MS)
    assert [(e.event_id, e.phase, e.revision) for e in over] == [
        (before.event_id, "resolved", before.revision + 1)
    ]
    assert over[0].voices == before.voices


def test_among_several_events_reports_without_a_place_go_on_with_none(told):
    line, _, events = told
    evidence = next(iter(line.line._last.values())).evidence
    nowhere = msgspec.structs.replace(events[-1], event_id="n", place=None)
    other = msgspec.structs.replace(events[-1], event_id="o", place=GAZETTEER.place(OSAKA))
    for waiting, home in (([events[-1]], events[-1]), ([events[-1], other], None)):
        known = Recalled(np.eye(len(load_hazards()), dtype=np.bool_), load_hazards())
        for event in waiting:
            known.keep(event)
        assert known.home_of(nowhere, evidence) == home
        assert len(known) == len(waiting) - (home is not None)


def test_for_an_hour_it_is_neither_lowered_nor_moved(told):
    line, _, events = told
    raised = msgspec.structs.replace(events[-1], level="red", severity="Extreme")
    again = restarted(line, [raised])
    at_ms = STOP_MS + MINUTE_MS
    assert again.step(crowd(20, at_ms, "n"), until_ms=at_ms + 30 * MINUTE_MS) == []
    later = again.step(crowd(20, at_ms + 50 * MINUTE_MS, "m"), until_ms=at_ms + 62 * MINUTE_MS)
    later += again.step(crowd(5, at_ms + 63 * MINUTE_MS, "o"), until_ms=at_ms + 90 * MINUTE_MS)
    assert [(e.event_id, e.phase) for e in later] == [(raised.event_id, "updated")]
    assert later[0].level != "red"


@pytest.mark.parametrize(("more", "goes_on"), [
    ({"place": LIMA}, True),
    ({"place": AREQUIPA}, False),
    ({"place": OSAKA}, False),
    ({"place": LIMA, "hazard": FLOOD}, False),
    ({"place": LIMA, "later_ms": 13 * HOUR_MS}, False),
])  # fmt: skip
def test_only_reports_of_the_same_thing_go_on_with_it(told, more, goes_on):
    line, _, events = told
    (before,) = latest(events)
    again = restarted(line, events)
    at_ms = STOP_MS + more.get("later_ms", MINUTE_MS)
    rows = [
        report._replace(places=(more["place"],), hazard=more.get("hazard", QUAKE))
        for report in crowd(60, at_ms, "n")
    ]
    found = again.step(rows, until_ms=at_ms + 10 * MINUTE_MS)
    told_again = {e.event_id for e in found if e.phase in ("reported", "updated")}
    assert told_again
    assert (told_again == {before.event_id}) == goes_on
    if not goes_on:
        assert before.event_id not in told_again


def test_an_event_nobody_goes_on_with_ends_once(told):
    line, _, events = told
    (before,) = latest(events)
    again = restarted(line, events)
    idle = [Report(STOP_MS + MINUTE_MS, "x", "x-1", FLOOD, (OSAKA,), (77, 78))]
    assert again.step(idle) == []
    assert again.line.active()
    assert again.step(until_ms=STOP_MS + QUIET_MS) == []
    (over,) = again.step(until_ms=STOP_MS + QUIET_MS + 2 * MINUTE_MS)
    assert (over.event_id, over.phase, over.revision) == (
        before.event_id, "resolved", before.revision + 1,
    )  # fmt: skip
    assert over.urgency == "Past" and over.headline != before.headline
    assert again.step(until_ms=STOP_MS + 4 * DAY_MS) == []
    assert not again.line.active()


def test_one_that_ended_before_the_restart_opens_again_at_its_place(told):
    line, _, events = told
    events = [*events, *line.step(until_ms=STOP_MS + 8 * HOUR_MS)]
    (before,) = latest(events)
    assert before.phase == "resolved"
    again = restarted(line, events)
    found = again.step(crowd(9, STOP_MS + 10 * HOUR_MS, "n"), until_ms=STOP_MS + 11 * HOUR_MS)
    assert (found[0].event_id, found[0].phase) == (before.event_id, "updated")
    assert found[0].revision == before.revision + 1


def test_what_is_read_a_second_time_is_not_told_a_second_time(told):
    line, rows, events = told
    (before,) = latest(events)
    again = restarted(line, events, until_ms=STOP_MS)
    assert again.step(rows, until_ms=STOP_MS) == []
    assert again.step(until_ms=STOP_MS + 5 * MINUTE_MS) == []
    # And it is the event of before: what comes now revises it.
    more = crowd(45, STOP_MS + 6 * MINUTE_MS, "n")
    found = again.step(more, until_ms=STOP_MS + 20 * MINUTE_MS)
    assert {event.event_id for event in found} == {before.event_id}
    assert found[-1].voices == "50-199"


def removed(names, at_ms, voices):
    tags = [voices.all_tags(f"0:{name}", "post") for name in names]
    return Removals(
        np.zeros(len(names), np.int64), np.full(len(names), at_ms, np.int64),
        np.array(tags, np.uint64), np.zeros((len(names), LIVE_TAGS), np.uint64),
    )  # fmt: skip


def test_a_deletion_after_the_restart_withdraws_what_was_told_before_it(told):
    line, rows, events = told
    (before,) = latest(events)
    again = restarted(line, events, until_ms=STOP_MS)
    again.step(rows, until_ms=STOP_MS + MINUTE_MS)
    gone = removed([row.post for row in rows[:17]], STOP_MS + 2 * MINUTE_MS, again.voices)
    found = again.line.step(batch_of([], []), gone, [], STOP_MS + 3 * MINUTE_MS).events
    assert [(e.event_id, e.phase, e.revision) for e in found] == [
        (before.event_id, "withdrawn", before.revision + 1)
    ]


def test_what_was_withdrawn_before_the_restart_is_not_told_again_while_it_is_read_again(told):
    line, rows, events = told
    again = restarted(line, events[:0], until_ms=STOP_MS)
    # The log of the source holds its posts and their deletions.
    assert again.step(rows, until_ms=START_MS + 3 * MINUTE_MS) == []
    gone = removed([row.post for row in rows[:17]], START_MS + 4 * MINUTE_MS, again.voices)
    assert again.line.step(batch_of([], []), gone, [], START_MS + 5 * MINUTE_MS).events == []
    assert again.step(until_ms=STOP_MS + HOUR_MS) == []


def test_what_the_earlier_start_never_told_is_told_when_its_time_is_over(told):
    line, rows, _ = told
    again = restarted(line, [], until_ms=STOP_MS)
    assert again.step(rows, until_ms=STOP_MS) == []
    (found,) = again.step(until_ms=STOP_MS + MINUTE_MS)
    assert (found.phase, found.revision, found.at) == ("reported", 1, rfc3339(STOP_MS + 1))
    assert found.voices == "15-49"


def test_a_bulletin_confirms_what_went_on(told):
    line, rows, events = told
    (before,) = latest(events)
    again = restarted(line, events, until_ms=STOP_MS)
    again.step(rows, until_ms=STOP_MS + MINUTE_MS)
    sent = bulletin(STOP_MS + 2 * MINUTE_MS)
    found = again.step([], [sent], STOP_MS + 3 * MINUTE_MS)
    assert [(e.event_id, e.tier, e.origin) for e in found] == [
        (before.event_id, "official", "both")
    ]


def test_an_official_word_stands_until_its_feed_is_read_again_or_ought_to_have_been(told):
    line, _, events = told
    sent = bulletin(STOP_MS + MINUTE_MS, magnitude=6.4)
    (both,) = line.step([], [sent], STOP_MS + 2 * MINUTE_MS)
    more, soon_ms = crowd(60, STOP_MS + 3 * MINUTE_MS, "n"), STOP_MS + 8 * MINUTE_MS
    for read_again, told_again in (([], set()), ([sent], {"official"})):
        again = restarted(line, [*events, both], until_ms=STOP_MS + 2 * MINUTE_MS)
        found = again.step(more, read_again, soon_ms)
        assert {e.tier for e in found} == told_again
        assert {e.event_id for e in found} <= {both.event_id}
    # A feed that is silent for so long has nothing to say for it any more.
    late_ms = soon_ms + WORD_MS
    again = restarted(line, [*events, both], until_ms=STOP_MS + 2 * MINUTE_MS)
    assert again.step(more, [], soon_ms) == []
    found = again.step(crowd(9, late_ms, "m"), [], late_ms + MINUTE_MS)
    assert {(e.event_id, e.origin) for e in found} == {(both.event_id, "posts")}


def test_a_word_that_a_restart_lost_founds_no_second_event_when_it_is_read_again(told, tmp_path):
    line, _, events = told
    sent = bulletin(STOP_MS + MINUTE_MS, magnitude=6.4)
    (both,) = line.step([], [sent], STOP_MS + 2 * MINUTE_MS)
    assert both.origin == "both"
    # Started again before its feed was read, the line told the event without the word.
    lost = msgspec.structs.replace(
        both, revision=both.revision + 1, origin="posts", tier="unconfirmed", bulletins=()
    )
    with closing(Store.open(tmp_path / "kept.db")) as store:
        store.commit_step([*events, both, lost], [], {}, STOP_MS)
        again = Line(ordinal=line.line.ordinal)
        memory.recall(store, again.line, STOP_MS + 3 * MINUTE_MS)
    assert again.step([], [sent], STOP_MS + 4 * MINUTE_MS) == []


def test_both_memories_are_bounded(told):
    _, _, events = told
    (event,) = latest(events)
    hazards = load_hazards()
    known = Recalled(np.eye(len(hazards), dtype=np.bool_), hazards)
    for number in range(RECALLED_MOST + 5):
        known.keep(msgspec.structs.replace(event, event_id=f"e{number}"))
    assert len(known) == RECALLED_MOST
    known.keep(msgspec.structs.replace(event, event_id="w", phase="withdrawn"))
    assert len(known) == RECALLED_MOST
    known.told_until(STOP_MS)
    line = Line()
    line.step(crowd(9))
    evidence = next(iter(line.line._last.values())).evidence
    for number in range(HELD_MOST + 5):
        assert known.holds(msgspec.structs.replace(evidence, event_id=f"e{number}"))
    assert len(known.released(STOP_MS + 1)) == HELD_MOST
    assert known.released(STOP_MS + 1) == []
