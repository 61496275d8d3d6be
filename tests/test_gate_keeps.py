"""What the gate remembers goes by time as well as by number (contract P4, P9, P10)."""

import json

import pytest

from tocsin.clock import HOUR_MS, rfc3339
from tocsin.gate import SEEN_MAX, SEEN_MS, Gate
from tocsin.gate.voices import WINDOW_MS, FileKeys, SeededKeys
from tocsin.metrics import Reason, Tally
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

NOON_MS = 1_767_268_800_000


def gate_with(keys):
    return Gate(load_vocabulary(), Gazetteer.load(), keys, 1)


@pytest.fixture
def gate():
    return gate_with(SeededKeys(0))


def row(number, at_ms, op="create"):
    said = {"created_at": rfc3339(at_ms), "author": f"invented{number}", "id": f"p{number}",
            "text": "Strong earthquake felt in Lima just now", "op": op}  # fmt: skip
    return json.dumps(said).encode()


def entered(gate, *rows):
    tally = Tally()
    passed = gate.enter(list(rows), decode_replay, 0, tally)
    assert tally.balanced
    return passed, tally


def test_the_same_post_is_refused_while_it_is_remembered(gate):
    entered(gate, row(1, NOON_MS))
    passed, tally = entered(gate, row(1, NOON_MS + HOUR_MS))
    assert tally.refused[Reason.DUPLICATE] == 1 and passed.batch.rows == 0


def test_post_tags_go_within_a_day_also_from_a_silent_stream(gate):
    assert SEEN_MS <= 24 * HOUR_MS
    entered(gate, *(row(n, NOON_MS + n) for n in range(50)))
    assert len(gate._sorter.seen) == 50
    gate.pass_time(NOON_MS + SEEN_MS - 1)
    assert len(gate._sorter.seen) == 50
    gate.pass_time(NOON_MS + SEEN_MS + 50)
    assert len(gate._sorter.seen) == 0


def test_post_tags_are_bounded_by_number(gate):
    for begin in range(0, SEEN_MAX + 2_000, 4_000):
        rows = [
            json.dumps({"created_at": rfc3339(NOON_MS), "author": "a", "id": f"q{n}",
                        "text": "fire in the valley"}).encode()
            for n in range(begin, begin + 4_000)
        ]  # fmt: skip
        entered(gate, *rows)
    assert len(gate._sorter.seen) == SEEN_MAX


def test_a_deleted_post_is_forgotten_at_once(gate):
    entered(gate, row(1, NOON_MS), row(2, NOON_MS))
    assert len(gate._sorter.seen) == 2
    passed, _ = entered(gate, row(1, NOON_MS + 5, "delete"))
    assert len(gate._sorter.seen) == 1 and passed.removals.rows == 1


def test_keys_are_destroyed_on_time_although_nobody_posts(tmp_path):
    keys = FileKeys(tmp_path / "voices.json")
    gate = gate_with(keys)
    entered(gate, row(1, NOON_MS))
    first = NOON_MS // WINDOW_MS
    assert keys.key(first) is not None
    born = (tmp_path / "voices.json").read_bytes()
    gate.pass_time(NOON_MS + 36 * HOUR_MS)
    assert keys.key(first) is None
    kept = json.loads((tmp_path / "voices.json").read_text())
    assert str(first) not in kept
    assert json.loads(born)[str(first)] not in kept.values()
