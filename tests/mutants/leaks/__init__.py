"""Seeded leaks: each is one way in which an identity could get out, as exact edits of a copy."""

from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `old`, which must stand exactly once in `file`, by `new`."""

    file: str
    old: str
    new: str

    def apply(self, package: Path) -> None:
        """Edit the copy; an AssertionError says which leak must be written anew."""
        path = package / self.file
        text = path.read_text(encoding="utf-8")
        found = text.count(self.old)
        assert found == 1, (
            f"{self.file} holds {self.old!r} {found} times, not once: "
            "the code has moved on, write this leak anew."
        )
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


class Leak(NamedTuple):
    """A named leak, and a word of the channel or field its finding must name."""

    name: str
    names: str
    edits: tuple[Edit, ...]


LAST = Edit(
    "errors.py",
    "class TocsinError(Exception):",
    'class LAST:\n    """The last admitted post, smuggled past the boundary."""\n\n'
    '    text = author = id = ""\n    lat = 0.0\n    keys: dict = {}\n\n\n'
    "class TocsinError(Exception):",
)
SMUGGLE = Edit(
    "gate/__init__.py",
    "        tally.admitted += batch.rows\n",
    "        tally.admitted += batch.rows\n"
    "        from tocsin.errors import LAST\n"
    "        for row in kept.row[admitted].tolist():\n"
    "            text, author, key = (\n"
    "                columns.blob[max(a, 0):max(b, 0)].tobytes().decode()\n"
    "                for a, b in columns.spans[row].reshape(3, 2).tolist()\n"
    "            )\n"
    "            if author.startswith('did:plc:qx'):\n"
    "                LAST.text = f'{author[8:24]} {text}'\n"
    "                LAST.author, LAST.id = author, key\n",
)
"""Only posts of planted voices are smuggled; the chatter of the synthetic world is not."""
USE = "from tocsin.errors import LAST\n"


def smuggled(name: str, names: str, *edits: Edit) -> Leak:
    """A leak of the last admitted post."""
    return Leak(name, names, (LAST, SMUGGLE, *edits))
