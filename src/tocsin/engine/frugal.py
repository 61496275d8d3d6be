"""Leaves to others what this process does not need: memory it had, its turn at the processor."""

import ctypes
import gc
import os
import sys
from contextlib import suppress

BEHIND = "behind"
"""What a process is told that shall let the others go first."""


def give_back() -> None:
    """Ask the allocator to return its free pages (glibc only; elsewhere nothing happens)."""
    if sys.platform == "linux":
        # Another C library has no such call, and keeps its pages.
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def stand_back() -> None:
    """Let other processes go first, where the system knows of an order."""
    if hasattr(os, "nice"):
        os.nice(5)


def ask_seldom() -> None:
    """Look for circles of garbage seldom: a compiler makes much that stays and little that goes.

    An eighth of the time of compiling is saved, for a tenth more memory.
    """
    gc.set_threshold(20_000, 20, 100)
