"""The sign of life: while all is well, and never while it is not."""

import threading

import pytest

from loopback_feed import Answer, LoopbackFeed
from tocsin.engine.heartbeat import Heartbeat
from tocsin.errors import ConfigError

WAIT_S = 20.0


class Wellness:
    """Says what it is told to, and when it was asked."""

    def __init__(self):
        self.well, self.asked = True, threading.Semaphore(0)

    def __call__(self):
        self.asked.release()
        return self.well

    def wait(self, times):
        for _ in range(times):
            assert self.asked.acquire(timeout=WAIT_S)


def test_it_beats_while_all_is_well_and_stays_away_while_not():
    with LoopbackFeed(Answer(status=204)) as watchman:
        wellness = Wellness()
        beat = Heartbeat(watchman.url, wellness, 0.01)
        beat.start()
        wellness.wait(3)
        wellness.well = False
        wellness.wait(2)
        heard = len(watchman.requests)
        assert heard >= 2
        wellness.wait(5)
        assert len(watchman.requests) == heard
        wellness.well = True
        wellness.wait(3)
        assert len(watchman.requests) > heard
        beat.stop()
        path, headers = watchman.requests[0]
        assert path == "/feed.geojson" and headers["User-Agent"].startswith("tocsin/")
    assert beat.missed == 0


def test_a_watchman_who_is_away_is_counted_and_asked_again():
    with LoopbackFeed(Answer(status=500)) as watchman:
        wellness = Wellness()
        beat = Heartbeat(watchman.url, wellness, 0.01)
        beat.start()
        wellness.wait(4)
        beat.stop()
    assert beat.missed >= 2


@pytest.mark.parametrize("url", ["http://watch.example/x", "ftp://watch.example", "watch.example",
                                 "https://user:pass@watch.example"])  # fmt: skip
def test_a_wrong_address_is_named(url):
    with pytest.raises(ConfigError, match="heartbeat_url"):
        Heartbeat(url, lambda: True)
