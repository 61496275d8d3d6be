"""The boundary: everything is counted, order is kept, and a batch may be cut anywhere."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_vocabulary import FIRE, FLOOD, small_vocabulary
from test_read import NoPlaces
from tocsin.batch import Batch, Flag
from tocsin.clock import HOUR_MS
from tocsin.gate import AHEAD_MS, Gate
from tocsin.gate.voices import WINDOW_MS, SeededKeys
from tocsin.metrics import Reason, Tally
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Post
from tocsin.sources.frames import decode_replay

VOCABULARY = small_vocabulary()
START = 42_000 * WINDOW_MS + HOUR_MS


def new_gate() -> Gate:
    return Gate(VOCABULARY, NoPlaces(), SeededKeys(1), 77)


def row(text="fire in the valley", author="ada", at_ms=START, **more) -> bytes:
    return msgspec.json.encode({"created_at": at_ms, "author": author, "text": text, **more})


def enter(gate: Gate, *frames: bytes, tally: Tally | None = None):
    return gate.enter(list(frames), decode_replay, 0, tally or Tally())


def jetstream(operation, rkey, text, at_ms=START, did="did:plc:heron") -> bytes:
    record = {"$type": "app.bsky.feed.post", "text": text, "langs": ["en"]}
    commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey}
    if operation != "delete":
        commit["record"] = record
    return msgspec.json.encode(
        {"did": did, "time_us": at_ms * 1000, "kind": "commit", "commit": commit}
    )


TEXTS = [
    "fire in the valley", "flooding", "no fire", "fire drill", "a flood of tears", "protest fire",
    "nice weather", "", "   ", "fire " * 900, "🔥", "٣ فيضان", "HALF fire", "what if fire",
]  # fmt: skip
HOSTILE = [
    b"", b"{}", b"null", b"[" * 50_000, b'{"text":', row("x" * FRAME_BYTES), row()[:-5],
    b'{"did":"did:plc:a","time_us":1,"kind":"identity"}', b"\xff" * 9,
]  # fmt: skip
words = st.integers(0, len(TEXTS) - 1).map(TEXTS.__getitem__)
names = st.sampled_from(["ada", "ben", "cleo", None, 7])
stamps = st.one_of(
    st.integers(START, START + 40 * HOUR_MS),
    st.sampled_from(["2031-01-01T00:00:00Z", "yesterday", "", None, -5, 10**16, 1.5]),
)
rows = st.fixed_dictionaries(
    {"created_at": stamps, "author": names, "text": words},
    optional={
        "id": st.sampled_from(["p1", "p2", "p3", 9, None]),
        "op": st.sampled_from(["create", "edit", "delete", "account_deleted", "boost", None]),
        "lang": st.sampled_from(["en", "pt-BR", "x" * 50, None]),
        "geo": st.just({"lat": 1.5}),
    },
).map(lambda made: msgspec.json.encode(made).replace(b"HALF", b"\\ud800"))
frames = st.one_of(
    rows,
    st.binary(max_size=30),
    st.builds(
        jetstream,
        st.sampled_from(["create", "update", "delete", "move"]),
        st.sampled_from(["a", "b"]),
        words,
    ),
    st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__),
)


@given(st.lists(frames, max_size=12))
@settings(max_examples=200)
def test_received_is_admitted_and_refused(drawn):
    tally = Tally()
    passed = enter(new_gate(), *drawn, tally=tally)
    assert tally.received == len(drawn)
    assert tally.balanced
    assert tally.admitted == passed.batch.rows == len(passed.rows)


def cut_up(drawn, sizes):
    """Batches of one stream that was cut into pieces of these sizes."""
    gate, tally, at, batches, removals = new_gate(), Tally(), 0, [], []
    for size in [*sizes, len(drawn)]:
        passed = enter(gate, *drawn[at : at + size], tally=tally)
        offset = sum(batch.rows for batch in batches)
        removals += [
            (int(before) + offset, int(at_ms), post.tolist(), voice.tolist())
            for before, at_ms, post, voice in zip(*passed.removals, strict=True)
        ]
        batches.append(passed.batch)
        at += size
    columns = {
        name: np.concatenate([getattr(batch, name) for batch in batches]).tolist()
        for name in Batch._fields
        if not name.endswith("_at")
    }
    return columns, removals, tally.as_dict()


@given(st.lists(frames, max_size=14), st.lists(st.integers(0, 5), max_size=5))
@settings(max_examples=150)
def test_a_stream_may_be_cut_anywhere(drawn, sizes):
    assert cut_up(drawn, []) == cut_up(drawn, sizes)


def test_a_batch_across_a_key_boundary_is_tagged_by_its_own_times():
    boundary = 42_001 * WINDOW_MS
    drawn = [row(author=name, at_ms=boundary + step) for name, step in
             [("ada", -2_000), ("ben", -1_000), ("ada", 1_000), ("ben", 40 * HOUR_MS),
              ("ben", 40 * HOUR_MS)]]  # fmt: skip
    columns, *_ = cut_up(drawn, [])
    assert columns == cut_up(drawn, [1] * 5)[0]
    assert columns["voice_window"][:3] == [42_000, 42_000, 42_001]


def test_columns_of_an_admitted_post():
    passed = enter(
        new_gate(), row("protest fire smoke?", at_ms=START), row("nothing"), row("flood")
    )
    assert passed.batch.hazard.tolist() == [FIRE, FLOOD]
    assert passed.batch.time_ms.tolist() == [START, START]
    assert passed.batch.flags[0] & Flag.MASKED
    assert passed.rows.tolist() == [0, 2]
    assert passed.now_ms == START


def test_a_removal_stands_before_the_rows_that_came_after_it():
    passed = enter(
        new_gate(), row(id="1"), row("nothing", id="2"), row(id="1", op="delete"), row(id="4"),
        row(op="account_deleted"), row("no fire", id="5"), row(id="6"),
        row(id="6", op="delete"),
    )  # fmt: skip
    assert passed.batch.rows == 3
    assert passed.removals.before.tolist() == [1, 2, 3]


def test_an_edit_is_a_delete_and_an_insert():
    gate = new_gate()
    first = enter(gate, row(id="p")).batch
    tally = Tally()
    passed = enter(gate, row("flood here", id="p", op="edit"), tally=tally)
    assert passed.batch.hazard.tolist() == [FLOOD]
    assert passed.removals.before.tolist() == [0]
    assert int(first.post[0]) in passed.removals.post[0].tolist()
    assert tally.as_dict() == {"received": 1, "admitted": 1}


def test_a_delete_names_the_post_and_nothing_else():
    gate = new_gate()
    batch = enter(gate, row(id="p"), row("fire on the hill", "ben", id="q")).batch
    removals = enter(gate, row(id="p", op="delete")).removals
    assert int(batch.post[0]) in removals.post[0].tolist()
    assert int(batch.post[1]) not in removals.post[0].tolist()
    assert not removals.voice.any()


def test_a_closed_account_is_found_by_its_voice():
    gate = new_gate()
    batch = enter(gate, row(), row("fire on the hill", "ben")).batch
    removals = enter(gate, row(op="account_deleted")).removals
    assert int(batch.voice[0, 0]) in removals.voice[0].tolist()
    assert int(batch.voice[1, 0]) not in removals.voice[0].tolist()
    assert not removals.post.any()


def test_a_post_is_taken_once():
    gate, tally = new_gate(), Tally()
    first = enter(gate, row(id="p"), row(id="p"), row("nothing", id="q"), tally=tally)
    again = enter(gate, row(id="p"), row("nothing", id="q"), row(id=None), row(), tally=tally)
    assert (first.batch.rows, again.batch.rows) == (1, 2)
    # What names no hazard is not even tagged, so nobody knows that it came twice.
    assert tally.refused[Reason.DUPLICATE] == 2
    assert tally.balanced


def test_a_post_that_was_deleted_may_come_again():
    gate = new_gate()
    assert enter(gate, row(id="p"), row(id="p", op="delete"), row(id="p")).batch.rows == 2


@pytest.mark.parametrize(
    ("ahead_ms", "counts_ms"), [(0, 0), (AHEAD_MS, AHEAD_MS), (AHEAD_MS + 1, 0), (9**9, 0)]
)
def test_a_live_post_is_held_back_to_its_receipt(ahead_ms, counts_ms):
    passed = new_gate().enter([row(at_ms=START + ahead_ms)], decode_replay, 0, Tally(), START)
    assert passed.now_ms == START + counts_ms


def test_the_same_name_in_two_families_is_two_voices():
    gate = new_gate()
    one = gate.enter([row(id="p")], decode_replay, 0, Tally()).batch
    two = gate.enter([row(id="p")], decode_replay, 1, Tally()).batch
    assert two.rows == 1
    assert one.voice[0, 0] != two.voice[0, 0]
    assert two.family.tolist() == [1]


def test_a_frame_too_large_is_not_even_decoded():
    def never(frame: bytes) -> Post:
        raise AssertionError("decoded")

    tally = Tally()
    new_gate().enter([b"x" * (FRAME_BYTES + 1)], never, 0, tally)
    assert tally.as_dict() == {"received": 1, "admitted": 0, "too_large": 1}


def test_a_text_is_read_to_its_bound():
    tail = row("a" * TEXT_CHARS + " fire")
    assert enter(new_gate(), tail).batch.rows == 0


def test_a_silent_stream_grows_older_and_its_keys_die():
    keys = SeededKeys(1)
    gate = Gate(VOCABULARY, NoPlaces(), keys, 77)
    enter(gate, row())
    passed = gate.pass_time(START + 40 * HOUR_MS)
    assert (passed.batch.rows, passed.removals.rows) == (0, 0)
    assert passed.now_ms == START + 40 * HOUR_MS
    assert keys.key(42_000) is None
    assert gate.pass_time(START).now_ms == START + 40 * HOUR_MS


def test_a_batch_shows_nobody():
    passed = enter(new_gate(), row(author="ada lovelark", text="fire by @secretname's house"))
    held = b"".join(np.asarray(column).tobytes() for column in passed.batch)
    for canary in (b"ada", b"lovelark", b"secretname", b"house", b"fire"):
        assert canary not in held


def test_a_removal_of_what_was_never_admitted_ends_here():
    gate, tally = new_gate(), Tally()
    enter(gate, row("nothing", id="2"), row("fire", id="3"), tally=tally)
    passed = enter(gate, row(id="2", op="delete"), row(id="9", op="delete"), tally=tally)
    assert passed.removals.rows == 0 and tally.refused[Reason.REMOVAL] == 2
    assert enter(gate, row(id="3", op="delete")).removals.rows == 1
    assert enter(gate, row(id="3", op="delete")).removals.rows == 0


def test_a_removal_is_passed_on_for_as_long_as_a_report_may_live():
    gate = new_gate()
    enter(gate, row(id="p"))
    late = enter(gate, row("nothing", at_ms=START + 23 * HOUR_MS, id="x"),
                 row("nothing", at_ms=START + 23 * HOUR_MS + 1, id="y"),
                 row(id="p", op="delete", at_ms=START + 23 * HOUR_MS + 2))  # fmt: skip
    assert late.removals.rows == 1
