"""Compiles every kernel before it is needed, so that the first alert is not late."""

import subprocess
import sys
import threading
from collections.abc import Callable

from tocsin import plain
from tocsin.clock import HOUR_MS
from tocsin.compiled import is_compiled, is_kept
from tocsin.detect.advance import advance
from tocsin.detect.chores import PERIOD_MS
from tocsin.engine import warm_detect, warm_gate
from tocsin.engine.frugal import BEHIND
from tocsin.engine.replay import replay
from tocsin.gate.read_kernel import judge
from tocsin.gate.sieve_kernel import sift
from tocsin.sources.frames import decode_replay
from tocsin.sources.scan import scan_jetstream
from tocsin.sources.scan_kernel import scan
from tocsin.vocabulary.gazetteer_kernel import match

_DRAIN_MS = PERIOD_MS + HOUR_MS
"""Stream time behind the invented posts: every chore comes up once. The four days of a replay
would be a tenth of a later start."""
_CHIEF = (advance, judge, match, scan, sift)
"""Kernels that take most of what compiling takes; when they are kept, so are the rest."""


def warm() -> bool:
    """Run a few invented posts through the whole line; returns whether kernels are compiled.

    Takes about a minute on the very first start of an installation, when two other processes
    compile half each, and about a second on later ones, since compiled kernels are kept on disk.
    """
    if is_cold():
        for child in _compiling():
            child.wait()
    frames = [warm_gate.invented_frames()]
    replay(frames, decode_replay, scan=scan_jetstream, threads=1, drain_ms=_DRAIN_MS)
    return is_compiled()


def is_cold() -> bool:
    """Whether kernels have to be compiled first, and can be kept."""
    return is_compiled() and any(is_kept(each) is False for each in _CHIEF)


class Warming:
    """Kernels run as plain Python while other processes compile them, then compiled.

    Plain Python takes about a thousand frames a second: less than a busy stream has, and enough
    not to be deaf for the minute that a first start would have to wait.
    """

    def __init__(self, done: Callable[[], None]) -> None:
        """Kernels run plain from now on; `done` is called, from another thread, when they do not
        any more."""
        self._done, self._is_wanted = done, True
        self._children: list[subprocess.Popen[bytes]] = []
        self._thread = threading.Thread(target=self._await, daemon=True)
        plain.run_plain()

    def start(self) -> None:
        """Begin to compile."""
        self._children = _compiling(BEHIND)
        self._thread.start()

    def stop(self) -> None:
        """End the compilers, if they still work; what they have kept stays."""
        self._is_wanted = False
        for child in self._children:
            child.terminate()
        if self._thread.ident is None:
            plain.run_compiled()
        else:
            self._thread.join()

    def join(self) -> None:
        """Wait until kernels run compiled."""
        self._thread.join()

    def _await(self) -> None:
        for child in self._children:
            child.wait()
        # Whatever they could not compile is compiled here, as it is met.
        plain.run_compiled()
        if self._is_wanted:
            self._done()


def _compiling(*told: str) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen(
            [sys.executable, "-m", module.__name__, *told],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for module in (warm_gate, warm_detect)
    ]
