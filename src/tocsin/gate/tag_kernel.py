"""Keyed BLAKE2b over many short identities at once."""

import numpy as np

from tocsin.compiled import kernel, part

TAG_BYTES = 8
_KEY_BYTES = 32
_BLOCK = 128
_BYTE, _ONE, _ALL = np.uint64(8), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_COLON, _ZERO_DIGIT = np.uint8(58), 48
IV = np.array(
    [0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
     0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179],
    np.uint64,
)  # fmt: skip
"""Fractions of the square roots of the first eight primes (RFC 7693)."""
SIGMA = np.array(
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
     [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
     [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
     [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
     [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
     [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
     [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
     [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
     [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
     [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]],
    np.int64,
)  # fmt: skip
"""Order in which each of the ten rounds takes the words of a block; two more begin anew."""


@part(lends=True)
def turned(word, bits):
    """A word rotated to the right."""
    return (word >> np.uint64(bits)) | (word << np.uint64(64 - bits))


@part(lends=True)
def stirred(v, a, b, c, d, x, y):
    """One mixing of four words of the state with two of the block, in place."""
    v[a] = v[a] + v[b] + x
    v[d] = turned(v[d] ^ v[a], 32)
    v[c] = v[c] + v[d]
    v[b] = turned(v[b] ^ v[c], 24)
    v[a] = v[a] + v[b] + y
    v[d] = turned(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = turned(v[b] ^ v[c], 63)


@part(lends=True)
def compress(state, data, begin, told, is_last, v, m, iv, sigma):
    """Take one block of 128 bytes at `begin` into the state; `told`: bytes taken with it."""
    for i in range(16):
        word = np.uint64(0)
        for j in range(8):
            word |= np.uint64(data[begin + 8 * i + j]) << (_BYTE * np.uint64(j))
        m[i] = word
    for i in range(8):
        v[i], v[i + 8] = state[i], iv[i]
    v[12] ^= np.uint64(told)
    if is_last:
        v[14] ^= _ALL
    for turn in range(12):
        s = sigma[turn % 10]
        for lane in range(4):
            stirred(v, lane, lane + 4, lane + 8, lane + 12, m[s[2 * lane]], m[s[2 * lane + 1]])
        for lane in range(4):
            stirred(v, lane, 4 + (lane + 1) % 4, 8 + (lane + 2) % 4, 12 + (lane + 3) % 4,
                    m[s[2 * lane + 8]], m[s[2 * lane + 9]])  # fmt: skip
    for i in range(8):
        state[i] ^= v[i] ^ v[i + 8]


@kernel
def keyed_state(key, iv, sigma):
    """(8,) uint64: the state after the block of a key of 32 bytes, for tags of TAG_BYTES."""
    state = iv.copy()
    state[0] ^= np.uint64(0x01010000 | _KEY_BYTES << 8 | TAG_BYTES)
    block = np.zeros(_BLOCK, np.uint8)
    block[:_KEY_BYTES] = key
    compress(
        state, block, 0, _BLOCK, False, np.zeros(16, np.uint64), np.zeros(16, np.uint64), iv, sigma
    )
    return state


@part(lends=True)
def message_into(out, blob, begin, end, head, rowhead, row):
    """Write an identity, or the position of a row that has none, behind its head; its size."""
    if begin >= 0:
        size = len(head)
        for j in range(size):
            out[j] = head[j]
        for j in range(begin, end):
            out[size] = blob[j]
            size += 1
        return size
    size = len(rowhead)
    for j in range(size):
        out[j] = rowhead[j]
    digits = 1
    rest = row
    while rest >= 10:
        rest //= 10
        digits += 1
    rest = row
    for j in range(digits - 1, -1, -1):
        out[size + j] = np.uint8(_ZERO_DIGIT + rest % 10)
        rest //= 10
    return size + digits


@kernel
def tags_of(blob, begin, end, row, head, rowhead, states, alive, iv, sigma):
    """(n, W) uint64: keyed tags of n identities under W keys; 0 where a key is dead.

    Identity i is `head` and blob[begin[i]:end[i]], or `rowhead` and row[i] where begin is -1.
    """
    n, width = len(begin), len(states)
    tags = np.zeros((n, width), np.uint64)
    longest = 0
    for i in range(n):
        longest = max(longest, end[i] - begin[i])
    room = max(len(head), len(rowhead)) + longest + 32
    out = np.zeros((room // _BLOCK + 2) * _BLOCK, np.uint8)
    state = np.zeros(8, np.uint64)
    v, m = np.zeros(16, np.uint64), np.zeros(16, np.uint64)
    for i in range(n):
        size = message_into(out, blob, begin[i], end[i], head, rowhead, row[i])
        blocks = (size + _BLOCK - 1) // _BLOCK
        out[size : blocks * _BLOCK] = 0
        for w in range(width):
            if not alive[w]:
                continue
            for j in range(8):
                state[j] = states[w, j]
            for b in range(blocks):
                last = b == blocks - 1
                told = _BLOCK + (size if last else (b + 1) * _BLOCK)
                compress(state, out, b * _BLOCK, told, last, v, m, iv, sigma)
            # The digest's first byte counts most, as in a number written out.
            tag = np.uint64(0)
            for j in range(8):
                tag = (tag << _BYTE) | ((state[0] >> (_BYTE * np.uint64(j))) & np.uint64(255))
            tags[i, w] = tag if tag != np.uint64(0) else _ONE
    return tags
