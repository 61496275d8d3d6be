"""The one switch between compiled kernels and plain Python."""

import contextlib
import os
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np

from tocsin.plain import Plain, exchangeable, is_plain

F = TypeVar("F", bound=Callable[..., Any])

COMPILER_OFF = os.environ.get("TOCSIN_COMPILER", "").lower() == "off"
"""Set TOCSIN_COMPILER=off to run every kernel as plain Python: slow, but the same results."""

njit: Any = None
if not COMPILER_OFF:
    with contextlib.suppress(ImportError):
        from numba import njit


def kernel(function: F | None = None, *, lends: bool = False) -> Any:
    """Compile an array function (cached on disk, without the interpreter lock) if we may.

    No fast-math and no parallel reductions: the same input gives the same bytes. With `lends`
    arrays are passed on without counting who holds them: for what makes no array and returns
    none. The counting is atomic; in a walk over single bytes it took three quarters of the time.
    """
    if function is None:
        return partial(kernel, lends=lends)
    if njit is None:
        return Plain(function)
    return exchangeable(function, _stamped(function, _kept(function, _nrt=not lends)))


def part(function: F | None = None, *, lends: bool = False) -> Any:
    """Compile an array function that only other kernels call; `lends` as for `kernel`.

    Without the wrapper that unpacks a hundred arrays from Python, compilation takes a third of
    the time; called from Python while compiled it would not work.
    """
    if function is None:
        return partial(part, lends=lends)
    if njit is None:
        return Plain(function)
    compiled = _kept(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=not lends)
    return exchangeable(function, _stamped(function, compiled))


def _kept(function: F, **options: bool) -> F:
    """Compile, and keep the code on disk; where no folder may be written, for this process only."""
    try:
        kept: F = njit(cache=True, nogil=True, **options)(function)
        return kept
    except RuntimeError:
        # Neither beside the package nor in the home of the user, as on a read-only system.
        alone: F = njit(nogil=True, **options)(function)
        return alone


def is_kept(compiled: object) -> bool | None:
    """Whether a kernel's code, as it is now, lies on disk; None where it cannot be kept."""
    cached = _cache_file(compiled)
    return None if cached is None else bool(cached._load_index())


def _stamped(function: F, compiled: F) -> F:
    """Make the cached code stale when anything it was compiled from changes.

    Numba looks at the file of the kernel only; kernels and constants of other modules are
    compiled into it as well, and an old build of them would go on unseen.
    """
    cached = _cache_file(compiled)
    if cached is not None:
        inside = [cached._source_stamp]
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            callee = _cache_file(value)
            if callee is not None:
                inside.append(callee._source_stamp)
            elif isinstance(value, (bool, int, float, str, tuple, np.generic)):
                inside.append(f"{name}={value!r}")
        cached._source_stamp = tuple(inside)
    return compiled


def _cache_file(compiled: object) -> Any:
    """The file numba keeps a kernel's code in, None for anything else."""
    if isinstance(compiled, Plain):
        compiled = compiled.compiled
    return getattr(getattr(compiled, "_cache", None), "_cache_file", None)


def is_compiled() -> bool:
    """Whether kernels run compiled in this process just now."""
    return njit is not None and not is_plain()
