"""Compiles all that comes before detection, and what receives, in a process of its own."""

import sys

import msgspec

from tocsin.clock import rfc3339
from tocsin.engine.frugal import BEHIND, ask_seldom, stand_back
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.sources import wire_kernel
from tocsin.sources.frames import decode_replay
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

_START_MS = 1_700_000_000_000
_WORDS = ["river", "bridge", "harbour", "station", "school", "market", "tower", "valley"]


def invented_frame(number: int, text: str, author: str, op: str = "create") -> bytes:
    """One frame of a recording, two seconds behind the one before."""
    return msgspec.json.encode(
        {
            "created_at": rfc3339(_START_MS + number * 2_000),
            "author": author,
            "text": text,
            "id": f"{author}-{text[-12:]}" if op == "create" else f"{author}-gone",
            "op": op,
        }
    )


def invented_frames() -> list[bytes]:
    """A burst, a second one that merges into it, a deletion, a closed account, a later minute."""
    frames = [invented_frame(0, "nothing of note here", "a0")]
    for i in range(40):
        word = _WORDS[i % len(_WORDS)]
        text = f"Strong earthquake felt in Lima, {i} injured near the {word} number {i}"
        frames.append(invented_frame(i + 1, text, f"a{i}"))
    frames.append(invented_frame(42, "", "a3", "delete"))
    frames.append(invented_frame(43, "", "a4", "account_deleted"))
    for i in range(30):
        text = f"Flooding in Quito, water in the {_WORDS[i % 8]} of street {i}"
        frames.append(invented_frame(60 + i, text, f"b{i}"))
    frames.append(invented_frame(2_000, "quiet again", "a1"))
    return frames


def warm_gate() -> int:
    """Decode, sieve and read the invented frames; returns how many reports came of them."""
    wire_kernel.warm()
    keys = seeded_keys(0)
    gate = Gate(load_vocabulary(), Gazetteer.load(), keys.voices, keys.term)
    passed = gate.enter(invented_frames(), decode_replay, 0, Tally(), scan=scan_jetstream)
    return passed.batch.rows


if __name__ == "__main__":
    if sys.argv[1:] == [BEHIND]:
        stand_back()
    ask_seldom()
    warm_gate()
