"""What holds for every test: no way out of this machine, and no silent skip."""

import contextlib
import os
import socket
from ipaddress import ip_address

import pytest
from hypothesis import settings

from tocsin.clock import HeldClock
from tocsin.errors import ConfigError
from tocsin.vocabulary.stored import PATH, stamp, state_of

NO_SKIP = os.environ.get("TOCSIN_NO_SKIP") == "1"

# The same cases on every machine, so a red test is red for everybody; nightly looks further.
settings.register_profile("everyday", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("nightly", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))

NOON_MS = 1_767_268_800_000
"""2026-01-01T12:00:00Z, the moment at which a held clock starts."""


def _stays_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


class _LocalSocket(socket.socket):
    """A socket that reaches this machine only."""

    def connect(self, address):
        if not _stays_here(address):
            raise AssertionError(
                f"a test reached out to {address!r}. Serve what it needs on loopback instead."
            )
        return super().connect(address)

    def connect_ex(self, address):
        if not _stays_here(address):
            raise AssertionError(
                f"a test reached out to {address!r}. Serve what it needs on loopback instead."
            )
        return super().connect_ex(address)


def pytest_configure(config):
    """Compile the vocabulary once where its data has changed, not in every process of the run."""
    if hasattr(config, "workerinput") or state_of(PATH, stamp()) == "current":
        return
    from tocsin.vocabulary import vocabulary_build

    # A data file that does not compile is for the tests to tell.
    with contextlib.suppress(ConfigError, ValueError, OSError):
        vocabulary_build.build()


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch):
    monkeypatch.setattr(socket, "socket", _LocalSocket)


@pytest.fixture
def held_clock():
    """A clock that moves only when the test moves it."""
    return HeldClock(NOON_MS)


def _refuse_skip(report):
    if NO_SKIP and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but TOCSIN_NO_SKIP=1 forbids it: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    _refuse_skip(report)
    return report
