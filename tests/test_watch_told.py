"""Whatever an event does, whoever heard of it hears what became of it: once, and no one else."""

import random
from collections import Counter

import msgspec
import pytest

from invented_events import ALMERA, BRUNNTAL, IBERIA, NOON_MS, event, watch
from naive_watch import Readers, fits
from tocsin.clock import rfc3339
from tocsin.deliver import Desk
from tocsin.engine.history import kept_events
from tocsin.model import Area, Fact
from tocsin.store import Store
from tocsin.watch.backtest import backtest
from tocsin.watch.matcher import Matcher
from tocsin.watch.wish import Threshold

NEAR = Area(ALMERA.lat, ALMERA.lon, 30.0, "g1")
WATCHES = [
    watch("any"),
    watch("red", min_level="red"),
    watch("near", areas=(NEAR,), min_level="green"),
    watch("killed", facts=(Threshold("killed", 1.0),), evidence="balanced"),
    watch("dark", hazards=("power_outage", "wildfire"), facts=(Threshold("without_power", 1e4),)),
    watch("sure", evidence="confirmed", min_severity="Severe"),
    watch("not", not_areas=(NEAR,)),
    watch("spoken", languages=("de",)),
]
FACTS = [
    (),
    (Fact("killed", 1.0, 2.0, "people", ""),),
    (Fact("killed", 0.0, 2.0, "people", ""), Fact("without_power", 2e4, 3e4, "customers", "")),
    (Fact("without_power", 9_999.0, 3e4, "customers", ""),),
]


def story(dice, length):
    """Revisions of five events at a time in any order of levels, places, figures and ends."""
    last, live = {}, [f"s{number}x" for number in range(5)]
    for number in range(length):
        name = dice.choice(live)
        revision = last.get(name, 0) + 1
        last[name] = revision
        phase = dice.choice(["updated"] * 6 + ["resolved", "withdrawn", "merged"])
        into = None
        if phase == "merged" and revision > 1:
            # Nothing is heard any more of what became part of another.
            live.remove(name)
            into = event(dice.choice(live)).event_id
            live.append(f"n{number}x")
        yield event(
            name,
            revision,
            phase="reported" if revision == 1 else phase,
            merged_into=into,
            at=rfc3339(NOON_MS + number * 60_000),
            hazard=dice.choice(["wildfire", "wildfire", "power_outage", "flood"]),
            level=dice.choice(["green", "yellow", "red"]),
            place=dice.choice([ALMERA, ALMERA, BRUNNTAL, IBERIA, None]),
            severity=dice.choice(["Moderate", "Severe"]),
            tier=dice.choice(["unconfirmed", "official"]),
            confidence=dice.choice([0.55, 0.9]),
            facts=dice.choice(FACTS),
        )


def told(alerts):
    return sorted((alert.kind, alert.watch) for alert in alerts)


@pytest.mark.parametrize("seed", range(30))
def test_the_matcher_tells_what_plain_readers_must_hear(seed):
    dice = random.Random(seed)
    matcher, readers = Matcher(WATCHES), Readers(WATCHES)
    for of in story(dice, 200):
        assert told(matcher.alerts(of)) == sorted(readers.owed(of)), of
        if dice.random() < 0.1:
            assert matcher.alerts(of) == [], "a revision is told once"


@pytest.mark.parametrize("seed", range(10))
def test_a_restart_at_any_moment_changes_nothing_that_is_told(seed, tmp_path):
    dice = random.Random(seed)
    store = Store.open(tmp_path / "kept.db")
    matcher, readers = Matcher(WATCHES), Readers(WATCHES)
    for number, of in enumerate(story(dice, 120)):
        if dice.random() < 0.1:
            matcher = Matcher(WATCHES, earlier=store.alerts_about)
        alerts = matcher.alerts(of)
        assert told(alerts) == sorted(readers.owed(of)), (number, of)
        store.commit_step([of], alerts, {}, NOON_MS + number)
    store.close()


@pytest.mark.parametrize("seed", range(20))
def test_each_upward_crossing_alerts_once_and_nobody_is_left_believing(seed):
    dice = random.Random(100 + seed)
    matcher = Matcher(WATCHES)
    last, heard, crossings, alerts = {}, {}, Counter(), Counter()
    inside = Counter()
    for of in story(dice, 200):
        for alert in matcher.alerts(of):
            assert alert.event == of
            alerts[alert.watch, of.event_id] += alert.kind == "alert"
            heard[alert.watch, of.event_id] = alert
        last[of.event_id] = of
        for one in WATCHES:
            key = (one.id, of.event_id)
            now = of.phase in ("reported", "updated") and fits(one, of)
            crossings[key] += bool(now and not inside[key])
            inside[key] = bool(now)
    assert crossings == alerts and sum(alerts.values()) > 50
    for key, alert in heard.items():
        believed = alert.kind == "alert" or (
            alert.kind == "update" and alert.event.phase in ("reported", "updated")
            and fits(next(w for w in WATCHES if w.id == key[0]), alert.event)
        )  # fmt: skip
        assert believed == bool(inside[key]), key
        if last[key[1]].phase == "withdrawn":
            assert alert.kind == "withdrawal"


def test_who_heard_of_a_merged_event_hears_when_the_other_is_withdrawn():
    matcher = Matcher([watch("w", areas=(NEAR,))])
    (first,) = matcher.alerts(event("a"))
    other = event("b", place=BRUNNTAL)
    assert matcher.alerts(other) == []
    gone = event("a", 2, phase="merged", merged_into=other.event_id)
    (merged,) = matcher.alerts(gone)
    assert (first.kind, merged.kind) == ("alert", "update")
    again = Matcher([watch("w", areas=(NEAR,))])
    again.restore([first, merged])
    back = event("b", 2, place=BRUNNTAL, phase="withdrawn")
    for each in (matcher, again):
        (taken,) = each.alerts(back)
        assert (taken.kind, taken.event) == ("withdrawal", back)
        assert each.alerts(msgspec.structs.replace(back, revision=3)) == []


def test_a_figure_reached_alerts_and_lost_again_is_told(tmp_path):
    matcher = Matcher([watch("dark", facts=(Threshold("without_power", 1e4),))])
    below, above = FACTS[3], FACTS[2]
    kinds = [
        [alert.kind for alert in matcher.alerts(event("a", n, facts=facts))]
        for n, facts in enumerate([below, above, above, below, above], start=1)
    ]
    assert kinds == [[], ["alert"], [], ["update"], ["alert"]]
    store = Store.open(tmp_path / "kept.db")
    desk = Desk({}, store)
    desk.mind([watch("dark", quiet="22:00-07:00", zone="Europe/Madrid")])
    alerts = Matcher([watch("dark")]).alerts(event("n", level="yellow"))
    night_ms = NOON_MS - NOON_MS % 86_400_000 + 2 * 3_600_000
    kept, held = desk.take(alerts, night_ms)
    assert kept == [] and held[0].reason == "quiet_hours"
    kept, _ = desk.take([], held[0].until_ms)
    assert [alert.event.event_id for alert in kept] == [event("n").event_id]
    red = Matcher([watch("dark")]).alerts(event("r", level="red"))
    assert desk.take(red, night_ms)[0] == red
    store.close()


@pytest.mark.parametrize("seed", range(5))
def test_what_was_owed_live_equals_the_trial_on_what_the_store_kept(seed, tmp_path):
    dice = random.Random(seed)
    store = Store.open(tmp_path / "kept.db")
    live = Matcher(WATCHES)
    for number, of in enumerate(story(dice, 150)):
        store.commit_step([of], live.alerts(of), {}, NOON_MS + number)
    history = kept_events(store, 0, lambda of: True)
    assert history.whole and len(history.events) == 150
    for one in WATCHES:
        owed = [each.alert for each in reversed(store.recent_alerts(5_000))]
        rung = [(a.event.event_id, a.event.at) for a in owed
                if a.watch == one.id and a.kind == "alert"]  # fmt: skip
        tried = backtest(one, history.events).chosen
        assert [(f.event, f.at) for f in tried.firings] == rung
        kinds = Counter(a.kind for a in owed if a.watch == one.id)
        assert (tried.updates, tried.withdrawals) == (kinds["update"], kinds["withdrawal"])
    quiet = Desk({}, store)
    quiet.mind([watch("any", quiet="00:00-23:59")])
    alerts = Matcher(WATCHES[:1]).alerts(event("z", level="yellow"))
    kept, held = quiet.take(alerts, NOON_MS)
    store.commit_step([event("z")], kept, {}, NOON_MS, held=held)
    (message,) = store.watches.messages(event("z").event_id, "any")
    assert message[1:4] == ("alert", "ops", "quiet_hours")
    assert kept_events(store, 0, lambda of: True, 100).whole is False
    store.close()
