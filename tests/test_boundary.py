"""Nobody who was planted in any input comes out anywhere, in any form (contract 2.1)."""

import os

import pytest

from boundary.closed import problems, records
from boundary.drive import drive
from boundary.search import search
from tocsin.vocabulary.pack import contract_hash

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
POSTS = int(os.environ.get("TOCSIN_BOUNDARY_POSTS", "100000" if NIGHTLY else "10000"))
"""Posts of chatter through each connector of posts; events come on top."""
pytestmark = pytest.mark.timeout(3_600 if NIGHTLY else 600)
EXPECTED = os.environ.get("TOCSIN_BOUNDARY_PACKAGE")
"""Set when a copy of the package is under test: the folder it must come from."""
SETTLED = ("state:", "web ", "out:", "tmp:", "home:", "deleted")
"""Where a withdrawn event must be gone: what is kept, and what is shown afterwards."""


@pytest.fixture(scope="module")
def harvest(tmp_path_factory):
    return drive(tmp_path_factory.mktemp("boundary"), POSTS)


def told(found):
    return "\n" + "\n".join(str(each) for each in found)


def test_the_package_under_test_is_the_one_meant(harvest):
    assert EXPECTED is None or str(harvest.package) == EXPECTED


def test_the_drive_reached_everything(harvest):
    # doctor about five bad files ends with 1, run with 2; everything else goes well.
    assert harvest.ended[0] == harvest.ended[1] == harvest.ended[-1] == 0
    assert harvest.ended[3:13] == [1] * 5 + [2] * 5
    assert len(harvest.needles) > 50_000
    for channel in ("webhook", "SSE stream", "stdout", "out: events.jsonl", "web GET /api/events",
                    "web GET /api/alerts", "web GET /metrics"):  # fmt: skip
        assert len(harvest.channels[channel]) > 1_000, channel
    replayed = list(records(harvest.channels["out: events.jsonl"]))
    assert any(event["bulletins"] for event in replayed)
    assert any(event["place"] for event in replayed)


def test_no_planted_identity_comes_out(harvest):
    found = search(harvest.channels, harvest.needles)
    assert not found, told(found)


def test_a_withdrawn_event_leaves_nothing_but_its_stub(harvest):
    kept = {n: data for n, data in harvest.channels.items() if n.startswith(SETTLED)}
    found = search(kept, harvest.taken_back)
    assert not found, told(found)


def test_every_record_holds_to_the_closed_lists(harvest):
    found = set()
    count = 0
    for channel, data in harvest.channels.items():
        for event in records(data):
            count += 1
            found |= {f"{channel}: {said}" for said in problems(event)}
    assert count > 20
    assert not found, told(sorted(found))


def test_a_question_about_somebody_is_answered_like_one_about_nobody(harvest):
    assert len(harvest.alike) > 20
    for question, about_somebody, about_nobody in harvest.alike:
        assert about_somebody == about_nobody, f"web answer to {question} tells them apart"


def test_the_voice_keys_lie_in_memory_alone(harvest):
    names = harvest.channels["file names"].decode()
    assert "voices-" in names
    assert not [n for n in harvest.channels if n.startswith("state") and "voices-" in n]


def test_every_record_carries_the_contract(harvest):
    official = contract_hash()
    told = {event["contract"] for data in harvest.channels.values() for event in records(data)}
    assert told == {official}
    for channel, data in harvest.channels.items():
        if channel.startswith("web GET"):
            assert f"x-tocsin-contract: {official}".encode() in data.lower(), channel


def test_nothing_is_asked_but_the_sources(harvest):
    asked = harvest.channels["requests to sources"].splitlines()
    paths = {line.split()[1].split(b"?")[0] for line in asked if line.startswith(b"GET ")}
    assert paths == {b"/quakes.geojson", b"/moved.geojson"}
