"""Events on the official word: alone, joined by reports, changed, taken back, over."""

from collections import Counter

import msgspec
import pytest

from reports import START_MS
from test_pipeline import GAZETTEER, IDS, LIMA, Line, bulletin, crowd
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.model import BulletinRef, Ground
from tocsin.official.alone import ALONE_MOST, WIDER, Alone

SOON_MS = START_MS + 30 * MINUTE_MS
QUAKE = bulletin(START_MS, magnitude=6.4)
FLOOD = bulletin(
    START_MS, source="met", id="w1", hazard="flood", radius_km=40.0, urgency="Expected",
    certainty="Likely", expires_ms=START_MS + 6 * HOUR_MS,
)  # fmt: skip


def told(line, *bulletins, rows=(), until_ms=SOON_MS):
    return line.step(rows, bulletins, until_ms)


def change(of, minutes, **more):
    return msgspec.structs.replace(of, sent_ms=START_MS + minutes * MINUTE_MS, **more)


def phases(events):
    return [(e.phase, e.origin) for e in events]


# --- alone ----------------------------------------------------------------------------------


def test_a_bulletin_without_reports_is_an_event_of_its_own_kind():
    (event,) = told(Line(), QUAKE)
    assert (event.phase, event.origin, event.tier) == ("reported", "official", "official")
    assert (event.hazard, event.severity, event.level) == ("earthquake", "Severe", "red")
    assert (event.certainty, event.confidence) == ("Observed", 0.95)
    assert (event.voices, event.families) == ("0", ())
    assert [(f.kind, f.low, f.from_) for f in event.facts] == [("magnitude", 6.4, "official")]
    (ref,) = event.bulletins
    assert (ref.source, ref.id, ref.lead_time_s) == ("usgs", "xx1", None)
    assert {why.ground for why in event.why} == {Ground.BULLETIN, Ground.SEVERITY_PRIOR}
    assert event.headline == "Earthquake, Lima (PE), magnitude 6.4 (official word)"


def test_its_place_is_the_gazetteer_s_and_takes_the_whole_area_in():
    (event,) = told(Line(), bulletin(START_MS, lat=-12.5, lon=-77.8))
    index = GAZETTEER.index_of(event.place.id)
    known = GAZETTEER.place(index)
    assert (event.place.lat, event.place.lon) == (known.lat, known.lon)
    assert event.place.radius_km > 60.0


def test_far_out_at_sea_no_place_is_named():
    (event,) = told(Line(), bulletin(START_MS, lat=-48.0, lon=-123.0))
    assert event.place is None
    assert event.headline.startswith("Earthquake, place unknown")


def test_a_warning_speaks_with_the_agency_s_own_words():
    (event,) = told(Line(), FLOOD)
    assert (event.certainty, event.urgency, event.confidence) == ("Likely", "Expected", 0.8)
    assert event.expires == rfc3339(START_MS + 6 * HOUR_MS)
    (maybe,) = told(Line(), msgspec.structs.replace(FLOOD, certainty="Possible"))
    assert (maybe.certainty, maybe.level) == ("Possible", "yellow")


@pytest.mark.parametrize(
    "change_to",
    [{"severity": "Minor"}, {"severity": "Unknown"}, {"kind": "news"}, {"status": "test"},
     {"expires_ms": START_MS - 1}],
)  # fmt: skip
def test_what_is_small_over_or_no_official_word_is_no_event(change_to):
    assert told(Line(), msgspec.structs.replace(FLOOD, **change_to)) == []


def test_the_same_word_again_says_nothing_new():
    line = Line()
    assert len(told(line, QUAKE)) == 1
    assert told(line, QUAKE, until_ms=SOON_MS + MINUTE_MS) == []


def test_two_agencies_speak_of_one_event_and_two_messages_of_one_agency_of_two():
    line = Line()
    other = change(QUAKE, 4, source="emsc", id="e1", magnitude=6.3, lat=-12.2)
    events = told(line, QUAKE, other)
    assert phases(events) == [("reported", "official"), ("updated", "official")]
    assert [ref.source for ref in events[-1].bulletins] == ["usgs", "emsc"]
    second = change(QUAKE, 20, id="xx2", lat=-12.3)
    assert phases(told(line, second)) == [("reported", "official")]


# --- what becomes of it ---------------------------------------------------------------------


def test_an_update_changes_it_and_a_cancellation_withdraws_it():
    line = Line()
    (first,) = told(line, FLOOD)
    worse = change(FLOOD, 40, id="w2", references=("w1",), severity="Extreme")
    (second,) = told(line, worse, until_ms=START_MS + 41 * MINUTE_MS)
    assert (second.event_id, second.revision, second.severity) == (first.event_id, 2, "Extreme")
    back = change(FLOOD, 50, id="w3", references=("w2",), status="cancelled", radius_km=0.0)
    (last,) = told(line, back, until_ms=START_MS + 51 * MINUTE_MS)
    assert (last.event_id, last.phase, last.revision) == (first.event_id, "withdrawn", 3)
    assert (last.bulletins, last.place, last.certainty) == ((), None, "Unlikely")
    assert told(line, FLOOD, worse, until_ms=START_MS + 52 * MINUTE_MS) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_message_and_its_end_give_the_same_in_any_order(order):
    end = change(FLOOD, 10, id="w3", references=("w1",), status="ended")
    line = Line()
    events = [e for n in order for e in told(line, (FLOOD, end)[n])]
    assert [e.phase for e in events] == (["reported", "resolved"] if order == (0, 1) else [])


def test_a_warning_ends_when_it_expires_at_that_very_moment():
    line = Line()
    told(line, FLOOD)
    assert line.line.active()
    (last,) = told(line, until_ms=START_MS + 7 * HOUR_MS)
    assert (last.phase, last.urgency, last.at) == ("resolved", "Past", rfc3339(FLOOD.expires_ms))
    assert not line.line.active()


def test_there_are_never_too_many_of_them():
    alone = Alone(b"key", Counter())
    for n in range(ALONE_MOST + 2):
        alone.found(change(FLOOD, 0, id=f"w{n}"), START_MS, START_MS + n)
    ended = []
    while (first := alone.next_end()) is not None and first.end_ms == 0:
        ended.append(first.main.id)
        alone.leave(first.event_id)
    assert ended == ["w0", "w1"]
    assert len(alone) == ALONE_MOST


def test_what_earlier_starts_told_is_known_within_a_bound(monkeypatch):
    monkeypatch.setattr("tocsin.official.alone.TOLD_MOST", 3)
    dropped = Counter()
    alone = Alone(b"key", dropped)
    words = [change(FLOOD, 0, id=f"w{n}") for n in range(5)]
    alone.know([BulletinRef(w.source, w.id, rfc3339(w.sent_ms)) for w in words])
    assert dropped == {"told_before": 2}
    found = [alone.found(word, START_MS, START_MS) is not None for word in words]
    assert found == [True, True, False, False, False], "the first taken up are forgotten first"


# --- reports join ---------------------------------------------------------------------------


def test_later_reports_attach_to_it_and_the_lead_is_negative():
    line = Line()
    (alone,) = told(line, QUAKE, until_ms=START_MS + MINUTE_MS)
    rows = crowd(8, START_MS + 5 * MINUTE_MS)
    both = told(line, rows=rows)[0]
    assert (both.event_id, both.revision, both.phase) == (alone.event_id, 2, "updated")
    assert (both.origin, both.tier, both.certainty) == ("both", "official", "Observed")
    assert both.voices == "5-14"
    assert both.families == ("bluesky",)
    assert both.first_seen == alone.first_seen
    assert both.bulletins[0].lead_time_s == pytest.approx(-300, abs=30)
    assert line.line.reported == {1: alone.event_id}


def test_a_wide_warning_stays_beside_the_flood_in_one_of_its_towns():
    wide = msgspec.structs.replace(FLOOD, radius_km=300.0)
    assert wide.radius_km > WIDER * GAZETTEER.place(LIMA).radius_km
    line = Line()
    (warning,) = told(line, wide, until_ms=START_MS + MINUTE_MS)
    rows = crowd(8, START_MS + 5 * MINUTE_MS, hazard=IDS["flood"])
    event = told(line, rows=rows)[0]
    assert event.event_id != warning.event_id
    assert (event.phase, event.origin) == ("reported", "both")


def test_a_bulletin_about_what_is_reported_founds_nothing():
    line = Line()
    told(line, rows=crowd(8), until_ms=START_MS + MINUTE_MS)
    events = told(line, change(QUAKE, 5))
    assert phases(events) == [("updated", "both")]
    assert events[0].bulletins[0].lead_time_s == pytest.approx(300, abs=1)


def test_what_only_may_come_makes_no_report_observed():
    maybe = change(QUAKE, 5, certainty="Possible")
    line = Line()
    told(line, rows=crowd(8), until_ms=START_MS + MINUTE_MS)
    event = told(line, maybe)[-1]
    assert (event.origin, event.tier, event.certainty) == ("both", "corroborated", "Likely")


def test_when_the_reports_are_taken_back_the_word_stands_alone_again():
    line = Line()
    (alone,) = told(line, QUAKE, until_ms=START_MS + MINUTE_MS)
    told(line, rows=crowd(8, START_MS + 5 * MINUTE_MS))
    events = line.line.purge(0, SOON_MS)
    assert phases(events) == [("withdrawn", "posts"), ("reported", "official")]
    assert events[0].event_id == alone.event_id
    assert events[1].event_id != alone.event_id
    assert (events[1].voices, events[1].families) == ("0", ())


def test_when_the_word_is_taken_back_the_reports_stand_alone_again():
    line = Line()
    told(line, QUAKE, until_ms=START_MS + MINUTE_MS)
    told(line, rows=crowd(8, START_MS + 5 * MINUTE_MS), until_ms=START_MS + 6 * MINUTE_MS)
    (event,) = told(line, change(QUAKE, 7, status="cancelled"))
    assert (event.origin, event.tier, event.certainty) == ("posts", "unconfirmed", "Possible")


def test_news_are_a_family_and_no_official_word():
    line = Line()
    told(line, rows=crowd(8), until_ms=START_MS + MINUTE_MS)
    (event,) = told(line, change(QUAKE, 5, kind="news", source="gazette", severity="Unknown"))
    assert event.families == ("bluesky", "news")
    assert (event.origin, event.tier, event.certainty) == ("posts", "corroborated", "Likely")
    assert event.bulletins == ()
    # A second newsroom is the same family.
    again = change(QUAKE, 6, kind="news", source="herald", severity="Unknown", id="h1")
    assert told(line, again, until_ms=SOON_MS + MINUTE_MS) == []


# --- a new start ----------------------------------------------------------------------------


def test_after_a_new_start_the_feed_s_first_answer_says_nothing_new():
    (alone,) = told(Line(), QUAKE)
    again = Line()
    again.line.recall([alone], 0)
    assert told(again, QUAKE, until_ms=SOON_MS + MINUTE_MS) == []
    worse = change(QUAKE, 40, severity="Extreme")
    (event,) = told(again, worse, until_ms=SOON_MS + HOUR_MS)
    assert (event.event_id, event.revision, event.severity) == (alone.event_id, 2, "Extreme")


def test_after_a_new_start_an_event_that_was_reported_too_is_not_told_twice():
    line = Line()
    told(line, QUAKE, until_ms=START_MS + MINUTE_MS)
    both = told(line, rows=crowd(8, START_MS + 5 * MINUTE_MS))[-1]
    again = Line()
    again.line.recall([both], 0)
    assert told(again, QUAKE) == []


def test_one_that_its_feed_forgot_ends_in_its_time():
    (alone,) = told(Line(), FLOOD)
    again = Line()
    again.line.recall([alone], 0)
    (last,) = told(again, until_ms=START_MS + 7 * HOUR_MS)
    assert (last.phase, last.event_id, last.revision) == ("resolved", alone.event_id, 2)
    assert last.at == alone.expires


def test_the_size_of_steps_changes_nothing():
    rows = crowd(8, START_MS + 5 * MINUTE_MS)
    words = [QUAKE, FLOOD, change(QUAKE, 9, source="emsc", id="e1"),
             change(FLOOD, 12, id="w2", references=("w1",), status="cancelled")]  # fmt: skip
    whole = Line().step(rows, words, SOON_MS)
    line = Line()
    parts = line.step([], words, START_MS + 2 * MINUTE_MS)
    parts += line.step(rows[:3], [], START_MS + 5 * MINUTE_MS)
    parts += line.step(rows[3:], [], SOON_MS)
    assert parts == whole
