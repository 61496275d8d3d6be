"""The detector alone: floors, removals, mergers, endings and what it remembers."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reports import ABROAD, FAR_TOWN, HAZARDS, START_MS, TOWN, Line, Report, Taken
from tocsin.batch import Flag
from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tocsin.gate.voices import WINDOW_MS
from tocsin.model import K_VOICES

QUAKE, FLOOD = 0, 1
WITNESS = Flag.FIRST_PERSON | Flag.SHORT


def crowd(n, at_ms=START_MS, name="w", step_ms=5_000, **more):
    """Reports of n people with words of their own."""
    return [
        Report(
            at_ms + k * step_ms, f"{name}{k}", f"{name}-{k}",
            words=(11, 12, 1_000 + k * 2, 1_001 + k * 2), **more,
        )
        for k in range(n)
    ]  # fmt: skip


def phases(evidence):
    return [(e.phase, e.voices) for e in evidence]


def standing(line):
    """The last word on each event."""
    return {e.event_id: e.phase for e in line.evidence}


@pytest.mark.parametrize(("voices", "reported"), [(4, False), (5, True), (12, True)])
def test_five_voices_make_an_event_and_four_do_not(voices, reported):
    line = Line()
    line.take(*crowd(voices), until_ms=START_MS + HOUR_MS)
    assert [e.phase for e in line.evidence][:1] == (["reported"] if reported else [])


def test_a_thousand_posts_of_four_authors_make_nothing():
    line = Line()
    rows = [
        Report(START_MS + k * 1_000, f"w{k % 4}", f"p{k}", words=(11, 12, 500 + k, 3_000 + k))
        for k in range(1_000)
    ]
    line.take(*rows, until_ms=START_MS + 2 * HOUR_MS)
    assert line.evidence == []


def test_copies_fold():
    line = Line()
    line.take(*crowd(60, sketch=0xC0FFEE), until_ms=START_MS + HOUR_MS)
    assert line.evidence == []


@pytest.mark.parametrize("closing", [False, True])
def test_below_five_living_voices_an_event_is_withdrawn(closing):
    line = Line()
    line.take(*crowd(6))
    at_ms = START_MS + 5 * MINUTE_MS
    for k, stands in [(0, True), (1, False)]:
        found = line.take(Taken(at_ms + k, f"w{k}", "" if closing else f"w-{k}"))
        assert ("withdrawn" not in [e.phase for e in found]) == stands
    events = line.detector.state.events
    assert not events.stage.any()
    assert not events.voice.any()
    assert not events.fact_voice.any()


def test_a_delete_counts_though_the_key_of_its_time_is_long_out_of_use():
    # Tags of a window leave the event before its posts grow too old to be deleted.
    line = Line()
    window = START_MS // WINDOW_MS
    first_ms = (window + 1) * WINDOW_MS - HOUR_MS
    line.take(*crowd(6, first_ms))
    busy = [Report(first_ms + k * 3 * MINUTE_MS, "w0", f"again{k}") for k in range(1, 270)]
    line.take(*busy)
    assert line.evidence[-1].phase == "updated"
    late_ms = (window + 2) * WINDOW_MS + HOUR_MS
    found = [e for k in range(1, 4) for e in line.take(Taken(late_ms + k, f"w{k}"))]
    assert "withdrawn" in [e.phase for e in found]


def test_one_of_two_posts_deleted_leaves_the_voice():
    line = Line()
    rows = crowd(5)
    again = [
        r._replace(at_ms=r.at_ms + 60_000, post=f"again{r.post}", words=(11, 12, 77)) for r in rows
    ]
    line.take(*rows, *again)
    at_ms = START_MS + 5 * MINUTE_MS
    for row in rows:
        line.take(Taken(at_ms, row.author, row.post))
    line.take(until_ms=at_ms + 2 * MINUTE_MS)
    assert "withdrawn" not in [e.phase for e in line.evidence]
    assert line.evidence[-1].voices == 5
    found = line.take(Taken(at_ms + 3 * MINUTE_MS, rows[0].author, again[0].post))
    assert phases(found)[-1] == ("withdrawn", 4)


def test_a_voice_stays_when_its_other_post_is_of_the_next_key_window():
    line = Line()
    boundary = (START_MS // WINDOW_MS + 1) * WINDOW_MS
    rows = crowd(5, boundary - MINUTE_MS)
    again = Report(boundary + 1_000, "w0", "again", words=(11, 12, 77))
    line.take(*rows, again)
    at_ms = boundary + 5 * MINUTE_MS
    assert line.take(Taken(at_ms, "w0", "w-0"), until_ms=at_ms + 2 * MINUTE_MS)[-1].voices == 5
    assert phases(line.take(Taken(at_ms + 3 * MINUTE_MS, "w0", "again")))[-1] == ("withdrawn", 4)


def test_what_a_removal_takes_out_is_what_the_report_put_in():
    # Several posts of one author weigh once, so taking them back must weigh once too.
    line = Line()
    rows = crowd(8, facts=((0, 3.0),))
    noisy = [
        Report(START_MS + HOUR_MS // 6 + k * 1_000, "loud", f"loud{k}", places=(ABROAD, TOWN),
               words=(11, 12, 90 + k), facts=((0, 40.0),))
        for k in range(6)
    ]  # fmt: skip
    line.take(*rows, until_ms=START_MS + 5 * MINUTE_MS)
    before = line.evidence[-1]
    line.take(*noisy, until_ms=START_MS + 20 * MINUTE_MS)
    told = line.evidence[-1]
    assert told.voices == 9
    assert [v.votes for v in told.places if v.place == ABROAD] == [0.5]
    assert [f.value for f in told.facts].count(40.0) == 1
    line.take(
        *[Taken(START_MS + 30 * MINUTE_MS + k, "loud", f"loud{k}") for k in range(6)],
        until_ms=START_MS + 40 * MINUTE_MS,
    )
    after = line.evidence[-1]
    for field in ("voices", "places", "languages", "witness_share", "families"):
        assert getattr(after, field) == getattr(before, field), field
    assert sorted(after.facts, key=str) == sorted(before.facts, key=str)


def test_a_family_goes_with_its_last_report():
    line = Line()
    line.take(*crowd(8), Report(START_MS + MINUTE_MS, "other", "o1", family=1, words=(11, 12, 5)),
              until_ms=START_MS + 5 * MINUTE_MS)  # fmt: skip
    assert line.evidence[-1].families == (0, 1)
    events, reports = line.detector.state.events, line.detector.state.reports
    slot = int(np.flatnonzero(reports.family == 1)[0])
    tags = np.zeros((1, 4), np.uint64)
    tags[0, 0] = reports.post[slot]
    line.detector._remove(tags[0], np.zeros(4, np.uint64), START_MS + 6 * MINUTE_MS)
    assert int(events.family_bits[events.stage > 0][0]) == 1


def test_two_events_of_one_hazard_in_two_countries_stay_two():
    line = Line()
    here = crowd(12, name="h")
    there = crowd(12, START_MS + 2_000, name="t", places=(ABROAD,))
    there = [r._replace(words=(51, 52, *r.words[2:])) for r in there]
    rows = sorted([*here, *there], key=lambda r: r.at_ms)
    line.take(*rows, until_ms=START_MS + HOUR_MS)
    reported = [e for e in line.evidence if e.phase == "reported"]
    assert sorted(e.places[0].place for e in reported) == [TOWN, ABROAD]
    assert "merged" not in standing(line).values()


def test_one_event_in_two_batches_of_words_stays_one():
    line = Line()
    one = crowd(8, name="h")
    two = [r._replace(words=(61, 62, *r.words[2:])) for r in crowd(8, START_MS + 30_000, name="t")]
    line.take(*sorted([*one, *two], key=lambda r: r.at_ms), until_ms=START_MS + HOUR_MS)
    assert [p for p in standing(line).values() if p != "merged"] == ["updated"]
    assert line.evidence[-1].voices == 16


def test_an_event_ends_and_opens_again_under_its_id():
    line = Line()
    line.take(*crowd(10), until_ms=START_MS + 9 * HOUR_MS)
    assert phases(line.evidence)[-1][0] == "resolved"
    again = crowd(10, START_MS + 9 * HOUR_MS, "again", flags=Flag.LINK)
    line.take(*again, until_ms=START_MS + 10 * HOUR_MS)
    assert len(standing(line)) == 1
    assert line.evidence[-1].phase == "updated"


def test_what_witnesses_tell_at_once_after_hours_of_silence_is_another_event():
    line = Line()
    line.take(*crowd(10), until_ms=START_MS + 9 * HOUR_MS)
    line.take(*crowd(10, START_MS + 9 * HOUR_MS, "again"), until_ms=START_MS + 10 * HOUR_MS)
    assert sorted(standing(line).values()) == ["resolved", "updated"]


def test_a_sensitive_setting_needs_fifteen_and_harm():
    def found(n, flags):
        line = Line()
        line.take(*crowd(n, flags=flags), until_ms=START_MS + HOUR_MS)
        return len(standing(line))

    masked = WITNESS | Flag.MASKED
    assert found(14, masked | Flag.INJURY) == 0
    assert found(15, masked | Flag.INJURY) == 1
    assert found(20, masked) == 0


def test_a_purge_takes_a_family_back():
    line = Line()
    line.take(*crowd(8))
    line.detector.purge(1, START_MS + HOUR_MS)
    assert [e.phase for e in line.detector.purge(0, START_MS + HOUR_MS)] == ["withdrawn"]
    assert not line.detector.state.reports.voice.any()


def nothing_personal(state, now_ms):
    reports, links, cells, flow, events = state
    assert (links.head == -1).all()
    assert not (reports.dies_ms > 0).any()
    for column in (reports.voice, reports.post, reports.sketch, reports.terms, reports.n_terms,
                   reports.fact_value, reports.time_ms, reports.window):  # fmt: skip
        assert not column.any()
    for column in (events.voice, events.n_voice, events.sketches, events.fact_voice,
                   events.terms, events.term_count):  # fmt: skip
        assert not column.any()
    assert not flow.sketch.any()
    assert not flow.term_now.any()
    assert flow.term_old[flow.term_old > 0].min(initial=99.0) >= 1.0
    words = cells.sort[cells.key != 0] == 3
    assert not (words & (cells.counts[cells.key != 0].sum(axis=1) < K_VOICES)).any()


def test_after_a_day_nothing_of_a_post_is_left():
    line = Line()
    line.take(
        *crowd(30, facts=((0, 3.0),)),
        *crowd(3, START_MS + HOUR_MS, "few", hazard=FLOOD, places=(FAR_TOWN,)),
        *[r._replace(sketch=900 + k) for k, r in enumerate(crowd(4, START_MS + 2 * HOUR_MS, "s"))],
    )
    for hours in range(3, 32):
        line.take(until_ms=START_MS + hours * HOUR_MS)
    nothing_personal(line.detector.state, START_MS + 31 * HOUR_MS)


def test_after_a_day_nothing_is_left_when_time_jumps_at_once():
    line = Line()
    line.take(*crowd(3, sketch=77), *crowd(3, name="x", hazard=FLOOD))
    line.take(until_ms=START_MS + 31 * HOUR_MS)
    nothing_personal(line.detector.state, START_MS + 31 * HOUR_MS)


def test_a_full_house_of_events_makes_room():
    line = Line()
    events = line.detector.state.events
    events.stage[:] = 1
    events.number[:] = np.arange(len(events.stage)) + 1_000
    events.last_ms[:] = START_MS
    events.hazard[:] = HAZARDS - 1
    line.take(*crowd(8), until_ms=START_MS + MINUTE_MS)
    assert [e.phase for e in line.evidence][:1] == ["reported"]


class Floor(RuleBasedStateMachine):
    """Whatever people post, delete and close: no event stands on fewer than five of them."""

    def __init__(self):
        super().__init__()
        self.line, self.now, self.serial = Line(), START_MS, 0
        self.living = {}

    def authors(self):
        return {author for author, _ in self.living.values()}

    def check(self, evidence):
        for found in evidence:
            if found.phase != "withdrawn":
                assert len(self.authors()) >= K_VOICES, found
                assert found.voices <= len(self.authors()), found

    @rule(
        author=st.integers(0, 8), word=st.integers(0, 3), copy=st.booleans(),
        hazard=st.sampled_from([QUAKE, QUAKE, QUAKE, FLOOD]), fact=st.booleans(),
    )  # fmt: skip
    def post(self, author, word, copy, hazard, fact):
        self.serial += 1
        self.now += 2_000
        name = f"p{self.serial}"
        self.living[name] = (f"w{author}", self.now)
        report = Report(
            self.now, f"w{author}", name, hazard=hazard, words=(11, 12, 100 + word),
            sketch=5 if copy else 0, facts=((0, 3.0),) if fact else (),
        )  # fmt: skip
        self.check(self.line.take(report))

    @rule(first=st.integers(0, 3), n=st.integers(4, 7))
    def crowd(self, first, n):
        for author in range(first, first + n):
            self.post(author, author % 4, False, QUAKE, False)

    @rule(pick=st.integers(0, 10**6))
    def delete(self, pick):
        if self.living:
            name = sorted(self.living)[pick % len(self.living)]
            self.take_back([name], Taken(self.now, "", name))

    @rule(author=st.integers(0, 8))
    def close(self, author):
        own = [name for name, (who, _) in self.living.items() if who == f"w{author}"]
        self.take_back(own, Taken(self.now, f"w{author}"))

    def take_back(self, names, taken):
        for name in names:
            # A post older than a day is forgotten, so nobody can take it back any more.
            if self.now - self.living[name][1] < DAY_MS:
                del self.living[name]
        self.check(self.line.take(taken))

    @rule(minutes=st.sampled_from([1, 5, 30, 90, 200, 400, 800]))
    def wait(self, minutes):
        self.now += minutes * MINUTE_MS
        self.check(self.line.take(until_ms=self.now))

    @invariant()
    def votes_stay_whole(self):
        events = self.line.detector.state.events
        for column in (events.hazard_votes, events.langs, events.place_votes, events.n_voice,
                       events.witnesses, events.n_facts, events.reports, events.score):  # fmt: skip
            assert (column >= 0).all()


TestFloor = Floor.TestCase
TestFloor.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
