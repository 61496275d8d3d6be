"""Rows are found by their tags as a walk over the whole ring would find them."""

import random

import numpy as np
import pytest

import naive_detect
from reports import START_MS, Line, Report, Taken, batch_of
from tocsin.batch import Removals
from tocsin.clock import HOUR_MS
from tocsin.detect.links import find_rows
from tocsin.detect.state import BUCKETS, RING, SIDES
from tocsin.gate.voices import LIVE_TAGS, Tags

NONE = Removals(
    np.zeros(0, np.int64), np.zeros(0, np.int64),
    np.zeros((0, LIVE_TAGS), np.uint64), np.zeros((0, LIVE_TAGS), np.uint64),
)  # fmt: skip


def standing(state):
    """(slot, post, voices) of every row that is remembered."""
    reports = state.reports
    return [
        (int(slot), int(reports.post[slot]), reports.voice[slot].tolist())
        for slot in np.flatnonzero(reports.dies_ms > 0)
    ]


def found(state, posts, voices):
    """What the chains give."""
    out = np.zeros(RING, np.int64)
    padded = [np.array([*tags, *[0] * (LIVE_TAGS - len(tags))], np.uint64)
              for tags in (posts, voices)]  # fmt: skip
    return out[: find_rows(state, *padded, out)].tolist()


def whole(state):
    """Every chain is whole: each tag of each row stands in the chain of its bucket once."""
    links, reports = state.links, state.reports
    seen = []
    for bucket in np.flatnonzero(links.head >= 0):
        before, link = -1, int(links.head[bucket])
        while link >= 0:
            slot, side = divmod(link, SIDES)
            tag = int(reports.post[slot] if side == 0 else reports.voice[slot, side - 1])
            assert tag != 0 and tag % BUCKETS == bucket and links.before[link] == before
            seen.append(link)
            before, link = link, int(links.after[link])
    wanted = [
        slot * SIDES + side
        for slot, post, own in standing(state)
        for side, tag in enumerate((post, *own))
        if tag
    ]
    assert sorted(seen) == wanted


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_posted_deleted_closed_and_forgotten(seed):
    rng, line, now = random.Random(seed), Line(), START_MS
    names = []
    for serial in range(300):
        now += rng.choice([1_000, 20_000, 400_000])
        pick = rng.random()
        if pick < 0.75 or not names:
            names.append(f"p{serial}")
            line.take(Report(now, f"w{rng.randrange(9)}", names[-1], rng.randrange(2)))
        elif pick < 0.93:
            line.take(Taken(now, "", rng.choice(names)))
        elif pick < 0.97:
            line.take(Taken(now, f"w{rng.randrange(9)}"))
        else:
            now += 2 * HOUR_MS
            line.take(until_ms=now)
        if serial % 60 == 0:
            whole(line.detector.state)
    rows = standing(line.detector.state)
    whole(line.detector.state)
    assert len(rows) > 5
    posts, voices = {row[1] for row in rows}, {tag for row in rows for tag in row[2]} - {0}
    for _ in range(40):
        asked = (
            rng.sample([*sorted(posts), 7, 8], rng.randint(0, 4)),
            rng.sample([*sorted(voices), 7, 8], rng.randint(0, 4)),
        )
        assert found(line.detector.state, *asked) == naive_detect.rows_of(rows, *asked)


def test_a_full_ring_forgets_its_oldest_and_finds_the_rest():
    rng, state = random.Random(4), (line := Line()).detector.state
    # Few voices and buckets, so that chains are long; copies found no event.
    voices = [rng.randrange(1, 2**64) for _ in range(500)]
    voices += [tag + BUCKETS for tag in voices[:250] if tag + BUCKETS < 2**64]
    rows = [Report(START_MS + k // 50, "", sketch=9) for k in range(RING // 8 * 9)]
    tags = [Tags(0, (rng.choice(voices), 0), rng.randrange(1, 2**64)) for _ in rows]
    for at in range(0, len(rows), 20_000):
        batch = batch_of(rows[at : at + 20_000], tags[at : at + 20_000])
        line.detector.feed(batch, NONE, START_MS)
    kept = standing(state)
    assert len(kept) == RING
    assert len({slot for slot, _, _ in kept}) == RING
    asked = [tags[3].post, tags[-3].post, tags[-RING].post], rng.sample(voices, 4)
    rows_found = found(state, *asked)
    assert rows_found == naive_detect.rows_of(kept, *asked)
    assert len(rows_found) > 300
    whole(state)
