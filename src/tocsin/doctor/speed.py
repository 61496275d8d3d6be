"""Kernels: compiled and kept, or not, and then how fast this machine is without."""

import os
from pathlib import Path

from tocsin import compiled
from tocsin.clock import Clock
from tocsin.doctor.finding import Finding
from tocsin.doctor.installed import AGAIN
from tocsin.engine.plain_rate import plain_rate
from tocsin.engine.warm import is_cold


def examine_kernels(clock: Clock) -> Finding:
    """One finding; where kernels do not run compiled it takes some seconds to measure."""
    if compiled.COMPILER_OFF:
        return _slow(clock, "Unset TOCSIN_COMPILER to run compiled.")
    if not compiled.is_compiled():
        return _slow(clock, f"numba cannot be imported on this Python. {AGAIN}")
    if is_cold():
        found = f"not compiled yet; until then {_rate(clock)}"
        return Finding("kernels", "warn", found, "Run: tocsin doctor --warm")
    beside = Path(compiled.__file__).parent / "__pycache__"
    named = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(named) if named else beside
    if os.access(folder if folder.exists() else folder.parent, os.W_OK):
        return Finding("kernels", "ok", "compiled, and cached")
    remedy = "Point NUMBA_CACHE_DIR at a folder that Tocsin may write."
    return Finding("kernels", "warn", "compiled anew at every start", remedy)


def _slow(clock: Clock, remedy: str) -> Finding:
    return Finding("kernels", "warn", _rate(clock), remedy)


def _rate(clock: Clock) -> str:
    return f"plain Python, {plain_rate(clock):,.0f} posts a second"
