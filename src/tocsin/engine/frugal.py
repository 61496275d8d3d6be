"""Gives memory back to the system that loading and compiling took and no longer need."""

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Ask the allocator to return its free pages (glibc only; elsewhere nothing happens)."""
    if sys.platform == "linux":
        # Another C library has no such call, and keeps its pages.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
