"""The detector's memory as bytes: whole, checked, of one size, and never in reach of a disk."""

import ast

import numpy as np
import pytest

from reports import PLACES, START_MS, TOWN, Line, Report, Taken
from tidy.files import ROOT
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.lifecycle import Detector
from tocsin.detect.prompt import Word
from tocsin.detect.snapshot import VERSION, arrays_of, read_back, written
from tocsin.detect.state import new_state
from tocsin.detect.traits import plain
from tocsin.detect.words import new_words
from tocsin.errors import Corruption, InputError

STAMP = "words-1"


def detector(hazards=4):
    return Detector(PLACES, plain(np.eye(hazards, dtype=np.bool_)), 3, b"identity")


def crowd(n, at_ms, name="w"):
    return [
        Report(at_ms + k * 5_000, f"{name}{k}", f"{name}-{k}", words=(11, 12, 900 + k, 300 + k))
        for k in range(n)
    ]


@pytest.fixture(scope="module")
def busy():
    """A detector with an event, a candidate's worth of talk, facts, a deletion and old words;
    an official word speaks of the event."""
    line = Line()
    area = np.array([TOWN])
    names = np.array([7], np.uint64)
    until_ms = START_MS + 20 * HOUR_MS
    word = Word(names, (1,), (1,), area, area[:0], START_MS - HOUR_MS, until_ms, True)
    line.detector.tell(word, START_MS + 2 * MINUTE_MS)
    slow = [
        Report(START_MS + 8 * HOUR_MS + k * 9 * MINUTE_MS, f"s{k}", f"s-{k}", 1, words=(40 + k,))
        for k in range(6)
    ]
    line.take(*crowd(9, START_MS), until_ms=START_MS + 7 * HOUR_MS)
    line.take(
        *crowd(8, START_MS + 8 * HOUR_MS, "x"), *slow, Taken(START_MS + 9 * HOUR_MS, "", "x-3")
    )
    assert line.evidence
    assert line.detector._scales.backed
    return line.detector


@pytest.fixture(scope="module")
def memory(busy):
    return written(busy, STAMP)


def test_what_is_read_back_is_written_alike(busy, memory):
    fresh = detector()
    assert written(fresh, STAMP) != memory
    read_back(memory, fresh, STAMP)
    assert written(fresh, STAMP) == memory
    for name, column in arrays_of(busy).items():
        assert (arrays_of(fresh)[name] == column).all(), name


def test_it_has_one_size_whatever_was_seen(memory):
    assert len(written(detector(), STAMP)) == len(memory)
    tables = (*new_state(4, 3), new_words(4, len(PLACES.country)))
    size = sum(a.nbytes for table in tables for a in table)
    assert size < len(memory) < size + 100_000


def test_it_shares_no_memory_with_whom_it_was_read_into(memory):
    one, two = detector(), detector()
    read_back(memory, one, STAMP)
    read_back(memory, two, STAMP)
    one.state.events.reports[:] += 1
    assert written(two, STAMP) == memory


def test_every_attribute_of_a_detector_is_written_or_known_to_be_of_no_account(busy):
    # A new attribute of the detector must be thought of here, or a cut would lose it.
    settings = {"_places", "_traits", "state", "_company", "_scales", "_register", "_chores"}
    settings |= {"_prompts", "_hearing", "_outcome"}
    # What it took down for a store says nothing to the one that took it down.
    settings |= {"usual", "dropped"}
    kept = {"_ordinal", "_taken", "_next_tick_ms", "_start_bin", "_dirty"}
    assert set(vars(busy)) == settings | kept
    assert set(vars(busy._prompts)) == {
        "_state", "_listens", "words", "_waiting", "dropped",
    }  # fmt: skip
    assert set(vars(busy._scales)) - {"backed"} == {
        "_state", "_places", "_traits", "_watcher", "_table",
    }  # fmt: skip
    between_feeds_empty = {"evidence", "merged", "reported", "_joined"}
    assert set(vars(busy._outcome)) == between_feeds_empty | {"joins"}
    assert not any(getattr(busy._outcome, name) for name in between_feeds_empty)
    register = {"_state", "_key", "ordinal", "_ids", "births_ms"}
    assert set(vars(busy._register)) == register
    assert set(vars(busy._chores)) == {"_state", "period_ms", "usual"}


@pytest.mark.parametrize("where", [0, 20, 300, 5_000, 10_000_000, -40, -1])
def test_one_changed_bit_is_refused(memory, where):
    bad = bytearray(memory)
    bad[where] ^= 4
    fresh = detector()
    before = written(fresh, STAMP)
    with pytest.raises(Corruption, match="from its start"):
        read_back(bytes(bad), fresh, STAMP)
    assert written(fresh, STAMP) == before


@pytest.mark.parametrize("size", [0, 1, 31, 32, 60, 10_000])
def test_what_is_cut_short_or_longer_is_refused(memory, size):
    with pytest.raises(Corruption):
        read_back(memory[:size], detector(), STAMP)
    with pytest.raises(Corruption):
        read_back(memory + b"\0" * (size + 1), detector(), STAMP)


def test_another_vocabulary_another_size_or_another_version_is_refused(memory, monkeypatch):
    with pytest.raises(InputError, match="stamp words-1"):
        read_back(memory, detector(), "words-2")
    with pytest.raises(InputError, match="same tables"):
        read_back(memory, detector(hazards=5), STAMP)
    monkeypatch.setattr("tocsin.detect.snapshot.VERSION", VERSION + 1)
    with pytest.raises(InputError, match=f"version {VERSION} "):
        read_back(memory, detector(), STAMP)


@pytest.mark.parametrize("cut", range(0, 60, 7))
def test_a_detector_that_was_cut_goes_on_as_if_it_was_not(cut):
    items = [*crowd(20, START_MS), *crowd(20, START_MS + 30 * MINUTE_MS, "x")]
    items += [Taken(START_MS + 50 * MINUTE_MS, "", f"w-{k}") for k in range(18)]
    items += crowd(6, START_MS + 4 * HOUR_MS, "y")
    whole, parted = Line(), Line()
    for line in (whole, parted):
        for number, item in enumerate(items):
            if line is parted and number == cut:
                again = detector()
                read_back(written(line.detector, STAMP), again, STAMP)
                line.detector = again
            line.take(item)
        line.take(until_ms=START_MS + 20 * HOUR_MS)
    assert parted.evidence == whole.evidence
    assert {e.phase for e in whole.evidence} >= {"reported", "updated", "resolved"}


def test_nothing_in_it_opens_a_file_or_knows_where_files_are():
    tree = ast.parse((ROOT / "src" / "tocsin" / "detect" / "snapshot.py").read_text("utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    modules = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert not {"open", "exec", "eval", "__import__"} & names
    assert not {"save", "savez", "tofile", "memmap", "write", "write_bytes", "dump"} & attributes
    assert {m for m in modules if not m.startswith("tocsin.")} == {"hashlib", "msgspec", "numpy",
                                                                    "numpy.typing"}  # fmt: skip
