"""The machine: its Python, clock, memory and what it writes down behind our back."""

import os
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tocsin.clock import Clock
from tocsin.doctor.finding import Finding

PYTHON = (3, 11)
YEARS = range(2025, 2100)
IN_MEMORY = {"tmpfs", "ramfs"}


def examine_machine(clock: Clock) -> list[Finding]:
    """Findings about whatever Tocsin runs on."""
    return [_python(), _clock(clock), _temporary(), _core_dumps(), _swap(Path("/proc/swaps"))]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= PYTHON:
        return Finding("python", "ok", found)
    return Finding("python", "fail", found, "Install Python 3.11 or newer and Tocsin with it.")


def _clock(clock: Clock) -> Finding:
    first_s, year = clock.monotonic_s(), datetime.fromtimestamp(clock.now_ms() / 1000, UTC).year
    if clock.monotonic_s() < first_s:
        remedy = "Restart the machine; deadlines cannot be kept on it as it is."
        return Finding("clock", "fail", "the monotonic clock runs backwards", remedy)
    if year not in YEARS:
        remedy = "Set the time of this machine, best by NTP."
        return Finding("clock", "fail", f"the year is {year}", remedy)
    return Finding("clock", "ok", f"year {year}")


def _temporary() -> Finding:
    folder = tempfile.gettempdir()
    if os.access(folder, os.W_OK):
        return Finding("temporary folder", "ok", "writable")
    remedy = "Point TMPDIR at a folder that Tocsin may write."
    return Finding("temporary folder", "warn", "cannot be written", remedy)


def _core_dumps() -> Finding:
    if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0:
        return Finding("core dumps", "ok", "off")
    remedy = "Start Tocsin after 'ulimit -c 0': a dump would hold posts and voice keys."
    return Finding("core dumps", "warn", "on", remedy)


def _swap(table: Path) -> Finding:
    try:
        used = len(table.read_text(encoding="utf-8").splitlines()) > 1
    except OSError:
        remedy = "See that swap, if any, is encrypted: it may come to hold voice keys."
        return Finding("swap", "warn", "cannot be told on this system", remedy)
    if not used:
        return Finding("swap", "ok", "none")
    remedy = "See that it is encrypted, or turn it off: it may come to hold voice keys."
    return Finding("swap", "warn", "on", remedy)


def lives_in_memory(folder: Path, mounts: str) -> bool:
    """Whether a folder is on a file system that is gone with the power.

    `mounts` is the text of /proc/mounts; the longest mount point above the folder decides.
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind in IN_MEMORY
