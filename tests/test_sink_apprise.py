"""Apprise is an extra: one target a sink, nothing past the guard, and a clear word without it."""

import importlib.util
import json

import pytest

from invented_events import NOON_MS, alert
from loopback import Loopback
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy
from tocsin.sinks.apprise_service import AppriseSink

INSTALLED = importlib.util.find_spec("apprise") is not None


def sink(url, **settings):
    table = AppriseSink.spec.checked("sinks.x", {"url": url, **settings})
    return AppriseSink(table, HeldClock(NOON_MS))


@pytest.mark.parametrize(
    "url",
    ["json://example.org", "XMLS://example.org", "file:///x", "ntfy://a/b ntfy://c/d",
     "ntfy://a/b,ntfy://c/d"],
)  # fmt: skip
def test_targets_past_the_guard_and_several_at_once_are_refused(url):
    with pytest.raises(ConfigError, match="not allowed"):
        sink(url)


# Each side of the extra has tests of its own; those of the other side do not exist here, since
# a run that must leave nothing out cannot have both.
def without_the_extra():
    with pytest.raises(ConfigError, match=r"tocsin\[apprise\]"):
        sink("ntfys://push.example.org/x")


def one_target_is_told_and_a_no_is_busy():
    with Loopback((200, {}), (503, {})) as server:
        to = sink(f"ntfy://127.0.0.1:{server.port}/invented")
        assert to.send([alert()], NOON_MS).accepted == 1
        with pytest.raises(SinkBusy, match="not taken") as caught:
            to.send([alert()], NOON_MS)
    assert "invented" not in str(caught.value) + repr(to)
    body = json.loads(server.asked[0][1])
    assert "Almera" in body["title"] + body["message"]


def a_private_host_is_refused():
    to = sink("ntfys://push.example.org/x")
    to.lookup = lambda host, port: ["10.0.0.1"]
    with pytest.raises(SinkBusy, match="private address"):
        to.send([alert()], NOON_MS)


if INSTALLED:
    test_one_target_is_told_and_a_no_is_busy = one_target_is_told_and_a_no_is_busy
    test_a_private_host_is_refused = a_private_host_is_refused
else:
    test_without_the_extra_it_says_what_to_install = without_the_extra
