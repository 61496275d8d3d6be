"""Writes a load in a process of its own, whose memory is then none of what is measured."""

import subprocess
import sys
from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import make_load
from tocsin.sources import Post
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream


class Aside(NamedTuple):
    """Frames of the usual load, with what is known of each."""

    frames: list[bytes]
    removes: list[bool]
    """Which of them take something back."""
    named: list[bytes]
    """Those that name a hazard, and deletions of them: the others leave but a count."""


def load_aside(frames: int, share: float, seed: int) -> Aside:
    """A load of so many frames; raises CalledProcessError when the other process fails."""
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(frames), str(share), str(seed)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.msgpack.decode(done.stdout, type=Aside)


def _written(count: int, share: float, seed: int) -> Aside:
    frames = make_load(count, share, seed).frames
    sifted = Line().gate.sift(frames, decode_jetstream, scan_jetstream)
    posts = [decode_jetstream(frame) for frame in frames]
    removes = [isinstance(p, Post) and p.op in ("delete", "account_deleted") for p in posts]
    rows = set(np.flatnonzero(sifted.named).tolist())
    ids = {post.id for row, post in enumerate(posts) if row in rows and isinstance(post, Post)}
    named = [
        frame
        for row, (frame, post) in enumerate(zip(frames, posts, strict=True))
        if row in rows or (isinstance(post, Post) and post.op == "delete" and post.id in ids)
    ]
    return Aside(frames, removes, named)


if __name__ == "__main__":
    told = _written(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.buffer.write(msgspec.msgpack.encode(told))
