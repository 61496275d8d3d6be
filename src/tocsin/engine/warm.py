"""Compiles every kernel before the first post comes, so that the first alert is not late."""

import subprocess
import sys

import msgspec

from tocsin.clock import rfc3339
from tocsin.compiled import is_compiled, is_kept
from tocsin.detect.advance import advance
from tocsin.engine import warm_detect
from tocsin.engine.keys import seeded_keys
from tocsin.engine.replay import replay
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.sources.frames import decode_replay
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

_START_MS = 1_700_000_000_000
_WORDS = ["river", "bridge", "harbour", "station", "school", "market", "tower", "valley"]


def _frame(number: int, text: str, author: str, op: str = "create") -> bytes:
    return msgspec.json.encode(
        {
            "created_at": rfc3339(_START_MS + number * 2_000),
            "author": author,
            "text": text,
            "id": f"{author}-{text[-12:]}" if op == "create" else f"{author}-gone",
            "op": op,
        }
    )


def _frames() -> list[bytes]:
    """A burst, a second one that merges into it, a deletion, a closed account, a later minute."""
    frames = [_frame(0, "nothing of note here", "a0")]
    for i in range(40):
        word = _WORDS[i % len(_WORDS)]
        text = f"Strong earthquake felt in Lima, {i} injured near the {word} number {i}"
        frames.append(_frame(i + 1, text, f"a{i}"))
    frames.append(_frame(42, "", "a3", "delete"))
    frames.append(_frame(43, "", "a4", "account_deleted"))
    for i in range(30):
        text = f"Flooding in Quito, water in the {_WORDS[i % 8]} of street {i}"
        frames.append(_frame(60 + i, text, f"b{i}"))
    frames.append(_frame(2_000, "quiet again", "a1"))
    return frames


def warm() -> bool:
    """Run a few invented posts through the whole line; returns whether kernels are compiled.

    Takes about a minute on the very first start of an installation, when a second process
    compiles detection beside this one, and about a second on later ones, since compiled kernels
    are kept on disk.
    """
    if is_compiled() and is_kept(advance) is False:
        beside = subprocess.Popen(
            [sys.executable, "-m", warm_detect.__name__],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _gate_alone()
        beside.wait()
    replay([_frames()], decode_replay, scan=scan_jetstream, threads=1)
    return is_compiled()


def _gate_alone() -> None:
    """All that comes before detection."""
    keys = seeded_keys(0)
    gate = Gate(load_vocabulary(), Gazetteer.load(), keys.voices, keys.term)
    gate.enter(_frames(), decode_replay, 0, Tally(), scan=scan_jetstream)
