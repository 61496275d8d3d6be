"""Reads XML of strangers within bounds; an element nobody asked for is never built."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from tocsin.metrics import Reason

DEPTH_MOST = 32
"""Deepest nesting."""
ELEMENTS_MOST = 100_000
"""Most elements of one document, asked for or not."""
TEXT_BYTES = 524_288
"""Longest text of one element, in characters."""
TAG_BYTES = 262_144
"""Longest single tag or comment, to the next multiple of a chunk: a tag of a million attributes
would be a hundred times as large in memory."""
_CHUNK_BYTES = 65_536


class Refused(Exception):
    """Why one message is not kept; carries no word of it."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


class Wanted(NamedTuple):
    """Local names of the elements and attributes to keep; a child of an unwanted one is lost."""

    elements: frozenset[str]
    attributes: frozenset[str] = frozenset()


class Part:
    """One element: name, name space, text, wanted attributes and wanted children."""

    __slots__ = ("_pieces", "attributes", "name", "parts", "space")

    def __init__(self, space: str, name: str) -> None:
        self.space, self.name = space, name
        self.attributes: dict[str, str] = {}
        self.parts: list[Part] = []
        self._pieces: list[str] = []

    @classmethod
    def of(cls, space: str, name: str, text: str) -> "Part":
        """An element with a text, made rather than read."""
        part = cls(space, name)
        part._pieces.append(text)
        return part

    def all(self, name: str) -> Iterator["Part"]:
        """Children of that local name, in any name space."""
        return (part for part in self.parts if part.name == name)

    def first(self, name: str) -> "Part | None":
        """The first child of that local name."""
        return next(self.all(name), None)

    def text(self, name: str | None = None) -> str:
        """Own text, or that of the first child of a name, trimmed; empty when there is none."""
        part = self if name is None else self.first(name)
        return "" if part is None else "".join(part._pieces).strip()

    def texts(self, name: str) -> list[str]:
        """Texts of all children of that name."""
        return [part.text() for part in self.all(name)]


class _Builder:
    """Takes what the parser finds and counts it; raises Refused at a bound."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.root: Part | None = None
        self._open: list[Part | None] = []
        self._chars = 0
        self.elements = 0
        self.signs = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; `tag` is `{space}name` or `name`."""
        self.signs += 1
        self.elements += 1
        if self.elements > ELEMENTS_MOST or len(self._open) >= DEPTH_MOST:
            raise Refused(Reason.TOO_LARGE)
        space, _, name = tag.rpartition("}")
        above = self._open[-1] if self._open else None
        kept = name in self._wanted.elements and (above is not None or not self._open)
        if not kept:
            if not self._open:
                raise Refused(Reason.BAD_BULLETIN)
            self._open.append(None)
            return
        part = Part(space[1:], name)
        for key, value in attributes.items():
            local = key.rpartition("}")[2]
            if local in self._wanted.attributes:
                part.attributes[local] = value
        if above is None:
            self.root = part
        else:
            above.parts.append(part)
        self._open.append(part)
        self._chars = 0

    def end(self, tag: str) -> None:
        """The innermost element ends."""
        self.signs += 1
        self._open.pop()
        self._chars = 0

    def data(self, text: str) -> None:
        """A piece of text."""
        self.signs += 1
        part = self._open[-1] if self._open else None
        if part is None:
            return
        self._chars += len(text)
        if self._chars > TEXT_BYTES:
            raise Refused(Reason.TOO_LARGE)
        part._pieces.append(text)


def read_markup(content: bytes, wanted: Wanted) -> Part:
    """The root of a document, with what was asked for.

    Raises Refused: a document type, an entity, damage or a root nobody asked for is
    BAD_BULLETIN; beyond a bound it is TOO_LARGE. Nothing is ever fetched.
    """
    builder = _Builder(wanted)
    parser = DefusedXMLParser(
        target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        silent = 0
        for start in range(0, len(content), _CHUNK_BYTES):
            before = builder.signs
            parser.feed(content[start : start + _CHUNK_BYTES])
            silent = silent + _CHUNK_BYTES if builder.signs == before else 0
            if silent > TAG_BYTES:
                raise Refused(Reason.TOO_LARGE)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Refused(Reason.BAD_BULLETIN) from None
    if builder.root is None:
        raise Refused(Reason.BAD_BULLETIN)
    return builder.root
