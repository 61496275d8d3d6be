"""Kernels as plain Python: for good where there is no compiler, or until compiled code is there."""

import sys
from collections.abc import Callable
from threading import RLock
from typing import Any

import numpy as np

_TURN = RLock()
"""Held while a kernel that could be exchanged runs as plain Python: no exchange in its middle."""
_both: "list[Plain]" = []
_is_plain = False


class Plain:
    """A kernel as plain Python; with `compiled`, what is called in its place once it may be."""

    def __init__(self, function: Callable[..., Any], compiled: Any = None) -> None:
        self.function, self.compiled = function, compiled
        self.__doc__, self.__name__ = function.__doc__, function.__name__

    def __call__(self, *arguments: Any) -> Any:
        """Run it; 64-bit arithmetic wraps silently, as it does in compiled code."""
        if self.compiled is not None:
            with _TURN:
                if _is_plain:
                    return self._run(arguments)
            return self.compiled(*arguments)
        return self._run(arguments)

    def _run(self, arguments: tuple[Any, ...]) -> Any:
        with np.errstate(over="ignore"):
            return self.function(*arguments)


def exchangeable(function: Callable[..., Any], compiled: Any) -> Any:
    """What a module should hold for a kernel just now: the compiled one, as a rule."""
    both = Plain(function, compiled)
    _both.append(both)
    return both if _is_plain else compiled


def run_plain() -> None:
    """From now on every kernel of the package runs as plain Python.

    Kernels call one another by the names in their modules, so those names are what is exchanged;
    what holds a kernel under no such name goes on compiled.
    """
    global _is_plain
    with _TURN:
        _is_plain = True
        _rename({id(each.compiled): each for each in _both})


def run_compiled() -> None:
    """From now on every kernel runs compiled again; waits for the one that is running."""
    global _is_plain
    with _TURN:
        _is_plain = False
        _rename({id(each): each.compiled for each in _both})


def is_plain() -> bool:
    """Whether kernels that could run compiled run as plain Python just now."""
    return _is_plain


def _rename(instead: dict[int, Any]) -> None:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != __package__:
            continue
        for key, value in list(vars(module).items()):
            if id(value) in instead:
                setattr(module, key, instead[id(value)])
