"""An unexpected error is told by its kind and its place, never by its words (contract P17)."""

import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from tocsin.cli.screen import fail


def outline(error: BaseException) -> str:
    """Kind and innermost place of an error; its message and its values may hold a post."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{Path(__file__).parents[1].name}/" in frame.filename]
    if not ours:
        return f"unexpected {type(error).__name__}."
    last = ours[-1]
    place = "/".join(Path(last.filename).parts[-2:])
    return f"unexpected {type(error).__name__} at {place}:{last.lineno} in {last.name}."


def tell(error: BaseException) -> None:
    """Say it on stderr, and what to do."""
    fail(f"{outline(error)} This is a defect of Tocsin: report this line, nothing else is kept.")


def quieten() -> None:
    """Make every way in which Python prints an error use the outline alone."""

    def thread_hook(told: Any) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            tell(told.exc_value)

    def unraisable_hook(told: Any) -> None:
        if told.exc_value is not None:
            tell(told.exc_value)

    sys.excepthook = lambda kind, error, trace: tell(error)
    sys.unraisablehook = unraisable_hook
    threading.excepthook = thread_hook
