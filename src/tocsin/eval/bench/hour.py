"""An hour of stream time at a high rate, as fast as it goes: what memory does meanwhile."""

import gc
import time
from collections.abc import Callable

import msgspec
import numpy as np

from tocsin.engine.coverage import Ear
from tocsin.engine.frugal import give_back
from tocsin.engine.warm import warm
from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import START_MS, make_load
from tocsin.eval.bench.memory import resident_mb
from tocsin.eval.bench.tape import Tape
from tocsin.sources import Post
from tocsin.sources.columns import Block, block_of
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.scan import scan_jetstream
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.tongues import LANGUAGES

FRAMES = 20_000
Tell = Callable[[str], None]


class Hour(msgspec.Struct):
    """What a stretch of stream time left in memory."""

    per_s: int
    """Posts a second of stream time that are stood for."""
    minutes: int
    frames: int
    """Frames that were worked on: those that name a hazard, and deletions of them."""
    events: int
    wall_s: float
    begin_mb: float
    peak_mb: float
    each_minute_mb: list[float]


def run_hour(minutes: int, per_s: int, seed: int, tell: Tell) -> Hour:
    """Play a load again and again as new posts of new voices, at `per_s` of stream time.

    What names no hazard leaves nothing behind the sieve but a count, so only the rest is played.
    """
    warm()
    kept = _kept(seed)
    block = block_of(kept)
    tape = Tape(block.buffer.tobytes(), block.start)
    block = Block(tape.data, block.start, block.end)
    gazetteer = Gazetteer.load()
    line, ear = Line(), Ear(LANGUAGES, LANGUAGES[1:], gazetteer.iso)
    # What wrote the load holds itself in circles.
    gc.collect()
    give_back()
    begin_mb = peak_mb = resident_mb()
    wall_s, told, frames = time.perf_counter(), [begin_mb], 0
    turn_us = 1_000_000 * FRAMES / per_s
    turns = int(minutes * 60_000_000 / turn_us)
    for turn in range(turns):
        first_us = START_MS * 1_000 + int(turn * turn_us)
        tape.stamp(0, len(tape), first_us, turn_us / len(tape), turn)
        passed = line.gate.take(
            line.gate.sift(block, decode_jetstream, scan_jetstream), 0, line.tally
        )
        ear.hear(passed.batch, passed.removals, passed.now_ms)
        step = line.pipeline.step(passed.batch, passed.removals, [], passed.now_ms)
        line.events += len(step.events)
        frames += len(tape)
        if (turn + 1) * minutes // turns > len(told) - 1:
            told.append(resident_mb())
            tell(f"minute {len(told) - 1}: {told[-1]} MB")
            peak_mb = max(peak_mb, told[-1])
    wall_s = round(time.perf_counter() - wall_s, 1)
    return Hour(per_s, minutes, frames, line.events, wall_s, begin_mb, peak_mb, told)


def _kept(seed: int) -> list[bytes]:
    """Frames that name a hazard, and deletions of them."""
    frames = make_load(FRAMES, 0.03, seed).frames
    sifted = Line().gate.sift(frames, decode_jetstream, scan_jetstream)
    posts = [decode_jetstream(frame) for frame in frames]
    named = set(np.flatnonzero(sifted.named).tolist())
    ids = {post.id for row, post in enumerate(posts) if row in named and isinstance(post, Post)}
    return [
        frame
        for row, (frame, post) in enumerate(zip(frames, posts, strict=True))
        if row in named or (isinstance(post, Post) and post.op == "delete" and post.id in ids)
    ]
