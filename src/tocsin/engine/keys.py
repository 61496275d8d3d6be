"""The keys of contract P4: from a seed in replay, from chance and a memory-backed file live."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import NamedTuple

from tocsin.errors import Corruption
from tocsin.gate.voices import FileKeys, SeededKeys, VoiceKeys


class Keys(NamedTuple):
    """Voice keys by window, the term key and the identity key."""

    voices: VoiceKeys
    term: int
    identity: bytes


def seeded_keys(seed: int) -> Keys:
    """Keys of a replay: equal seeds give equal bytes."""
    term = hashlib.blake2b(b"term %d" % seed, digest_size=8).digest()
    identity = hashlib.blake2b(b"identity %d" % seed, digest_size=32).digest()
    return Keys(SeededKeys(seed), int.from_bytes(term, "big"), identity)


def memory_folder() -> Path:
    """A memory-backed folder for the voice keys, else the temp folder."""
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if name and os.path.isdir(name) and os.access(name, os.W_OK):
            return Path(name) / "tocsin"
    return Path(tempfile.gettempdir()) / "tocsin"


def live_keys(state_folder: Path, memory: Path | None = None) -> Keys:
    """Keys of a running installation.

    Voice keys lie in `memory` (a memory-backed folder), outside the state folder; term and
    identity key are made once and destroyed with the state. Raises Corruption when a key file
    is damaged.
    """
    state_folder.mkdir(parents=True, exist_ok=True)
    path = state_folder / "installation.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(40))
    data = path.read_bytes()
    if len(data) != 40:
        raise Corruption(
            f"{path}: the installation key is damaged. Remove the state folder and start anew."
        )
    name = hashlib.blake2b(str(state_folder.resolve()).encode(), digest_size=6).hexdigest()
    voices = FileKeys((memory or memory_folder()) / f"voices-{name}.json")
    return Keys(voices, int.from_bytes(data[:8], "big"), data[8:])
