"""The author becomes a keyed tag that lives no longer than its key (contract P4)."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.clock import HOUR_MS
from tocsin.errors import Corruption
from tocsin.gate.tag_kernel import IV, SIGMA, keyed_state, tags_of
from tocsin.sources import Post

WINDOW_MS = 12 * HOUR_MS
"""A voice key serves one window of twelve hours, and a second as the older key."""
WINDOWS_KEPT = 3
"""A key is destroyed when it is this many windows old: 36 hours after its first use."""
LIVE_TAGS = 4
"""Columns of Removals.post and .voice; one more than there are live keys."""
_KEY_BYTES = 32


class Tags(NamedTuple):
    """What stands for a post and its author, and the key window it was made in."""

    window: int
    voice: tuple[int, int]
    post: int


class Identities(NamedTuple):
    """n authors or posts as bytes; a first byte of -1 stands for none, then the row counts."""

    blob: NDArray[np.uint8]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    row: NDArray[np.int64]


class VoiceKeys(Protocol):
    """Keys by window."""

    def key(self, window: int) -> bytes | None:
        """The key of a window, None when it was destroyed or never made."""
        ...

    def turn(self, window: int) -> None:
        """Make the key of this window, destroy what is older than WINDOWS_KEPT."""
        ...


class SeededKeys:
    """Keys derived from a seed: for replay and tests, where the same input gives the same bytes."""

    def __init__(self, seed: int) -> None:
        self._seed = hashlib.blake2b(f"tocsin replay {seed}".encode(), digest_size=32).digest()
        self._window = 0

    def key(self, window: int) -> bytes | None:
        """The key of a window that is still alive."""
        if not self._window - WINDOWS_KEPT < window <= self._window:
            return None
        return hashlib.blake2b(b"voice %d" % window, key=self._seed, digest_size=32).digest()

    def turn(self, window: int) -> None:
        """Windows only move forward."""
        self._window = max(self._window, window)


class FileKeys:
    """Random keys in a memory-backed file, so that a restart within the window keeps them.

    Raises Corruption when the file is there but cannot be read: tagged data must be purged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # One name for the next state: what a killed writer left behind is overwritten.
        self._next = path.with_name(path.name + ".next")
        self._next.unlink(missing_ok=True)
        self._keys: dict[int, bytes] = {}
        if path.exists():
            try:
                table = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
                self._keys = {int(window): bytes.fromhex(key) for window, key in table.items()}
                if any(len(key) != _KEY_BYTES for key in self._keys.values()):
                    raise ValueError("a key is too short")
            except (ValueError, msgspec.DecodeError) as error:
                raise Corruption(
                    f"{path}: the voice keys cannot be read. Delete the file and the state of "
                    "the detector; tags made under lost keys must not stay."
                ) from error

    def key(self, window: int) -> bytes | None:
        """The key of a window that is still alive."""
        return self._keys.get(window)

    def turn(self, window: int) -> None:
        """Make the key of this window if there is none; forget old ones, on disk first."""
        live = {w: k for w, k in self._keys.items() if window - WINDOWS_KEPT < w <= window}
        live.setdefault(window, secrets.token_bytes(_KEY_BYTES))
        if live != self._keys:
            self._write(live)
            self._keys = live

    def _write(self, keys: dict[int, bytes]) -> None:
        """Replace the file in one step: after a crash there is the old state or the new."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        data = msgspec.json.encode({str(w): k.hex() for w, k in sorted(keys.items())})
        handle = os.open(self._next, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._next, self._path)


class Voices:
    """Makes tags of authors and posts under the live keys."""

    def __init__(self, keys: VoiceKeys) -> None:
        self._keys = keys
        self._window = -1
        self._live: dict[int, bytes] = {}

    @property
    def window(self) -> int:
        """Ordinal of the current key window."""
        return self._window

    def turn(self, at_ms: int) -> int:
        """Move to the window of a time; returns its ordinal."""
        window = at_ms // WINDOW_MS
        if window > self._window:
            self._window = window
            self._keys.turn(window)
            found = {w: self._keys.key(w) for w in range(window - WINDOWS_KEPT + 1, window + 1)}
            self._live = {w: key for w, key in found.items() if key is not None}
        return self._window

    def tags(self, post: Post, family: int, row: int) -> Tags:
        """Tags of a post under the keys of the current window and, for its voice, the one before.

        A post without an author counts as a voice of its own.
        """
        author = f"{family}:{post.author}" if post.author is not None else f"row:{row}"
        own = f"{family}:{post.id}" if post.id is not None else f"row:{row}"
        voice = (
            self._tag(author, "voice", self._window),
            self._tag(author, "voice", self._window - 1),
        )
        return Tags(self._window, voice, self.post(own))

    def tags_of(
        self, identities: Identities, purpose: str, family: int, windows: int
    ) -> NDArray[np.uint64]:
        """(n, windows): tags under the keys of the current window and those before, newest first.

        The same as one by one; 0 where a key is dead.
        """
        states = np.zeros((windows, 8), np.uint64)
        alive = np.zeros(windows, np.bool_)
        for back in range(windows):
            key = self._live.get(self._window - back)
            if key is not None:
                alive[back] = True
                states[back] = keyed_state(_bytes(key), IV, SIGMA)
        head, rowhead = (f"{purpose}\0{word}:".encode() for word in (family, "row"))
        found: NDArray[np.uint64] = tags_of(
            *identities, _bytes(head), _bytes(rowhead), states, alive, IV, SIGMA
        )
        return found

    def post(self, identity: str) -> int:
        """Tag of a post under the current key."""
        return self._tag(identity, "post", self._window)

    def all_tags(self, identity: str, purpose: str) -> list[int]:
        """Tags under every live key, newest first, padded with 0 to LIVE_TAGS."""
        tags = [self._tag(identity, purpose, self._window - back) for back in range(WINDOWS_KEPT)]
        return tags + [0] * (LIVE_TAGS - len(tags))

    def _tag(self, identity: str, purpose: str, window: int) -> int:
        key = self._live.get(window)
        if key is None:
            return 0
        text = f"{purpose}\0{identity}".encode("utf-8", "replace")
        digest = hashlib.blake2b(text, key=key, digest_size=8).digest()
        return int.from_bytes(digest, "big") or 1


def _bytes(data: bytes) -> NDArray[np.uint8]:
    """Bytes a kernel may be given: it is compiled anew for arrays that cannot be written."""
    return np.frombuffer(bytearray(data), np.uint8)
