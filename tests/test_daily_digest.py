"""Once a day, as one message: what was not urgent; what is urgent or takes back never waits."""

import pytest

from invented_events import NOON_MS, alert
from tocsin.clock import DAY_MS, HOUR_MS, parse_time_ms
from tocsin.config_file import parse
from tocsin.deliver import Desk, policies
from tocsin.errors import ConfigError
from tocsin.store import Store


def manners(**settings):
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    return policies(parse(f'[sinks.ops]\ntype = "x"\n[channels.ops]\n{lines}').policies)


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "kept.db")
    yield store
    store.close()


def take(desk, store, *alerts, now_ms=NOON_MS):
    owed, held = desk.take(alerts, now_ms)
    store.commit_step([], owed, {}, now_ms, held=held)
    return owed, held


def test_the_day_is_told_at_its_hour_as_one_message(store):
    desk = Desk(manners(digest='"18:00"'), store)
    owed, held = take(desk, store, alert("a"), alert("b"))
    assert (owed, [h.reason for h in held]) == ([], ["digest"] * 2)
    assert {h.until_ms for h in held} == {NOON_MS + 6 * HOUR_MS}
    desk = Desk(manners(digest='"18:00"'), store)
    assert take(desk, store, now_ms=NOON_MS + 6 * HOUR_MS - 1)[0] == []
    due, _ = take(desk, store, now_ms=NOON_MS + 6 * HOUR_MS)
    assert [a.key for a in due] == [alert("a").key, alert("b").key]
    assert len({a.digest for a in due}) == 1 and due[0].digest
    # What comes after the hour waits for that of the next day, news of a known event too.
    _, held = take(desk, store, alert("a", 2, "update"), now_ms=NOON_MS + 7 * HOUR_MS)
    assert held[0].until_ms == NOON_MS + 6 * HOUR_MS + DAY_MS


def test_what_is_urgent_or_takes_back_does_not_wait(store):
    desk = Desk(manners(digest='"18:00"'), store)
    red = alert("r", level="red")
    assert take(desk, store, red)[0] == [red]
    lower = alert("r", 2, "update", level="yellow")
    gone = alert("r", 3, "withdrawal", phase="withdrawn")
    assert [a.key for a in take(desk, store, lower)[0]] == [lower.key]
    assert [a.key for a in take(desk, store, gone)[0]] == [gone.key]
    never = Desk(manners(digest='"18:00"', quiet_break='"never"'), store)
    assert take(never, store, alert("s", level="red"))[0] == []


def test_the_hour_is_that_of_the_zone_also_when_clocks_change():
    daily = manners(digest='"08:00"', zone='"Europe/Madrid"')["ops"].daily
    for now, strikes in (
        ("2026-11-22T06:59:59Z", "2026-11-22T07:00:00Z"),
        ("2026-11-22T07:00:00Z", "2026-11-23T07:00:00Z"),
        ("2027-03-27T12:00:00Z", "2027-03-28T06:00:00Z"),
    ):
        assert daily.next_ms(parse_time_ms(now)) == parse_time_ms(strikes)


@pytest.mark.parametrize("hour", ["8", "24:00", "08:60", "morning", "08:00-09:00"])
def test_what_is_no_hour_is_refused(hour):
    with pytest.raises(ConfigError, match=r"channels\.ops\.digest: no hour"):
        manners(digest=f'"{hour}"')
