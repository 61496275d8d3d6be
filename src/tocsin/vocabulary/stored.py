"""The compiled vocabulary as a file: read where it is made of today's data and code, else not."""

import gc
import hashlib
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger("tocsin.vocabulary")

PATH = Path(__file__).parent / "data" / "vocabulary.npz"
STAMP = "stamp"
_FOLDERS = ("assembly", "facts", "hazards", "languages", "senses", "words")
_CODE = (
    "alphabet", "codes", "facts", "hazards", "lexicon", "measures", "pack", "slot_kernel", "stored",
    "token_kernel", "tokens", "tongues", "vocabulary_build",
)  # fmt: skip
"""Modules that decide what the tables hold. What Unicode says of a letter that has been assigned
does not change, so the file is good for every version of Python."""

State = Literal["current", "stale", "missing", "broken"]
REMEDY = "Run pip install again, or in a source tree: python -m tocsin.vocabulary.vocabulary_build."


def data_folder() -> Traversable:
    """Where the data files of the vocabulary lie in the installed package."""
    return files("tocsin.vocabulary") / "data"


def files_under(folder: Traversable) -> list[tuple[str, bytes]]:
    """Name and bytes of every data file that people or training wrote, in order of name."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found += [(f"{entry.name}/{name}", data) for name, data in files_under(entry)]
        elif entry.name.endswith(".toml") or entry.name == "sense_model.npz":
            found.append((entry.name, entry.read_bytes()))
    return found


def stamp(folder: Traversable | None = None) -> str:
    """Hash, in hex, over the data files and the modules the compiled vocabulary is made of."""
    digest = hashlib.blake2b(digest_size=16)
    for name, data in files_under(folder or data_folder()):
        if name.partition("/")[0] in _FOLDERS or name == "units.toml":
            digest.update(name.encode() + b"\0" + data + b"\0")
    own = files("tocsin.vocabulary")
    for name in _CODE:
        digest.update(name.encode() + b"\0" + (own / f"{name}.py").read_bytes() + b"\0")
    return digest.hexdigest()


def state_of(path: Path, wanted: str) -> State:
    """Whether a file holds the vocabulary of that stamp."""
    if not path.exists():
        return "missing"
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return "current" if held[STAMP].tobytes().decode() == wanted else "stale"
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return "broken"


@cache
def state() -> State:
    """What the shipped file is good for; says once, in the log, when that is nothing."""
    found = state_of(PATH, stamp())
    if found != "current":
        log.warning(
            "%s is %s: the vocabulary is compiled anew, which takes some seconds in every "
            "process. %s", PATH.name, found, REMEDY,
        )  # fmt: skip
    return found


def read_stored(part: str) -> dict[str, NDArray[Any]] | None:
    """Arrays of one part (`pack`, `hazards`) by name; None where they must be compiled anew."""
    if state() != "current":
        return None
    with np.load(PATH, allow_pickle=False) as held:
        names = [name for name in held.files if name.startswith(f"{part}/")]
        return {name.removeprefix(f"{part}/"): held[name] for name in names}


@contextmanager
def collector_off() -> Iterator[None]:
    """No looking for cycles among hundreds of thousands of new strings: it costs a third."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
