"""The compiled vocabulary on disk: equal to a fresh one, never used when something has changed."""

import logging
import shutil
from pathlib import Path

import numpy as np
import pytest

from tocsin.vocabulary import hazards, pack, stored, vocabulary_build
from tocsin.vocabulary.sense_model import load_sense_model
from tocsin.vocabulary.stored import PATH, data_folder, stamp, state_of


def leaves(value, path=""):
    """Every part of nested named tuples that is none itself, by its path."""
    if hasattr(value, "_asdict"):
        for name, part in value._asdict().items():
            yield from leaves(part, f"{path}.{name}")
    else:
        yield path, value


@pytest.fixture(scope="module")
def fresh():
    return pack.compile_vocabulary(load_sense_model(), hazards.read_hazards())


@pytest.fixture
def unread(monkeypatch):
    """Nothing is remembered of the file, before the test and after it."""

    def forget():
        for cached in (stored.state, pack.load_vocabulary, hazards.load_hazards):
            cached.cache_clear()

    forget()
    yield monkeypatch
    monkeypatch.undo()
    forget()


def test_what_is_stored_is_what_would_be_compiled(fresh, unread):
    assert stored.state() == "current", stored.REMEDY
    assert hazards.load_hazards() == hazards.read_hazards()
    held, made = dict(leaves(pack.load_vocabulary())), dict(leaves(fresh))
    assert held.keys() == made.keys() and len(made) > 20
    for name, value in made.items():
        if isinstance(value, np.ndarray):
            assert held[name].dtype == value.dtype, name
            assert np.array_equal(held[name], value), name
        else:
            assert held[name] == value, name


def test_the_same_data_gives_the_same_file(tmp_path):
    made = vocabulary_build.build(tmp_path / "vocabulary.npz")
    assert made.read_bytes() == PATH.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["vocabulary.npz"]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("words/es.toml", True), ("hazards/fire.toml", True), ("facts/de.toml", True),
        ("senses/en.toml", True), ("languages/th.toml", True), ("assembly/en.toml", True),
        ("units.toml", True), ("stoplist.toml", False), ("policy/persons.toml", False),
    ],
)  # fmt: skip
def test_a_changed_data_file_is_noticed(tmp_path, file, told):
    copy = tmp_path / "data"
    shutil.copytree(
        Path(str(data_folder())), copy, ignore=shutil.ignore_patterns("*.npz", "*.half")
    )
    assert stamp(copy) == stamp()
    target = copy / file
    target.write_text(target.read_text("utf-8").replace('"', '"x', 1), "utf-8")
    assert (stamp(copy) != stamp()) == told


def test_a_changed_module_is_noticed(tmp_path, monkeypatch):
    own, official = Path(pack.__file__).parent, stamp()
    copy = tmp_path / "vocabulary"
    shutil.copytree(own, copy, ignore=shutil.ignore_patterns("data", "__pycache__"))
    folder = data_folder()
    monkeypatch.setattr(stored, "files", lambda package: copy)
    assert stamp(folder) == official
    (copy / "lexicon.py").write_text((copy / "lexicon.py").read_text("utf-8") + "#\n", "utf-8")
    assert stamp(folder) != official


@pytest.mark.parametrize("state", ["stale", "missing", "broken"])
def test_a_file_that_is_not_current_is_not_used(tmp_path, unread, caplog, fresh, state):
    path = tmp_path / "vocabulary.npz"
    if state == "stale":
        shutil.copy(PATH, path)
        unread.setattr(stored, "stamp", lambda: "0" * 32)
    elif state == "broken":
        path.write_bytes(PATH.read_bytes()[:1000])
    unread.setattr(stored, "PATH", path)
    with caplog.at_level(logging.WARNING):
        read = [stored.read_stored(part) for part in ("hazards", "pack")]
        unread.setattr(pack, "compile_vocabulary", lambda wording: fresh)
        assert pack.load_vocabulary() is fresh
    assert read == [None, None]
    assert state_of(path, stored.stamp()) == state
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1 and f"is {state}" in said[0] and "vocabulary_build" in said[0]


def test_a_file_that_is_current_is_left_alone(tmp_path):
    path = tmp_path / "vocabulary.npz"
    shutil.copy2(PATH, path)
    before = path.stat()
    vocabulary_build.build(path)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
