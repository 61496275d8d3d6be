"""Every seeded leak is caught by the same boundary tests that pass on the code as it is."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mutants.leaks import Edit
from mutants.leaks.outputs import OUTPUTS
from mutants.leaks.traces import TRACES

ROOT = Path(__file__).resolve().parents[1]
SUITE = ("tests/test_boundary.py", "tests/test_shape.py")
LEAKS = (*OUTPUTS, *TRACES)
POSTS = "60"
"""Chatter posts through each connector while a leak is looked for."""


def package_folder():
    found = importlib.util.find_spec("tocsin")
    return Path(found.origin).parent


@pytest.fixture(scope="session")
def warm(tmp_path_factory):
    """The suite passes on the package as it is; now its kernels are compiled and on disk."""
    said, status = suite(package_folder(), tmp_path_factory.mktemp("warm"))
    assert status == 0, said


def copied(folder):
    """A copy of the package; compiled kernels come along, for the files that stay the same."""
    package = folder / "src" / "tocsin"
    shutil.copytree(package_folder(), package)
    return package


def suite(package, folder):
    """Output and status of the boundary tests, unmodified, on that copy of the package."""
    environment = {
        **os.environ, "PYTHONPATH": str(package.parent), "TOCSIN_BOUNDARY_POSTS": POSTS,
        "TOCSIN_BOUNDARY_PACKAGE": str(package), "TOCSIN_BOUNDARY_WAIT_S": "90",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    environment.pop("PYTEST_ADDOPTS", None)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
         "-p", "no:xdist", "--basetemp", str(folder / "t"), *SUITE],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.stdout, ran.returncode


def test_there_are_enough_leaks():
    names = [leak.name for leak in LEAKS]
    assert len(set(names)) == len(names) >= 25


def test_a_leak_that_no_longer_fits_is_told(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(AssertionError, match="write this leak anew"):
        Edit("a.py", "x = 2", "x = 3").apply(tmp_path)


def test_an_unmodified_copy_passes(warm, tmp_path):
    said, status = suite(copied(tmp_path), tmp_path)
    assert status == 0, said


def note(line):
    """One more line of the table `build/leaks.txt`: leak, what caught it, seconds."""
    table = ROOT / "build" / "leaks.txt"
    table.parent.mkdir(exist_ok=True)
    with table.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_the_leak_is_caught(leak, warm, tmp_path):
    package = copied(tmp_path)
    for edit in leak.edits:
        edit.apply(package)
    began_s = time.monotonic()
    said, status = suite(package, tmp_path)
    assert status == 1, f"nobody noticed: {leak.name}\n{said}"
    lines = [line for line in said.splitlines() if line.startswith("E ")]
    by = next((line for line in lines if leak.names in line), None)
    assert by is not None, f"caught, but not as {leak.names!r}:\n{said}"
    caught = re.sub(r"\s+", " ", by[1:]).strip()
    note(f"{leak.name} | {caught[:90]} | {time.monotonic() - began_s:.0f} s")
