"""Compiles every kernel before the first post comes, so that the first alert is not late."""

import msgspec

from tocsin.clock import rfc3339
from tocsin.compiled import is_compiled
from tocsin.engine.replay import replay
from tocsin.sources.frames import decode_replay
from tocsin.sources.scan import scan_jetstream
from tocsin.sources.wire_kernel import warm as warm_wire

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

    Takes some tens of seconds on the very first start of an installation and about one second
    on later ones, since compiled kernels are kept on disk.
    """
    warm_wire()
    replay([_frames()], decode_replay, scan=scan_jetstream)
    return is_compiled()
