"""What the machine itself allows: how fast memory is read and copied, and JSON is decoded."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

_SIZE_BYTES = 1 << 27


def measure_limits(frames: list[bytes], rounds: int) -> dict[str, float]:
    """GB/s of reading and of copying, MB/s of an exact JSON decoder that builds every value and of
    one that builds none, each the best of some rounds, in CPU time of one thread."""
    there, here = np.ones(_SIZE_BYTES // 8), np.zeros(_SIZE_BYTES // 8)
    whole, none = msgspec.json.Decoder(), msgspec.json.Decoder(_Nothing)
    size = sum(map(len, frames))
    return {
        "read_gb_s": round(_best(there.sum, rounds, _SIZE_BYTES) / 1e9, 1),
        "copy_gb_s": round(_best(lambda: np.copyto(here, there), rounds, _SIZE_BYTES) / 1e9, 1),
        "json_mb_s": round(_best(lambda: list(map(whole.decode, frames)), rounds, size) / 1e6, 1),
        "json_skipped_mb_s": round(
            _best(lambda: list(map(none.decode, frames)), rounds, size) / 1e6, 1
        ),
    }


class _Nothing(msgspec.Struct):
    """A frame of which nothing is wanted."""


def _best(work: Callable[[], Any], rounds: int, size: int) -> float:
    """Bytes a second."""
    best_s = float("inf")
    for _ in range(rounds):
        begun_s = time.process_time()
        work()
        best_s = min(best_s, max(time.process_time() - begun_s, 1e-9))
    return size / best_s
