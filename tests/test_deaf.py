"""Silence is visible: a silent source is told of, and with the last one the watches are blind."""

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from loopback_feed import Answer, LoopbackFeed
from streams import chatter
from test_engine import Official
from test_engine_deletion import Rig
from tocsin.clock import HOUR_MS, HeldClock, rfc3339
from tocsin.engine.intake import Intake
from tocsin.engine.rhythm import FIRST_MS, FLOOR_MS
from tocsin.sources.usgs import UsgsSource
from tocsin.web.health import told
from tocsin.web.live import health_of, metrics_of


def speak(rig, source, times=20, pause_s=2):
    for _ in range(times):
        rig.engine.intakes[source].rhythm.note(rig.clock.now_ms())
        rig.clock.advance(pause_s)


def deafness(rig):
    """What the metrics say, by source."""
    text = metrics_of(rig.engine, rig.board, rig.clock).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return {s.labels["source"]: s.value for s in families["tocsin_source_deaf"].samples}


def test_one_silent_source_is_deaf_and_only_the_last_one_makes_the_watches_blind(tmp_path):
    rig = Rig(tmp_path, "one", "two")
    rig.engine.ready.set()
    speak(rig, 0)
    one_ms = rig.engine.intakes[0].last_frame_ms
    assert health_of(rig.engine, rig.clock).blind_since is None
    for _ in range(25):
        speak(rig, 1, 2, 1)
    health = health_of(rig.engine, rig.clock)
    assert [s.deaf_since for s in health.sources] == [None, None]
    speak(rig, 1, 10)
    health = health_of(rig.engine, rig.clock)
    assert [s.deaf_since for s in health.sources] == [rfc3339(one_ms), None]
    assert health.blind_since is None and "silent" in health.advice
    assert deafness(rig) == {"one": 1.0, "two": 0.0}
    rig.clock.advance(FLOOR_MS / 1000)
    health = health_of(rig.engine, rig.clock)
    assert health.blind_since == rfc3339(rig.engine.intakes[1].last_frame_ms)
    assert "No source of posts speaks" in health.advice
    speak(rig, 0, 1)
    health = health_of(rig.engine, rig.clock)
    assert health.blind_since is None and health.sources[0].deaf_since is None


def test_a_source_that_never_spoke_is_blind_from_the_start(tmp_path):
    rig = Rig(tmp_path, "one")
    began_ms = rig.clock.now_ms()
    assert health_of(rig.engine, rig.clock).blind_since is None
    rig.clock.advance(FIRST_MS / 1000 + 1)
    assert health_of(rig.engine, rig.clock).blind_since == rfc3339(began_ms)


def test_a_source_that_falls_silent_is_told_once_and_once_when_it_is_back(tmp_path):
    rig = Rig(tmp_path, "one")
    speak(rig, 0, 5)
    heard_ms = rig.engine.intakes[0].last_frame_ms
    for _ in range(3):
        rig.take([])
        rig.clock.advance(61)
    speak(rig, 0, 1, 0)
    rig.take([])
    assert [(n.what, n.since_ms) for n in rig.notices] == [
        ("deaf", heard_ms), ("heard", rig.clock.now_ms())
    ]  # fmt: skip


def test_health_tells_of_losses_gaps_and_reasons_and_times_to_the_minute(tmp_path):
    rig = Rig(tmp_path, "one")
    intake = rig.engine.intakes[0]
    rig.take(chatter(1))
    intake.reconnects, intake.gaps, intake.lag_ms = 3, 2, 4_200
    intake.rhythm.note(rig.clock.now_ms())
    rig.clock.advance(100)
    (source,) = told(health_of(rig.engine, rig.clock), {}).sources
    assert (source.reconnects, source.gaps, source.lag_s) == (3, 2, 4.0)
    assert source.refused["no_hazard"] == 200
    assert source.deaf_since.endswith(":00.000Z")
    assert msgspec.json.encode(source)


class Answering(Official):
    """A feed that answers now and then that there is no news."""

    heard_ms: int | None = None


@pytest.mark.parametrize(("kind", "deaf"), [(Official, False), (Answering, True)])
def test_a_feed_is_deaf_when_its_server_stops_to_answer_not_when_it_has_no_news(
    tmp_path, kind, deaf
):
    rig = Rig(tmp_path, "one")
    intake = Intake("feed", kind(), 0, rig.engine._inbox, rig.clock, None, rig.engine._rng)
    rig.clock.advance(HOUR_MS / 1000)
    assert (intake.deaf_since_ms is not None) is deaf


def test_a_feed_says_when_it_was_last_answered():
    clock = HeldClock(1_767_268_800_000)
    with LoopbackFeed(Answer(body=b"{}"), Answer(status=304)) as server:
        source = UsgsSource(UsgsSource.spec.checked("x", {"url": server.url}), clock)
        assert source.heard_ms is None
        while not source.read(5.0)[0]:
            pass
        first_ms = source.heard_ms
        clock.advance(61)
        while source.heard_ms == first_ms:
            assert source.read(5.0)[0] == []
        source.close()
