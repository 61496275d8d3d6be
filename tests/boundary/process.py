"""The process under test, and waiting for what it must do."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from boundary.child import OWN
from boundary.stage import Stage

_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
WAIT_S = float(os.environ.get("TOCSIN_BOUNDARY_WAIT_S", "1800" if _NIGHTLY else "120"))
"""Longest wait for anything that must happen; only a hang gets there."""


class Child:
    """The process under test, with a temp folder, a home and a memory folder of its own."""

    def __init__(self, stage: Stage) -> None:
        folder = stage.folder
        environment = {
            name: value for name, value in os.environ.items()
            if name in ("PATH", "PYTHONPATH", "TOCSIN_COMPILER", "LANG", "NUMBA_CACHE_DIR")
        }  # fmt: skip
        environment |= {
            OWN: str(folder / "notes"), "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": str(folder / "memory"), "HOME": str(folder / "home"),
            "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400",
        }  # fmt: skip
        self._folder, self._out = folder, folder / "notes"
        with (self._out / "stdout").open("wb") as out, (self._out / "stderr").open("wb") as err:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("child.py")),
                 json.dumps(stage.commands)],
                stdout=out, stderr=err, cwd=folder, env=environment,
            )  # fmt: skip

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def url(self) -> str:
        """Where the page is, read from what the command says."""
        for _ in until("the page", self.alive):
            for word in (self._out / "stderr").read_text("utf-8", "replace").split():
                if word.startswith("http://127.0.0.1:"):
                    return word.rstrip(".").rstrip("/")
        raise AssertionError("unreachable")

    def alive(self) -> None:
        """Raise when the process has ended before its time."""
        if self._process.poll() is not None:
            said = (self._out / "stderr").read_text("utf-8", "replace")
            raise AssertionError(f"tocsin ended with {self._process.returncode}: {said[-2000:]}")

    def proc(self, name: str) -> bytes:
        """What the system shows of the process."""
        try:
            return Path(f"/proc/{self._process.pid}/{name}").read_bytes()
        except OSError:
            return b""

    def finish(self) -> None:
        """End the first command as a person would, and let the others run."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(WAIT_S)

    def ended(self) -> list[int]:
        """Exit status of every command."""
        path = self._out / "ended"
        if not path.exists():
            said = (self._out / "stderr").read_text("utf-8", "replace")
            raise AssertionError(f"a command broke the process: {said[-2000:]}")
        found: list[int] = json.loads(path.read_text(encoding="utf-8"))
        return found


def until(what: str, alive: Callable[[], None]) -> Iterator[None]:
    """Try again every 50 ms; an AssertionError names what never came."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        alive()
        yield
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {WAIT_S:g} s")
