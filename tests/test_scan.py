"""The scanner of whole blocks says what the exact decoder says, of any bytes whatever."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.eval.bench.load import make_load
from tocsin.metrics import Reason
from tocsin.sources.columns import Block, block_of, columns_of
from tocsin.sources.frames import POSTS, decode_jetstream, decode_replay
from tocsin.sources.scan import scan_jetstream

LOAD = make_load(600, share=0.2, seed=5).frames


def rows(columns):
    """What the columns say of each frame, as plain values."""
    found = []
    for i in range(len(columns.refused)):
        if columns.refused[i]:
            found.append(int(columns.refused[i]))
            continue
        pieces = [
            columns.blob[a:b].tobytes() if a >= 0 else None
            for a, b in columns.spans[i].reshape(3, 2).tolist()
        ]
        found.append(
            (
                int(columns.op[i]),
                int(columns.at_ms[i]),
                int(columns.lang[i]),
                bool(columns.repost[i]),
                *pieces,
            )
        )
    return found


def scanned(frames, view=decode_jetstream):
    """(what the scanner says, frames it asked the exact decoder about)."""
    asked = []

    def exact(frame):
        asked.append(frame)
        return view(frame)

    return rows(scan_jetstream(block_of(frames), exact)), asked


def exact(frames, view=decode_jetstream):
    return rows(columns_of([view(frame) for frame in frames]))


def frame(text="quiet here", langs=("en",), op="create", **more):
    record = {"$type": POSTS, "langs": list(langs), "text": text} | more.pop("record", {})
    commit = {"rev": "3a", "operation": op, "collection": POSTS, "rkey": "3k", "record": record}
    event = {"did": "did:plc:heron", "time_us": 1_795_348_800_123_456, "kind": "commit",
             "commit": commit | more.pop("commit", {})}  # fmt: skip
    return json.dumps(event | more, separators=(",", ":"), ensure_ascii=False).encode()


def v2(time="2026-11-22T10:11:12.345Z", key="witnessedAt", **more):
    payload = {"$type": "network.bsky.jetstream.subscribeEvents#commit", "did": "did:plc:tern",
               key: time, "operation": "create", "collection": POSTS, "rkey": "3k",
               "record": {"text": "quiet"}} | more  # fmt: skip
    return json.dumps({"$type": "message", "payload": payload}, separators=(",", ":")).encode()


USUAL = [
    frame(),
    frame('a \n "b" \\ \u00e9 \U0001f600 地震'),
    frame(langs=()),
    frame(langs=("PT-br", "x")),
    frame(langs=("e",)),
    frame(op="update"),
    frame(op="delete"),
    frame(" \t"),
    frame("\u3000\u2003"),
    frame("", op="update"),
    frame(commit={"collection": "app.bsky.feed.like"}),
    v2(),
    v2("2026-02-28T23:59:59Z"),
    v2("2026-11-22T10:11:12.345678Z", "time"),
    v2(operation="delete"),
    v2(collection="app.bsky.feed.like"),
    frame("a/b").replace(b"a/b", b"a\\/b\\u0041\\ud83d\\ude00"),
]
UNUSUAL = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b'{"did":',
    b"\xff" * 40,
    frame()[:-1],
    frame() + b" ",
    frame().replace(b"quiet", b"qu\xffiet"),
    frame().replace(b"quiet", b"qu\xed\xa0\x80iet"),
    frame().replace(b"quiet", b"qu\x01iet"),
    frame().replace(b"quiet", b"\\ud800"),
    frame().replace(b"quiet", b"\\x41"),
    frame(record={"labels": {"values": [{"val": "!no-unauthenticated"}]}}),
    frame(record={"text": 5}),
    frame(langs=(5,)),
    frame(record={"langs": None}),
    frame("x" * 5_000),
    frame(did="nobody"),
    frame(did="did:" + "x" * 3_000),
    frame(did="did:plc:é"),
    frame(time_us=-5),
    frame(time_us=1.5),
    frame(time_us=10**17),
    frame(kind="account"),
    frame(kind="commit", account={"active": True}),
    frame(commit={"operation": "move"}),
    frame(commit={"rkey": ""}),
    frame(commit={"rkey": "k" * 600}),
    frame(commit={"record": []}),
    frame(created_at="2026-11-22T10:00:00Z", author="a", text="b", id="c"),
    frame(created_at=5),
    frame().replace(b'"rev":"3a"', b'"rkey":"other"'),
    frame().replace(b"3a", b"3\\u0061"),
    v2("2026-02-29T10:00:00Z"),
    v2("2026-11-22T24:00:00Z"),
    v2("2026-11-22T10:11:12.1234565Z"),
    v2("yesterday"),
    v2(account={"active": False}),
    v2(rkey=""),
    v2(time="2026-11-22T10:11:12.0005Z"),
    frame(record={"deep": json.loads("[" * 40 + "]" * 40)}),
    frame(record={"n": -1.5e3, "t": True, "z": None}),
    frame(record={"n": [0, 12, -0]}).replace(b"12", b"012"),
    b'{"did":"d","time_us":1,"kind":"identity","identity":{}}',
]


@pytest.mark.parametrize("view", [decode_jetstream, decode_replay])
def test_a_load_is_decoded_alike(view):
    found, asked = scanned(LOAD, view)
    assert found == exact(LOAD, view)
    assert len(asked) < 0.02 * len(LOAD)


@pytest.mark.parametrize("number", range(len(USUAL)))
def test_what_is_usual_needs_no_second_look(number):
    found, asked = scanned([USUAL[number]])
    assert found == exact([USUAL[number]])
    assert not asked


@pytest.mark.parametrize("number", range(len(UNUSUAL)))
@pytest.mark.parametrize("view", [decode_jetstream, decode_replay])
def test_what_is_unusual_is_what_the_exact_decoder_says(number, view):
    frames = [USUAL[0], UNUSUAL[number], USUAL[1]]
    assert scanned(frames, view)[0] == exact(frames, view)


cuts = st.tuples(st.integers(0, 3_000), st.integers(0, 6), st.binary(max_size=6))


@given(st.sampled_from(LOAD + USUAL), st.lists(cuts, min_size=1, max_size=3))
@settings(max_examples=400)
def test_damaged_frames_are_decoded_alike(whole, damage):
    for at, size, put in damage:
        at %= len(whole) + 1
        whole = whole[:at] + put + whole[at + size :]
    frames = [LOAD[0], whole, LOAD[1]]
    assert scanned(frames)[0] == exact(frames)


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(USUAL)), max_size=6))
@settings(max_examples=200)
def test_any_bytes_are_decoded_alike(frames):
    assert scanned(frames)[0] == exact(frames)


pieces = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b'"did":"did:plc:a"',
        b'"time_us":1',
        b"true",
        b"-1",
        b'"kind":"commit"',
        b'"commit":{',
        b'"operation":"create"',
        b'"collection":"app.bsky.feed.post"',
        b'"rkey":"k"',
        b'"record":{',
        b'"text":"fire"',
        b'"text":"',
        b"\xc3\xa9",
        b"\xe2\x82",
        b"null",
    ]
)


@given(st.lists(pieces, max_size=25).map(b"".join))
@settings(max_examples=400)
def test_scraps_of_the_wire_are_decoded_alike(scrap):
    assert scanned([scrap, USUAL[0]])[0] == exact([scrap, USUAL[0]])


def test_frames_cut_out_of_a_buffer_that_cannot_be_written():
    data = b"".join(one + b"\n" for one in LOAD) + b"\n" * 8
    end = np.cumsum([len(one) + 1 for one in LOAD]) - 1
    start = end - [len(one) for one in LOAD]
    block = Block(np.frombuffer(data, np.uint8), start, end)
    assert rows(scan_jetstream(block, decode_jetstream)) == exact(LOAD)
    assert block.frame(3) == LOAD[3]


def test_a_frame_too_long_is_not_walked():
    found, asked = scanned([frame("x" * 70_000)], lambda frame: Reason.TOO_LARGE)
    assert len(asked) == 1 and isinstance(found[0], int)
