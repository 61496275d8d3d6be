"""How often alerts were right: counted once an event, by hazard and by watch, with its blanks."""

import msgspec
import pytest

from invented_events import NOON_MS, alert, event
from tocsin.store import Store
from tocsin.store.outcomes import Judgement


@pytest.fixture
def store(tmp_path):
    """Three fires and a flood, told to two watches and two channels, three of them judged."""
    store = Store.open(tmp_path / "kept.db")
    for number, hazard in enumerate(("wildfire", "wildfire", "wildfire", "flood")):
        of = event(f"{number}x", hazard=hazard)
        told = [alert(f"{number}x", channel=channel, hazard=hazard) for channel in ("ops", "desk")]
        other = msgspec.structs.replace(told[0], key=f"{of.event_id}.1.v.ops", watch="v")
        told += [other] if number < 2 else []
        store.commit_step([of], told, {}, NOON_MS + number)
        for each in told:
            store.mark(each.key, "sent", NOON_MS + number)
    for number, outcome in enumerate(("real", "false", "", "exaggerated")):
        store.acknowledge(event(f"{number}x").event_id, NOON_MS + 9, outcome)
    yield store
    store.close()


def test_an_event_counts_once_however_many_were_told(store):
    fires, floods = store.outcomes.by_hazard()
    assert fires == Judgement("wildfire", 3, 1, 0, 1, 0, 0)
    assert floods == Judgement("flood", 1, 0, 1, 0, 0, 0)
    assert (fires.judged, fires.right, floods.right) == (2, 0.5, 1.0)
    assert [(j.of, j.alerted, j.judged) for j in store.outcomes.by_watch()] == [
        ("w", 4, 3), ("v", 2, 2)
    ]  # fmt: skip


def test_nothing_judged_is_no_share_at_all(tmp_path):
    with_none = Store.open(tmp_path / "other.db")
    assert with_none.outcomes.by_hazard() == []
    with_none.commit_step([event("a")], [alert("a")], {}, NOON_MS)
    assert with_none.outcomes.by_hazard() == [], "owed is not yet told"
    with_none.mark(alert("a").key, "sent", NOON_MS)
    (one,) = with_none.outcomes.by_hazard()
    assert (one.alerted, one.judged, one.right) == (1, 0, None)
    with_none.close()


def test_what_was_told_before_does_not_count(store):
    assert [j.of for j in store.outcomes.by_hazard(NOON_MS + 3)] == ["flood"]
    assert store.outcomes.by_watch(NOON_MS + 4) == []
