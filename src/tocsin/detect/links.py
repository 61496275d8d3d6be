"""Finds reports by the tag of their post or voice, without a walk over the ring."""

import numpy as np

from tocsin.compiled import kernel, part
from tocsin.detect.state import BUCKETS, SIDES

_ZERO = np.uint64(0)


@part(lends=True)
def tag_of(reports, slot, side):
    """The tag a ring row is linked by on one side: its post, or its voice under either key."""
    if side == 0:
        return reports.post[slot]
    return reports.voice[slot, side - 1]


@part(lends=True)
def bucket_of(tag):
    """The chain a tag belongs to; tags are keyed hashes, so nobody can aim at one chain."""
    return np.int64(tag & np.uint64(BUCKETS - 1))


@part(lends=True)
def enlink(state, slot):
    """Put a ring row that was just written at the head of the chains of its tags."""
    links = state.links
    for side in range(SIDES):
        tag = tag_of(state.reports, slot, side)
        if tag == _ZERO:
            continue
        own, bucket = slot * SIDES + side, bucket_of(tag)
        first = links.head[bucket]
        links.after[own] = first
        links.before[own] = -1
        if first >= 0:
            links.before[first] = own
        links.head[bucket] = own


@part(lends=True)
def unlink(state, slot):
    """Take a ring row out of its chains; must run while its tags are still there."""
    links = state.links
    for side in range(SIDES):
        tag = tag_of(state.reports, slot, side)
        if tag == _ZERO:
            continue
        own = slot * SIDES + side
        before, after = links.before[own], links.after[own]
        if before >= 0:
            links.after[before] = after
        else:
            links.head[bucket_of(tag)] = after
        if after >= 0:
            links.before[after] = before
        links.before[own] = -1
        links.after[own] = -1


@part(lends=True)
def side_found(reports, slot, posts, voices):
    """The first side on which a row bears one of these tags; SIDES when none does."""
    for side in range(SIDES):
        tag = tag_of(reports, slot, side)
        for t in range(len(posts)):
            wanted = posts[t] if side == 0 else voices[t]
            if wanted != _ZERO and tag == wanted:
                return side
    return SIDES


@kernel
def find_rows(state, posts, voices, out):
    """Ring rows of removed posts or closed accounts (any of their tags), by slot, each once.

    `posts` and `voices` are of equal length, 0 = none; returns how many were written to `out`,
    which should hold RING. Takes as long as the chains of the tags are.
    """
    reports, links = state.reports, state.links
    n = 0
    for t in range(len(posts)):
        for voice in range(2):
            wanted = voices[t] if voice else posts[t]
            repeated = wanted == _ZERO
            for earlier in range(t):
                repeated = repeated or wanted == (voices[earlier] if voice else posts[earlier])
            if repeated:
                continue
            link = links.head[bucket_of(wanted)]
            while link >= 0:
                slot, side = link // SIDES, link % SIDES
                link = links.after[link]
                if (side > 0) != (voice > 0) or tag_of(reports, slot, side) != wanted:
                    continue
                # A row that several tags lead to is taken on its first side only.
                if side_found(reports, slot, posts, voices) == side and n < len(out):
                    out[n] = slot
                    n += 1
    out[:n].sort()
    return n
