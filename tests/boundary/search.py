"""Searches bytes for many strings at once, in every form and inside every wrapping."""

import html
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

from boundary.forms import HEAD, briefly_hashed, hashed, numbered, written

DEPTH = 3
"""How many wrappings are taken off one after another."""
UNPACKED_BYTES = 64 << 20
_ESCAPE = re.compile(rb"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZLIB = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78][\x01\x5e\x9c\xda]")


class Finding(NamedTuple):
    """Something that should not be there: where, whose, in which form, at which byte."""

    channel: str
    canary: str
    form: str
    offset: int

    def __str__(self) -> str:
        return f"{self.channel}: {self.canary} as {self.form} at byte {self.offset}"


class Needles:
    """What is searched for: forms of strings, of plain hashes, and of keyed tags."""

    def __init__(self) -> None:
        self._owners: dict[bytes, tuple[str, str]] = {}
        self._tails: dict[bytes, list[bytes]] = {}
        self._heads: NDArray[np.uint64] | None = None

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, owner: str, form: str, needle: bytes) -> None:
        """Search for these bytes, whatever the case of their ASCII letters."""
        folded = needle.lower()
        if len(folded) >= HEAD and folded not in self._owners:
            self._owners[folded] = (owner, form)
            self._tails.setdefault(folded[:HEAD], []).append(folded)
            self._heads = None

    def add_text(self, owner: str, text: str) -> None:
        """Search for a text in every written form."""
        for form, needle in written(text):
            self.add(owner, form, needle)

    def add_hashes(self, owner: str, text: str) -> None:
        """Search for every plain digest of a text."""
        for form, needle in hashed(text):
            self.add(owner, form, needle)

    def add_brief_hashes(self, owner: str, text: str) -> None:
        """Search for the usual digests of a text."""
        for form, needle in briefly_hashed(text):
            self.add(owner, form, needle)

    def add_tag(self, owner: str, form: str, tag: int) -> None:
        """Search for a 64-bit tag in every form."""
        for shape, needle in numbered(form, tag.to_bytes(8, "big")):
            self.add(owner, shape, needle)

    def in_bytes(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """(needle, offset) of everything found; ASCII case does not matter."""
        folded = data.lower()
        for at in self._candidates(folded):
            for needle in self._tails.get(folded[at : at + HEAD], ()):
                if folded.startswith(needle, at):
                    yield needle, at

    def owner(self, needle: bytes) -> tuple[str, str]:
        """Whose it is, and in which form."""
        return self._owners[needle]

    def _candidates(self, data: bytes) -> list[int]:
        """Offsets whose eight bytes begin a needle."""
        if len(data) < HEAD:
            return []
        if self._heads is None:
            whole = np.frombuffer(b"".join(self._tails), np.uint8).reshape(-1, HEAD)
            self._heads = np.unique(_words(whole.reshape(-1), HEAD))
        found: list[int] = []
        step = 1 << 22
        for begin in range(0, len(data) - HEAD + 1, step):
            part = np.frombuffer(data[begin : begin + step + HEAD - 1], np.uint8)
            words = _words(part, 1)
            likely = np.arange(len(words))
            for shift in (0, 16, 32, 48):
                known = np.zeros(1 << 16, np.bool_)
                known[(self._heads >> np.uint64(shift)) & np.uint64(0xFFFF)] = True
                likely = likely[known[(words[likely] >> np.uint64(shift)) & np.uint64(0xFFFF)]]
            likely = likely[np.isin(words[likely], self._heads)]
            found += (likely + begin).tolist()
        return found


def _words(data: NDArray[np.uint8], step: int) -> NDArray[np.uint64]:
    """The eight bytes at every `step`-th offset as one number."""
    count = len(data) - HEAD + 1
    words = np.zeros(-(-count // step), np.uint64)
    for k in range(HEAD):
        words |= data[k : k + count : step].astype(np.uint64) << np.uint64(8 * k)
    return words


def search(channels: Mapping[str, bytes], needles: Needles, most: int = 50) -> list[Finding]:
    """Everything of `needles` in any channel, also where a wrapping hides it; at most `most`."""
    found: list[Finding] = []
    for channel, data in channels.items():
        seen: set[tuple[str, str]] = set()
        for wrapping, inner in layers(data):
            for needle, at in needles.in_bytes(inner):
                owner, form = needles.owner(needle)
                if (owner, form) not in seen:
                    seen.add((owner, form))
                    found.append(Finding(channel, owner, form + wrapping, at))
                    if len(found) >= most:
                        return found
    return found


def layers(data: bytes, depth: int = DEPTH) -> Iterator[tuple[str, bytes]]:
    """The bytes, and what they become when percent, entity, escape or packing is undone."""
    yield "", data
    if depth == 0:
        return
    for name, inner in _undone(data):
        for deeper, innermost in layers(inner, depth - 1):
            yield f" in {name}{deeper}", innermost


def _undone(data: bytes) -> Iterable[tuple[str, bytes]]:
    if b"%" in data:
        plain = unquote_to_bytes(data)
        if plain != data:
            yield "percent", plain
    if b"&" in data:
        text = html.unescape(data.decode("utf-8", "surrogateescape"))
        plain = text.encode("utf-8", "surrogateescape")
        if plain != data:
            yield "entities", plain
    if _ESCAPE.search(data):
        yield "escapes", _ESCAPE.sub(_unescaped, data)
    for name, pattern, bits in (("gzip", _GZIP, 31), ("zlib", _ZLIB, 15)):
        for hit in pattern.finditer(data):
            plain = _inflated(data[hit.start() :], bits)
            if len(plain) >= HEAD:
                yield name, plain


def _unescaped(hit: re.Match[bytes]) -> bytes:
    return chr(int(hit[1] or hit[2], 16)).encode("utf-8", "surrogatepass")


def _inflated(data: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data, UNPACKED_BYTES)
    except zlib.error:
        return b""
